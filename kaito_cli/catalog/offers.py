"""VM sizes with the GPUs they carry and their price in one region, side by side."""

from dataclasses import replace
from difflib import get_close_matches

from kaito_cli.errors import NotFound
from kaito_cli.model import DEFAULT_REGION, Hardware, PriceList, VmOffer, VmSize


def offers(hardware: Hardware, region: str) -> list[VmOffer]:
    """Every VM size as offered in ``region``: those kaito plans with first, cheapest first.

    Raises NotFound when no price of that region is known at all.
    """
    region = region.strip().lower().replace(" ", "")
    known = {each for of_size in hardware.prices.usd_per_hour.values() for each in of_size}
    if region not in known:
        near = get_close_matches(region, known, n=2) or [DEFAULT_REGION]
        raise NotFound(
            f"No GPU prices are known for a region named `{region}`.",
            hint=f"Try `--region {near[0]}`.",
        )
    return sorted((_offer(size, hardware, region) for size in hardware.sizes), key=_rank)


def with_prices(hardware: Hardware, prices: PriceList) -> Hardware:
    """``hardware`` at other prices, and at no others: a list has one date, and prices of
    another day beside it would pass for its own."""
    return replace(hardware, prices=prices)


def _rank(offer: VmOffer) -> tuple[bool, bool, float, str]:
    price = offer.usd_per_hour
    return not offer.plannable, price is None, price or 0, offer.name


def _offer(size: VmSize, hardware: Hardware, region: str) -> VmOffer:
    device = hardware.devices.get(size.device)
    return VmOffer(
        name=size.name,
        gpu=size.device,
        gpus=size.gpus,
        gpu_memory_gib=device.memory_gib if device else None,
        compute_capability=device.compute_capability if device else None,
        link=size.link,
        vcpus=size.vcpus,
        ram_gib=size.ram_gib,
        temp_disk_gib=size.temp_disk_gib,
        nvme_gib=size.nvme_gib,
        quota_family=size.quota_family,
        region=region,
        usd_per_hour=hardware.prices.of(size.name, region),
        price_date=hardware.prices.date,
        price_source=hardware.prices.source,
        status=size.status,
        plannable=size.plannable,
        why_not=size.why_not,
        notes=size.notes,
    )
