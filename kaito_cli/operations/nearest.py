"""The nearest choice that nothing known blocks: another zone, another size, another region."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from kaito_cli.model import (
    Check,
    Engine,
    Fallback,
    Finding,
    Hardware,
    Model,
    Nearest,
    Plan,
    Request,
    Verdict,
)
from kaito_cli.planner.fallbacks import fallbacks
from kaito_cli.readiness.preflight.facts import Facts, makes_pool, read
from kaito_cli.readiness.preflight.judge import OF_PLACEMENT, is_blocked, judged

ELSEWHERE = (
    "Quota and offer there were not asked, and an AKS cluster takes nodes only in its own "
    "region: this needs a cluster there."
)


def nearest(
    plan: Plan,
    findings: Iterable[Finding],
    facts: Facts,
    model: Model,
    hardware: Hardware,
    engines: tuple[Engine, ...],
) -> Nearest | None:
    """The first of the plan's fallbacks that ``facts`` do not block, else the cheapest region
    with a price; None where the choice itself is not blocked, or where no pool is made."""
    blocked = {each.check for each in findings if each.verdict is Verdict.BLOCKED}
    if not makes_pool(plan) or not blocked & set(OF_PLACEMENT):
        return None
    for each in _choices(plan, blocked, facts, model, hardware, engines):
        found = judged(each, facts, (*OF_PLACEMENT, Check.SUBNET, Check.PRICE))
        if not is_blocked(found):
            return _here(plan, each, found)
    return _elsewhere(plan, hardware)


def _choices(
    plan: Plan,
    blocked: set[Check],
    facts: Facts,
    model: Model,
    hardware: Hardware,
    engines: tuple[Engine, ...],
) -> Iterator[Plan]:
    """Other zones and sizes; zones that were asked for are given up last, or first where it is
    they that are blocked."""
    if not read(facts.cluster):
        return
    skus = facts.skus if read(facts.skus) else ()
    for request in _requests(plan.request, blocked):
        yield from fallbacks(request, model, hardware, engines, facts.cluster, skus)


def _requests(asked: Request, blocked: set[Check]) -> list[Request]:
    widest = replace(asked, fallback=Fallback.ANY)
    if not asked.zones:
        return [widest]
    anywhere = replace(widest, zones=())
    return [anywhere, widest] if Check.ZONES in blocked else [widest, anywhere]


def _here(plan: Plan, choice: Plan, findings: Iterable[Finding]) -> Nearest:
    unknown = [each.check for each in findings if each.verdict is Verdict.UNKNOWN]
    return Nearest(
        placement=choice.placement,
        cost=choice.cost,
        flags=_flags(choice),
        reason=_reason(plan, choice),
        zones=choice.node_pool.zones,
        unchecked=f"Not known of it: {', '.join(unknown)}." if unknown else "",
    )


def _flags(choice: Plan) -> str:
    zones = [f"--zone {each}" for each in choice.node_pool.zones]
    return " ".join([f"--vm-size {choice.placement.vm_size}", *zones])


def _reason(plan: Plan, choice: Plan) -> str:
    told = ["another size"]
    if choice.placement.vm_size == plan.placement.vm_size:
        told = ["the same size in another zone"]
    if plan.request.zones and not choice.node_pool.zones:
        told.append("in no zone of its own (leave --zone out)")
    told.append(_difference(plan, choice))
    return ", ".join(each for each in told if each)


def _difference(plan: Plan, choice: Plan) -> str:
    before, after = plan.cost.usd_per_hour, choice.cost.usd_per_hour
    if before is None or after is None or before == after:
        return ""
    return f"${abs(after - before):.2f} an hour {'more' if after > before else 'less'}"


def _elsewhere(plan: Plan, hardware: Hardware) -> Nearest | None:
    """The region where the size itself is cheapest, within what may be spent."""
    size, nodes = plan.placement.vm_size, plan.placement.nodes
    prices = hardware.prices.usd_per_hour.get(size, {})
    most = plan.request.max_cost_usd_per_hour
    others = sorted(
        (usd * nodes, region)
        for region, usd in prices.items()
        if region != plan.cost.region and (most is None or usd * nodes <= most)
    )
    if not others:
        return None
    usd, region = others[0]
    return Nearest(
        placement=plan.placement,
        cost=replace(
            plan.cost,
            usd_per_hour=round(usd, 4),
            region=region,
            price_date=hardware.prices.date,
            source=hardware.prices.source,
        ),
        flags=f"--region {region} --vm-size {size}",
        reason="no other size fits here; the cheapest region that has a price for this one",
        unchecked=ELSEWHERE,
    )
