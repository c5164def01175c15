"""One entry of Microsoft.Compute/skus (2021-07-01) as an offer. Pure."""

from typing import Any

from kaito_cli.adapters.azure.pools import Raw, number, region_name
from kaito_cli.model import SkuOffer

_MIB_PER_GIB = 1024
_BYTES_PER_GIB = 1024**3
# azure-aks-docs concepts-storage.md, section Default OS disk sizing (August 2026)
_LARGEST_OS_DISK_GIB = 2040


def offer_of(raw: Raw, region: str) -> SkuOffer:
    """The VM size as it is offered in ``region``, one of the locations it names."""
    has = {str(each["name"]): str(each["value"]) for each in raw.get("capabilities") or ()}
    barred = [each for each in raw.get("restrictions") or () if _concerns(each, region)]
    restricted = _zones_of(barred)
    zones = _zones(raw, region)
    return SkuOffer(
        name=str(raw["name"]),
        family=str(raw.get("family") or ""),
        vcpus=number(float(has.get("vCPUs", "0")), "vCPUs"),
        zones=None if zones is None else tuple(sorted(zones - set(restricted))),
        restriction=_reason(barred),
        restricted_zones=restricted,
        spot=_flag(has, "LowPriorityCapable"),
        ephemeral_os_disk=_flag(has, "EphemeralOSDiskSupported"),
        ephemeral_os_disk_gib=_ephemeral_gib(has),
    )


def _zones(raw: Raw, region: str) -> set[str] | None:
    """None where Azure tells nothing of the region."""
    for each in raw.get("locationInfo") or ():
        if region_name(str(each.get("location") or "")) == region:
            return {str(zone) for zone in each.get("zones") or ()}
    return None


def _concerns(restriction: Raw, region: str) -> bool:
    """A restriction names its regions in restrictionInfo, or, of type Location, in values."""
    info: dict[str, Any] = restriction.get("restrictionInfo") or {}
    named = list(info.get("locations") or ())
    if _is(restriction, "location"):
        named += restriction.get("values") or ()
    return not named or region in {region_name(str(each)) for each in named}


def _reason(restrictions: list[Raw]) -> str:
    """Why the whole region is refused; empty when it is not."""
    for each in restrictions:
        if _is(each, "location"):
            return str(each.get("reasonCode") or "NotAvailable")
    return ""


def _zones_of(restrictions: list[Raw]) -> tuple[str, ...]:
    zones: set[str] = set()
    for each in restrictions:
        if _is(each, "zone"):
            info = each.get("restrictionInfo") or {}
            zones.update(map(str, info.get("zones") or each.get("values") or ()))
    return tuple(sorted(zones))


def _is(restriction: Raw, type: str) -> bool:
    return str(restriction.get("type") or "").lower() == type


def _flag(has: dict[str, str], name: str) -> bool | None:
    return has[name].lower() == "true" if name in has else None


def _ephemeral_gib(has: dict[str, str]) -> int | None:
    """The largest ephemeral OS disk: 0 where there can be none, None where Azure does not say.

    It lies on one of the places that Azure lists, on the largest of them at best.
    """
    if _flag(has, "EphemeralOSDiskSupported") is False:
        return 0
    sizes = {
        "CacheDisk": _gib(has, "CachedDiskBytes", _BYTES_PER_GIB),
        "ResourceDisk": _gib(has, "MaxResourceVolumeMB", _MIB_PER_GIB),
        "NvmeDisk": _nvme_gib(has),
    }
    places = has.get("SupportedEphemeralOSDiskPlacements", "CacheDisk,ResourceDisk")
    known = [sizes.get(place.strip()) or 0 for place in places.split(",")]
    largest = max(known, default=0)
    return min(largest, _LARGEST_OS_DISK_GIB) if largest else None


def _nvme_gib(has: dict[str, str]) -> int | None:
    """The size of one disk where several are said to be there: a disk does not span them."""
    each = _gib(has, "NvmeSizePerDiskInMiB", _MIB_PER_GIB)
    return each or _gib(has, "NvmeDiskSizeInMiB", _MIB_PER_GIB)


def _gib(has: dict[str, str], name: str, per_gib: int) -> int | None:
    return number(float(has[name]) / per_gib, name) if name in has else None
