"""Why a VM size is not the choice, and what would make it one."""

from dataclasses import replace

from kaito_cli.errors import DoesNotFit
from kaito_cli.model import Engine, Hardware, Model, Plan, Request, WhyNot
from kaito_cli.planner.ask import Ask, ask_of
from kaito_cli.planner.levers import levers
from kaito_cli.planner.plan import make_plan
from kaito_cli.planner.search import Found, search_single_node
from kaito_cli.planner.validate import check_request
from kaito_cli.sizing import fit


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
        return _fitting(ask, hardware, found, chosen)
    if not found.misses:
        return _refused(ask, hardware, found, chosen)
    return _missing(ask, hardware, found, chosen)


def _chosen(
    request: Request, model: Model, hardware: Hardware, engines: tuple[Engine, ...]
) -> Plan | None:
    try:
        return make_plan(replace(request, vm_size=""), model, hardware, engines)
    except DoesNotFit:
        return None


def _fitting(ask: Ask, hardware: Hardware, found: Found, chosen: Plan | None) -> WhyNot:
    best = found.candidates[0]
    sized = fit(ask.model, best.device, best.size.link, ask.engine, best.serve, version=ask.version)
    return WhyNot(
        vm_size=best.size.name,
        fits=True,
        reason=_price_reason(best.size.name, best.usd_per_hour, chosen),
        usd_per_hour=best.usd_per_hour,
        chosen_vm_size=chosen.placement.vm_size if chosen else "",
        chosen_usd_per_hour=chosen.cost.usd_per_hour if chosen else None,
        region=ask.region,
        price_date=hardware.prices.date,
        memory=sized.memory,
    )


def _price_reason(vm_size: str, usd: float | None, chosen: Plan | None) -> str:
    if chosen is None or chosen.placement.vm_size == vm_size:
        return "it fits, and is the choice" if chosen else "it fits when named"
    cheaper = chosen.cost.usd_per_hour
    if usd is None or cheaper is None:
        return f"it fits, but its price is not known; {chosen.placement.vm_size} is chosen"
    if usd == cheaper:
        return f"it fits at the same price; {chosen.placement.vm_size} comes first in the ranking"
    return f"it fits, but {chosen.placement.vm_size} costs ${usd - cheaper:.2f} an hour less"


def _refused(ask: Ask, hardware: Hardware, found: Found, chosen: Plan | None) -> WhyNot:
    rejected = found.rejected[0]
    return WhyNot(
        vm_size=rejected.vm_size,
        fits=False,
        reason=rejected.reason,
        usd_per_hour=rejected.usd_per_hour,
        chosen_vm_size=chosen.placement.vm_size if chosen else "",
        chosen_usd_per_hour=chosen.cost.usd_per_hour if chosen else None,
        region=ask.region,
        price_date=hardware.prices.date,
        memory=None,
    )


def _missing(ask: Ask, hardware: Hardware, found: Found, chosen: Plan | None) -> WhyNot:
    miss = min(found.misses, key=lambda each: each.missing_gib)
    sized = fit(ask.model, miss.device, miss.size.link, ask.engine, miss.serve, version=ask.version)
    return WhyNot(
        vm_size=miss.size.name,
        fits=False,
        reason=sized.reason,
        usd_per_hour=miss.usd_per_hour,
        chosen_vm_size=chosen.placement.vm_size if chosen else "",
        chosen_usd_per_hour=chosen.cost.usd_per_hour if chosen else None,
        region=ask.region,
        price_date=hardware.prices.date,
        memory=sized.memory,
        levers=levers(ask, hardware, miss.size, miss),
    )
