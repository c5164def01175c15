"""Repeat one small step until it is done, with patience for what passes."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

from kaito_cli.errors import Busy, Conflict, Unreachable
from kaito_cli.model import Event, Progress

CONFLICT_SECONDS = 20.0
UNREACHABLE_SECONDS = 10.0
MOST_UNREACHABLE = 5  # in a row: ten minutes of polling outlive a dropped connection


def repeat(step: Callable[[], Event], subject: str) -> Iterator[Event]:
    """Tell what ``step`` tells until that is DONE.

    Each step looks at the world anew, so one that was cut off is simply taken again: after
    Busy when Azure says so, after Conflict a little later, after Unreachable five times.
    """
    missed = 0
    while True:
        try:
            event = step()
            missed = 0
        except Unreachable as error:
            missed += 1
            if missed >= MOST_UNREACHABLE:
                raise
            event = _waiting(subject, error.message, UNREACHABLE_SECONDS)
        except Busy as error:
            event = _waiting(subject, error.message, error.retry_after_seconds)
        except Conflict as error:
            event = _waiting(subject, error.message, CONFLICT_SECONDS)
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


def _waiting(subject: str, message: str, seconds: float) -> Event:
    return Event(
        subject=subject,
        progress=Progress.WAITING,
        message=message,
        retry_after_seconds=seconds,
    )
