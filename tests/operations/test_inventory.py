"""What runs and what it costs, from Azure and the cluster."""

from typing import Any

import pytest

from kaito_cli.catalog.gpus import hardware
from kaito_cli.errors import NotFound
from kaito_cli.model import LiveNodePool, PoolStatus
from kaito_cli.operations.inventory import (
    at_live_prices,
    in_namespace,
    inventory,
    of_workspace,
)
from kaito_cli.ports import Manifest
from tests.fake_prices import FakePrices
from tests.fakes import FakeCloud, FakeCluster, FakeWorld
from tests.inventory import SYSTEM, aks, node, pool, workload

SIZE = "Standard_NC24ads_A100_v4"
LISTED = hardware().prices.of(SIZE, "eastus2")
NODES = (node("system"), node("kchatabc123"))


def of(*pools: LiveNodePool, objects: tuple[Manifest, ...] = NODES, refused: str = "") -> Any:
    world = FakeWorld(
        fake_cloud=FakeCloud(SYSTEM, *pools, cluster=aks()),
        fake_cluster=FakeCluster(*objects, refused=refused),
    )
    return inventory(world, hardware())


def test_without_a_pool_of_ours_kubernetes_is_not_asked() -> None:
    world = FakeWorld(fake_cloud=FakeCloud(SYSTEM))  # it has no cluster port

    assert inventory(world, hardware()) == ()


def test_a_pool_is_shown_with_whose_it_is_and_what_it_costs() -> None:
    (found,) = of(pool())

    assert (found.namespace, found.workspace, found.pool) == ("ml", "chat", "kchatabc123")
    assert (found.nodes, found.age_seconds, found.region) == (2, 86400, "eastus2")
    assert LISTED
    assert found.usd_per_hour == pytest.approx(2 * LISTED)
    assert found.price_date == hardware().prices.date


@pytest.mark.parametrize(
    ("changes", "price"),
    [
        pytest.param({"spot": True}, None, id="a spot price is in no list"),
        pytest.param({"vm_size": "Standard_Odd"}, None, id="a size nobody knows"),
        pytest.param({"count": 0}, 0.0, id="no node"),
        pytest.param({"count": 0, "spot": True}, 0.0, id="no spot node"),
        pytest.param({"stopped": True}, 0.0, id="stopped"),
        pytest.param({"vm_size": SIZE.lower(), "count": 1}, LISTED, id="another spelling"),
    ],
)
def test_the_price_of_an_hour(changes: dict[str, Any], price: float | None) -> None:
    assert of(pool(**changes))[0].usd_per_hour == price


@pytest.mark.parametrize(
    ("kind", "version"),
    [("Deployment", "apps/v1"), ("StatefulSet", "apps/v1"), ("Job", "batch/v1")],
)
def test_a_workspace_of_any_kind_keeps_its_pool(kind: str, version: str) -> None:
    found = of(pool(), objects=(*NODES, workload(kind=kind, api_version=version)))

    assert found[0].verdict == "in-use"


def test_whoever_made_what_is_bound_to_a_pool_needs_it() -> None:
    foreign = workload("web", "default", manager="Helm")
    foreign["spec"] = {"template": {"spec": {"nodeSelector": {"agentpool": "kchatabc123"}}}}

    (found,) = of(pool(), objects=(*NODES, foreign))

    assert (found.verdict, found.reason) == ("in-use", "Deployment default/web bound to it")


@pytest.mark.parametrize("kind", ["Node", "Pod", "Deployment", "StatefulSet", "Job"])
def test_a_cluster_that_cannot_be_read_in_full_tells_nothing(kind: str) -> None:
    (found,) = of(pool(), refused=kind)

    assert found.verdict == "unknown"
    assert found.reason == f"the cluster cannot be read: You may not list {kind}s"


def live_prices() -> FakePrices:
    """$1 an hour, spot a quarter."""
    return FakePrices({SIZE: {"eastus2": 1.0}}, spot={SIZE: {"eastus2": 0.25}})


def test_live_prices_know_spot_too() -> None:
    pools = of(pool(), pool("ka", spot=True), pool("kb", vm_size="Standard_Odd"))

    found = {each.pool: each for each in at_live_prices(pools, live_prices())}

    assert found["kchatabc123"].usd_per_hour == 2.0
    assert (found["ka"].usd_per_hour, found["ka"].price_date) == (0.5, "2026-11-23")
    assert found["kb"].usd_per_hour is None


def test_live_prices_are_asked_for_once_a_region_and_once_for_spot() -> None:
    odd, live = "Standard_Odd", live_prices()
    pools = of(pool(), pool("ka"), pool("kb", vm_size=odd), pool("kc", spot=True))

    found = at_live_prices(pools, live)

    assert sorted(sorted(each) for each in live.asked) == [[SIZE], [SIZE, odd]]
    assert [each.pool for each in found] == [each.pool for each in pools]


def two() -> tuple[PoolStatus, ...]:
    other = {"kaito-cli-workspace": "default.coder"}
    found: tuple[PoolStatus, ...] = of(pool(), pool("kb", tags=other))
    return found


def test_pools_of_one_namespace() -> None:
    assert [each.workspace for each in in_namespace(two(), "default")] == ["coder"]


def test_pools_of_one_workspace() -> None:
    assert [each.pool for each in of_workspace(two(), "chat", "ml")] == ["kchatabc123"]


@pytest.mark.parametrize(
    ("name", "namespace", "hint"),
    [
        ("chat", "default", "Did you mean `-n ml`?"),
        ("codr", "default", "Did you mean `coder`?"),
        ("zzz", "ml", "`kaito list -A` shows those there are."),
    ],
)
def test_a_workspace_without_a_pool_is_not_found(name: str, namespace: str, hint: str) -> None:
    with pytest.raises(NotFound) as caught:
        of_workspace(two(), name, namespace)

    assert caught.value.hint == hint
