"""What is wrong with the node pools there are, and the command that mends it."""

import shlex
from collections.abc import Iterable

from kaito_cli.model import Check, Finding, PoolState, PoolStatus, PoolVerdict, Verdict


def pool_findings(pools: Iterable[PoolStatus]) -> tuple[Finding, ...]:
    """Orphans, then pools that failed, then those of which nothing is known; the dearest of
    each first. A pool that is needed and well is no finding."""
    found = sorted(pools, key=lambda each: -(each.usd_per_hour or 0))
    orphans = [_orphan(each) for each in found if each.verdict is PoolVerdict.ORPHAN]
    failed = [_failed(each) for each in found if each.verdict is PoolVerdict.FAILED]
    unknown = [_unknown(each) for each in found if each.verdict is PoolVerdict.UNKNOWN]
    return (*orphans, *failed, *unknown)


def _orphan(pool: PoolStatus) -> Finding:
    return Finding(
        check=Check.NODE_POOL,
        verdict=Verdict.WARNING,
        message=f"Node pool {pool.pool} costs {_price(pool)} for nothing: {pool.reason}.",
        detail=_error(pool),
        hint="kaito delete --orphans",
    )


def _failed(pool: PoolStatus) -> Finding:
    return Finding(
        check=Check.NODE_POOL,
        verdict=Verdict.BLOCKED,
        message=f"Node pool {pool.pool} of {_owner(pool)} failed, and costs {_price(pool)}; "
        f"{pool.reason}.",
        detail=_error(pool),
        hint=f"kaito status {pool.workspace} -n {pool.namespace}" if pool.workspace else "",
    )


def _unknown(pool: PoolStatus) -> Finding:
    return Finding(
        check=Check.NODE_POOL,
        verdict=Verdict.UNKNOWN,
        message=f"Node pool {pool.pool} costs {_price(pool)}; whether {_owner(pool)} still needs "
        f"it is unknown: {pool.reason}.",
        detail=_error(pool),
        hint=f"az aks nodepool show --nodepool-name {pool.pool} --cluster-name {pool.cluster} "
        f"-g {shlex.quote(pool.resource_group or 'GROUP')}",
    )


def _owner(pool: PoolStatus) -> str:
    return f"{pool.namespace}.{pool.workspace}" if pool.workspace else "anybody"


def _price(pool: PoolStatus) -> str:
    if pool.usd_per_hour is None:
        return f"an unknown price ({pool.nodes} × {pool.vm_size}{' spot' if pool.spot else ''})"
    return f"${pool.usd_per_hour:,.2f} an hour"


def _error(pool: PoolStatus) -> str:
    if pool.state is not PoolState.FAILED or pool.error is None:
        return ""
    return ": ".join(each for each in (pool.error.code, pool.error.message) if each)
