"""Answers that do not come to an end are given up, and others are left as they are."""

from itertools import count
from threading import Event
from time import monotonic

import pytest

from kaito_cli.adapters.answers import Bounds, Endless, bounded, within


def test_pages_within_bounds_are_all_there() -> None:
    assert list(bounded(["a", "b"], Bounds(pages=2))) == ["a", "b"]


def test_more_pages_than_that_are_endless() -> None:
    with pytest.raises(Endless, match="more than 3 pages"):
        list(bounded(count(), Bounds(pages=3)))


def test_pages_that_come_too_slowly_are_endless() -> None:
    slow = (Event().wait(0.03) for _ in count())

    with pytest.raises(Endless, match=r"more than 0\.1 seconds"):
        list(bounded(slow, Bounds(seconds=0.1)))


def test_an_answer_in_time_is_handed_on() -> None:
    assert within(Bounds(), lambda: 5) == 5


@pytest.mark.parametrize(
    "raised", [ValueError("odd"), TimeoutError("its own"), KeyboardInterrupt()]
)
def test_what_it_raises_is_raised(raised: BaseException) -> None:
    def fails() -> None:
        raise raised

    with pytest.raises(type(raised)) as caught:
        within(Bounds(), fails)

    assert caught.value is raised


def test_an_answer_that_takes_too_long_is_given_up_at_once() -> None:
    over, begun = Event(), monotonic()
    with pytest.raises(Endless, match=r"more than 0\.05 seconds"):
        within(Bounds(seconds=0.05), over.wait)

    assert monotonic() - begun < 5
    over.set()
