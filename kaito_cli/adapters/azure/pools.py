"""Agent pools and clusters as AKS's REST API (2026-08-01) shows them. Pure."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

from kaito_cli.model import AksCluster, AzureProblem, GpuDriver, LiveNodePool
from kaito_cli.readiness.azure import problem_of
from kaito_cli.readiness.redaction import redacted

Raw = Mapping[str, Any]

_LARGEST = 2**31 - 1  # int32, as the API's specification has it


def pool_of(raw: Raw) -> LiveNodePool:
    """An agent pool, be it a resource of its own or an entry of a cluster's
    agentPoolProfiles, which spells the same properties one level higher."""
    own = raw.get("properties") or raw
    error = _of(_of(own, "status"), "provisioningError")
    scaling = bool(own.get("enableAutoScaling"))
    return LiveNodePool(
        name=str(raw["name"]),
        vm_size=str(own.get("vmSize") or ""),
        count=number_at(own, "count"),
        provisioning_state=str(own.get("provisioningState") or ""),
        error=_problem(error) if error else None,
        stopped=_stopped(own),
        mode=str(own.get("mode") or "User"),
        os_sku=str(own.get("osSKU") or ""),
        os_disk_type=str(own.get("osDiskType") or ""),
        os_disk_gib=number_at(own, "osDiskSizeGB"),
        min_count=number_at(own, "minCount") if scaling else None,
        max_count=number_at(own, "maxCount") if scaling else None,
        spot=str(own.get("scaleSetPriority") or "").lower() == "spot",
        spot_max_price_usd_per_hour=_price(own),
        zones=tuple(map(str, own.get("availabilityZones") or ())),
        gpu_driver=_gpu_driver(own),
        subnet_id=str(own.get("vnetSubnetID") or ""),
        pod_subnet_id=str(own.get("podSubnetID") or ""),
        max_pods=number_at(own, "maxPods"),
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


def number_at(own: Raw, name: str) -> int:
    """As `number`; 0 where it is null or left out."""
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
