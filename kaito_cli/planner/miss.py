"""Nothing fits: the nearest miss, and what would help."""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from kaito_cli.errors import DoesNotFit
from kaito_cli.model import Hardware
from kaito_cli.planner.ask import Ask
from kaito_cli.planner.candidate import Candidate
from kaito_cli.planner.levers import levers
from kaito_cli.planner.search import Found, search


def nothing_fits(ask: Ask, hardware: Hardware, found: Found) -> DoesNotFit:
    """The error for a search without candidates, with a hint that can be typed."""
    asked = f"`{ask.model.name}` with {ask.concurrency:,} × {ask.context_length:,} tokens"
    if found.dear:
        return _too_dear(ask, hardware, found, asked)
    where = ask.request.vm_size or f"any VM size offered in {ask.region}"
    message = f"{asked} does not fit on {where}."
    if not found.misses:
        reasons = "\n".join(f"{each.vm_size}: {each.reason}" for each in found.rejected)
        return DoesNotFit(message, detail=reasons, hint="See what there is: kaito gpus")
    nearest = min(found.misses, key=lambda each: each.missing_gib)
    return DoesNotFit(message, detail=_nearest(nearest), hint=_hint(ask, hardware, nearest))


def _too_dear(ask: Ask, hardware: Hardware, found: Found, asked: str) -> DoesNotFit:
    cheapest = found.dear[0]
    usd = cheapest.usd_per_hour or 0.0
    enough = f"--max-cost {ceil(usd * 100) / 100:.2f}"
    return DoesNotFit(
        f"{asked} fits, but not for ${ask.request.max_cost_usd_per_hour:.2f} an hour.",
        detail=f"The cheapest is {cheapest.placement.nodes} × {cheapest.size.name} "
        f"for ${usd:.2f} an hour.",
        hint="This would do: "
        + ", or ".join(f"`{flag}`" for flag in (enough, *_cheaper(ask, hardware))),
    )


def _cheaper(ask: Ask, hardware: Hardware) -> Iterator[str]:
    """Smaller asks that the search finds a placement for within the same price."""
    half, shorter = ask.concurrency // 2, ask.context_length // 2
    smaller = {
        f"--concurrency {half}": replace(ask, concurrency=half),
        f"--context-length {shorter}": replace(ask, context_length=shorter),
        "--quantization fp8": replace(ask, request=replace(ask.request, quantization="fp8")),
    }
    for flag, changed in smaller.items():
        sensible = changed.concurrency > 0 and changed.context_length > 0
        quantized = ask.model.weights.quantization and flag.startswith("--quantization")
        if sensible and not quantized and search(changed, hardware).candidates:
            yield flag


def _nearest(miss: Candidate) -> str:
    placement = miss.placement
    spread = f"TP {placement.tensor_parallel}, PP {placement.pipeline_parallel}"
    return (
        f"Nearest: {placement.nodes} × {placement.vm_size} ({spread}) lacks "
        f"{miss.missing_gib:,.2f} GiB on each GPU: {miss.reason}."
    )


def _hint(ask: Ask, hardware: Hardware, nearest: Candidate) -> str:
    """Levers that make the nearest miss fit; their price only where the size was named, for
    another may then be cheaper."""
    most = ask.request.max_cost_usd_per_hour
    helpful = [
        each
        for each in levers(ask, hardware, nearest)
        if each.fits and (most is None or (each.usd_per_hour or 0.0) <= most)
    ]
    if not helpful:
        return "Ask for less context or concurrency, or a quantized version of the model."
    priced = bool(ask.request.vm_size)
    return "This would fit: " + ", or ".join(
        f"`{each.flag}`"
        + (f" (${each.usd_per_hour:.2f} an hour)" if priced and each.usd_per_hour else "")
        for each in helpful[:3]
    )
