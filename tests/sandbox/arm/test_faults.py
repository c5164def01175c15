"""Faults on demand: whom they hit, and what they do."""

import time
from http.client import RemoteDisconnected
from urllib.error import URLError

import pytest

from kaito_cli.sandbox.arm import ArmServer
from kaito_cli.sandbox.arm.faults import error_samples
from tests.sandbox.arm.calls import CLUSTER, POOL, SUBSCRIPTION, call, put, state_of

LATE = [id for id, each in error_samples().items() if each.shape == "lro"]
AT_ONCE = [id for id, each in error_samples().items() if each.shape != "lro"]


def test_there_are_nineteen_error_bodies_and_each_has_a_source() -> None:
    assert len(error_samples()) == 19
    assert all(each.source for each in error_samples().values())


@pytest.mark.parametrize("id", AT_ONCE)
def test_every_error_can_be_asked_for(arm: ArmServer, id: str) -> None:
    sample = error_samples()[id]
    arm.state.fault(id, method="PUT")

    found = put(arm)

    assert (found.status, found.body) == (sample.http, sample.body)
    assert sample.headers.items() <= dict(found.headers).items()
    assert put(arm).status == 201


@pytest.mark.parametrize("id", LATE)
def test_every_failure_of_an_operation_can_be_asked_for(arm: ArmServer, id: str) -> None:
    arm.state.fault(id)
    arm.state.operation_looks = 1
    made = put(arm)

    looks = [call(arm, "GET", made.headers["Azure-AsyncOperation"]) for _ in range(2)]

    assert [each.body["status"] for each in looks] == ["InProgress", "Failed"]
    assert looks[1].status == 200
    assert looks[1].body["error"] == error_samples()[id].body["error"]
    error = call(arm, "GET", POOL).body["properties"]["status"]["provisioningError"]
    assert error == error_samples()[id].body["error"]


def test_an_answer_of_ones_own_has_status_headers_and_body(arm: ArmServer) -> None:
    arm.state.fault(status=503, headers={"Retry-After": "9"}, body={"error": {"code": "Busy"}})

    found = call(arm, "GET", CLUSTER)

    assert (found.status, found.headers["Retry-After"], found.code) == (503, "9", "Busy")


def test_a_fault_hits_the_request_of_that_number(arm: ArmServer) -> None:
    arm.state.fault(status=500, request=2)

    assert [call(arm, "GET", CLUSTER).status for _ in range(3)] == [200, 500, 200]


def test_a_fault_hits_only_its_method_and_path(arm: ArmServer) -> None:
    arm.state.fault(status=500, method="GET", path="/agentpools/", times=None)

    assert put(arm).status == 201
    assert call(arm, "GET", CLUSTER).status == 200
    assert [call(arm, "GET", POOL).status for _ in range(3)] == [500] * 3


def test_a_fault_hits_as_often_as_it_is_told(arm: ArmServer) -> None:
    arm.state.fault(status=429, times=2)

    assert [call(arm, "GET", CLUSTER).status for _ in range(3)] == [429, 429, 200]


@pytest.mark.parametrize(("moment", "state"), [("before", "gone"), ("after", "Succeeded")])
def test_a_connection_is_reset_before_or_after_the_work(
    arm: ArmServer, moment: str, state: str
) -> None:
    arm.state.fault(reset=moment)  # type: ignore[arg-type]

    with pytest.raises((URLError, ConnectionResetError, RemoteDisconnected)):
        put(arm)

    assert state_of(arm) == state


@pytest.mark.parametrize(("moment", "state"), [("before", "gone"), ("after", "Succeeded")])
def test_a_request_hangs_before_or_after_the_work(arm: ArmServer, moment: str, state: str) -> None:
    arm.state.fault(hang=moment)  # type: ignore[arg-type]

    with pytest.raises(TimeoutError):
        call(arm, "PUT", POOL, {"properties": {"vmSize": "Standard_D2_v5"}}, timeout_seconds=0.1)

    assert state_of(arm) == state


def test_an_answer_can_be_late(arm: ArmServer) -> None:
    arm.state.fault(latency_seconds=0.1)
    started = time.monotonic()

    assert call(arm, "GET", CLUSTER).status == 200

    assert time.monotonic() - started >= 0.1


def test_one_slow_answer_holds_up_no_other(arm: ArmServer) -> None:
    arm.state.fault(hang="before", path=SUBSCRIPTION)
    with pytest.raises(TimeoutError):
        call(arm, "GET", CLUSTER, timeout_seconds=0.05)

    assert call(arm, "GET", CLUSTER).status == 200


def test_a_fault_of_an_unknown_name_is_a_mistake_of_the_test(arm: ArmServer) -> None:
    with pytest.raises(KeyError):
        arm.state.fault("no_such_error")
