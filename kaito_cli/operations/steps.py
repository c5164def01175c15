"""Take one small step until it is done, with patience for what passes."""

from collections.abc import Callable, Generator, Iterator
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
