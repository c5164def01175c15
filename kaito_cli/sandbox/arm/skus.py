"""Records of the Compute SKUs API, made of kaito's own catalogue and a few CPU sizes.

Names and spelling of the fields: Compute resource SKUs, api-version 2021-07-01. What the
catalogue does not know is left out of a record, as it must not be told as known.
"""

import json
from functools import cache
from pathlib import Path

from kaito_cli.catalog import gpus
from kaito_cli.model import VmSize
from kaito_cli.sandbox.arm.wire import Body

RETIRED = "retired"
# a name of price lists, not of the Compute API (presets/gpus/azure.yaml)
NOT_SOLD = frozenset({"Standard_ND96asr_A100_v4"})
# regions without availability zones among those with prices (learn.microsoft.com/azure/
# reliability/regions-list; recall)
ZONELESS = frozenset({"westus", "northcentralus", "westcentralus", "southindia", "canadaeast"})
ZONES = ("1", "2", "3")
EPHEMERAL_MAX_GIB = 2040  # azure-aks-docs concepts-storage.md, August 2026


def offered_in(region: str) -> list[Body]:
    """A fresh record of every VM size sold in a region: those with a price there."""
    prices = gpus.prices()
    sold = [size for size in gpus.vm_sizes() if _is_sold(size)]
    found = [_gpu_record(size, region) for size in sold if prices.of(size.name, region)]
    return [_record(name, region, **fields) for name, fields in _cpu_sizes().items()] + found


def capability(sku: Body, name: str) -> str:
    """One capability of a record; empty when it has none of that name."""
    return next((each["value"] for each in sku["capabilities"] if each["name"] == name), "")


def vcpus(sku: Body) -> int:
    return int(capability(sku, "vCPUs"))


def largest_ephemeral_gib(sku: Body) -> int:
    """The largest ephemeral OS disk: of the places it may be put, as AKS counts them."""
    if capability(sku, "EphemeralOSDiskSupported") != "True":
        return 0
    places = capability(sku, "SupportedEphemeralOSDiskPlacements").split(",")
    sizes = {
        "CacheDisk": int(capability(sku, "CachedDiskBytes") or 0) // 1024**3,
        "ResourceDisk": int(capability(sku, "MaxResourceVolumeMB") or 0) // 1024,
        "NvmeDisk": int(capability(sku, "NvmeDiskSizeInMiB") or 0) // 1024,
    }
    return min(EPHEMERAL_MAX_GIB, max(sizes.get(each, 0) for each in places))


def _is_sold(size: VmSize) -> bool:
    return size.status != RETIRED and size.name not in NOT_SOLD


@cache
def _cpu_sizes() -> dict[str, Body]:
    text = Path(__file__).with_name("cpu_sizes.json").read_text(encoding="utf-8")
    sizes: dict[str, Body] = json.loads(text)["sizes"]
    return sizes


def _gpu_record(size: VmSize, region: str) -> Body:
    known = {
        "vCPUs": size.vcpus,
        "MemoryGB": size.ram_gib,
        "GPUs": size.gpus,
        "MaxResourceVolumeMB": (size.temp_disk_gib or 0) * 1024,
        "NvmeDiskSizeInMiB": size.nvme_gib and size.nvme_gib * 1024,
        "RdmaEnabled": size.infiniband,
        **_ephemeral(size),
    }
    return _record(size.name, region, family=size.quota_family, capabilities=known)


def _ephemeral(size: VmSize) -> Body:
    """On the cache where the catalogue's figure is more than the temp disk holds."""
    largest_gib = size.ephemeral_os_disk_gib
    if largest_gib is None:
        return {"EphemeralOSDiskSupported": False}
    on_cache = largest_gib > (size.temp_disk_gib or 0)
    return {
        "EphemeralOSDiskSupported": True,
        "SupportedEphemeralOSDiskPlacements": "ResourceDisk,CacheDisk",
        "CachedDiskBytes": largest_gib * 1024**3 if on_cache else None,
    }


def _record(name: str, region: str, *, family: str, capabilities: Body) -> Body:
    known = {"CpuArchitectureType": "x64", "LowPriorityCapable": True, **capabilities}
    zones = [] if region in ZONELESS else list(ZONES)
    return {
        "resourceType": "virtualMachines",
        "name": name,
        "tier": "Standard",
        "size": name.removeprefix("Standard_"),
        "family": family,
        "locations": [region],
        "locationInfo": [{"location": region, "zones": zones, "zoneDetails": []}],
        "capabilities": [
            {"name": key, "value": _text(value)}
            for key, value in known.items()
            if value is not None
        ],
        "restrictions": [],
    }


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
