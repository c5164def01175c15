"""Bodies of requests about agent pools, in the words of AKS's REST API (2026-08-01). Pure."""

from typing import Any

from kaito_cli.adapters.azure.pools import Raw, number_at
from kaito_cli.model import NO_AUTOSCALING, Autoscale, GpuDriver, NodePool

Body = dict[str, Any]

# DRIVER names no managementMode: where Azure refuses the field, this is what is left.
_GPU_PROFILES: dict[GpuDriver, Body] = {
    GpuDriver.MANAGED: {"driver": "Install", "nvidia": {"managementMode": "Managed"}},
    GpuDriver.DRIVER: {"driver": "Install"},
    GpuDriver.NONE: {"driver": "None"},
}
# A surge node is a spare GPU node of quota (azure-aks-docs upgrade-aks-node-pools-rolling.md)
_NO_SURGE = {"maxSurge": "0", "maxUnavailable": "1"}
_NO_LIMIT = -1  # spotMaxPrice: up to the price of a pool that is not spot
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
        min_nodes=min(number_at(properties, "minCount"), count),
        max_nodes=max(number_at(properties, "maxCount"), count),
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
