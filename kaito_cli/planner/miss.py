"""Nothing fits: the nearest miss, and what would help."""

from kaito_cli.errors import DoesNotFit
from kaito_cli.model import Hardware
from kaito_cli.planner.ask import Ask
from kaito_cli.planner.candidate import Candidate
from kaito_cli.planner.levers import levers
from kaito_cli.planner.search import Found


def nothing_fits(ask: Ask, hardware: Hardware, found: Found) -> DoesNotFit:
    """The error for a search without candidates, with a hint that can be typed."""
    where = ask.request.vm_size or f"any VM size offered in {ask.region}"
    asked = f"{ask.concurrency:,} × {ask.context_length:,} tokens"
    message = f"`{ask.model.name}` with {asked} does not fit on {where}."
    if too_dear := [each for each in found.rejected if "--max-cost" in each.reason]:
        cheapest = too_dear[0]
        return DoesNotFit(
            f"`{ask.model.name}` with {asked} fits, but not for "
            f"${ask.request.max_cost_usd_per_hour} an hour.",
            detail=f"{cheapest.vm_size}: {cheapest.reason}",
            hint=f"Raise --max-cost, or ask for less: {_cheaper(ask)}.",
        )
    if not found.misses:
        reasons = "\n".join(f"{each.vm_size}: {each.reason}" for each in found.rejected)
        return DoesNotFit(message, detail=reasons, hint="See what there is: kaito gpus")
    nearest = min(found.misses, key=lambda each: each.missing_gib)
    return DoesNotFit(message, detail=_nearest(nearest), hint=_hint(ask, hardware, nearest))


def _nearest(miss: Candidate) -> str:
    placement = miss.placement
    spread = f"TP {placement.tensor_parallel}, PP {placement.pipeline_parallel}"
    return (
        f"Nearest: {placement.nodes} × {placement.vm_size} ({spread}) lacks "
        f"{miss.missing_gib:.2f} GiB on each GPU: {miss.reason}."
    )


def _hint(ask: Ask, hardware: Hardware, nearest: Candidate) -> str:
    helpful = [each for each in levers(ask, hardware, nearest.size, nearest) if each.fits]
    if not helpful:
        return "Ask for less context or concurrency, or a quantized version of the model."
    return "This would fit: " + ", or ".join(
        f"`{each.flag}`" + (f" (${each.usd_per_hour:.2f} an hour)" if each.usd_per_hour else "")
        for each in helpful[:3]
    )


def _cheaper(ask: Ask) -> str:
    return f"--concurrency {max(1, ask.concurrency // 2)}, a shorter --context-length"
