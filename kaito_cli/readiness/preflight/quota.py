"""vCPU quota: of the VM family and of the region, or of spot, which draws on neither.

https://learn.microsoft.com/azure/quotas/per-vm-quota-requests and …/spot-quota: VMs at the
usual price count against their family and against all of the region; spot VMs of all families
count against one quota of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kaito_cli.model import Check, Finding, Plan, SkuOffer, Usage, Verdict, quota_name
from kaito_cli.readiness.preflight.facts import (
    Facts,
    draws_on_azure,
    makes_pool,
    offer_of,
    own_nodes,
    read,
    reader_of,
    unread,
)

REGIONAL = "cores"
SPOT = "lowPriorityCores"
UNIT = "vCPUs"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Need:
    """vCPUs to be added: ``now`` for the nodes asked for, ``least`` if those that may be there
    already are, ``most`` once the autoscaler has grown the pool. ``sure``: no node of ours is
    out of sight."""

    now: int
    least: int
    most: int
    sure: bool


def family_quota(plan: Plan, facts: Facts) -> Finding | None:
    """Whether the family of the VM size has vCPUs left; None for spot."""
    if not draws_on_azure(plan) or plan.node_pool.spot:
        return None
    return _quota(Check.FAMILY_QUOTA, "", plan, facts)


def regional_quota(plan: Plan, facts: Facts) -> Finding | None:
    """Whether the region has vCPUs left for all families together; None for spot."""
    if not draws_on_azure(plan) or plan.node_pool.spot:
        return None
    return _quota(Check.REGIONAL_QUOTA, REGIONAL, plan, facts)


def spot_quota(plan: Plan, facts: Facts) -> Finding | None:
    """Whether the region has spot vCPUs left; None for what is no spot."""
    if not draws_on_azure(plan) or not plan.node_pool.spot:
        return None
    return _quota(Check.SPOT_QUOTA, SPOT, plan, facts)


def _quota(check: Check, name: str, plan: Plan, facts: Facts) -> Finding | None:
    offer = offer_of(plan, facts)
    if not read(facts.usages):
        return unread(check, facts.usages, facts, reader_of(facts))
    if offer is None:
        return None if read(facts.skus) else unread(check, facts.skus, facts, reader_of(facts))
    usage = _named(facts.usages, name or offer.family)
    if usage is None or usage.limit < 0 or offer.vcpus < 1:
        return _silent(check, name or offer.family, plan)
    return _weighed(check, usage, _need(plan, facts, offer), plan, facts)


def _named(usages: Sequence[Usage], name: str) -> Usage | None:
    wanted = quota_name(name)
    return next((each for each in usages if quota_name(each.name) == wanted), None)


def _silent(check: Check, name: str, plan: Plan) -> Finding:
    return Finding(
        check=check,
        verdict=Verdict.UNKNOWN,
        message=f"Azure names no quota `{name}` in {plan.cost.region}.",
        hint=_listing(plan),
    )


def _need(plan: Plan, facts: Facts, offer: SkuOffer) -> _Need:
    own, pool = own_nodes(plan, facts), plan.node_pool
    most = max(pool.count, pool.max_count or 0)
    return _Need(
        now=max(0, pool.count - own.sure) * offer.vcpus,
        least=max(0, pool.count - own.sure - own.perhaps) * offer.vcpus,
        most=max(0, most - own.sure) * offer.vcpus,
        sure=makes_pool(plan),
    )


def _weighed(check: Check, usage: Usage, need: _Need, plan: Plan, facts: Facts) -> Finding:
    left = usage.limit - usage.used
    if need.now == 0:
        verdict, told = Verdict.OK, "Its nodes are there already"
    elif need.now <= left:
        verdict, told = Verdict.OK, f"{need.now} {UNIT} needed"
    elif need.least <= left and need.least < need.now:
        verdict = Verdict.WARNING
        told = f"{need.now} {UNIT} needed unless the workspace's own pool has its nodes"
    else:
        verdict = Verdict.BLOCKED if need.sure else Verdict.WARNING
        told = f"{need.now} {UNIT} needed"
    if verdict is Verdict.OK and need.most > max(0, left):
        verdict, told = Verdict.WARNING, f"{told}, {need.most} when it grows to its most nodes"
    short = need.most if need.now <= left else need.now
    return Finding(
        check=check,
        verdict=verdict,
        message=f"{told}; {usage.used} of {usage.limit} in use ({usage.name}).",
        unit=UNIT,
        needed=need.now,
        used=usage.used,
        limit=usage.limit,
        hint="" if verdict is Verdict.OK else _raising(usage, short, plan, facts),
    )


def _listing(plan: Plan) -> str:
    return f"`az vm list-usage -l {plan.cost.region} -o table` lists the quotas."


def _raising(usage: Usage, needed: int, plan: Plan, facts: Facts) -> str:
    """The request for more, as the quota extension of the Azure CLI takes it."""
    subscription = facts.cluster.subscription if read(facts.cluster) else "SUBSCRIPTION"
    kind = "lowPriority" if plan.node_pool.spot else "dedicated"
    return (
        f"`az quota update --resource-name {_shell(usage.name)} --scope /subscriptions/"
        f"{subscription}/providers/Microsoft.Compute/locations/{plan.cost.region} "
        f"--limit-object value={usage.used + needed} --resource-type {kind}`; "
        f"{_listing(plan)}"
    )


def _shell(name: str) -> str:
    return f"'{name}'" if " " in name else name
