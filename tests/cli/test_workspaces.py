"""The name of a workspace and of its namespace, checked before anything is asked."""

import pytest

from tests.aks import Aks
from tests.cli.conftest import Kaito

COMMANDS = {
    "delete": ("--yes",),
    "stop": ("--yes",),
    "start": ("--yes",),
    "scale": ("--replicas", "2", "--yes"),
    "logs": (),
    "wait": (),
    "status": (),
    "doctor": (),
}
TARGET = ("--target", "aks")


@pytest.fixture
def aks() -> Aks:
    aks = Aks()
    aks.deploy()
    aks.cloud.asked.clear()
    aks.cluster.asked.clear()
    return aks


@pytest.mark.parametrize("name", ["", "chat ", "a,b!=c", "Chat", "1chat", "chat-", "c" * 46, "a/b"])
@pytest.mark.parametrize("command", COMMANDS)
def test_what_no_workspace_can_be_called_is_bad_input(
    kaito: Kaito, aks: Aks, command: str, name: str
) -> None:
    looks = aks.cluster.looks

    ran = kaito(command, name, *COMMANDS[command], *TARGET, "-n", "ml", world=aks.world)

    assert (ran.code, ran.stdout) == (2, "")
    assert f"`{name}` cannot be the name of a workspace" in " ".join(ran.stderr.split("\n"))
    assert (aks.cloud.asked, aks.cluster.asked, aks.cluster.looks) == ([], [], looks)


@pytest.mark.parametrize("command", [*COMMANDS, "list"])
@pytest.mark.parametrize("from_variable", [False, True])
def test_what_no_namespace_can_be_called_is_bad_input(
    kaito: Kaito, aks: Aks, command: str, from_variable: bool
) -> None:
    named = () if command == "list" else ("chat", *COMMANDS[command])
    if from_variable:
        ran = kaito(command, *named, *TARGET, world=aks.world, KAITO_NAMESPACE="ml/../x")
    else:
        ran = kaito(command, *named, *TARGET, "-n", "ml/../x", world=aks.world)

    assert (ran.code, ran.stdout) == (2, "")
    assert "`ml/../x` cannot be the name of a namespace" in ran.stderr
    assert (aks.cloud.asked, aks.cluster.asked) == ([], [])
