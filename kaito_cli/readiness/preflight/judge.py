"""Preflight: a verdict on every thing that could go wrong before money is spent.

Each judgement is a function of the plan and of what Azure answered. It says BLOCKED only on a
conclusive no; what could not be read is UNKNOWN, which stops nothing.
"""

from collections.abc import Callable, Iterable

from kaito_cli.model import Check, Finding, Plan, Verdict
from kaito_cli.readiness.preflight.access import permission, provider
from kaito_cli.readiness.preflight.cluster import cluster, kubernetes_version, subnet
from kaito_cli.readiness.preflight.facts import Facts
from kaito_cli.readiness.preflight.model import price, weights
from kaito_cli.readiness.preflight.offer import offer, os_disk, zones
from kaito_cli.readiness.preflight.pool import node_pool
from kaito_cli.readiness.preflight.quota import family_quota, regional_quota, spot_quota

Judge = Callable[[Plan, Facts], Finding | None]

# None where a check does not apply, as quota to nodes that exist
JUDGES: dict[Check, Judge] = {
    Check.OFFER: offer,
    Check.ZONES: zones,
    Check.FAMILY_QUOTA: family_quota,
    Check.REGIONAL_QUOTA: regional_quota,
    Check.SPOT_QUOTA: spot_quota,
    Check.OS_DISK: os_disk,
    Check.PERMISSION: permission,
    Check.PROVIDER: provider,
    Check.CLUSTER: cluster,
    Check.KUBERNETES_VERSION: kubernetes_version,
    Check.SUBNET: subnet,
    Check.NODE_POOL: node_pool,
    Check.WEIGHTS: weights,
    Check.PRICE: price,
}
# What another size, zone or region may solve.
OF_PLACEMENT = (
    Check.OFFER,
    Check.ZONES,
    Check.FAMILY_QUOTA,
    Check.REGIONAL_QUOTA,
    Check.SPOT_QUOTA,
    Check.OS_DISK,
)
_WORST_FIRST = (Verdict.BLOCKED, Verdict.WARNING, Verdict.UNKNOWN, Verdict.OK)


def judged(
    plan: Plan, facts: Facts, checks: Iterable[Check] = tuple(JUDGES)
) -> tuple[Finding, ...]:
    """The findings of ``checks`` that apply to ``plan``, worst first."""
    found = [JUDGES[check](plan, facts) for check in checks]
    return tuple(
        sorted((each for each in found if each), key=lambda each: _WORST_FIRST.index(each.verdict))
    )


def is_blocked(findings: Iterable[Finding]) -> bool:
    return any(each.verdict is Verdict.BLOCKED for each in findings)
