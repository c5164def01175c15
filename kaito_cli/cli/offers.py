"""VM sizes with the GPUs they carry and their price in one region, side by side."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from kaito_cli.cli.view import COLUMNS, Column, dollars, row
from kaito_cli.errors import NotFound
from kaito_cli.model import Hardware, VmSize
from kaito_cli.planner.ask import DEFAULT_REGION

LONGEST_REASON = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class VmOffer:
    """One VM size in one region. ``gpu_memory_gib`` is what CUDA reports of one GPU."""

    name: str
    gpu: str
    gpus: int | None
    gpu_memory_gib: float | None
    compute_capability: float | None
    link: str
    vcpus: int
    ram_gib: float | None
    temp_disk_gib: int | None
    nvme_gib: int | None
    quota_family: str
    region: str
    usd_per_hour: float | None
    price_date: str
    price_source: str
    status: str
    plannable: bool
    why_not: str
    notes: str


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


COLUMNS[VmOffer] = (
    Column(title="VM SIZE", narrowest=26),
    Column(title="GPUS", narrowest=13),
    Column(title="GIB", right=True),
    Column(title="USD/HOUR", right=True),
    Column(title="STATUS", narrowest=16),
)


@row.register(VmOffer)
def _offer_row(offer: VmOffer) -> tuple[str, ...]:
    return (
        offer.name,
        f"{offer.gpus or '?'} × {offer.gpu}",
        f"{offer.gpu_memory_gib:.2f}" if offer.gpu_memory_gib else "?",
        dollars(offer.usd_per_hour).removeprefix("$"),
        _status(offer),
    )


def _status(offer: VmOffer) -> str:
    """What kaito does with this size; the whole reason is in the JSON document."""
    if not offer.plannable:
        return f"not planned: {shortened(offer.why_not)}"
    return offer.status if offer.usd_per_hour is not None else "not offered here"


def shortened(reason: str, longest: int = LONGEST_REASON) -> str:
    """The first clause of a reason, cut between words where that is still too long."""
    clause = re.split(r"[;:]|\. ", reason)[0].strip().rstrip(".")
    clause = re.sub(r"^It (is|has) ", "", clause)
    if len(clause) <= longest:
        return clause
    return clause[: longest - 1].rpartition(" ")[0] + "…"
