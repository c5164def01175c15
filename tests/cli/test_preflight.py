"""`kaito preflight` on fake worlds: what is shown, and the exit code."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kaito_cli.adapters.hub.repository import HuggingFaceHub
from kaito_cli.cli.preflight import exit_code
from kaito_cli.errors import KaitoError, NotFound, NotSignedIn, Unreachable
from kaito_cli.model import Check, Finding, Permission, Preflight, Verdict
from tests import preflights
from tests.builders import PLAN
from tests.cli.conftest import Kaito, Ran
from tests.fakes import FakeHub, FakeWorld
from tests.limits import TellsLimits, offer, offers, usages
from tests.preflights import A10, A100, CannotRead

Golden = Callable[[str, str], None]

WHERE = ("-s", "0-0", "-g", "ml", "--cluster", "prod")
READER = (Permission(actions=("*/read",)),)


def world(token: bool = False, **limits: Any) -> FakeWorld:
    return preflights.world(TellsLimits(**limits), make_hub=lambda: FakeHub(token=token))


@pytest.fixture
def preflight(kaito: Kaito, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """`kaito preflight` on a cluster that is named, with nothing saved or in a kubeconfig."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))

    def ran(*arguments: str, on: FakeWorld | None = None, columns: str = "80") -> Ran:
        return kaito("preflight", *arguments, *WHERE, world=on or world(), COLUMNS=columns)

    return ran


Run = Callable[..., Ran]


def test_a_fine_preflight_looks_so(preflight: Run, golden: Golden) -> None:
    shown = preflight("falcon-7b")

    assert shown.code == 0
    golden(shown.stdout, "cli/preflight-fine.txt")


def blocked() -> FakeWorld:
    return world(
        quotas=usages(**{A10: 24}),
        state="Registering",
        failing={"subnet": Unreachable("Azure did not answer.", hint="Run it again.")},
    )


def test_a_blocked_preflight_looks_so(preflight: Run, golden: Golden) -> None:
    shown = preflight("falcon-7b", on=blocked())

    assert shown.code == 4
    golden(shown.stdout, "cli/preflight-blocked.txt")


def test_it_is_read_at_sixty_columns(preflight: Run, golden: Golden) -> None:
    shown = preflight("falcon-7b", on=blocked(), columns="60")

    assert all(len(line) <= 60 for line in shown.stdout.splitlines())
    golden(shown.stdout, "cli/preflight-blocked-60.txt")


def test_piped_each_command_is_on_one_line(preflight: Run) -> None:
    shown = preflight("falcon-7b", on=blocked(), columns="")

    hints = [line for line in shown.stdout.splitlines() if "az quota update" in line]
    assert len(hints) == 1
    assert "--limit-object value=36 --resource-type dedicated`" in hints[0]


def test_notes_stay_off_stdout_and_quiet_is_quiet(preflight: Run) -> None:
    loud, quiet = preflight("falcon-7b"), preflight("falcon-7b", "-q")

    assert "assumed: pay-as-you-go prices" in loud.stderr
    assert "assumed" not in loud.stdout
    assert (quiet.stdout, quiet.stderr) == (loud.stdout, "")


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_the_document_comes_whatever_the_exit_code(preflight: Run, form: str) -> None:
    shown = preflight("falcon-7b", "-o", form, on=blocked())

    assert (shown.code, shown.stderr) == (4, "")
    assert "az quota update" in shown.stdout


def test_the_document_holds_figures_and_the_way_out(preflight: Run) -> None:
    found = preflight("falcon-7b", "-o", "json", on=blocked()).document

    assert (found["kind"], found["version"], found["cluster"]) == ("Preflight", 1, "prod")
    first = found["findings"][0]
    assert (first["check"], first["verdict"], first["unit"]) == ("family-quota", "blocked", "vCPUs")
    assert (first["needed"], first["used"], first["limit"]) == (36, 0, 24)
    assert found["nearest"]["flags"] == f"--vm-size {A100}"
    assert found["nearest"]["cost"]["usd_per_hour"] > found["cost"]["usd_per_hour"]


NOT_OFFERED = {"offered": offers(**{A10: None})}
SMALL_DISK = {"offered": offers(**{A10: offer(A10, ephemeral_os_disk_gib=100)})}


@pytest.mark.parametrize(
    ("arguments", "limits", "code"),
    [
        ("falcon-7b", {}, 0),
        ("falcon-7b", {"failing": {"skus": Unreachable("No answer.")}}, 0),
        ("falcon-7b", {"state": "Registering"}, 0),
        ("falcon-7b", {"quotas": usages(0)}, 4),
        ("falcon-7b", NOT_OFFERED, 4),
        ("falcon-7b", SMALL_DISK, 4),
        ("falcon-7b --zone 1", {"offered": offers(**{A10: offer(A10, zones=())})}, 4),
        ("falcon-7b --spot", {"quotas": usages(lowPriorityCores=3)}, 4),
        ("falcon-7b", {"granted": READER}, 5),
        ("falcon-7b", {"state": "NotRegistered"}, 5),
        ("llama-3.1-8b-instruct", {}, 1),
        ("llama-3.1-8b-instruct", {"token": True}, 0),
        ("llama-3.1-8b-instruct --hf-token-secret hub", {}, 0),
        ("llama-3.1-8b-instruct", {"quotas": usages(0)}, 4),
        ("llama-3.1-8b-instruct", {"quotas": usages(0), "granted": READER}, 5),
    ],
)
def test_the_exit_code_tells_the_worst(
    preflight: Run, arguments: str, limits: dict[str, Any], code: int
) -> None:
    shown = preflight(*arguments.split(), on=world(**limits))

    assert shown.code == code, shown.stdout
    assert "workspace" in shown.stdout


@pytest.mark.parametrize("check", Check)
@pytest.mark.parametrize("verdict", Verdict)
def test_only_what_is_blocked_fails(check: Check, verdict: Verdict) -> None:
    found = Preflight(
        workspace="w",
        namespace="default",
        cluster="prod",
        placement=PLAN.placement,
        cost=PLAN.cost,
        findings=(Finding(check=check, verdict=verdict, message="m"),),
    )

    assert (exit_code(found) in (1, 4, 5)) is (verdict is Verdict.BLOCKED)


def test_without_a_target_the_three_are_named(kaito: Kaito, tmp_path: Path) -> None:
    shown = kaito("preflight", "falcon-7b", world=world(), XDG_CONFIG_HOME=str(tmp_path))

    assert (shown.code, shown.stdout) == (2, "")
    for target in ("--target aks", "--target kubeconfig", "--target sandbox"):
        assert target in shown.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [(NotFound("There is no cluster `prod`."), 3), (NotSignedIn("Nobody is signed in."), 5)],
)
def test_without_cluster_or_credential_there_is_an_error(
    preflight: Run, error: KaitoError, code: int
) -> None:
    on = FakeWorld(fake_cloud=CannotRead(error), fake_limits=TellsLimits())
    shown = preflight("falcon-7b", on=on)

    assert (shown.code, shown.stdout) == (code, "")
    assert error.message in shown.stderr


def test_no_token_is_ever_shown(preflight: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_" + "abcd" * 8)
    on = replace(world(), make_hub=HuggingFaceHub)
    shown = preflight("llama-3.1-8b-instruct", "-v", on=on)

    assert shown.code == 0
    assert "abcd" not in shown.stdout + shown.stderr
