"""The life of an agent pool: operations, etags, and what may not happen at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kaito_cli.sandbox.arm import ArmServer
from tests.sandbox.arm.calls import CLUSTER, POOL, Reply, call, pool_body, put, state_of


def test_a_pool_is_made_by_a_long_running_operation(arm: ArmServer) -> None:
    arm.state.operation_looks = 1
    arm.state.retry_after_seconds = 7

    made = put(arm)

    assert made.status == 201
    assert made.body["properties"]["provisioningState"] == "Creating"
    assert made.headers["Retry-After"] == "7"
    assert call(arm, "GET", made.headers["Azure-AsyncOperation"]).body["status"] == "InProgress"
    assert call(arm, "GET", made.headers["Azure-AsyncOperation"]).body["status"] == "Succeeded"
    assert state_of(arm) == "Succeeded"


def test_the_older_way_to_watch_answers_202_until_it_ends(arm: ArmServer) -> None:
    arm.state.operation_looks = 1
    made = put(arm)

    first = call(arm, "GET", made.headers["Location"])

    assert first.status == 202
    assert call(arm, "GET", first.headers["Location"]).status == 200


def test_an_operation_takes_its_time(arm: ArmServer) -> None:
    clock = iter([0.0, 1.0, 299.0, 300.0])
    arm.state.now = lambda: next(clock)
    arm.state.operation_seconds = 300
    put(arm)

    seen = [state_of(arm) for _ in range(3)]

    assert seen == ["Creating", "Creating", "Succeeded"]


@pytest.mark.parametrize("look", [POOL, f"{CLUSTER}/agentPools", CLUSTER])
def test_whatever_shows_a_pool_is_a_look_at_it(arm: ArmServer, look: str) -> None:
    arm.state.operation_looks = 1
    put(arm)

    call(arm, "GET", look)

    assert state_of(arm) == "Succeeded"


def test_defaults_are_filled_in_and_what_was_asked_is_kept(arm: ArmServer) -> None:
    properties = put(arm, osSKU=None).body["properties"]

    assert properties["osSKU"] == "Ubuntu"
    assert properties["maxPods"] == 250
    assert properties["tags"] == {"kaito-cli-workspace": "default.x", "kaito-cli-cluster": "prod"}
    assert properties["currentOrchestratorVersion"] == arm.state.cluster.kubernetes_version


@pytest.mark.parametrize(
    ("vm_size", "disk"),
    [
        ("Standard_NC24ads_A100_v4", ("Managed", 512)),
        ("Standard_NC4as_T4_v3", ("Ephemeral", 176)),
        ("Standard_D64s_v3", ("Ephemeral", 1600)),
        ("Standard_D2_v5", ("Managed", 128)),
    ],
)
def test_a_disk_that_is_not_said_is_the_default_of_the_size(
    arm: ArmServer, vm_size: str, disk: tuple[str, int]
) -> None:
    found = put(arm, vmSize=vm_size, osDiskType=None, osDiskSizeGB=None).body["properties"]

    assert (found["osDiskType"], found["osDiskSizeGB"]) == disk


def test_a_spot_pool_gets_the_marks_of_spot(arm: ArmServer) -> None:
    found = put(arm, scaleSetPriority="Spot", upgradeSettings=None).body["properties"]

    assert found["scaleSetEvictionPolicy"] == "Delete"
    assert found["spotMaxPrice"] == -1
    assert "kubernetes.azure.com/scalesetpriority=spot:NoSchedule" in found["nodeTaints"]
    assert found["nodeLabels"]["kubernetes.azure.com/scalesetpriority"] == "spot"


def test_a_pool_is_scaled_and_keeps_what_cannot_change(arm: ArmServer) -> None:
    arm.state.operation_looks = 1
    put(arm)
    _finish(arm)

    scaled = call(arm, "PUT", POOL, {"properties": {"count": 3}})

    assert scaled.status == 200
    assert scaled.body["properties"]["provisioningState"] == "Scaling"
    found = scaled.body["properties"]
    assert (found["vmSize"], found["osDiskSizeGB"]) == ("Standard_NC24ads_A100_v4", 256)
    assert found["gpuProfile"] == pool_body()["properties"]["gpuProfile"]


def test_a_put_replaces_what_can_change(arm: ArmServer) -> None:
    put(arm)

    found = call(arm, "PUT", POOL, {"properties": {"count": 1}}).body["properties"]

    assert found["provisioningState"] == "Updating"
    assert not {"tags", "nodeLabels", "nodeTaints"} & found.keys()


def test_a_pool_is_deleted_and_then_gone(arm: ArmServer) -> None:
    put(arm)
    _finish(arm)
    arm.state.operation_looks = 1

    deleted = call(arm, "DELETE", POOL)

    assert deleted.status == 202
    assert [state_of(arm), state_of(arm)] == ["Deleting", "gone"]
    assert call(arm, "GET", deleted.headers["Azure-AsyncOperation"]).body["status"] == "Succeeded"
    assert call(arm, "DELETE", POOL).status == 204


@pytest.mark.parametrize(("method", "body"), [("PUT", pool_body(count=2)), ("DELETE", None)])
def test_a_pool_takes_one_operation_at_a_time(arm: ArmServer, method: str, body: Any) -> None:
    arm.state.operation_looks = 5
    put(arm)

    found = call(arm, method, POOL, body)

    assert (found.status, found.code) == (409, "OperationNotAllowed")
    assert "(kchat - Creating) is in progress" in found.body["message"]


def test_a_deletion_may_be_let_preempt_what_runs(arm: ArmServer) -> None:
    arm.state.operation_looks = 5
    arm.state.delete_preempts = True
    made = put(arm)

    assert call(arm, "DELETE", POOL).status == 202
    assert call(arm, "GET", made.headers["Azure-AsyncOperation"]).body["status"] == "Canceled"
    assert state_of(arm) == "Deleting"


def test_abort_stops_what_runs(arm: ArmServer) -> None:
    arm.state.operation_looks = 1
    made = put(arm)

    aborted = call(arm, "POST", f"{POOL}/abort")

    assert aborted.status == 202
    assert [state_of(arm), state_of(arm)] == ["Canceling", "Canceled"]
    assert call(arm, "GET", made.headers["Azure-AsyncOperation"]).body["status"] == "Canceled"
    assert arm.state.cluster.pools["kchat"].nodes == 0


def test_abort_is_refused_when_nothing_runs(arm: ArmServer) -> None:
    put(arm)
    _finish(arm)

    assert call(arm, "POST", f"{POOL}/abort").status == 409


def test_a_failed_pool_keeps_the_reason_and_can_be_put_again(arm: ArmServer) -> None:
    error = {"code": "AllocationFailed", "message": "No room."}
    arm.state.fault(operation_error=error, method="PUT")
    made = put(arm)

    status = call(arm, "GET", made.headers["Azure-AsyncOperation"])

    assert (status.status, status.body["status"], status.body["error"]) == (200, "Failed", error)
    failed = call(arm, "GET", POOL).body["properties"]
    assert failed["provisioningState"] == "Failed"
    assert failed["status"] == {"provisioningError": error}
    assert arm.state.cluster.pools["kchat"].nodes == 0
    assert put(arm).status == 200
    again = call(arm, "GET", POOL).body["properties"]
    assert (again["provisioningState"], "status" in again) == ("Succeeded", False)


def test_a_failed_deletion_leaves_the_pool(arm: ArmServer) -> None:
    put(arm)
    _finish(arm)
    arm.state.fault(operation_error={"code": "InternalError", "message": "m"}, method="DELETE")

    call(arm, "DELETE", POOL)

    assert state_of(arm) == "Failed"
    assert arm.state.cluster.pools["kchat"].nodes == 1


def test_every_write_changes_the_etag_and_no_look_does(arm: ArmServer) -> None:
    first = put(arm).body["properties"]["eTag"]
    looked = call(arm, "GET", POOL).body["properties"]["eTag"]
    second = put(arm, count=2).body["properties"]["eTag"]

    assert first == looked != second


# learn.microsoft.com/azure/aks/use-etags: the table of expected statuses
@pytest.mark.parametrize(
    ("headers", "absent", "there"),
    [
        ({}, 201, 200),
        ({"If-Match": "*"}, 412, 200),
        ({"If-Match": "another"}, 412, 412),
        ({"If-Match": "{etag}"}, 412, 200),
        ({"If-Match": '"{etag}"'}, 412, 200),
        ({"If-None-Match": "*"}, 201, 412),
    ],
)
def test_etags_guard_a_put(
    arm: ArmServer, headers: dict[str, str], absent: int, there: int
) -> None:
    assert _guarded(arm, "PUT", headers, "-").status == absent
    etag = put(arm).body["properties"]["eTag"]
    assert _guarded(arm, "PUT", headers, etag).status == there


@pytest.mark.parametrize(
    ("headers", "status"), [({"If-Match": "{etag}"}, 202), ({"If-Match": "another"}, 412)]
)
def test_etags_guard_a_deletion(arm: ArmServer, headers: dict[str, str], status: int) -> None:
    etag = put(arm).body["properties"]["eTag"]

    assert _guarded(arm, "DELETE", headers, etag).status == status


def test_of_many_who_create_the_same_pool_one_wins(arm: ArmServer) -> None:
    def create(_: int) -> int:
        return call(arm, "PUT", POOL, pool_body(), headers={"If-None-Match": "*"}).status

    with ThreadPoolExecutor(8) as threads:
        found = sorted(threads.map(create, range(16)))

    assert found == [201] + [412] * 15


def test_many_pools_at_once_never_break_the_quota(arm: ArmServer) -> None:
    arm.state.limit("StandardNCADSA100v4Family", 5 * 24)

    def create(number: int) -> int:
        return put(arm, f"{POOL}{number}").status

    with ThreadPoolExecutor(8) as threads:
        found = sorted(threads.map(create, range(12)))

    assert found == [201] * 5 + [400] * 7


def _guarded(arm: ArmServer, method: str, headers: dict[str, str], etag: str) -> Reply:
    filled = {key: value.format(etag=etag) for key, value in headers.items()}
    return call(arm, method, POOL, pool_body() if method == "PUT" else None, headers=filled)


def _finish(arm: ArmServer) -> None:
    while state_of(arm) != "Succeeded":
        pass
