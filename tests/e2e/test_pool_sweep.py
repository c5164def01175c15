"""Whatever goes wrong at whichever request of a pool's creation: one pool, or a clear error.

The real adapter with the real SDK talks HTTP to the local Azure Resource Manager; only its
patience is shorter.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaito_cli.adapters.azure.aks import AksCloud
from kaito_cli.adapters.azure.connection import Connection
from kaito_cli.adapters.azure.endpoints import arm_endpoint
from kaito_cli.adapters.azure.retries import Patience
from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import hardware
from kaito_cli.catalog.models import preset
from kaito_cli.errors import CloudFailed, KaitoError
from kaito_cli.model import (
    WORKSPACE_TAG,
    Autoscale,
    Event,
    Fallback,
    NodePool,
    Plan,
    Progress,
    Request,
)
from kaito_cli.operations.drive import drive
from kaito_cli.operations.hunt import Field, hunt
from kaito_cli.operations.pools import ensure_pool
from kaito_cli.operations.scaling import delete_pools, scale_pool
from kaito_cli.planner import make_plan
from kaito_cli.planner.fallbacks import fallbacks
from kaito_cli.sandbox.arm import ArmServer, ArmState, serving
from kaito_cli.sandbox.arm.state import CLUSTER, RESOURCE_GROUP, SUBSCRIPTION
from tests.fakes import FakeClock

SHORT = Patience(connect_seconds=1, read_seconds=0.15, retries=2, retry_within_seconds=0.2)
OWNER = "default.falcon-7b"
TIMEOUT_SECONDS = 3600.0


class NoCredential:
    """A server on this machine must never see the user's token."""

    def get_token(self, *scopes: str, **options: Any) -> Any:
        raise AssertionError("the user's credential was asked")

    get_token_info = get_token


@pytest.fixture
def server() -> Iterator[ArmServer]:
    with serving(ArmState(operation_looks=1)) as running:
        yield running


def connected(server: ArmServer) -> AksCloud:
    connection = Connection(arm_endpoint(url=server.url), NoCredential(), SHORT)
    return AksCloud(connection, SUBSCRIPTION, RESOURCE_GROUP, CLUSTER)


def planned(cloud: AksCloud, **asked: Any) -> Plan:
    request = replace(Request(model="falcon-7b"), **asked)
    return make_plan(request, preset("falcon-7b"), hardware(), engines(), cloud.cluster())


def run(operation: Iterator[Event]) -> list[Event]:
    return list(drive([operation], FakeClock(), TIMEOUT_SECONDS))


def ours(server: ArmServer) -> list[str]:
    pools = server.state.cluster.pools.values()
    return [each.name for each in pools if WORKSPACE_TAG in each.properties.get("tags", {})]


def put_names(server: ArmServer) -> set[str]:
    return {each.path for each in server.state.requests if each.method == "PUT"}


CREATION = range(1, 6)  # the requests of one creation: a list, the PUT, and lists until it is ready
FAULTS: dict[str, dict[str, Any]] = {
    "reset before it is read": {"reset": "before"},
    "reset after it took effect": {"reset": "after"},
    "hang before it is read": {"hang": "before"},
    "hang after it took effect": {"hang": "after"},
    "429": {"error": "throttled"},
    "500": {"status": 500, "body": {"error": {"code": "InternalServerError", "message": "Oops"}}},
    "503": {"status": 503, "headers": {"Retry-After": "30"}},
    "html of a proxy": {"status": 502, "body": "<html>bad gateway</html>"},
    "another operation in progress": {"error": "operation_in_progress"},
}
QUICK = [each for each in FAULTS if "hang" not in each]


def test_the_sweep_covers_every_request_of_a_creation(server: ArmServer) -> None:
    cloud = connected(server)
    pool = planned(cloud).node_pool
    server.state.requests.clear()

    run(ensure_pool(pool, cloud, FakeClock()))

    assert len(server.state.requests) < len(CREATION)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("number", CREATION)
def test_one_fault_at_one_request_ends_with_the_pool(
    server: ArmServer, number: int, fault: str
) -> None:
    cloud = connected(server)
    pool = planned(cloud).node_pool
    server.state.fault(request=len(server.state.requests) + number, **FAULTS[fault])

    events = run(ensure_pool(pool, cloud, FakeClock()))

    assert events[-1].progress is Progress.DONE
    assert ours(server) == [pool.name]
    assert len(put_names(server)) == 1


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_fault_that_stays_ends_in_success_or_a_clear_error_and_a_second_run_goes_on(
    server: ArmServer, method: str, fault: str
) -> None:
    cloud = connected(server)
    pool = planned(cloud).node_pool
    server.state.fault(method=method, path="agentPools", times=None, **FAULTS[fault])

    told = how_it_ends(ensure_pool(pool, cloud, FakeClock()))
    server.state.faults.clear()
    run(ensure_pool(pool, cloud, FakeClock()))

    assert told is None or (told.exit_code in (5, 7) and told.hint)
    assert ours(server) == [pool.name]


def how_it_ends(operation: Iterator[Event]) -> KaitoError | None:
    try:
        run(operation)
    except KaitoError as error:
        return error
    return None


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    faults=st.lists(
        st.tuples(
            st.integers(1, 12), st.sampled_from([each for each in FAULTS if "hang" not in each])
        ),
        max_size=4,
    )
)
def test_any_mixture_of_faults_leaves_at_most_one_pool(faults: list[tuple[int, str]]) -> None:
    with serving(ArmState(operation_looks=1)) as server:
        cloud = connected(server)
        pool = planned(cloud).node_pool
        for number, fault in faults:
            server.state.fault(request=len(server.state.requests) + number, **FAULTS[fault])
        for _ in range(3):
            try:
                run(ensure_pool(pool, cloud, FakeClock()))
                break
            except CloudFailed:
                continue

        assert ours(server) == [pool.name]
        assert len(put_names(server)) == 1


def killed_after(steps: Iterator[Event], events: int) -> None:
    """As kill -9 does: the operation goes no further, and nothing is tidied up."""
    for _ in zip(range(events), steps, strict=False):
        pass


@pytest.mark.parametrize("events", range(1, 4))
def test_a_run_that_was_killed_is_gone_on_with(server: ArmServer, events: int) -> None:
    cloud = connected(server)
    pool = planned(cloud).node_pool
    killed_after(ensure_pool(pool, cloud, FakeClock()), events)

    run(ensure_pool(pool, connected(server), FakeClock()))

    assert ours(server) == [pool.name]
    assert [each.method for each in server.state.requests].count("PUT") == 1


def test_a_pool_is_made_scaled_and_deleted(server: ArmServer) -> None:
    cloud = connected(server)
    pool = planned(cloud, vm_size="Standard_NC24ads_A100_v4").node_pool

    run(ensure_pool(pool, cloud, FakeClock()))
    run(scale_pool(OWNER, 2, cloud))
    scaled = server.state.cluster.pools[pool.name].properties["count"]
    run(scale_pool(OWNER, 0, cloud))
    run(delete_pools(OWNER, cloud))

    assert scaled == 2
    assert ours(server) == []
    assert list(server.state.cluster.pools) == ["system"]


def test_a_pool_being_made_is_deleted_however_long_its_abort_takes(server: ArmServer) -> None:
    cloud = connected(server)
    server.state.operation_looks = 5
    cloud.create_node_pool(planned(cloud).node_pool)

    run(delete_pools(OWNER, cloud))

    assert ours(server) == []


def test_two_hunts_at_once_without_room_end_with_one_pool(server: ArmServer) -> None:
    server.state.fault("allocation_failed_lro")
    server.state.operation_looks = 3
    clock = FakeClock()
    cluster = connected(server).cluster()
    known = (preset("falcon-7b"), hardware(), engines(), cluster)
    asked = Request(model="falcon-7b", fallback=Fallback.ANY)
    choices = [make_plan(asked, *known), *fallbacks(asked, *known)]
    hunts = [
        hunt(choices, Field(cloud=connected(server), cluster=cluster, clock=clock)) for _ in "ab"
    ]

    list(drive(hunts, clock, TIMEOUT_SECONDS))

    assert len(ours(server)) == 1


def test_two_runs_at_once_make_one_pool(server: ArmServer) -> None:
    clock = FakeClock()
    pool = planned(connected(server)).node_pool
    runs = [ensure_pool(pool, connected(server), clock) for _ in range(2)]

    list(drive(runs, clock, TIMEOUT_SECONDS))

    assert ours(server) == [pool.name]


def hunted(server: ArmServer, **asked: Any) -> tuple[Plan, list[str]]:
    cloud = connected(server)
    cluster = cloud.cluster()
    request = replace(Request(model="falcon-7b"), **asked)
    known = (preset("falcon-7b"), hardware(), engines(), cluster)
    choices = [make_plan(request, *known), *fallbacks(request, *known)]
    found: list[Plan] = []

    def whole() -> Iterator[Event]:
        field = Field(cloud=cloud, cluster=cluster, clock=FakeClock())
        found.append((yield from hunt(choices, field)))

    told = [each.message for each in run(whole())]
    return found[0], told


@pytest.mark.parametrize("late", [False, True])
def test_without_quota_another_family_is_found(server: ArmServer, late: bool) -> None:
    server.state.late_quota = late
    server.state.limit("StandardNCADSA100v4Family", 0)

    found, told = hunted(server, fallback=Fallback.ANY, vm_size="Standard_NC24ads_A100_v4")

    assert "A100_v4" not in found.placement.vm_size
    assert ours(server) == [found.node_pool.name]
    assert any("quota" in each for each in told)


def test_where_azure_does_not_manage_gpus_the_driver_alone_comes(server: ArmServer) -> None:
    server.state.managed_gpu_refused = True

    found, _ = hunted(server)

    assert ours(server) == [found.node_pool.name]
    sent = server.state.cluster.pools[found.node_pool.name].properties
    assert sent["nodeLabels"]["kaito-cli.dev/device-plugin"] == "true"


@pytest.mark.parametrize(
    "error",
    ["allocation_failed_lro", "overconstrained_lro", "sku_not_available_capacity_lro"],
)
def test_without_capacity_the_next_size_is_made_and_the_failed_pool_goes(
    server: ArmServer, error: str
) -> None:
    server.state.fault(error, method="PUT")

    found, told = hunted(server, fallback=Fallback.ANY)

    assert ours(server) == [found.node_pool.name]
    assert len(put_names(server)) == 2
    assert any(each.startswith("next: ") and "an hour" in each for each in told)


@pytest.mark.parametrize("fault", ["reset after it took effect", "429", "503"])
@pytest.mark.parametrize("number", range(2, 14))
def test_one_fault_at_one_request_does_not_end_a_hunt(
    server: ArmServer, number: int, fault: str
) -> None:
    server.state.fault("allocation_failed_lro", method="PUT")
    server.state.fault(request=number, **FAULTS[fault])

    found, _ = hunted(server)

    assert ours(server) == [found.node_pool.name]


def test_spot_pools_and_autoscaled_pools_are_bodies_that_aks_takes(server: ArmServer) -> None:
    cloud = connected(server)

    bounds = Autoscale(min_nodes=0, max_nodes=2)
    for asked in ({"spot": True}, {"autoscale": bounds}, {"zones": ("1",)}):
        pool: NodePool = planned(cloud, name=f"w{len(ours(server))}", **asked).node_pool
        run(ensure_pool(pool, cloud, FakeClock()))

    assert len(ours(server)) == 3
