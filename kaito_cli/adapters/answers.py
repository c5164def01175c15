"""Answers of other systems: what odd ones raise, and an end to those that have none."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Thread
from time import monotonic
from typing import TypeVar

T = TypeVar("T")

# what reading an answer of another shape comes to: 1e999, null, a list, a thousand brackets
ODD: tuple[type[Exception], ...] = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)


class Endless(Exception):
    """An answer that does not come to an end; says after how much it was given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long one answer may take, and all pages of a list together; far beyond honest ones."""

    pages: int = 200
    seconds: float = 120


def bounded(pages: Iterable[T], bounds: Bounds) -> Iterator[T]:
    """The same pages; raises Endless beyond the bounds."""
    until = monotonic() + bounds.seconds
    for number, page in enumerate(pages):
        if number >= bounds.pages:
            raise Endless(f"there are more than {bounds.pages} pages")
        if monotonic() > until:
            raise _too_long(bounds)
        yield page


def within(bounds: Bounds, ask: Callable[[], T]) -> T:
    """The answer of ``ask``; raises Endless when it takes too long.

    A read timeout is the longest silence between two bytes, so a byte a second goes on for
    ever. The thread that still waits for more ends with the process.
    """
    answer: Future[T] = Future()

    def answered() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:  # told to whoever waits, whatever it is
            answer.set_exception(error)

    Thread(target=answered, daemon=True).start()
    try:
        return answer.result(bounds.seconds)
    except TimeoutError:
        if answer.done():  # one of ``ask``'s own
            raise
        raise _too_long(bounds) from None


def _too_long(bounds: Bounds) -> Endless:
    return Endless(f"it takes more than {bounds.seconds:g} seconds")
