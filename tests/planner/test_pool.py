"""The node pool of a plan, and what a chosen cluster settles about it."""

from dataclasses import replace
from typing import Any

import pytest

from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import hardware
from kaito_cli.catalog.models import preset
from kaito_cli.errors import BadInput, NotFound
from kaito_cli.model import AksCluster, Autoscale, GpuDriver, LiveNodePool, Nodes, Plan, Request
from kaito_cli.planner import make_plan
from tests.fakes import CLUSTER

A100 = "Standard_NC24ads_A100_v4"
SYSTEM = LiveNodePool(
    name="system",
    vm_size="Standard_D4s_v5",
    count=3,
    provisioning_state="Succeeded",
    mode="System",
    subnet_id="/subnets/nodes",
    pod_subnet_id="/subnets/pods",
)
MINE = LiveNodePool(name="gpus", vm_size=A100, count=2, provisioning_state="Succeeded")


def planned(cluster: AksCluster = CLUSTER, **asked: Any) -> Plan:
    request = replace(Request(model="falcon-7b"), **asked)
    return make_plan(request, preset("falcon-7b"), hardware(), engines(), cluster)


def test_the_pool_says_whose_it_is() -> None:
    pool = planned(name="chat", namespace="research").node_pool

    assert pool.tags == {"kaito-cli-workspace": "research.chat", "kaito-cli-cluster": "prod"}
    assert pool.labels == {"kaito-cli.dev/workspace": "chat", "kaito-cli.dev/namespace": "research"}
    assert pool.taints == ("sku=gpu:NoSchedule",)


def test_another_cluster_is_another_pool() -> None:
    other = replace(CLUSTER, id=CLUSTER.id.replace("prod", "test"))

    assert planned().node_pool.name != planned(other).node_pool.name
    assert (
        planned().node_pool.name == planned(replace(CLUSTER, id=CLUSTER.id.upper())).node_pool.name
    )


@pytest.mark.parametrize(
    "change",
    [
        {"spot": True},
        {"zones": ("1",)},
        {"autoscale": Autoscale(min_nodes=1, max_nodes=2)},
        {"vm_size": "Standard_NC40ads_H100_v5"},
        {"namespace": "research"},
        {"name": "chat"},
    ],
)
def test_what_a_pool_cannot_change_makes_another_pool(change: dict[str, Any]) -> None:
    assert planned().node_pool.name != planned(**change).node_pool.name


def test_other_bounds_of_an_autoscaler_are_the_same_pool() -> None:
    names = {
        planned(autoscale=Autoscale(min_nodes=1, max_nodes=most)).node_pool.name for most in (2, 3)
    }

    assert len(names) == 1


def test_a_pool_that_scales_by_itself_has_the_driver_alone() -> None:
    scaled = planned(autoscale=Autoscale(min_nodes=1, max_nodes=2)).node_pool

    assert planned().node_pool.gpu_driver is GpuDriver.MANAGED
    assert scaled.gpu_driver is GpuDriver.DRIVER
    assert scaled.labels["kaito-cli.dev/device-plugin"] == "true"


def test_the_network_is_that_of_the_system_pool() -> None:
    pool = planned(replace(CLUSTER, node_pools=(MINE, SYSTEM))).node_pool

    assert (pool.subnet_id, pool.pod_subnet_id) == ("/subnets/nodes", "/subnets/pods")


def test_the_region_is_the_clusters() -> None:
    plan = planned(replace(CLUSTER, region="swedencentral"))

    assert plan.cost.region == "swedencentral"
    assert not any(each.startswith("region") for each in plan.assumptions)
    assert plan.request.region == ""


def test_another_region_than_the_clusters_is_refused() -> None:
    with pytest.raises(BadInput, match="is in eastus2"):
        planned(region="westus3")


def test_the_size_of_a_named_pool_is_seen() -> None:
    plan = planned(replace(CLUSTER, node_pools=(MINE,)), node_pool="gpus")

    assert (plan.placement.vm_size, plan.node_pool.name) == (A100, "gpus")
    assert (plan.node_pool.existing, plan.node_pool.tags) == (True, {})


def test_a_named_pool_has_to_be_there() -> None:
    with pytest.raises(NotFound) as caught:
        planned(replace(CLUSTER, node_pools=(MINE,)), node_pool="gpu")

    assert "gpus" in caught.value.hint


def test_a_named_pool_has_the_size_it_has() -> None:
    with pytest.raises(BadInput, match=A100):
        planned(
            replace(CLUSTER, node_pools=(MINE,)),
            node_pool="gpus",
            vm_size="Standard_NC40ads_H100_v5",
        )


def test_the_size_of_existing_nodes_is_seen_where_it_is_one() -> None:
    there = replace(CLUSTER, node_pools=(SYSTEM, MINE))
    other = replace(MINE, name="more", vm_size="Standard_NC40ads_H100_v5")

    assert planned(there, nodes=Nodes.EXISTING).placement.vm_size == A100
    with pytest.raises(BadInput, match="several sizes"):
        planned(replace(there, node_pools=(MINE, other)), nodes=Nodes.EXISTING)
    with pytest.raises(BadInput, match="has GPUs"):
        planned(replace(there, node_pools=(SYSTEM,)), nodes=Nodes.EXISTING)


def test_a_named_pool_without_gpus_is_said_to_have_none() -> None:
    with pytest.raises(BadInput, match="no GPU kaito knows") as caught:
        planned(replace(CLUSTER, node_pools=(SYSTEM, MINE)), node_pool="system")

    assert "gpus" in caught.value.hint


def test_the_order_of_zones_and_of_pools_does_not_make_another_pool() -> None:
    other = replace(SYSTEM, name="asystem", subnet_id="/subnets/other")
    one, two = (SYSTEM, other), (other, SYSTEM)

    assert planned(zones=("2", "1")).node_pool == planned(zones=("1", "2", "1")).node_pool
    assert (
        planned(replace(CLUSTER, node_pools=one)).node_pool
        == planned(replace(CLUSTER, node_pools=two)).node_pool
    )
