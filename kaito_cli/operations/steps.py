"""Take one small step until it is done, with patience for what passes."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import TypeVar

from kaito_cli.errors import Busy, Conflict, KaitoError, Unreachable
from kaito_cli.model import Event, Progress

T = TypeVar("T")

BUSY_SECONDS = 60.0  # where Azure does not say when: AKS refills a pool's bucket once a minute
CONFLICT_SECONDS = 20.0
UNREACHABLE_SECONDS = 10.0
MOST_UNREACHABLE = 5  # in a row: ten minutes of polling outlive a dropped connection


def repeat(step: Callable[[], Event], subject: str) -> Iterator[Event]:
    """Tell what ``step`` tells until that is DONE. Each step looks at the world anew, so one
    that was cut off is simply taken again."""
    while True:
        event = yield from patiently(step, subject)
        yield event
        if event.progress is Progress.DONE:
            return


def begun(operation: Iterator[Event]) -> Generator[Event, None, Event | None]:
    """Its events until what is left goes on without kaito; ``operation`` itself keeps the rest.

    Returns the event that says so, which is not told yet: the rest waits for that. None: the
    operation came to its end.
    """
    for event in operation:
        if event.goes_on:
            return event
        yield event
    return None


def unattended(operation: Iterator[Event]) -> Iterator[Event]:
    """Its events until what is left goes on without kaito, which is the end here."""
    for event in operation:
        if event.goes_on:
            yield replace(event, progress=Progress.STEP, goes_on=False)
            return
        yield event


def patiently(ask: Callable[[], T], subject: str) -> Generator[Event, None, T]:
    """The answer of ``ask``, asked again after Busy when Azure says so, after Conflict a little
    later, after Unreachable at most four times; each wait is told."""
    missed = 0
    while True:
        try:
            return ask()
        except Unreachable as error:
            missed += 1
            if missed >= MOST_UNREACHABLE:
                raise
            yield _waiting(subject, error, UNREACHABLE_SECONDS)
        except Busy as error:
            yield _waiting(subject, error, error.retry_after_seconds or BUSY_SECONDS)
        except Conflict as error:
            yield _waiting(subject, error, CONFLICT_SECONDS)


def _waiting(subject: str, error: KaitoError, seconds: float) -> Event:
    return Event(
        subject=subject,
        progress=Progress.WAITING,
        message=error.told,
        retry_after_seconds=seconds,
    )
