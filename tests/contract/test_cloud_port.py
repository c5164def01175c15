"""What every Cloud does: the same suite on the fake and on the adapter over a local ARM."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kaito_cli.adapters.azure.aks import AksCloud
from kaito_cli.adapters.azure.connection import Connection
from kaito_cli.adapters.azure.endpoints import arm_endpoint
from kaito_cli.errors import Conflict
from kaito_cli.model import NO_AUTOSCALING, Autoscale, GpuDriver, LiveNodePool, NodePool, PoolState
from kaito_cli.ports import Cloud
from kaito_cli.sandbox.arm import ArmState, serving
from kaito_cli.sandbox.arm.state import CLUSTER, RESOURCE_GROUP, SUBSCRIPTION
from tests.fake_cloud import FakeCloud

T4 = "Standard_NC4as_T4_v3"
POOL = NodePool(
    name="kx1",
    vm_size=T4,
    count=2,
    zones=("1",),
    os_disk_gib=512,
    gpu_driver=GpuDriver.DRIVER,
    labels={"kaito-cli.dev/workspace": "x"},
    taints=("sku=gpu:NoSchedule",),
    tags={"kaito-cli-workspace": "default.x"},
)
SCALING = NodePool(
    name="kx2", vm_size=T4, count=1, min_count=1, max_count=2, gpu_driver=GpuDriver.DRIVER
)
FEW_LOOKS = 10


def fake() -> Iterator[Cloud]:
    yield FakeCloud(looks=2)


def real() -> Iterator[Cloud]:
    with serving(ArmState(operation_looks=1)) as server:
        connection = Connection(arm_endpoint(url=server.url), NeverAsked())
        yield AksCloud(connection, SUBSCRIPTION, RESOURCE_GROUP, CLUSTER)
        connection.close()


class NeverAsked:
    def get_token(self, *scopes: str, **options: Any) -> Any:
        raise AssertionError("a server on this machine must not see the user's token")


@pytest.fixture(params=[fake, real])
def cloud(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    make: Callable[[], Iterator[Cloud]] = request.param
    yield from make()


def there(cloud: Cloud, name: str) -> LiveNodePool:
    live = cloud.node_pool(name)
    assert live
    return live


def settled(cloud: Cloud, name: str) -> LiveNodePool | None:
    """The pool once nothing runs on it any more; None when it is gone."""
    for _ in range(FEW_LOOKS):
        live = cloud.node_pool(name)
        if live is None or live.state in (PoolState.READY, PoolState.FAILED):
            return live
    raise AssertionError(f"{name} is still on its way after {FEW_LOOKS} looks")


def made(cloud: Cloud, pool: NodePool) -> LiveNodePool:
    cloud.create_node_pool(pool)
    live = settled(cloud, pool.name)
    assert live
    return live


def test_the_cluster_says_where_it_is_and_what_it_has(cloud: Cloud) -> None:
    made(cloud, POOL)

    cluster = cloud.cluster()

    assert (cluster.name, cluster.region) == ("prod", "eastus2")
    assert cluster.id.endswith("/managedClusters/prod")
    assert POOL.name in {each.name for each in cluster.node_pools}


def test_a_pool_that_is_not_there_is_none(cloud: Cloud) -> None:
    assert cloud.node_pool("nothere") is None


def test_a_pool_is_created_in_its_own_time(cloud: Cloud) -> None:
    cloud.create_node_pool(POOL)

    assert there(cloud, POOL.name).state is PoolState.CREATING
    ready = settled(cloud, POOL.name)
    assert ready
    assert ready.state is PoolState.READY


def test_a_pool_is_as_it_was_asked_for(cloud: Cloud) -> None:
    live = made(cloud, POOL)

    for field in ("vm_size", "count", "zones", "os_disk_gib", "gpu_driver", "taints", "tags"):
        assert getattr(live, field) == getattr(POOL, field), field
    assert POOL.labels.items() <= live.labels.items()
    assert not live.autoscaled
    assert live.etag


def test_a_list_shows_pools_as_each_alone(cloud: Cloud) -> None:
    live = made(cloud, POOL)

    assert live in cloud.node_pools()


@pytest.mark.parametrize("when", ["at once", "later"])
def test_a_name_in_use_is_a_conflict(cloud: Cloud, when: str) -> None:
    cloud.create_node_pool(POOL)
    if when == "later":
        settled(cloud, POOL.name)

    with pytest.raises(Conflict):
        cloud.create_node_pool(POOL)


def test_a_pool_is_scaled_and_keeps_what_it_was(cloud: Cloud) -> None:
    before = made(cloud, POOL)

    cloud.scale_node_pool(before, 3)

    assert there(cloud, POOL.name).state is PoolState.UPDATING
    after = settled(cloud, POOL.name)
    assert after
    assert (after.count, after.tags, after.taints) == (3, before.tags, before.taints)
    assert after.etag != before.etag


def test_the_same_number_of_nodes_may_be_asked_for_again(cloud: Cloud) -> None:
    live = made(cloud, POOL)

    cloud.scale_node_pool(live, live.count)

    after = settled(cloud, POOL.name)
    assert after
    assert (after.state, after.count) == (PoolState.READY, live.count)


@pytest.mark.parametrize(
    ("count", "autoscale", "bounds"),
    [
        (3, None, (1, 3)),
        (0, None, (0, 2)),
        (2, Autoscale(min_nodes=2, max_nodes=4), (2, 4)),
    ],
)
def test_bounds_are_widened_to_hold_a_number_or_set(
    cloud: Cloud, count: int, autoscale: Autoscale | None, bounds: tuple[int, int]
) -> None:
    live = made(cloud, SCALING)

    cloud.scale_node_pool(live, count, autoscale)

    after = settled(cloud, SCALING.name)
    assert after
    assert (after.min_count, after.max_count, after.count) == (*bounds, count)


def test_an_autoscaler_is_taken_away_and_comes_back(cloud: Cloud) -> None:
    live = made(cloud, SCALING)

    cloud.scale_node_pool(live, 0, NO_AUTOSCALING)
    off = settled(cloud, SCALING.name)
    assert off
    cloud.scale_node_pool(off, 1, Autoscale(min_nodes=1, max_nodes=2))

    on = settled(cloud, SCALING.name)
    assert on
    assert (off.autoscaled, off.count) == (False, 0)
    assert (on.min_count, on.max_count, on.count) == (1, 2, 1)


def test_what_somebody_else_changed_meanwhile_is_a_conflict(cloud: Cloud) -> None:
    seen = made(cloud, POOL)
    cloud.scale_node_pool(seen, 3)
    settled(cloud, POOL.name)

    with pytest.raises(Conflict):
        cloud.scale_node_pool(seen, 1)
    with pytest.raises(Conflict):
        cloud.delete_node_pool(seen)

    assert there(cloud, POOL.name).count == 3


def test_a_pool_that_is_gone_cannot_be_scaled(cloud: Cloud) -> None:
    live = made(cloud, POOL)
    cloud.delete_node_pool(live)
    assert settled(cloud, POOL.name) is None

    with pytest.raises(Conflict):
        cloud.scale_node_pool(live, 3)

    assert cloud.node_pool(POOL.name) is None


def test_a_pool_is_deleted_in_its_own_time_and_only_once(cloud: Cloud) -> None:
    live = made(cloud, POOL)

    cloud.delete_node_pool(live)

    assert there(cloud, POOL.name).state is PoolState.DELETING
    assert settled(cloud, POOL.name) is None
    cloud.delete_node_pool(live)


def test_what_runs_on_a_pool_can_be_stopped(cloud: Cloud) -> None:
    cloud.create_node_pool(POOL)

    cloud.abort_node_pool(POOL.name)

    stopped = settled(cloud, POOL.name)
    assert stopped
    assert stopped.state is PoolState.FAILED


def test_stopping_what_does_not_run_does_nothing(cloud: Cloud) -> None:
    made(cloud, POOL)

    cloud.abort_node_pool(POOL.name)
    cloud.abort_node_pool("nothere")

    assert there(cloud, POOL.name).state is PoolState.READY


def test_the_kubeconfig_is_yaml_of_a_config(cloud: Cloud) -> None:
    import yaml

    assert yaml.safe_load(cloud.kubeconfig())["kind"] == "Config"
