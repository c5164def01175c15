"""`kaito preflight` as it ships, against the local Azure Resource Manager over HTTP."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kaito_cli.adapters.azure.aks import AksCloud
from kaito_cli.adapters.azure.connection import Connection
from kaito_cli.adapters.azure.endpoints import arm_endpoint
from kaito_cli.adapters.azure.limits import ArmLimits
from kaito_cli.adapters.azure.retries import Patience
from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import hardware
from kaito_cli.catalog.models import preset
from kaito_cli.cli import run
from kaito_cli.model import Preflight, Request, Target, TargetKind, Verdict
from kaito_cli.operations.preflight import planned, preflight, read_cluster
from kaito_cli.sandbox.arm import ArmServer, ArmState, serving
from kaito_cli.sandbox.arm.state import CLUSTER, RESOURCE_GROUP, SUBSCRIPTION
from kaito_cli.wiring import connect
from tests.fakes import FakeWorld

WHERE = ("--subscription", SUBSCRIPTION, "-g", RESOURCE_GROUP, "--cluster", CLUSTER)
# the limits of design.md, a hundred times as fast
QUICK = Patience(connect_seconds=0.2, read_seconds=0.15, retries=2, retry_within_seconds=0.1)
A10_FAMILY = "StandardNVADSA10v5Family"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    code: int
    stdout: str
    stderr: str

    @property
    def verdicts(self) -> dict[str, str]:
        return {each["check"]: each["verdict"] for each in json.loads(self.stdout)["findings"]}


Check = Callable[..., Ran]


@pytest.fixture
def server() -> Iterator[ArmServer]:
    with serving(ArmState()) as running:
        yield running


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the developer's: no saved target, no kubeconfig."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))


@pytest.fixture
def check(server: ArmServer, capsys: pytest.CaptureFixture[str]) -> Check:
    """The command of the program itself, with the adapters that ship."""

    def ran(*arguments: str) -> Ran:
        at = ("--arm-endpoint", server.url, "-o", "json")
        code = run(["preflight", "falcon-7b", *WHERE, *at, *arguments], connect)
        told = capsys.readouterr()
        return Ran(code=code, stdout=told.out, stderr=told.err)

    return ran


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of the same without the command line, and with less patience."""

    found: Preflight

    @property
    def verdicts(self) -> dict[str, Verdict]:
        return {str(each.check): each.verdict for each in self.found.findings}


Judge = Callable[[], Judged]


@pytest.fixture
def judge(server: ArmServer) -> Iterator[Judge]:
    yield from judging(server, QUICK)


@pytest.fixture
def patient_judge(server: ArmServer) -> Iterator[Judge]:
    """Where a second try has to come about, however busy the machine is."""
    yield from judging(server, Patience())


def judging(server: ArmServer, patience: Patience) -> Iterator[Judge]:
    connection = Connection(arm_endpoint(url=server.url), _NeverAsked(), patience)
    world = FakeWorld(
        target=Target(kind=TargetKind.AKS, cluster=CLUSTER),
        fake_cloud=AksCloud(connection, SUBSCRIPTION, RESOURCE_GROUP, CLUSTER),
        fake_limits=ArmLimits(connection, SUBSCRIPTION),
    )

    def judged() -> Judged:
        request, model = Request(model="falcon-7b"), preset("falcon-7b")
        cluster = read_cluster(request, world)
        plan = planned(request, model, cluster, hardware(), engines())
        return Judged(found=preflight(plan, world, cluster, model, hardware(), engines()))

    yield judged
    connection.close()


class _NeverAsked:
    def get_token(self, *scopes: str, **options: Any) -> Any:
        raise AssertionError("the user's credential was asked")


def asked(server: ArmServer) -> list[str]:
    """What was asked for; the pages of one list count once."""
    return list(dict.fromkeys(each.path.lower() for each in server.state.requests))


def test_all_is_well_in_at_most_six_requests(check: Check, server: ArmServer) -> None:
    ran = check()

    assert ran.code == 0, ran.stderr
    assert set(ran.verdicts.values()) == {"ok"}
    assert len(asked(server)) == 6
    assert {each.method for each in server.state.requests} == {"GET"}


def lacks_quota(state: ArmState) -> None:
    state.limit(A10_FAMILY, 24)


def lacks_cores(state: ArmState) -> None:
    state.limit("cores", 1000, others=980)


def restricted(state: ArmState) -> None:
    state.restrict("Standard_NV36ads_A10_v5")


def restricted_zone(state: ArmState) -> None:
    state.restrict("Standard_NV36ads_A10_v5", zones=("1",))


def fresh_spot(state: ArmState) -> None:
    state.limit("lowPriorityCores", 3)


def reader(state: ArmState) -> None:
    state.permissions = [{"actions": ["*/read"], "notActions": []}]


def unregistered(state: ArmState) -> None:
    state.providers["microsoft.containerservice"] = "NotRegistered"


def full_subnet(state: ArmState) -> None:
    state.subnets[state.cluster.subnet_id] = "10.0.0.0/29"
    state.cluster.pools["system"].nodes = 3


BLOCKS = [
    (lacks_quota, "", "family-quota", 4),
    (lacks_cores, "", "regional-quota", 4),
    (restricted, "", "offer", 4),
    (restricted_zone, "--zone 1", "zones", 4),
    (fresh_spot, "--spot", "spot-quota", 4),
    (reader, "", "permission", 5),
    (unregistered, "", "provider", 5),
    (full_subnet, "", "subnet", 4),
]


@pytest.mark.parametrize(("spoil", "flags", "blocked", "code"), BLOCKS)
def test_what_azure_would_refuse_is_said_before(
    check: Check,
    server: ArmServer,
    spoil: Callable[[ArmState], None],
    flags: str,
    blocked: str,
    code: int,
) -> None:
    spoil(server.state)
    ran = check(*flags.split())

    assert ran.code == code, ran.stdout
    assert [name for name, verdict in ran.verdicts.items() if verdict == "blocked"] == [blocked]
    assert len(asked(server)) <= 6


def test_the_nearest_choice_is_one_that_azure_has_room_for(check: Check, server: ArmServer) -> None:
    lacks_quota(server.state)
    nearest = json.loads(check().stdout)["nearest"]

    again = check(*nearest["flags"].split())
    assert again.code == 0
    assert json.loads(again.stdout)["cost"] == nearest["cost"]


def test_a_pool_of_an_earlier_run_is_not_counted_twice(check: Check, server: ArmServer) -> None:
    name = next(
        each["message"].split("`")[1]
        for each in json.loads(check().stdout)["findings"]
        if each["check"] == "node-pool"
    )
    tags = {"kaito-cli-workspace": "default.falcon-7b", "kaito-cli-cluster": CLUSTER}
    server.state.add_pool(name, {"vmSize": "Standard_NV36ads_A10_v5", "count": 1, "tags": tags})
    server.state.limit(A10_FAMILY, 36)
    ran = check()

    assert ran.code == 0
    assert set(ran.verdicts.values()) == {"ok"}


PARTS = {
    "cluster": rf"managedClusters/{CLUSTER}$",
    "skus": r"/skus$",
    "usages": r"/usages$",
    "permissions": r"/permissions$",
    "provider": r"/providers/Microsoft\.ContainerService$",
    "subnet": r"/subnets/",
}
FAULTS: dict[str, dict[str, Any]] = {
    "403": {"error": "authorization_failed", "times": None},
    "429": {"status": 429, "headers": {"Retry-After": "17"}, "times": None},
    "500": {"status": 500, "times": None},
    "garbage": {"status": 200, "body": {"value": [{}], "unexpected": True}, "times": None},
    "reset": {"reset": "before", "times": None},
    "hang": {"hang": "before", "times": None},
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("part", PARTS)
def test_a_request_that_fails_leaves_a_gap_and_blocks_nothing(
    judge: Judge, server: ArmServer, part: str, fault: str
) -> None:
    server.state.fault(path=PARTS[part], **FAULTS[fault])
    found = judge()

    assert Verdict.UNKNOWN in found.verdicts.values()
    assert found.found.blocked == ()


@pytest.mark.parametrize("fault", [{"status": 503}, {"reset": "after"}])
@pytest.mark.parametrize("part", PARTS)
def test_a_request_that_fails_once_is_asked_again(
    patient_judge: Judge, server: ArmServer, part: str, fault: dict[str, Any]
) -> None:
    server.state.fault(path=PARTS[part], times=1, **fault)

    assert set(patient_judge().verdicts.values()) == {Verdict.OK}


@pytest.mark.parametrize("part", PARTS)
def test_no_failure_is_a_failure_of_the_program(check: Check, server: ArmServer, part: str) -> None:
    server.state.fault("authorization_failed", path=PARTS[part], times=None)
    ran = check()

    assert (ran.code, ran.stderr) == (0, "")
    assert "unknown" in ran.verdicts.values()


def test_what_was_not_read_carries_the_words_of_azure(judge: Judge, server: ArmServer) -> None:
    server.state.fault("authorization_failed", path=PARTS["usages"], times=None)
    findings = judge().found.findings
    quota = next(each for each in findings if each.check == "family-quota")

    assert "does not have authorization to perform action" in quota.detail
    assert f"--role Reader --assignee YOU --scope /subscriptions/{SUBSCRIPTION}" in quota.hint


def test_a_cluster_that_is_not_there_is_an_error(check: Check, server: ArmServer) -> None:
    server.state.clusters.clear()
    ran = check()

    assert (ran.code, ran.stdout) == (3, "")
    assert json.loads(ran.stderr)["error"]["hint"]


def test_where_nothing_of_azure_can_be_reached_nothing_was_checked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with serving(ArmState()) as gone:
        address = gone.url

    code = run(["preflight", "falcon-7b", *WHERE, "--arm-endpoint", address])

    assert (code, capsys.readouterr().out) == (5, "")
