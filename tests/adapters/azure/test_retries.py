"""A call that goes wrong is made again soon or not at all, and never takes long."""

import time
from collections.abc import Callable
from contextlib import suppress
from email.utils import formatdate
from typing import Any, Literal

import pytest

from kaito_cli.adapters.azure.aks import AksCloud
from kaito_cli.adapters.azure.pools import pool_of
from kaito_cli.adapters.azure.retries import Patience, retry_after
from kaito_cli.errors import Busy, Conflict, KaitoError, Unreachable
from kaito_cli.sandbox.arm import ArmState
from tests.adapters.azure.conftest import HASTY, QUICK, Connect
from tests.adapters.azure.pools_to_make import PLAIN

# what one call takes at most: the last try begins within the time for retries, and then runs
# into the silence of an open connection; the rest is for a busy machine
LONGEST_SECONDS = HASTY.retry_within_seconds + HASTY.read_seconds + 1


def test_the_limits_are_those_that_the_design_promises() -> None:
    limits = Patience()

    assert (limits.connect_seconds, limits.read_seconds) == (10, 30)
    assert (limits.retries, limits.retry_within_seconds) == (2, 5)


@pytest.mark.parametrize("status", [500, 503])
def test_an_answer_of_5xx_is_asked_for_again(cloud: AksCloud, state: ArmState, status: int) -> None:
    state.fault(status=status, times=2)

    assert cloud.cluster().name == "prod"
    assert len(state.requests) == 3


def test_5xx_three_times_over_is_unreachable(cloud: AksCloud, state: ArmState) -> None:
    state.fault(status=503, body={"error": {"code": "ServerBusy", "message": "Not now."}}, times=9)

    with pytest.raises(Unreachable) as caught:
        cloud.cluster()

    assert "Not now." in caught.value.detail
    assert len(state.requests) == 3


@pytest.mark.parametrize("status", [400, 403, 404, 408, 409, 412, 429, 501])
def test_what_is_not_a_failing_server_is_asked_once(
    cloud: AksCloud, state: ArmState, status: int
) -> None:
    state.fault(status=status, times=9)

    with pytest.raises(KaitoError):
        cloud.cluster()

    assert len(state.requests) == 1


def test_429_is_busy_with_the_time_that_azure_asks_for(cloud: AksCloud, state: ArmState) -> None:
    state.fault("throttled")

    with pytest.raises(Busy) as caught:
        cloud.create_node_pool(PLAIN)

    assert caught.value.retry_after_seconds == 60
    assert len(state.requests) == 1


def test_a_long_retry_after_of_a_failing_server_is_not_waited_for(
    cloud: AksCloud, state: ArmState
) -> None:
    state.fault(status=503, headers={"Retry-After": "17"}, times=9)
    began = time.monotonic()

    with pytest.raises(Busy) as caught:
        cloud.cluster()

    assert caught.value.retry_after_seconds == 17
    assert time.monotonic() - began < QUICK.retry_within_seconds
    assert len(state.requests) == 1


@pytest.mark.parametrize("nonsense", ["soon", "-5", "nan", "inf", ""])
def test_a_retry_after_that_says_nothing_changes_nothing(
    cloud: AksCloud, state: ArmState, nonsense: str
) -> None:
    state.fault(status=503, headers={"Retry-After": nonsense}, times=1)

    assert cloud.cluster().name == "prod"


def test_a_retry_after_may_be_a_date() -> None:
    date = formatdate(time.time() + 30, usegmt=True)

    assert 25 < retry_after({"retry-after": date}) <= 30
    assert retry_after({"Retry-After": formatdate(0, usegmt=True)}) == 0


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_connection_that_breaks_while_reading_is_made_again(
    cloud: AksCloud, state: ArmState, moment: Literal["before", "after"]
) -> None:
    state.fault(reset=moment, times=2)

    assert cloud.cluster().name == "prod"


def test_a_pool_whose_making_was_not_answered_is_made_once(
    cloud: AksCloud, state: ArmState
) -> None:
    state.fault(method="PUT", reset="after")

    with pytest.raises(Conflict):
        cloud.create_node_pool(PLAIN)

    assert [each.name for each in cloud.node_pools()] == ["system", PLAIN.name]


def test_a_server_that_never_answers_is_given_up_in_time(hasty: AksCloud, state: ArmState) -> None:
    state.fault(hang="before", times=9)
    began = time.monotonic()

    with pytest.raises(Unreachable) as caught:
        hasty.cluster()

    assert time.monotonic() - began < LONGEST_SECONDS
    assert caught.value.hint


def test_a_server_that_is_not_there_is_unreachable_in_time(connect: Connect) -> None:
    nobody = AksCloud(connect("http://127.0.0.1:9", patience=HASTY), "s", "g", "c")
    began = time.monotonic()

    with pytest.raises(Unreachable) as caught:
        nobody.node_pool("p")

    assert time.monotonic() - began < LONGEST_SECONDS
    assert "127.0.0.1" in caught.value.detail


@pytest.mark.parametrize("call", ["create", "read", "scale", "delete", "abort"])
@pytest.mark.parametrize(
    "fault",
    [
        {"reset": "before"},
        {"reset": "after"},
        {"status": 429, "headers": {"Retry-After": "1"}},
        {"status": 500},
        {"status": 503, "headers": {"Retry-After": "9"}},
    ],
    ids=str,
)
def test_every_call_on_a_pool_ends_in_success_or_a_clear_error(
    cloud: AksCloud, state: ArmState, call: str, fault: dict[str, Any]
) -> None:
    ask = calls(cloud, state)[call]
    state.fault(**fault)

    with suppress(Busy, Conflict, Unreachable):
        ask()

    assert len(cloud.node_pools()) <= 3


@pytest.mark.parametrize("call", ["create", "scale"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_change_that_is_not_answered_is_given_up_in_time(
    hasty: AksCloud, state: ArmState, call: str, moment: Literal["before", "after"]
) -> None:
    ask = calls(hasty, state)[call]
    state.fault(method="PUT", hang=moment)
    began = time.monotonic()

    with pytest.raises(Unreachable):
        ask()

    assert time.monotonic() - began < 2 * LONGEST_SECONDS  # scaling asks twice


def calls(cloud: AksCloud, state: ArmState) -> dict[str, Callable[[], object]]:
    made = state.add_pool("gpu", {"vmSize": "Standard_NC4as_T4_v3", "count": 1})
    live = pool_of({"name": "gpu", "properties": {**made.properties, "eTag": made.etag}})
    return {
        "create": lambda: cloud.create_node_pool(PLAIN),
        "read": lambda: cloud.node_pool("gpu"),
        "scale": lambda: cloud.scale_node_pool(live, 2),
        "delete": lambda: cloud.delete_node_pool(live),
        "abort": lambda: cloud.abort_node_pool("gpu"),
    }
