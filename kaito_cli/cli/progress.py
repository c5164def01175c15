"""Tell on stderr how operations go on: live on a terminal, a line per change elsewhere."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import typer

from kaito_cli.cli.failures import Interrupted
from kaito_cli.cli.options import Format, Screen
from kaito_cli.cli.output import is_plain
from kaito_cli.cli.view import printable
from kaito_cli.model import Event, Progress
from kaito_cli.ports import Clock

if TYPE_CHECKING:
    from rich.console import RenderableType

MARKS = {
    Progress.WAITING: "…",
    Progress.STEP: "·",
    Progress.DONE: "✓",
    Progress.FAILED: "✗",
}
_COLOURS = {Progress.DONE: "green", Progress.FAILED: "red"}
_REDRAWS_PER_SECOND = 2
_BAR_COLUMNS = 20


def follow(events: Iterable[Event], screen: Screen, clock: Clock) -> tuple[Event, ...]:
    """Tell each event as it comes; the last one of every subject, in order of appearance.

    Programs that read a document, and those who want errors only, are told nothing. Ctrl-C
    says that the work goes on.
    """
    board = Board(clock=clock)
    try:
        with _telling(board, screen) as teller:
            for event in events:
                if board.changes(event):
                    teller.tell(event)
    except KeyboardInterrupt as error:
        raise Interrupted(
            "Stopped. What was started goes on.",
            hint="`kaito list -A` shows it; the same command again goes on from there.",
        ) from error
    return tuple(line.event for line in board.lines.values())


@dataclass(slots=True)
class Line:
    """What is last known of one subject, and when it was first heard of."""

    event: Event
    since_seconds: float
    ended_seconds: float | None = None


@dataclass(slots=True, kw_only=True)
class Board:
    """One line a subject; times are the clock's seconds."""

    clock: Clock
    lines: dict[str, Line] = field(default_factory=dict)

    def changes(self, event: Event) -> bool:
        """Take in an event; whether it says anything new of its subject."""
        now = self.clock.seconds()
        # the driver tells what failed beside others without a subject
        line = self.lines.setdefault(event.subject or event.message, Line(event, now))
        new = line.event is event or _said(line.event) != _said(event)
        line.event = event
        over = event.progress in (Progress.DONE, Progress.FAILED)
        line.ended_seconds = now if over else None
        return new

    def elapsed(self, line: Line) -> float:
        """Seconds since the subject was first heard of, until it was done."""
        end = self.clock.seconds() if line.ended_seconds is None else line.ended_seconds
        return end - line.since_seconds


def _said(event: Event) -> tuple[Progress, str, int | None]:
    """What makes two events say the same: a download is news at every tenth of it."""
    tenth = None if event.fraction is None else int(event.fraction * 10)
    return event.progress, event.message, tenth


class Teller(Protocol):
    def tell(self, event: Event) -> None: ...


class _Silent:
    def tell(self, event: Event) -> None:
        """Nobody is there, or nobody wants to hear."""


class _Plain:
    def tell(self, event: Event) -> None:
        """A line of text, now: a pipeline's log shows when things happened."""
        typer.echo(printable(words(event)), err=True)


@contextmanager
def _telling(board: Board, screen: Screen) -> Iterator[Teller]:
    if screen.quiet or screen.form is not Format.TABLE:
        yield _Silent()
    elif not _is_live():
        yield _Plain()
    else:
        with _live(board, screen):
            yield _Silent()


def _is_live() -> bool:
    """Whether somebody looks at a terminal that can redraw lines."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and "CI" not in os.environ


@contextmanager
def _live(board: Board, screen: Screen) -> Iterator[None]:
    """Redraw the board from a thread of Rich's, so that time is seen to pass."""
    from rich.console import Console
    from rich.live import Live

    console = Console(
        file=sys.stderr,
        color_system=None if is_plain(screen, sys.stderr) else "standard",
        highlight=False,
        emoji=False,
    )
    with Live(
        console=console,
        get_renderable=lambda: drawn(board),
        refresh_per_second=_REDRAWS_PER_SECOND,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield


def drawn(board: Board) -> "RenderableType":
    """One line a subject: mark, subject, what is said of it, and how long it took so far."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1))
    for folds in (False, False, True, False):  # what is said gives way, not who it is said of
        grid.add_column(no_wrap=not folds, overflow="fold")
    for line in list(board.lines.values()):
        event = line.event
        mark = Text(MARKS[event.progress], style=_COLOURS.get(event.progress, ""))
        told = Text(printable(_told(event)), overflow="fold")
        subject = Text(printable(event.subject), style="bold")
        grid.add_row(mark, subject, told, _bar(event), _minutes(board.elapsed(line)))
    return grid


def _bar(event: Event) -> "RenderableType":
    from rich.progress_bar import ProgressBar

    if event.fraction is None or event.progress is not Progress.WAITING:
        return ""
    return ProgressBar(total=1.0, completed=event.fraction, width=_BAR_COLUMNS)


def words(event: Event) -> str:
    """One event as one line."""
    about = f"{event.subject}: " if event.subject else ""
    return f"{MARKS[event.progress]} {about}{_told(event)}"


def _told(event: Event) -> str:
    """The message, and of a download how far and how fast it goes."""
    done = "" if event.fraction is None else f" {event.fraction:.0%}"
    rate = event.bytes_per_second
    return f"{event.message}{done}{f', {rate / 10**6:.0f} MB/s' if rate else ''}"


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
