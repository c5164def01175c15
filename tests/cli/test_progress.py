"""How operations tell where they are: lines for logs, a board for terminals."""

import io
import re
import sys
from collections.abc import Iterator

import pytest
from rich.console import Console

from kaito_cli.cli.options import Format, Screen
from kaito_cli.cli.progress import Board, drawn, follow
from kaito_cli.model import Event, Progress
from tests.fakes import FakeClock

EVENTS = (
    Event(subject="node pool kx", progress=Progress.STEP, message="asked Azure"),
    Event(subject="node pool kx", progress=Progress.WAITING, message="being made"),
    Event(subject="node pool ky", progress=Progress.WAITING, message="being made"),
    Event(subject="node pool kx", progress=Progress.WAITING, message="being made"),
    Event(subject="node pool kx", progress=Progress.DONE, message="ready"),
    Event(subject="node pool ky", progress=Progress.FAILED, message="no \x1b[2Jcapacity"),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watched(monkeypatch: pytest.MonkeyPatch, **env: str) -> Terminal:
    """A terminal in place of stderr; to be called in the test, for pytest sets its own before."""
    screen = Terminal()
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", **env}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stderr", screen)
    return screen


def slowly(clock: FakeClock) -> Iterator[Event]:
    """A minute and a half between events."""
    for event in EVENTS:
        yield event
        clock.sleep(90)


def test_a_log_gets_one_line_for_each_change(capsys: pytest.CaptureFixture[str]) -> None:
    follow(EVENTS, Screen(), FakeClock())

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "· node pool kx: asked Azure",
        "… node pool kx: being made",
        "… node pool ky: being made",
        "✓ node pool kx: ready",
        "✗ node pool ky: no \ufffd[2Jcapacity",
    ]


def loading(*percent: int) -> list[Event]:
    return [
        Event(
            subject="pod x",
            progress=Progress.WAITING,
            message="downloading weights",
            fraction=each / 100,
            bytes_per_second=210e6 + each,
        )
        for each in percent
    ]


def test_a_download_is_news_at_every_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    follow(loading(1, 5, 11, 12, 25), Screen(), FakeClock())

    assert capsys.readouterr().err.splitlines() == [
        "… pod x: downloading weights 1%, 210 MB/s",
        "… pod x: downloading weights 11%, 210 MB/s",
        "… pod x: downloading weights 25%, 210 MB/s",
    ]


def test_a_terminal_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = watched(monkeypatch)

    follow(loading(50), Screen(), FakeClock())

    assert re.search(r"downloading weights 50%, 210 MB/s\S* *\S*━━━", screen.getvalue())


def test_failures_without_a_subject_are_lines_of_their_own() -> None:
    events = [
        Event(subject="", progress=Progress.FAILED, message=message) for message in ("a", "b")
    ]

    assert follow(events, Screen(quiet=True), FakeClock()) == tuple(events)


@pytest.mark.parametrize("screen", [Screen(quiet=True), Screen(form=Format.JSON)])
def test_those_who_want_a_document_or_errors_only_are_told_nothing(
    screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    follow(EVENTS, screen, FakeClock())

    assert capsys.readouterr().err == ""


def test_the_last_event_of_each_subject_comes_back() -> None:
    ended = follow(EVENTS, Screen(quiet=True), FakeClock())

    assert ended == (EVENTS[4], EVENTS[5])


def test_a_terminal_gets_one_line_for_each_subject_with_the_time_it_took(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal, clock = watched(monkeypatch), FakeClock()

    follow(slowly(clock), Screen(no_color=True), clock)

    last = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "\n", terminal.getvalue()).split("\n")
    lines = [" ".join(line.split()) for line in last if line.strip()][-2:]
    assert lines == [
        "✓ node pool kx ready 6:00",
        "✗ node pool ky no \ufffd[2Jcapacity 4:30",
    ]


def test_a_narrow_terminal_folds_what_is_said_and_not_of_whom() -> None:
    board = Board(clock=FakeClock())
    said = "Azure says Creating, since two minutes and more"
    board.changes(Event(subject="node pool kold77c2d1", progress=Progress.WAITING, message=said))
    console = Console(width=40, file=io.StringIO())
    with console.capture() as shown:
        console.print(drawn(board))

    lines = shown.get().splitlines()
    assert lines[0].startswith("… node pool kold77c2d1 Azure says")
    assert lines[0].rstrip().endswith("0:00")
    assert max(map(len, lines)) <= 40


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_a_terminal_that_nobody_watches_gets_lines(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    terminal = watched(monkeypatch, **{name: value})

    follow(EVENTS, Screen(), FakeClock())

    assert terminal.getvalue().splitlines()[0] == "· node pool kx: asked Azure"


def test_a_terminal_without_colour_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)

    follow(EVENTS, Screen(no_color=True), FakeClock())

    assert "\x1b[32m" not in terminal.getvalue()
    assert "\x1b[1m" not in terminal.getvalue()
