"""`kaito use`: what it saves, and what it shows."""

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import Kaito, Ran
from tests.fakes import FakeCloud, FakeCluster, FakeWorld


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "kaito" / "config.yaml"


def told(ran: Ran) -> dict[str, tuple[str, str]]:
    """Value and source of each option shown."""
    assert ran.document["kind"] == "Use"
    return {each["option"]: (each["value"], each["source"]) for each in ran.document["settings"]}


def saved(file: Path) -> Any:
    return yaml.safe_load(file.read_text())


def test_what_is_given_is_saved_for_its_owner_alone(kaito: Kaito, home: Path) -> None:
    ran = kaito("use", "-g", "ml", "--cluster", "prod", "-n", "chat")

    assert ran.code == 0, ran.stderr
    assert saved(home) == {
        "version": 1,
        "target": "aks",
        "resource_group": "ml",
        "cluster": "prod",
        "namespace": "chat",
    }
    assert stat.S_IMODE(home.stat().st_mode) == 0o600
    assert f"saved in {home}" in ran.stderr


def test_more_is_added_to_what_was_saved(kaito: Kaito, home: Path) -> None:
    kaito("use", "-g", "ml", "--cluster", "prod")
    kaito("use", "--cluster", "dev", "--auth", "cli")

    assert saved(home)["resource_group"] == "ml"
    assert (saved(home)["cluster"], saved(home)["auth"]) == ("dev", "cli")


def test_later_commands_use_it(kaito: Kaito, home: Path) -> None:
    kaito("use", "-n", "research")

    assert kaito("plan", "falcon-7b", "-o", "json").document["namespace"] == "research"


def test_alone_it_shows_what_is_in_force_and_why(kaito: Kaito, home: Path) -> None:
    kaito("use", "-g", "ml", "--cluster", "prod")

    shown = told(kaito("use", "-o", "json", KAITO_CLUSTER="dev", AZURE_CLOUD="AzureChinaCloud"))

    assert shown == {
        "--target": ("aks", str(home)),
        "--resource-group": ("ml", str(home)),
        "--cluster": ("dev", "KAITO_CLUSTER"),
        "--azure-cloud": ("china", "AZURE_CLOUD"),
    }
    assert saved(home)["cluster"] == "prod"


def test_people_see_a_table(kaito: Kaito, home: Path) -> None:
    ran = kaito("use", "--target", "kubeconfig")

    assert "--target  kubeconfig" in ran.stdout


def test_with_nothing_in_force_it_says_how_to_begin(kaito: Kaito, home: Path) -> None:
    ran = kaito("use")

    assert "kaito use -g GROUP --cluster NAME" in ran.stdout
    assert not home.exists()


def test_clear_forgets(kaito: Kaito, home: Path) -> None:
    kaito("use", "-g", "ml", "--cluster", "prod")

    assert told(kaito("use", "--clear", "-o", "json")) == {}
    assert not home.exists()
    assert kaito("use", "--clear").code == 0


def test_clear_forgets_what_is_broken_too(kaito: Kaito, home: Path) -> None:
    home.parent.mkdir()
    home.write_text("clusters: [")

    assert kaito("use", "--clear").code == 0


def test_a_folder_in_its_place_is_explained(kaito: Kaito, home: Path) -> None:
    home.mkdir(parents=True)

    for arguments in (["plan", "falcon-7b"], ["use", "--clear"], ["use", "--cluster", "prod"]):
        ran = kaito(*arguments, "-o", "json")
        assert (ran.code, ran.error["code"]) == (2, "bad-input")


def test_clear_takes_nothing_else(kaito: Kaito, home: Path) -> None:
    assert kaito("use", "--clear", "-g", "ml").code == 2


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("clustre: prod", "clustre"),
        ("target: moon", "target"),
        ("cluster: [prod]", "cluster"),
        ("- cluster", "the whole file"),
        ("", "the whole file"),
        ("version: 2", "newer kaito"),
    ],
)
def test_a_file_that_makes_no_sense_is_told_by_name(
    content: str, named: str, kaito: Kaito, home: Path
) -> None:
    home.parent.mkdir()
    home.write_text(content)

    ran = kaito("plan", "falcon-7b", "-o", "json")

    assert (ran.code, ran.error["code"]) == (2, "bad-input")
    assert str(home) in ran.error["message"]
    assert named in f"{ran.error['message']}{ran.error['detail']}"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--target", "sandbox"],
        ["--target", "kubeconfig", "-g", "ml"],
        ["--context", "prod"],
        ["--cluster", "prod", "--arm-endpoint", "https://evil.example"],
        ["--target", "kubeconfig", "--kubeconfig", "/nowhere/at/all"],
    ],
)
def test_what_names_no_target_is_not_saved(arguments: list[str], kaito: Kaito, home: Path) -> None:
    assert kaito("use", *arguments).code == 2
    assert not home.exists()


def test_a_kubeconfig_is_saved_by_its_whole_path(
    kaito: Kaito, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").write_text("{}")

    kaito("use", "--target", "kubeconfig", "--kubeconfig", "mine")

    assert saved(home)["kubeconfig"] == str(tmp_path / "mine")


def test_a_folder_that_cannot_be_made_is_explained(
    kaito: Kaito, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/dev/null")

    ran = kaito("use", "--cluster", "prod", "-o", "json")

    assert ran.code == 2
    assert "XDG_CONFIG_HOME" in ran.error["hint"]


@pytest.mark.parametrize("namespace", ["NOT A NAMESPACE!!", "-a", "a" * 64, "a.b", "Chat"])
def test_what_can_be_no_namespace_is_not_saved(namespace: str, kaito: Kaito, home: Path) -> None:
    ran = kaito("use", f"--namespace={namespace}", "-o", "json")

    assert (ran.code, ran.error["code"]) == (2, "bad-input")
    assert namespace in ran.error["message"]
    assert not home.exists()


@pytest.mark.parametrize("arguments", [["use", "--target", "kubeconfig"], ["list"], ["plan", "x"]])
@pytest.mark.parametrize("kubeconfig", ["~nosuch-user/x", "/nowhere/at/all"])
def test_a_kubeconfig_that_is_not_there_is_bad_input(
    arguments: list[str], kubeconfig: str, kaito: Kaito, home: Path
) -> None:
    ran = kaito(*arguments, "--target", "kubeconfig", "--kubeconfig", kubeconfig, "-o", "json")

    assert (ran.code, ran.error["code"]) == (2, "bad-input")
    assert kubeconfig in ran.error["message"]


@pytest.mark.parametrize("kubeconfig", ["~nosuch-user/x", '"a\\0b"'])
def test_a_path_in_the_file_that_is_none_is_bad_input(
    kubeconfig: str, kaito: Kaito, home: Path
) -> None:
    home.parent.mkdir()
    home.write_text(f"target: kubeconfig\nkubeconfig: {kubeconfig}\n")

    assert kaito("list", "-o", "json").error["code"] == "bad-input"


def test_the_file_is_named_where_it_holds_a_bad_address(kaito: Kaito, home: Path) -> None:
    home.parent.mkdir()
    home.write_text("target: aks\narm_endpoint: http://127.0.0.1:99999\n")

    error = kaito("list", "-o", "json").error
    assert str(home) in error["message"]
    assert "kaito use --arm-endpoint http://127.0.0.1" in error["hint"]
    assert str(home) in kaito("use", "--cluster", "prod", "-o", "json").error["message"]


def test_the_variable_is_named_where_it_holds_a_bad_address(kaito: Kaito, home: Path) -> None:
    error = kaito("list", "--target", "aks", "-o", "json", KAITO_ARM_ENDPOINT="arm.example").error

    assert "`KAITO_ARM_ENDPOINT`" in error["message"]
    assert "export KAITO_ARM_ENDPOINT=https://arm.example" in error["hint"]


@pytest.mark.usefixtures("homeless")
class TestWithoutAHome:
    @pytest.mark.parametrize("arguments", [["plan", "falcon-7b"], ["use"], ["use", "--clear"]])
    def test_what_is_only_read_is_as_if_nothing_was_saved(
        self, arguments: list[str], kaito: Kaito
    ) -> None:
        assert kaito(*arguments).code == 0

    def test_a_cluster_that_is_named_needs_no_home(self, kaito: Kaito) -> None:
        there = FakeWorld(fake_cloud=FakeCloud(), fake_cluster=FakeCluster())

        assert kaito("list", "--target", "aks", world=there).code == 0

    def test_saving_says_what_is_missing(self, kaito: Kaito) -> None:
        ran = kaito("use", "--cluster", "prod", "-o", "json")

        assert (ran.code, ran.error["code"]) == (2, "bad-input")
        assert "XDG_CONFIG_HOME" in ran.error["hint"]
