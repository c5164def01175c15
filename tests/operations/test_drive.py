"""The driver: time, deadlines, and the worst of several failures."""

import pytest

from kaito_cli.errors import (
    Refused,
    TimedOut,
)
from kaito_cli.operations.drive import drive
from kaito_cli.operations.pools import ensure_pool
from tests.fakes import FakeClock, FakeCloud
from tests.operations.pooling import POOL, live


def test_waiting_ends_with_the_time_given() -> None:
    cloud, clock = FakeCloud(looks=10**6), FakeClock()

    with pytest.raises(TimedOut):
        list(drive([ensure_pool(POOL, cloud, clock)], clock, 900))

    assert clock.seconds() == 900


def test_the_worst_of_several_failures_counts_also_when_time_is_up() -> None:
    clock = FakeClock()
    refused = ensure_pool(POOL, FakeCloud(live(tags={})), clock)
    endless = ensure_pool(POOL, FakeCloud(looks=10**6), clock)

    with pytest.raises(Refused):
        list(drive([endless, refused], clock, 60))
