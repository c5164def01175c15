"""Which known failures the lines show.

A regular expression is tried only on lines that hold its longest literal, found by plain
search: a hundred times cheaper, and most of them are never compiled.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from kaito_cli.model import Failure
from kaito_cli.readiness.literals import branches
from kaito_cli.readiness.reading import Level, Reading, level

TRIES = 600  # lines one literal may lead to
MOST_TRIED = 60_000  # characters that one pattern is tried on
SHORTEST = 2  # literals of fewer characters are in nearly every line
NEAR_ABOVE = 400
NEAR_BELOW = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One line that shows a failure. ``order`` is the failure's place among all."""

    failure: Failure
    line: int
    level: Level
    order: int
    figures: dict[str, str]


class Searcher:
    """The lines of one text, with an index of where each begins."""

    def __init__(self, reading: Reading) -> None:
        self.lines = reading.lines
        self._held: dict[str, list[int]] = {}
        self._text = "\n".join(reading.lowered)
        self._starts = list(accumulate((len(each) + 1 for each in reading.lowered), initial=0))

    def may_find(self, patterns: tuple[str, ...]) -> bool:
        """Whether any literal of the patterns is there: of a short text, most have none."""
        return any(map(self._text.__contains__, _needles(patterns)))

    def find(self, pattern: str) -> Iterator[tuple[int, re.Match[str]]]:
        """Lines in which the pattern finds something, and what it finds."""
        for needles, branch in branches(pattern):
            left = MOST_TRIED
            for number in self._candidates(needles):
                found = compiled(branch).search(self.lines[number])
                left -= len(self.lines[number])
                if found:
                    yield number, found
                if left < 0:
                    break

    def _candidates(self, needles: Sequence[str]) -> list[int]:
        if min(map(len, needles)) < SHORTEST:
            return list(range(len(self.lines)))
        return sorted({number for each in needles for number in self._holding(each)})

    def _holding(self, needle: str) -> list[int]:
        """Lines that contain it, at most TRIES of them."""
        if needle not in self._held:
            self._held[needle] = list(self._search(needle))
        return self._held[needle]

    def _search(self, needle: str) -> Iterator[int]:
        place = self._text.find(needle)
        for _ in range(TRIES):
            if place < 0:
                return
            number = bisect_right(self._starts, place) - 1
            yield number
            place = self._text.find(needle, self._starts[number + 1])


def matches(reading: Reading, failures: Sequence[Failure]) -> list[Match]:
    """Every line that shows a failure, each failure's first lines only, in no order."""
    searcher = Searcher(reading)
    return [
        each
        for order, failure in enumerate(failures)
        for each in _of_failure(failure, order, searcher)
    ]


def _of_failure(failure: Failure, order: int, searcher: Searcher) -> Iterator[Match]:
    if not searcher.may_find(failure.match):
        return
    if any(True for each in failure.absent for _ in searcher.find(each)):
        return
    near = _near(failure, searcher)
    for pattern in failure.match:
        for number, found in searcher.find(pattern):
            line = searcher.lines[number]
            if _excepted(failure, line) or (near is not None and not _close(number, near)):
                continue
            yield Match(
                failure=failure,
                line=number,
                level=level(line),
                order=order,
                figures=_figures(found),
            )


def _figures(found: re.Match[str]) -> dict[str, str]:
    """Named groups; `model2` is another place for `model`."""
    named = found.groupdict().items()
    return {name.rstrip("0123456789"): said.strip("'\"") for name, said in named if said}


def _near(failure: Failure, searcher: Searcher) -> list[int] | None:
    if not failure.near:
        return None
    return sorted(number for each in failure.near for number, _ in searcher.find(each))


def _close(number: int, near: Sequence[int]) -> bool:
    return any(number - NEAR_ABOVE <= each <= number + NEAR_BELOW for each in near)


def _excepted(failure: Failure, line: str) -> bool:
    return any(compiled(each).search(line) for each in failure.unless)


@cache
def _needles(patterns: tuple[str, ...]) -> frozenset[str]:
    """The literals, one of which is where any of the patterns finds something; with the empty
    one, which is everywhere, where some pattern has none to go by."""
    known = [needles for pattern in patterns for needles, _ in branches(pattern)]
    short = any(min(map(len, needles)) < SHORTEST for needles in known)
    return frozenset({""} if short else (each for needles in known for each in needles))


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
