"""Agent pools and clusters in the words of AKS's REST API (2026-08-01), and back. Pure."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

from kaito_cli.model import (
    NO_AUTOSCALING,
    AksCluster,
    Autoscale,
    AzureProblem,
    GpuDriver,
    LiveNodePool,
    NodePool,
)
from kaito_cli.readiness.azure import problem_of
from kaito_cli.readiness.redaction import redacted

Body = dict[str, Any]
Raw = Mapping[str, Any]

# DRIVER names no managementMode: where Azure refuses the field, this is what is left.
_GPU_PROFILES: dict[GpuDriver, Body] = {
    GpuDriver.MANAGED: {"driver": "Install", "nvidia": {"managementMode": "Managed"}},
    GpuDriver.DRIVER: {"driver": "Install"},
    GpuDriver.NONE: {"driver": "None"},
}
# A surge node is a spare GPU node of quota (azure-aks-docs upgrade-aks-node-pools-rolling.md)
_NO_SURGE = {"maxSurge": "0", "maxUnavailable": "1"}
_NO_LIMIT = -1  # spotMaxPrice: up to the price of a pool that is not spot
_LARGEST = 2**31 - 1  # int32, as the API's specification has it
_PRICE_DECIMALS = 5  # azure-aks-docs spot-node-pool.md
# What a GET shows and a PUT must not repeat; nodeImageVersion would start a rollback.
_READ_ONLY = frozenset(
    {
        "eTag",
        "currentOrchestratorVersion",
        "provisioningState",
        "status",
        "nodeImageVersion",
        "virtualMachineNodesStatus",
    }
)


def body_of(pool: NodePool) -> Body:
    """The body of the PUT that creates ``pool``. What AKS decides by itself is left out."""
    properties = {
        "mode": "User",
        "type": "VirtualMachineScaleSets",
        "osType": "Linux",
        "osSKU": pool.os_sku,
        "vmSize": pool.vm_size,
        "gpuProfile": _GPU_PROFILES[pool.gpu_driver],
        "nodeLabels": dict(pool.labels),
        "nodeTaints": list(pool.taints),
        "tags": dict(pool.tags),
        **_size(pool),
        **_disk(pool),
        **_place(pool),
        **_priority(pool),
    }
    return {"properties": properties}


def scaled(current: Raw, count: int, autoscale: Autoscale | None = None) -> Body:
    """The body of the PUT that gives the pool with properties ``current`` other numbers and
    changes nothing else. Bounds that are there are widened to hold ``count`` when no others are
    given."""
    properties = {
        name: value
        for name, value in current.items()
        if name not in _READ_ONLY and value is not None
    }
    bounds = autoscale or _widened(properties, count)
    if bounds == NO_AUTOSCALING:
        return {"properties": {**_unbounded(properties), "count": count}}
    if bounds is None:
        return {"properties": {**properties, "count": count}}
    return {"properties": {**properties, **_bounded(count, bounds.min_nodes, bounds.max_nodes)}}


def pool_of(raw: Raw) -> LiveNodePool:
    """An agent pool, be it a resource of its own or an entry of a cluster's
    agentPoolProfiles, which spells the same properties one level higher."""
    own = raw.get("properties") or raw
    error = _of(_of(own, "status"), "provisioningError")
    scaling = bool(own.get("enableAutoScaling"))
    return LiveNodePool(
        name=str(raw["name"]),
        vm_size=str(own.get("vmSize") or ""),
        count=_number(own, "count"),
        provisioning_state=str(own.get("provisioningState") or ""),
        error=_problem(error) if error else None,
        stopped=_stopped(own),
        mode=str(own.get("mode") or "User"),
        os_sku=str(own.get("osSKU") or ""),
        os_disk_type=str(own.get("osDiskType") or ""),
        os_disk_gib=_number(own, "osDiskSizeGB"),
        min_count=_number(own, "minCount") if scaling else None,
        max_count=_number(own, "maxCount") if scaling else None,
        spot=str(own.get("scaleSetPriority") or "").lower() == "spot",
        spot_max_price_usd_per_hour=_price(own),
        zones=tuple(map(str, own.get("availabilityZones") or ())),
        gpu_driver=_gpu_driver(own),
        subnet_id=str(own.get("vnetSubnetID") or ""),
        pod_subnet_id=str(own.get("podSubnetID") or ""),
        max_pods=_number(own, "maxPods"),
        labels=_texts(own, "nodeLabels"),
        taints=tuple(map(str, own.get("nodeTaints") or ())),
        tags=_texts(own, "tags"),
        etag=str(own.get("eTag") or raw.get("etag") or ""),
    )


def cluster_of(raw: Raw) -> AksCluster:
    """A managed cluster with its pools, as GET and list show it."""
    own, id = _of(raw, "properties"), str(raw["id"])
    network, nodes = _of(own, "networkProfile"), _of(own, "nodeProvisioningProfile")
    version = own.get("currentKubernetesVersion") or own.get("kubernetesVersion")
    return AksCluster(
        id=id,
        name=str(raw["name"]),
        subscription=id_part(id, "subscriptions"),
        resource_group=id_part(id, "resourceGroups"),
        region=region_name(str(raw["location"])),
        kubernetes_version=str(version or ""),
        fqdn=str(own.get("fqdn") or ""),
        private_fqdn=str(own.get("privateFQDN") or ""),
        node_resource_group=str(own.get("nodeResourceGroup") or ""),
        provisioning_state=str(own.get("provisioningState") or ""),
        stopped=_stopped(own),
        network_plugin=str(network.get("networkPlugin") or ""),
        overlay=str(network.get("networkPluginMode") or "").lower() == "overlay",
        auto_provisioning=str(nodes.get("mode") or "").lower() == "auto",
        node_pools=tuple(map(pool_of, own.get("agentPoolProfiles") or ())),
    )


def id_part(id: str, name: str) -> str:
    """The part after ``name`` in an ARM id, whatever its case; empty when it has none."""
    parts = id.split("/")
    for key, value in itertools.pairwise(parts):
        if key.lower() == name.lower():
            return value
    return ""


def region_name(region: str) -> str:
    """``eastus`` for East US: the same region is spelled both ways."""
    return region.replace(" ", "").lower()


def _size(pool: NodePool) -> Body:
    if pool.min_count is None or pool.max_count is None:
        return {"count": pool.count}
    return _bounded(pool.count, pool.min_count, pool.max_count)


def _bounded(count: int, least: int, most: int) -> Body:
    """AKS wants the count of a pool that scales by itself within its bounds."""
    return {
        "enableAutoScaling": True,
        "minCount": least,
        "maxCount": most,
        "count": min(max(count, least), most),
    }


def _widened(properties: Raw, count: int) -> Autoscale | None:
    if not properties.get("enableAutoScaling"):
        return None
    return Autoscale(
        min_nodes=min(_number(properties, "minCount"), count),
        max_nodes=max(_number(properties, "maxCount"), count),
    )


def _unbounded(properties: Raw) -> Body:
    kept = {key: each for key, each in properties.items() if key not in ("minCount", "maxCount")}
    return {**kept, "enableAutoScaling": False}


def _disk(pool: NodePool) -> Body:
    size = {"osDiskSizeGB": pool.os_disk_gib} if pool.os_disk_gib else {}
    return {"osDiskType": pool.os_disk_type, **size}


def _place(pool: NodePool) -> Body:
    place = {
        "availabilityZones": list(pool.zones),
        "vnetSubnetID": pool.subnet_id,
        "podSubnetID": pool.pod_subnet_id,
    }
    return {name: value for name, value in place.items() if value}


def _priority(pool: NodePool) -> Body:
    """Spot pools take no upgradeSettings: AKS answers "Spot pools can't set max surge"
    (terraform-provider-azurerm#19355)."""
    if not pool.spot:
        return {"upgradeSettings": dict(_NO_SURGE)}
    price = pool.spot_max_price_usd_per_hour
    return {
        "scaleSetPriority": "Spot",
        "scaleSetEvictionPolicy": "Delete",  # Deallocate would go on counting against quota
        "spotMaxPrice": _NO_LIMIT if price is None else round(price, _PRICE_DECIMALS),
    }


def _gpu_driver(own: Raw) -> GpuDriver | None:
    """None where AKS shows no gpuProfile: a pool without GPUs, or one left to its default."""
    profile = _of(own, "gpuProfile")
    if not profile:
        return None
    if str(profile.get("driver") or "").lower() == "none":
        return GpuDriver.NONE
    mode = str(_of(profile, "nvidia").get("managementMode") or "")
    return GpuDriver.MANAGED if mode.lower() == "managed" else GpuDriver.DRIVER


def _stopped(own: Raw) -> bool:
    return str(_of(own, "powerState").get("code") or "").lower() == "stopped"


def _of(raw: Raw, name: str) -> Raw:
    """A nested object; empty where it is null or left out."""
    return raw.get(name) or {}


def _problem(error: Raw) -> AzureProblem:
    """What went wrong, without a secret that Azure may quote."""
    found = problem_of(error)
    return replace(found, message=redacted(found.message))


def _price(own: Raw) -> float | None:
    """None where the price is not bounded, which AKS shows as -1."""
    price = float(own.get("spotMaxPrice") or 0)
    if not isfinite(price):
        raise ValueError(f"spotMaxPrice is {price}")
    return price if price > 0 else None


def _number(own: Raw, name: str) -> int:
    return number(own.get(name) or 0, name)


def number(value: Any, name: str) -> int:
    """A count as Azure has them, of nodes, GiB or vCPUs. ValueError, TypeError or
    OverflowError: what can be none."""
    found = int(value)
    if not 0 <= found <= _LARGEST:
        raise ValueError(f"{name} is {str(found)[:20]}")
    return found


def _texts(own: Raw, name: str) -> dict[str, str]:
    return {str(key): str(value) for key, value in _of(own, name).items()}
