"""`kaito logs`: lines on stdout as they come, all else on stderr."""

import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.aks import DEPLOYMENT, NAMESPACE, Aks, chat
from tests.cli.conftest import Kaito

WHERE = ("--target", "aks", "-n", NAMESPACE)


@pytest.fixture
def aks() -> Aks:
    aks = Aks()
    aks.deploy(chat(2))
    aks.cluster.write("chat-0", "INFO one", "\x1b[0;36m(EngineCore)\x1b[0m two", container="model")
    aks.cluster.write("chat-1", "other", container="model")
    aks.cluster.write("chat-0", "before", container="model", previous=True)
    aks.restarted = {"chat-0"}
    return aks


def test_lines_go_to_stdout_without_colours(kaito: Kaito, aks: Aks) -> None:
    ran = kaito("logs", "chat", *WHERE, world=aks.world)

    assert (ran.code, ran.stdout) == (0, "INFO one\n(EngineCore) two\n")
    assert ran.stderr == "note: replica 0 of 2; --replica chooses another\n"


@pytest.mark.parametrize(
    ("flags", "lines"),
    [
        (("--replica", "1"), "other\n"),
        (("--replica", "0", "--tail", "1"), "(EngineCore) two\n"),
        (("--replica", "0", "--previous"), "before\n"),
        (("--replica", "0", "-f"), "INFO one\n(EngineCore) two\n"),
    ],
)
def test_which_lines(kaito: Kaito, aks: Aks, flags: tuple[str, ...], lines: str) -> None:
    ran = kaito("logs", "chat", *flags, *WHERE, world=aks.world)

    assert (ran.code, ran.stdout, ran.stderr) == (0, lines, "")


def test_a_document_holds_the_lines(kaito: Kaito, aks: Aks) -> None:
    ran = kaito("logs", "chat", "-o", "json", *WHERE, world=aks.world)

    assert ran.document == {
        "kind": "Log",
        "version": 1,
        "workspace": "chat",
        "namespace": NAMESPACE,
        "pod": "chat-0",
        "lines": ["INFO one", "(EngineCore) two"],
    }


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("cht",), 3),
        (("chat", "--replica", "2"), 2),
        (("chat", "--replica", "-1"), 2),
        (("chat", "--tail", "few"), 2),
        (("chat", "-f", "-o", "json"), 2),
        (("chat", "--replica", "1", "--previous"), 3),
    ],
)
def test_wrong_input(kaito: Kaito, aks: Aks, arguments: tuple[str, ...], code: int) -> None:
    ran = kaito("logs", *arguments, *WHERE, world=aks.world)

    assert ran.code == code
    assert ran.stdout == ""


def test_a_plan_of_a_newer_kaito_is_not_read(kaito: Kaito, aks: Aks) -> None:
    newer = {"metadata": {"annotations": {"kaito-cli.dev/plan": '{"version":99}'}}}
    aks.cluster.edit(DEPLOYMENT, newer)

    assert kaito("logs", "chat", *WHERE, world=aks.world).code == 0


def endless(aks: Aks, ends: BaseException) -> None:
    """A log that goes on until something happens."""

    def logs(*_: Any, **__: Any) -> Iterator[str]:
        yield "one"
        raise ends

    aks.cluster.logs = logs  # type: ignore[method-assign]


def test_ctrl_c_ends_it(kaito: Kaito, aks: Aks) -> None:
    endless(aks, KeyboardInterrupt())

    ran = kaito("logs", "chat", "-f", *WHERE, world=aks.world)

    assert (ran.code, ran.stdout) == (130, "one\n")
    assert "error: Stopped." in ran.stderr


def test_a_reader_that_goes_away_is_no_failure(
    kaito: Kaito, aks: Aks, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        ran = kaito("logs", "chat", *WHERE, world=aks.world)
        monkeypatch.undo()
        assert ran.code == 141
        os.dup2(os.open(os.devnull, os.O_WRONLY), closed.fileno())
