"""The same plan with another number of replicas."""

from typing import Any

import pytest

from kaito_cli.errors import BadInput
from kaito_cli.planner.resize import resized
from tests.builders import plan

EIGHT = {"vm_size": "Standard_ND96isr_H100_v5", "gpus_per_node": 8}
LARGE_DISK = {"os_disk_gib": 2040}


@pytest.mark.parametrize(
    ("placement", "replicas", "nodes"),
    [
        ({}, 3, 3),
        ({"replicas": 4, "nodes": 4}, 1, 1),
        ({**EIGHT, "replicas": 8}, 9, 2),
        ({**EIGHT, "replicas": 8}, 3, 1),
        ({**EIGHT, "tensor_parallel": 8}, 3, 3),
        ({**EIGHT, "tensor_parallel": 4, "replicas": 2}, 5, 3),
        ({**EIGHT, "tensor_parallel": 3, "replicas": 2}, 4, 2),  # two of three on eight
        ({"gpus_per_node": 8, "tensor_parallel": 8, "pipeline_parallel": 2, "nodes": 2}, 3, 6),
    ],
)
def test_nodes_follow_replicas(placement: dict[str, Any], replicas: int, nodes: int) -> None:
    found = resized(plan(placement=placement, node_pool=LARGE_DISK), replicas)

    assert (found.placement.replicas, found.placement.nodes) == (replicas, nodes)
    assert found.node_pool.count == nodes


def test_the_price_follows_the_nodes() -> None:
    found = resized(plan(), 3)

    assert found.cost.usd_per_hour == pytest.approx(3 * 3.673)
    assert resized(plan(cost={"usd_per_hour": None}), 3).cost.usd_per_hour is None


def test_there_and_back_is_the_same_plan() -> None:
    assert resized(resized(plan(), 3), 1) == plan()


def test_what_was_not_asked_for_is_not_asked_for_now() -> None:
    assert resized(plan(), 3).request.replicas is None
    assert resized(plan(request={"replicas": 1}), 3).request.replicas == 3


def test_a_disk_that_is_large_enough_holds_more() -> None:
    assert resized(plan(placement=EIGHT, node_pool=LARGE_DISK), 8).placement.nodes == 1
    with pytest.raises(BadInput, match="disk of 256 GiB"):
        resized(plan(placement=EIGHT), 8)


def test_nodes_of_the_users_have_a_disk_of_their_own() -> None:
    existing = {"existing": True, "os_disk_gib": 0, "count": 1}

    found = resized(plan(placement=EIGHT, node_pool=existing), 16)

    assert (found.placement.nodes, found.node_pool.count) == (2, 1)
