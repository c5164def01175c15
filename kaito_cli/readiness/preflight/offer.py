"""What Azure offers: the VM size in the region and its zones, and its OS disk."""

from kaito_cli.model import Check, Finding, Plan, SkuOffer, Verdict
from kaito_cli.readiness.preflight.facts import (
    Facts,
    draws_on_azure,
    makes_pool,
    offer_of,
    read,
    reader_of,
    unread,
)

EPHEMERAL = "Ephemeral"
GIB = "GiB"
NOT_FOR_SUBSCRIPTION = "https://aka.ms/azureskunotavailable says how to ask for access"


def offer(plan: Plan, facts: Facts) -> Finding | None:
    """Whether the subscription is offered the VM size in the region, as spot if asked."""
    if not draws_on_azure(plan):
        return None
    if not read(facts.skus):
        return unread(Check.OFFER, facts.skus, facts, reader_of(facts))
    size, region = plan.node_pool.vm_size, plan.cost.region
    if not facts.skus:
        return _finding(Verdict.UNKNOWN, f"Azure lists no VM size at all in {region}.", plan)
    found = offer_of(plan, facts)
    if found is None:
        return _finding(Verdict.BLOCKED, f"{size} is not offered in {region}.", plan)
    return _restricted(found, plan)


def _restricted(found: SkuOffer, plan: Plan) -> Finding:
    size, region = found.name, plan.cost.region
    if found.restriction:
        told = f"{size} in {region} is closed to this subscription ({found.restriction})."
        return _finding(Verdict.BLOCKED, told, plan)
    if plan.node_pool.spot and found.spot is False:
        told = f"{size} is not offered as spot in {region}."
        return _finding(Verdict.BLOCKED, told, plan, hint="Leave --spot out.")
    if plan.node_pool.spot and found.spot is None:
        told = f"Azure does not say whether {size} is offered as spot in {region}."
        return _finding(Verdict.UNKNOWN, told, plan)
    spot = " as spot" if plan.node_pool.spot else ""
    return _finding(Verdict.OK, f"{size} is offered{spot} in {region}.", plan)


def _finding(verdict: Verdict, message: str, plan: Plan, hint: str = "") -> Finding:
    listing = f"{_listing(plan)}; {NOT_FOR_SUBSCRIPTION}."
    return Finding(
        check=Check.OFFER,
        verdict=verdict,
        message=message,
        hint="" if verdict is Verdict.OK else hint or listing,
    )


def _listing(plan: Plan) -> str:
    return (
        f"`az vm list-skus -l {plan.cost.region} --size {plan.node_pool.vm_size} --all -o table` "
        "shows what Azure says"
    )


def zones(plan: Plan, facts: Facts) -> Finding | None:
    """Whether the size is offered in every zone asked for; None when none was."""
    asked = plan.node_pool.zones
    if not draws_on_azure(plan) or not asked:
        return None
    if not read(facts.skus):
        return unread(Check.ZONES, facts.skus, facts, reader_of(facts))
    found = offer_of(plan, facts)
    return None if found is None else _in_zones(asked, found, plan)


def _in_zones(asked: tuple[str, ...], found: SkuOffer, plan: Plan) -> Finding:
    verdict, told, hint = Verdict.OK, f"{found.name} is offered in {_zones(asked)}.", ""
    if missing := _missing(asked, found):
        verdict, hint = Verdict.BLOCKED, _other_zones(found)
        told = f"{found.name} is not offered in {_zones(missing)}{_closed(missing, found)}."
    elif found.zones is None:
        verdict, hint = Verdict.UNKNOWN, f"{_listing(plan)}."
        told = f"Azure does not say in which zones of {plan.cost.region} {found.name} is offered."
    return Finding(check=Check.ZONES, verdict=verdict, message=told, hint=hint)


def _missing(asked: tuple[str, ...], found: SkuOffer) -> list[str]:
    """The zones that Azure is known not to offer the size in."""
    if found.zones is None:
        return [each for each in asked if each in found.restricted_zones]
    return [each for each in asked if each not in found.zones]


def _zones(names: list[str] | tuple[str, ...]) -> str:
    return f"zone {', '.join(names)}" if len(names) == 1 else f"zones {', '.join(names)}"


def _closed(missing: list[str], found: SkuOffer) -> str:
    closed = [each for each in missing if each in found.restricted_zones]
    return f" ({_zones(closed)} closed to this subscription)" if closed else ""


def _other_zones(found: SkuOffer) -> str:
    if found.zones is None:
        return "Name other zones with --zone, or leave it out."
    if not found.zones:
        return "Leave --zone out: this size has no zones here."
    flags = " ".join(f"--zone {each}" for each in found.zones)
    return f"Use `{flags}` or some of them, or leave --zone out."


def os_disk(plan: Plan, facts: Facts) -> Finding | None:
    """Whether the size holds the planned OS disk on itself."""
    pool = plan.node_pool
    if not makes_pool(plan):
        return None
    if pool.os_disk_type != EPHEMERAL:
        told = f"A managed OS disk of {pool.os_disk_gib} {GIB}."
        return Finding(check=Check.OS_DISK, verdict=Verdict.OK, message=told)
    if not read(facts.skus):
        return unread(Check.OS_DISK, facts.skus, facts, reader_of(facts))
    found = offer_of(plan, facts)
    return None if found is None else _ephemeral(found, plan)


def _ephemeral(found: SkuOffer, plan: Plan) -> Finding:
    needed, most = plan.node_pool.os_disk_gib, found.ephemeral_os_disk_gib
    if found.ephemeral_os_disk is False:
        verdict, told = Verdict.BLOCKED, f"{found.name} takes no ephemeral OS disk."
    elif found.ephemeral_os_disk is None or most is None:
        verdict = Verdict.UNKNOWN
        told = f"Azure does not say how large an ephemeral OS disk {found.name} takes."
    elif needed > most:
        verdict = Verdict.BLOCKED
        told = f"An ephemeral OS disk of {needed} {GIB} is planned; {found.name} holds {most}."
    else:
        verdict = Verdict.OK
        told = f"An ephemeral OS disk of {needed} {GIB}; {found.name} holds up to {most}."
    return Finding(
        check=Check.OS_DISK,
        verdict=verdict,
        message=told,
        unit=GIB,
        needed=needed,
        limit=most,
        hint="" if verdict is Verdict.OK else "Choose another size with --vm-size.",
    )
