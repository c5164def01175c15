"""Bodies of node pools: what AKS is sent, and what is read from what it shows."""

from typing import Any

import pytest

from kaito_cli.adapters.azure.bodies import body_of, scaled
from kaito_cli.adapters.azure.pools import cluster_of, id_part, pool_of
from kaito_cli.model import Autoscale, GpuDriver, NodePool, PoolState, ProblemKind
from kaito_cli.sandbox.arm.schema import check_body
from tests.adapters.azure.pools_to_make import (
    A100,
    CHEAPEST_SPOT,
    NETWORK,
    PLAIN,
    SCALING,
    SPOT,
    T4,
)


def properties(pool: NodePool) -> dict[str, Any]:
    return dict(body_of(pool)["properties"])


@pytest.mark.parametrize("pool", [PLAIN, SCALING, SPOT, CHEAPEST_SPOT], ids=lambda each: each.name)
def test_every_body_is_what_the_schema_of_aks_allows(pool: NodePool) -> None:
    check_body(body_of(pool))


def test_a_pool_is_asked_for_as_planned() -> None:
    assert body_of(PLAIN) == {
        "properties": {
            "mode": "User",
            "type": "VirtualMachineScaleSets",
            "osType": "Linux",
            "osSKU": "Ubuntu2404",
            "vmSize": A100,
            "count": 2,
            "osDiskType": "Ephemeral",
            "osDiskSizeGB": 256,
            "gpuProfile": {"driver": "Install", "nvidia": {"managementMode": "Managed"}},
            "nodeLabels": {"kaito-cli.dev/workspace": "x"},
            "nodeTaints": ["sku=gpu:NoSchedule"],
            "tags": {"kaito-cli-workspace": "default.x", "kaito-cli-cluster": "prod"},
            "upgradeSettings": {"maxSurge": "0", "maxUnavailable": "1"},
        }
    }


def test_an_autoscaler_gets_bounds_and_a_count_within_them() -> None:
    asked = properties(NodePool(name="k", vm_size=T4, count=0, min_count=1, max_count=3))

    assert [asked[each] for each in ("enableAutoScaling", "minCount", "maxCount")] == [True, 1, 3]
    assert asked["count"] == 1


def test_a_spot_pool_is_deleted_when_evicted_and_takes_no_surge_settings() -> None:
    asked = properties(SPOT)

    assert (asked["scaleSetPriority"], asked["scaleSetEvictionPolicy"]) == ("Spot", "Delete")
    assert asked["spotMaxPrice"] == 0.12346
    assert "upgradeSettings" not in asked
    assert asked["availabilityZones"] == ["1", "2"]
    assert (asked["vnetSubnetID"], asked["podSubnetID"]) == (f"{NETWORK}/nodes", f"{NETWORK}/pods")


def test_a_spot_pool_without_a_limit_pays_up_to_the_common_price() -> None:
    assert properties(CHEAPEST_SPOT)["spotMaxPrice"] == -1


@pytest.mark.parametrize(
    ("driver", "profile"),
    [
        (GpuDriver.MANAGED, {"driver": "Install", "nvidia": {"managementMode": "Managed"}}),
        (GpuDriver.DRIVER, {"driver": "Install"}),
        (GpuDriver.NONE, {"driver": "None"}),
    ],
)
def test_a_gpu_driver_survives_the_way_there_and_back(
    driver: GpuDriver, profile: dict[str, Any]
) -> None:
    body = body_of(NodePool(name="k", vm_size=T4, count=1, gpu_driver=driver))

    assert body["properties"]["gpuProfile"] == profile
    assert pool_of({"name": "k", **body}).gpu_driver is driver


@pytest.mark.parametrize("pool", [PLAIN, SCALING, SPOT], ids=lambda each: each.name)
def test_what_was_asked_for_is_read_back(pool: NodePool) -> None:
    live = pool_of({"name": pool.name, **body_of(pool)})

    for field in (
        "name", "vm_size", "count", "min_count", "max_count", "spot", "zones", "labels", "taints",
        "tags", "os_sku", "os_disk_type", "os_disk_gib", "subnet_id", "pod_subnet_id",
    ):  # fmt: skip
        assert getattr(live, field) == getattr(pool, field), field


def test_a_pool_of_a_clusters_list_is_read_as_one_of_its_own() -> None:
    own = {"vmSize": T4, "count": 3, "provisioningState": "Scaling", "eTag": "e1"}

    live = pool_of({"name": "gpu", **own})

    assert live == pool_of({"name": "gpu", "properties": own})
    assert (live.state, live.count, live.etag) == (PoolState.UPDATING, 3, "e1")


def test_nulls_mean_what_is_left_out_means() -> None:
    nulls = dict.fromkeys(
        ("vmSize", "count", "minCount", "spotMaxPrice", "availabilityZones", "gpuProfile", "tags",
         "nodeLabels", "nodeTaints", "osDiskSizeGB", "powerState", "status", "eTag")
    )  # fmt: skip

    assert pool_of({"name": "p", "properties": {**nulls, "provisioningState": "Succeeded"}}) == (
        pool_of({"name": "p", "properties": {"provisioningState": "Succeeded"}})
    )


def test_why_a_pool_failed_is_read_with_all_its_details() -> None:
    error = {
        "code": "ResourceOperationFailure",
        "message": "The resource operation completed with terminal provisioning state 'Failed'.",
        "details": [{"code": "AllocationFailed", "message": "Allocation failed."}],
    }
    raw = {"provisioningState": "Failed", "status": {"provisioningError": error}}

    live = pool_of({"name": "p", "properties": raw})

    assert live.state is PoolState.FAILED
    assert live.error
    assert (live.error.kind, live.error.message) == (ProblemKind.CAPACITY, "Allocation failed.")


CURRENT = {
    "vmSize": T4,
    "count": 1,
    "orchestratorVersion": "1.35.2",
    "fromTheFuture": {"kept": True},
    "maxPods": None,
    "eTag": "e1",
    "currentOrchestratorVersion": "1.35.2",
    "provisioningState": "Failed",
    "nodeImageVersion": "AKSUbuntu-2404gen2containerd-202611.01.0",
    "status": {"provisioningError": {"code": "x"}},
}


def test_scaling_repeats_what_was_set_and_nothing_that_only_azure_sets() -> None:
    assert scaled(CURRENT, 5) == {
        "properties": {
            "vmSize": T4,
            "count": 5,
            "orchestratorVersion": "1.35.2",
            "fromTheFuture": {"kept": True},
        }
    }


@pytest.mark.parametrize(
    ("count", "autoscale", "bounds"),
    [
        (2, None, (1, 3, 2)),
        (5, None, (1, 5, 5)),
        (0, None, (0, 3, 0)),
        (2, Autoscale(min_nodes=4, max_nodes=6), (4, 6, 4)),
    ],
)
def test_scaling_what_scales_by_itself_moves_its_bounds(
    count: int, autoscale: Autoscale | None, bounds: tuple[int, int, int]
) -> None:
    own = {"enableAutoScaling": True, "minCount": 1, "maxCount": 3, "count": 2}

    body = scaled(own, count, autoscale)["properties"]

    assert (body["minCount"], body["maxCount"], body["count"]) == bounds


def test_a_cluster_is_read_with_its_pools_whatever_the_case_of_its_id() -> None:
    cluster = cluster_of(
        {
            "id": "/subscriptions/S/resourcegroups/RG/providers/x/managedClusters/prod",
            "name": "prod",
            "location": "East US 2",
            "properties": {
                "kubernetesVersion": "1.35",
                "currentKubernetesVersion": "1.35.2",
                "networkProfile": {"networkPlugin": "azure", "networkPluginMode": "Overlay"},
                "nodeProvisioningProfile": {"mode": "Auto"},
                "powerState": {"code": "Stopped"},
                "agentPoolProfiles": [{"name": "system", "mode": "System", "count": 2}],
            },
        }
    )

    assert (cluster.subscription, cluster.resource_group, cluster.region) == ("S", "RG", "eastus2")
    assert (cluster.kubernetes_version, cluster.overlay) == ("1.35.2", True)
    assert (cluster.auto_provisioning, cluster.stopped) == (True, True)
    assert [each.mode for each in cluster.node_pools] == ["System"]


def test_a_part_that_an_id_does_not_have_is_empty() -> None:
    assert id_part("/subscriptions/s", "resourceGroups") == ""
