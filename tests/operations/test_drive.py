"""The driver: time, deadlines, and the worst of several failures."""

from collections.abc import Iterator

import pytest

from kaito_cli.errors import (
    Conflict,
    Refused,
    TimedOut,
)
from kaito_cli.model import Event, Progress
from kaito_cli.operations.drive import drive
from kaito_cli.operations.pools import ensure_pool
from tests.fakes import FakeClock, FakeCloud
from tests.operations.pooling import POOL, live, raising


def test_waiting_ends_with_the_time_given() -> None:
    cloud, clock = FakeCloud(looks=10**6), FakeClock()

    with pytest.raises(TimedOut) as caught:
        list(drive([ensure_pool(POOL, cloud, clock)], clock, 900))

    assert caught.value.detail == "node pool kchat1: Azure says Creating"

    assert clock.seconds() == 900


@pytest.mark.parametrize("error", [TimedOut, KeyboardInterrupt])
def test_what_an_operation_holds_open_is_closed_when_the_wait_ends(
    error: type[BaseException],
) -> None:
    clock, closed = FakeClock(), list[str]()

    def endless(name: str) -> Iterator[Event]:
        try:
            while clock.seconds() < 50 or error is TimedOut:
                yield Event(subject=name, progress=Progress.WAITING, message="")
            raise KeyboardInterrupt
        finally:
            closed.append(name)

    running = [endless("a"), endless("b")]
    with pytest.raises(error):
        list(drive(running, clock, 60))

    assert closed == ["a", "b"]


def test_the_worst_of_several_failures_counts_also_when_time_is_up() -> None:
    clock = FakeClock()
    refused = ensure_pool(POOL, FakeCloud(live(tags={})), clock)
    endless = ensure_pool(POOL, FakeCloud(looks=10**6), clock)

    with pytest.raises(Refused):
        list(drive([endless, refused], clock, 60))


def test_azures_sentence_is_told_while_it_is_waited_for_and_when_time_is_up() -> None:
    clock = FakeClock()
    busy = raising(Conflict("Azure is busy.", detail="Another operation runs."), "before list", 99)

    with pytest.raises(TimedOut) as caught:
        list(drive([ensure_pool(POOL, FakeCloud(interfere=busy), clock)], clock, 60))

    assert "Another operation runs." in caught.value.detail
