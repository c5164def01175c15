"""What is wrong with node pools: what is told first, and in what words."""

from dataclasses import replace

import pytest

from kaito_cli.model import (
    AzureProblem,
    PoolState,
    PoolStatus,
    PoolVerdict,
    ProblemKind,
    Verdict,
)
from kaito_cli.readiness.pool_findings import pool_findings

POOL = PoolStatus(
    workspace="chat",
    namespace="ml",
    pool="kx",
    cluster="prod",
    region="eastus2",
    vm_size="Standard_NC24ads_A100_v4",
    nodes=2,
    spot=False,
    state=PoolState.READY,
    stopped=False,
    error=None,
    usd_per_hour=7.35,
    price_date="2026-06-18",
    age_seconds=86400,
    verdict=PoolVerdict.ORPHAN,
    reason="nobody is there",
)


@pytest.mark.parametrize("verdict", [PoolVerdict.IN_USE, PoolVerdict.BUSY])
def test_a_pool_that_is_needed_or_at_work_is_no_finding(verdict: PoolVerdict) -> None:
    assert pool_findings([replace(POOL, verdict=verdict)]) == ()


def test_orphans_come_first_then_failures_and_the_dearest_of_each() -> None:
    cheap, dear, free = (
        replace(POOL, pool=name, usd_per_hour=price)
        for name, price in (("cheap", 1.0), ("dear", 9.0), ("unpriced", None))
    )
    failed = replace(POOL, pool="failed", verdict=PoolVerdict.FAILED, usd_per_hour=99.0)
    unknown = replace(POOL, pool="unknown", verdict=PoolVerdict.UNKNOWN)

    found = pool_findings([unknown, failed, cheap, free, dear])

    assert [each.message.split()[2] for each in found] == [
        *("dear", "cheap", "unpriced", "failed", "unknown")
    ]
    assert {each.verdict for each in found[:3]} == {Verdict.WARNING}
    assert found[3].verdict is Verdict.BLOCKED
    assert found[4].verdict is Verdict.UNKNOWN


def test_a_failed_orphan_says_what_azure_said() -> None:
    error = AzureProblem(kind=ProblemKind.QUOTA, code="QuotaExceeded", message="Too few cores.")

    (found,) = pool_findings([replace(POOL, state=PoolState.FAILED, error=error)])

    assert (found.hint, found.detail) == ("kaito delete --orphans", "QuotaExceeded: Too few cores.")


def test_an_unknown_price_is_not_said_to_be_nothing() -> None:
    (found,) = pool_findings([replace(POOL, usd_per_hour=None, spot=True)])

    assert "an unknown price (2 × Standard_NC24ads_A100_v4 spot)" in found.message
