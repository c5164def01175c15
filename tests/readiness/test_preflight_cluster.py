"""The cluster's state, version and network, and the pools in it."""

from typing import Any

import pytest

from kaito_cli.errors import NotFound, Unreachable
from kaito_cli.model import AzureProblem, LiveNodePool, Nodes, ProblemKind, Subnet, Verdict
from kaito_cli.readiness.preflight.cluster import cluster, kubernetes_version, subnet
from kaito_cli.readiness.preflight.facts import Facts
from kaito_cli.readiness.preflight.pool import MOST_POOLS, node_pool
from tests.builders import plan
from tests.readiness.facts import SUBNET_ID, facts, live, with_pools

EXISTING = {"request": {"nodes": Nodes.EXISTING}, "node_pool": {"existing": True, "name": ""}}
KARPENTER = {"request": {"nodes": Nodes.KARPENTER}}


@pytest.mark.parametrize(
    ("changes", "verdict", "said"),
    [
        ({}, Verdict.OK, "runs in eastus2"),
        ({"stopped": True}, Verdict.BLOCKED, "is stopped"),
        ({"provisioning_state": "Deleting"}, Verdict.BLOCKED, "is being deleted"),
        ({"provisioning_state": "Updating"}, Verdict.WARNING, "(Updating); kaito waits"),
        ({"provisioning_state": "Failed"}, Verdict.WARNING, "ended as Failed"),
    ],
)
def test_the_cluster_takes_changes(changes: dict[str, Any], verdict: Verdict, said: str) -> None:
    found = cluster(plan(), facts(cluster=changes))

    assert found
    assert (found.verdict, said in found.message) == (verdict, True)
    assert bool(found.hint) is (verdict is not Verdict.OK)


def test_a_cluster_that_could_not_be_read_is_unknown() -> None:
    found = cluster(plan(), facts(cluster=Unreachable("No answer.", hint="Again.")))

    assert found
    assert (found.verdict, found.message) == (Verdict.UNKNOWN, "No answer.")


@pytest.mark.parametrize(("by_aks", "verdict"), [(True, Verdict.OK), (False, Verdict.UNKNOWN)])
def test_karpenter_is_run_by_aks_or_not_seen(by_aks: bool, verdict: Verdict) -> None:
    found = cluster(plan(**KARPENTER), facts(cluster={"auto_provisioning": by_aks}))

    assert found
    assert found.verdict is verdict


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("1.35.2", Verdict.OK),
        ("1.32", Verdict.OK),
        ("1.38.0", Verdict.OK),
        ("v1.34.1", Verdict.OK),
        ("1.31.9", Verdict.WARNING),
        ("1.39.0", Verdict.WARNING),
        ("1.26.3", Verdict.WARNING),
        ("", Verdict.UNKNOWN),
        ("latest", Verdict.UNKNOWN),
    ],
)
def test_the_version_has_images_of_ubuntu_24_04(version: str, verdict: Verdict) -> None:
    found = kubernetes_version(plan(), facts(cluster={"kubernetes_version": version}))

    assert found
    assert found.verdict is verdict


@pytest.mark.parametrize(("version", "verdict"), [("1.31", Verdict.OK), ("1.26", Verdict.WARNING)])
def test_nodes_that_are_there_need_only_what_the_manifests_do(
    version: str, verdict: Verdict
) -> None:
    found = kubernetes_version(plan(**EXISTING), facts(cluster={"kubernetes_version": version}))

    assert found
    assert found.verdict is verdict


@pytest.mark.parametrize(
    ("network", "nodes", "left", "verdict", "needed"),
    [
        ({"overlay": True}, 2, 2, Verdict.OK, 2),
        ({"overlay": True}, 2, 1, Verdict.BLOCKED, 2),
        ({"overlay": False}, 1, 31, Verdict.OK, 31),
        ({"overlay": False}, 1, 30, Verdict.BLOCKED, 31),
        ({"overlay": False, "network_plugin": "kubenet"}, 1, 1, Verdict.OK, 1),
        ({"overlay": False, "network_plugin": ""}, 1, 1, Verdict.OK, 1),
    ],
)
def test_the_subnet_has_addresses(
    network: dict[str, Any], nodes: int, left: int, verdict: Verdict, needed: int
) -> None:
    known = facts(cluster=network, subnet=Subnet(id=SUBNET_ID, addresses=251, used=251 - left))
    found = subnet(plan(node_pool={"count": nodes, "subnet_id": SUBNET_ID}), known)

    assert found
    assert (found.verdict, found.needed) == (verdict, needed)
    assert (found.used, found.limit, found.unit) == (251 - left, 251, "addresses")


def test_pods_with_a_subnet_of_their_own_take_none_of_the_nodes() -> None:
    known = facts(cluster={"overlay": False}, subnet=Subnet(id=SUBNET_ID, addresses=2, used=1))
    found = subnet(plan(node_pool={"subnet_id": SUBNET_ID, "pod_subnet_id": "pods"}), known)

    assert found
    assert found.verdict is Verdict.OK


def test_a_resumed_pool_needs_no_more_addresses() -> None:
    known = with_pools(live())
    full = facts(cluster=known.cluster, subnet=Subnet(id=SUBNET_ID, addresses=251, used=251))
    found = subnet(plan(node_pool={"subnet_id": SUBNET_ID}), full)

    assert found
    assert (found.verdict, found.needed) == (Verdict.OK, 0)


@pytest.mark.parametrize(
    ("id", "read"), [("", None), (SUBNET_ID, NotFound("There is no subnet.", hint="x"))]
)
def test_a_subnet_that_is_not_seen_is_unknown(id: str, read: NotFound | None) -> None:
    found = subnet(plan(node_pool={"subnet_id": id}), facts(subnet=read))

    assert found
    assert found.verdict is Verdict.UNKNOWN


FAILED: dict[str, Any] = {
    "provisioning_state": "Failed",
    "error": AzureProblem(kind=ProblemKind.CAPACITY, code="AllocationFailed", message="None left."),
}


@pytest.mark.parametrize(
    ("pool", "verdict", "said"),
    [
        (live(), Verdict.OK, "deploy goes on with it"),
        (live(provisioning_state="Creating"), Verdict.OK, "deploy goes on with it"),
        (live(**FAILED), Verdict.WARNING, "None left."),
        (live(provisioning_state="Deleting"), Verdict.WARNING, "is being deleted"),
        (live(stopped=True), Verdict.BLOCKED, "but stopped"),
        (live(tags={}), Verdict.BLOCKED, "without kaito's tag"),
        (live(tags={"kaito-cli-workspace": "default.other"}), Verdict.BLOCKED, "left alone"),
        (live("kother", count=3), Verdict.WARNING, "has node pool `kother` (3 × "),
        (live("user", tags={}), Verdict.OK, "will be made; the cluster has 1 of 100"),
    ],
)
def test_the_place_of_the_pool_is_free_or_its_own(
    pool: LiveNodePool, verdict: Verdict, said: str
) -> None:
    found = node_pool(plan(), with_pools(pool))

    assert found
    assert (found.verdict, said in found.message) == (verdict, True), found.message


@pytest.mark.parametrize(
    ("pools", "verdict"), [(MOST_POOLS - 1, Verdict.OK), (MOST_POOLS, Verdict.BLOCKED)]
)
def test_a_cluster_takes_a_hundred_pools(pools: int, verdict: Verdict) -> None:
    found = node_pool(plan(), with_pools(*(live(f"p{n}", tags={}) for n in range(pools))))

    assert found
    assert (found.verdict, found.used, found.limit) == (verdict, pools, 100)


@pytest.mark.parametrize(
    ("pool", "verdict", "said"),
    [
        (live("gpu"), Verdict.OK, "`gpu`: 1 of 1 nodes needed"),
        (live("gpu", count=0), Verdict.BLOCKED, "0 of 1 nodes needed"),
        (live("gpu", count=0, min_count=0, max_count=2), Verdict.WARNING, "up to 2"),
        (live("gpu", stopped=True), Verdict.BLOCKED, "is stopped"),
        (live("gpu", provisioning_state="Deleting"), Verdict.BLOCKED, "being deleted"),
        (live("gpu", provisioning_state="Failed"), Verdict.WARNING, "failed at its last change"),
        (live("gpu", vm_size="Standard_D4s_v5"), Verdict.BLOCKED, "has Standard_D4s_v5"),
        (live("other"), Verdict.BLOCKED, "There is no node pool `gpu`"),
    ],
)
def test_the_pool_that_was_named_will_do(pool: LiveNodePool, verdict: Verdict, said: str) -> None:
    asked = plan(request={"node_pool": "gpu"}, node_pool={"name": "gpu", "existing": True})
    found = node_pool(asked, with_pools(pool))

    assert found
    assert (found.verdict, said in found.message) == (verdict, True), found.message


@pytest.mark.parametrize(
    ("known", "selector", "verdict"),
    [
        (with_pools(live("a"), live("b")), {}, Verdict.OK),
        (with_pools(live("a", stopped=True)), {}, Verdict.UNKNOWN),
        (with_pools(), {}, Verdict.UNKNOWN),  # nodes may be those of no agent pool
        (with_pools(auto_provisioning=True), {}, Verdict.UNKNOWN),
        (with_pools(live("a")), {"gpu": "a100"}, Verdict.UNKNOWN),
        (facts(cluster=Unreachable("No answer.", hint="x")), {}, Verdict.UNKNOWN),
        (facts(cluster=None), {}, Verdict.UNKNOWN),
    ],
)
def test_existing_nodes_of_the_size_are_counted(
    known: Facts, selector: dict[str, str], verdict: Verdict
) -> None:
    asked = plan(
        request={"nodes": Nodes.EXISTING, "node_selector": selector},
        node_pool={"existing": True, "name": ""},
    )
    asked_with = node_pool(asked, known)

    assert asked_with
    assert asked_with.verdict is verdict


def test_karpenter_makes_no_pool() -> None:
    assert node_pool(plan(**KARPENTER), with_pools()) is None
