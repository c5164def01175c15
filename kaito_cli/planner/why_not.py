"""Why a VM size is not the choice, and what would make it one."""

from dataclasses import replace

from kaito_cli.errors import DoesNotFit
from kaito_cli.model import Engine, Fit, Hardware, Model, Plan, Request, WhyNot
from kaito_cli.planner.ask import Ask, ask_of
from kaito_cli.planner.candidate import Candidate
from kaito_cli.planner.levers import levers
from kaito_cli.planner.plan import make_plan
from kaito_cli.planner.refusal import refusal
from kaito_cli.planner.search import search_single_node
from kaito_cli.planner.validate import check_request
from kaito_cli.sizing import answer


def why_not(
    request: Request,
    model: Model,
    hardware: Hardware,
    engines: tuple[Engine, ...],
    vm_size: str,
) -> WhyNot:
    """The binding constraint on ``vm_size`` and the cheapest levers, each tried.

    A size that would do says what it costs beside the one that was chosen.
    """
    chosen = _chosen(request, model, hardware, engines)
    named = replace(request, vm_size=vm_size)
    check_request(named, hardware)
    ask = ask_of(named, model, engines)
    found = search_single_node(ask, hardware)
    if found.candidates:
        best = found.candidates[0]
        said = _said(ask, hardware, chosen, _price_reason(ask, best, chosen), best)
        return replace(said, fits=True)
    if not found.misses:
        rejected = found.rejected[0]
        said = _said(ask, hardware, chosen, rejected.reason)
        return replace(said, usd_per_hour=rejected.usd_per_hour)
    miss = min(found.misses, key=lambda each: each.missing_gib)
    said = _said(ask, hardware, chosen, miss.reason, miss)
    return replace(said, levers=levers(ask, hardware, miss))


def _chosen(
    request: Request, model: Model, hardware: Hardware, engines: tuple[Engine, ...]
) -> Plan | None:
    try:
        return make_plan(replace(request, vm_size=""), model, hardware, engines)
    except DoesNotFit:
        return None


def _said(
    ask: Ask,
    hardware: Hardware,
    chosen: Plan | None,
    reason: str,
    tried: Candidate | None = None,
) -> WhyNot:
    """The answer but for its verdict; ``tried`` gives the memory and the price."""
    return WhyNot(
        vm_size=ask.request.vm_size,
        fits=False,
        reason=reason,
        usd_per_hour=tried.usd_per_hour if tried else None,
        chosen_vm_size=chosen.placement.vm_size if chosen else "",
        chosen_usd_per_hour=chosen.cost.usd_per_hour if chosen else None,
        region=ask.region,
        price_date=hardware.prices.date,
        memory=_sized(ask, tried).memory if tried else None,
    )


def _sized(ask: Ask, tried: Candidate) -> Fit:
    return answer(ask.model, tried.device, ask.engine, tried.serve, tried.budget)


def _price_reason(ask: Ask, best: Candidate, chosen: Plan | None) -> str:
    if chosen is None or chosen.placement.vm_size == best.size.name:
        return "it fits, and is the choice" if chosen else "it fits when named"
    usd, cheaper = best.usd_per_hour, chosen.cost.usd_per_hour
    if usd is None or cheaper is None:
        return f"it fits, but its price is not known; {chosen.placement.vm_size} is chosen"
    if usd == cheaper:
        return f"it fits at the same price; {chosen.placement.vm_size} comes first in the ranking"
    if usd < cheaper:
        return f"it fits for ${cheaper - usd:.2f} an hour less, but {_unasked(ask, best)}"
    return f"it fits, but {chosen.placement.vm_size} costs ${usd - cheaper:.2f} an hour less"


def _unasked(ask: Ask, best: Candidate) -> str:
    """Why a cheaper size is taken only when it is named."""
    unnamed = replace(ask, request=replace(ask.request, vm_size=""))
    refused = refusal(unnamed, best.size, best.device, best.usd_per_hour)
    return f"only when named: {best.size.why_not or refused}"
