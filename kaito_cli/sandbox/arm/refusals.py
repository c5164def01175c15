"""What AKS refuses of an agent pool's body, beyond what the schema of its API says."""

import re
from collections.abc import Callable

from kaito_cli.sandbox.arm.cluster import Cluster
from kaito_cli.sandbox.arm.pool_body import MANAGED_GPU, at
from kaito_cli.sandbox.arm.skus import largest_ephemeral_gib
from kaito_cli.sandbox.arm.state import ArmState
from kaito_cli.sandbox.arm.wire import Body, Refusal, flat

POOL_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")  # facts of the AKS API: Linux pools
NODES = range(1001)
Check = Callable[[ArmState, Cluster, Body], None]


def check_name(name: str) -> None:
    if not POOL_NAME.fullmatch(name):
        message = (
            f"The value of parameter agentPool.name '{name}' is invalid: it must match "
            "'^[a-z][a-z0-9]{0,11}$'."
        )
        raise flat(400, "InvalidParameter", message, target="agentPool.name")


def check_pool(state: ArmState, cluster: Cluster, pool: Body) -> None:
    """Refuse what AKS would refuse; ``pool`` has all its defaults."""
    for check in CHECKS:
        check(state, cluster, pool)


def _size(state: ArmState, cluster: Cluster, pool: Body) -> None:
    sku = state.sku(pool.get("vmSize", ""), cluster.region)
    restricted = sku and any(each["type"] == "Location" for each in sku["restrictions"])
    if sku is None or restricted:
        message = (
            f"Virtual Machine size: '{pool.get('vmSize')}' is not supported for subscription "
            f"{cluster.subscription} in location '{cluster.region}'. Please refer to "
            "aka.ms/aks/vm-size-selector to find supported VM sizes in location "
            f"'{cluster.region}'."
        )
        raise flat(400, "VMSizeNotSupported", message)


def _zones(state: ArmState, cluster: Cluster, pool: Body) -> None:
    """Text: github.com/dapr/dapr/pull/9840 (2026-04)."""
    offered = _offered_zones(state, cluster, pool)
    missing = [each for each in pool.get("availabilityZones") or () if each not in offered]
    if missing:
        message = (
            f"The zone(s) '{','.join(missing)}' for resource 'agentpool' is not supported. "
            f"The supported zones for location '{cluster.region}' are '{','.join(offered)}'."
        )
        raise flat(400, "AvailabilityZoneNotSupported", message)


def _disk(state: ArmState, cluster: Cluster, pool: Body) -> None:
    """Texts: github.com/Azure/AKS/issues/2635 and /1988."""
    if pool.get("osDiskType") != "Ephemeral":
        return
    sku = state.sku(pool["vmSize"], cluster.region)
    largest_gib = largest_ephemeral_gib(sku) if sku else 0
    if not largest_gib:
        message = f"The Virtual Machine size {pool['vmSize']} does not support Ephemeral OS disk."
        raise flat(400, "BadRequest", message)
    if pool.get("osDiskSizeGB", 0) > largest_gib:
        message = (
            f"The virtual machine size {pool['vmSize']} has a cache size of "
            f"{largest_gib * 1024**3} bytes, but the OS disk requires "
            f"{pool['osDiskSizeGB'] * 1024**3} bytes. Use a VM size with larger cache or disable "
            "ephemeral OS."
        )
        raise flat(400, "VMCacheSizeTooSmall", message)


def _spot(state: ArmState, cluster: Cluster, pool: Body) -> None:
    """Text: github.com/hashicorp/terraform-provider-azurerm/issues/19355."""
    if pool.get("scaleSetPriority") != "Spot":
        return
    if pool.get("mode") == "System":
        raise _invalid("scaleSetPriority", "A system pool cannot be a spot pool.")
    if "maxSurge" in (pool.get("upgradeSettings") or {}):
        raise flat(400, "InvalidParameter", "Spot pools can't set max surge")
    sku = state.sku(pool["vmSize"], cluster.region)
    capable = sku and {"name": "LowPriorityCapable", "value": "True"} in sku["capabilities"]
    if not capable:
        raise _invalid("vmSize", f"{pool['vmSize']} cannot be used with spot.")


def _surge(state: ArmState, cluster: Cluster, pool: Body) -> None:
    """azure-aks-docs upgrade-aks-node-pools-rolling.md: one of the two has to be more than 0."""
    settings = pool.get("upgradeSettings") or {}
    surge, unavailable = settings.get("maxSurge"), settings.get("maxUnavailable", "0")
    if surge in ("0", "0%") and unavailable in ("0", "0%"):
        raise _invalid("upgradeSettings", "maxSurge and maxUnavailable cannot both be 0.")


def _gpu(state: ArmState, cluster: Cluster, pool: Body) -> None:
    """azure-aks-docs aks-managed-gpu-nodes.md, August 2026; text of the first as in
    github.com/hashicorp/terraform-provider-azurerm/issues/13684."""
    if at(pool, MANAGED_GPU) != "Managed":
        return
    if state.managed_gpu_refused:
        feature = "Microsoft.ContainerService/ManagedGPUExperiencePreview"
        message = f"Preview feature {feature} not registered."
        raise flat(400, "PreviewFeatureNotRegistered", message)
    if pool.get("enableAutoScaling"):
        raise _invalid(MANAGED_GPU, "Managed GPU nodes do not support the cluster autoscaler.")


def _count(state: ArmState, cluster: Cluster, pool: Body) -> None:
    count, least = pool.get("count", 1), 1 if pool.get("mode") == "System" else 0
    if count not in NODES or count < least:
        raise _invalid("count", f"The count {count} is not within {least} and {NODES[-1]}.")
    if not pool.get("enableAutoScaling"):
        if {"minCount", "maxCount"} & pool.keys():
            raise _invalid("minCount", "minCount and maxCount need enableAutoScaling.")
        return
    low, high = pool.get("minCount", -1), pool.get("maxCount", -1)
    if not 0 <= low <= count <= high:
        message = f"minCount {low}, count {count} and maxCount {high} have to be in that order."
        raise _invalid("minCount", message)


def _image(state: ArmState, cluster: Cluster, pool: Body) -> None:
    """Setting nodeImageVersion rolls a pool back, and nothing here was ever upgraded."""
    if "nodeImageVersion" in pool:
        raise _invalid("nodeImageVersion", "It is none of recentlyUsedVersions.")


CHECKS: tuple[Check, ...] = (_size, _zones, _disk, _spot, _surge, _gpu, _count, _image)


def _offered_zones(state: ArmState, cluster: Cluster, pool: Body) -> list[str]:
    sku = state.sku(pool["vmSize"], cluster.region)
    if sku is None:
        return []
    refused = {
        zone for each in sku["restrictions"] for zone in each["restrictionInfo"].get("zones", ())
    }
    return [zone for zone in sku["locationInfo"][0]["zones"] if zone not in refused]


def _invalid(path: str, message: str) -> Refusal:
    """A refusal whose wording is ours: how AKS puts it was not found."""
    text = f"The value of parameter agentPool.properties.{path} is invalid. {message}"
    return flat(400, "InvalidParameter", text, target=f"agentPool.properties.{path}")
