"""The one place where time passes: advance operations until all are done."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from kaito_cli.errors import KaitoError, TimedOut
from kaito_cli.model import Event, Progress
from kaito_cli.ports import Clock

LOOK_AGAIN_SECONDS = 10.0  # where an operation does not say when
SHORTEST_SECONDS = 0.1
# the worst failure of several tells the exit code: cli.md, Exit codes
_WORST_FIRST = (70, 5, 6, 4, 7, 3, 2, 1)


@dataclass(slots=True)
class _Running:
    """One operation, what it waits for, and when it wants to be looked at again."""

    events: Iterator[Event]
    due: float
    waits: str = ""


def drive(
    operations: Sequence[Iterator[Event]], clock: Clock, timeout_seconds: float
) -> Iterator[Event]:
    """Advance every operation until it is done, sleeping only when all of them wait.

    One failure lets the others finish; the worst is raised at the end, the others are told as
    events. Raises TimedOut when something still waits after ``timeout_seconds``.
    """
    deadline = clock.seconds() + timeout_seconds
    running = [_Running(each, clock.seconds()) for each in operations]
    failures: list[KaitoError] = []
    try:
        while running:
            now = clock.seconds()
            for each in [one for one in running if one.due <= now]:
                if (yield from _advanced(each, clock, failures, alone=len(operations) == 1)):
                    running.remove(each)
            if running and clock.seconds() >= deadline:
                failures.append(_late(running))
                break
            if running:
                clock.sleep(_pause(running, clock.seconds(), deadline))
    finally:
        _end(operations)
    if failures:
        raise min(failures, key=_badness)


def _end(operations: Sequence[Iterator[Event]]) -> None:
    """Close what an operation holds open, as watches, now: Python would when it ends itself,
    which is too late for threads."""
    for each in operations:
        if isinstance(each, Generator):
            each.close()


def _advanced(
    one: _Running, clock: Clock, failures: list[KaitoError], *, alone: bool
) -> Generator[Event, None, bool]:
    """Tell its events up to the next that waits; True when there are no more."""
    try:
        for event in one.events:
            yield event
            if event.progress is Progress.WAITING:
                one.waits = f"{event.subject}: {event.message}"
                pause = event.retry_after_seconds
                one.due = clock.seconds() + (LOOK_AGAIN_SECONDS if pause is None else pause)
                return False
    except KaitoError as error:
        failures.append(error)
        if not alone:
            yield Event(subject="", progress=Progress.FAILED, message=error.told)
    return True


def _pause(running: list[_Running], now: float, deadline: float) -> float:
    """Seconds until the first wants to be looked at again; never none, whatever it says."""
    until = min(min(each.due for each in running), deadline)
    return max(SHORTEST_SECONDS, until - now)


def _late(running: Sequence[_Running]) -> TimedOut:
    return TimedOut(
        "Not done in time; what was started goes on.",
        detail="\n".join(each.waits for each in running if each.waits),
        hint="Run the same command again: it goes on from there. --timeout sets the seconds.",
    )


def _badness(error: KaitoError) -> int:
    known = error.exit_code in _WORST_FIRST
    return _WORST_FIRST.index(error.exit_code) if known else len(_WORST_FIRST)
