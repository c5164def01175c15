"""The driver: time, deadlines, and the worst of several failures."""

import pytest

from kaito_cli.errors import (
    Conflict,
    Refused,
    TimedOut,
)
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
