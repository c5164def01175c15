"""Quota: what is needed and in use against the limit, for family, region and spot."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaito_cli.errors import NotAllowed, Unreachable
from kaito_cli.model import Check, NodeClass, Nodes, Usage, Verdict
from kaito_cli.readiness.preflight.facts import Facts
from kaito_cli.readiness.preflight.judge import judged
from kaito_cli.readiness.preflight.quota import family_quota, regional_quota, spot_quota
from tests.builders import plan
from tests.readiness.facts import A100_FAMILY, USAGES, facts, live, offered, with_pools

QUOTAS = (Check.FAMILY_QUOTA, Check.REGIONAL_QUOTA, Check.SPOT_QUOTA)
SPOT = {"spot": True}


def usages(family: tuple[int, int], region: tuple[int, int] = (0, 1000)) -> Facts:
    """(used, limit) of the planned family and of the region."""
    return facts(
        usages=(
            Usage(name=A100_FAMILY, used=family[0], limit=family[1]),
            Usage(name="cores", used=region[0], limit=region[1]),
        )
    )


@pytest.mark.parametrize(
    ("nodes", "used", "limit", "verdict"),
    [
        (1, 0, 24, Verdict.OK),
        (1, 0, 23, Verdict.BLOCKED),
        (1, 0, 0, Verdict.BLOCKED),
        (2, 0, 48, Verdict.OK),
        (2, 1, 48, Verdict.BLOCKED),
        (1, 100, 48, Verdict.BLOCKED),
    ],
)
def test_the_family_holds_all_nodes_or_blocks(
    nodes: int, used: int, limit: int, verdict: Verdict
) -> None:
    found = family_quota(plan(node_pool={"count": nodes}), usages((used, limit)))

    assert found
    assert (found.verdict, found.unit) == (verdict, "vCPUs")
    assert (found.needed, found.used, found.limit) == (24 * nodes, used, limit)


def test_a_blocked_quota_says_how_to_ask_for_just_enough() -> None:
    found = family_quota(plan(), usages((12, 24)))

    assert found
    assert "`az quota update --resource-name StandardNCADSA100v4Family" in found.hint
    assert "/subscriptions/0-0/providers/Microsoft.Compute/locations/eastus2" in found.hint
    assert "value=36 --resource-type dedicated`" in found.hint
    assert "`az vm list-usage -l eastus2 -o table`" in found.hint


@pytest.mark.parametrize(
    ("offered_as", "named"),
    [
        ("Standard NCASv3_T4 Family", "standard ncasv3_t4 family"),
        ("Standard NCASv3_T4 Family", "StandardNCASv3_T4Family"),
        ("standardNDISRH200V5Family", "StandardNDISRH200v5Family"),
    ],
)
def test_families_are_joined_whatever_their_spelling(offered_as: str, named: str) -> None:
    known = facts(
        skus=offered(family=offered_as).skus, usages=(Usage(name=named, used=0, limit=0),)
    )
    found = family_quota(plan(), known)

    assert found
    assert found.verdict is Verdict.BLOCKED


def test_the_region_counts_all_families_together() -> None:
    found = regional_quota(plan(), usages((0, 48), region=(90, 100)))

    assert found
    assert (found.check, found.verdict) == (Check.REGIONAL_QUOTA, Verdict.BLOCKED)


def test_spot_draws_on_its_own_quota_alone() -> None:
    none_left = tuple(Usage(name=each.name, used=0, limit=0) for each in USAGES[:2])
    known = facts(usages=(*none_left, Usage(name="lowPriorityCores", used=0, limit=24)))
    found = judged(plan(node_pool=SPOT), known, QUOTAS)

    assert [(each.check, each.verdict) for each in found] == [(Check.SPOT_QUOTA, Verdict.OK)]


def test_a_fresh_subscription_has_three_spot_cores() -> None:
    found = spot_quota(
        plan(node_pool=SPOT), facts(usages=(Usage(name="LowPriorityCores", used=0, limit=3),))
    )

    assert found
    assert found.verdict is Verdict.BLOCKED
    assert "--resource-type lowPriority`" in found.hint


@pytest.mark.parametrize(
    ("pool", "verdict"),
    [
        ({}, Verdict.OK),
        ({"provisioning_state": "Creating"}, Verdict.OK),
        ({"provisioning_state": "Failed"}, Verdict.WARNING),
        ({"provisioning_state": "Deleting"}, Verdict.WARNING),
        ({"stopped": True}, Verdict.WARNING),
        ({"name": "kfalcoother1", "spot": True}, Verdict.WARNING),
        ({"name": "kfalcoother1", "vm_size": "Standard_NC4as_T4_v3"}, Verdict.WARNING),
        ({"tags": {}}, Verdict.BLOCKED),
    ],
)
def test_nodes_of_our_own_do_not_block_a_resume(pool: dict[str, Any], verdict: Verdict) -> None:
    cluster = with_pools(live(**pool)).cluster
    found = family_quota(plan(), facts(cluster=cluster, usages=usages((24, 24)).usages))

    assert found
    assert found.verdict is verdict


def test_nodes_at_the_usual_price_are_none_of_a_spot_plan() -> None:
    cluster = with_pools(live("kfalcoother1")).cluster
    none_left = (Usage(name="lowPriorityCores", used=24, limit=24),)
    found = spot_quota(plan(node_pool=SPOT), facts(cluster=cluster, usages=none_left))

    assert found
    assert (found.verdict, found.needed) == (Verdict.WARNING, 24)


def test_only_the_nodes_that_are_missing_are_counted() -> None:
    cluster = with_pools(live(count=2)).cluster
    found = family_quota(
        plan(node_pool={"count": 3}), facts(cluster=cluster, usages=usages((48, 72)).usages)
    )

    assert found
    assert (found.needed, found.verdict) == (24, Verdict.OK)


def test_an_autoscaler_that_may_outgrow_the_quota_is_a_warning() -> None:
    grown = {"count": 1, "min_count": 1, "max_count": 3}
    found = family_quota(plan(node_pool=grown), usages((0, 48)))

    assert found
    assert found.verdict is Verdict.WARNING
    assert "72 when it grows" in found.message
    assert "value=72" in found.hint


@pytest.mark.parametrize(
    "known",
    [
        facts(usages=()),
        facts(usages=(Usage(name=A100_FAMILY, used=0, limit=-1),)),
        facts(usages=Unreachable("Azure could not be reached.", hint="Again.")),
        facts(usages=NotAllowed("You are not allowed to read the quotas.")),
        facts(skus=Unreachable("Azure could not be reached.", hint="Again.")),
        facts(usages=None),
        offered(vcpus=0),
    ],
)
def test_what_azure_does_not_say_is_unknown(known: Facts) -> None:
    found = family_quota(plan(), known)

    assert found
    assert found.verdict is Verdict.UNKNOWN


def test_a_quota_one_may_not_read_names_the_role() -> None:
    error = NotAllowed("You are not allowed to read the quotas.", detail="AuthorizationFailed: no")
    found = family_quota(plan(), facts(usages=error))

    assert found
    assert found.detail == "AuthorizationFailed: no"
    assert "--role Reader --assignee YOU --scope /subscriptions/0-0" in found.hint


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ({"nodes": Nodes.EXISTING}, []),
        ({"nodes": Nodes.KARPENTER, "node_class": NodeClass.EC2}, []),
        ({"nodes": Nodes.KARPENTER}, [Verdict.WARNING, Verdict.OK]),
    ],
)
def test_nodes_that_others_bring(nodes: dict[str, Any], expected: list[Verdict]) -> None:
    existing = nodes["nodes"] is Nodes.EXISTING
    asked = plan(request=nodes, node_pool={"existing": existing})
    found = judged(asked, usages((0, 0)), QUOTAS)

    assert [each.verdict for each in found] == expected


def test_a_size_that_is_not_offered_has_no_quota_to_look_at() -> None:
    assert judged(plan(), facts(skus=offered(name="Standard_Other").skus), QUOTAS) == ()


@given(
    nodes=st.integers(0, 40),
    vcpus=st.integers(1, 200),
    used=st.integers(0, 5000),
    limit=st.integers(0, 5000),
    most=st.integers(0, 100),
    spot=st.booleans(),
)
def test_blocked_exactly_when_it_does_not_fit(
    nodes: int, vcpus: int, used: int, limit: int, most: int, spot: bool
) -> None:
    names = ["lowPriorityCores"] if spot else ["cores", A100_FAMILY]
    known = facts(
        skus=offered(vcpus=vcpus).skus,
        usages=tuple(Usage(name=name, used=used, limit=limit) for name in names),
    )
    asked = plan(node_pool={"count": nodes, "max_count": most or None, "spot": spot})
    found = judged(asked, known, QUOTAS)

    needed = nodes * vcpus
    blocked = needed > 0 and used + needed > limit
    assert len(found) == len(names)
    assert all((each.verdict is Verdict.BLOCKED) is blocked for each in found)
    assert all((each.needed, each.used, each.limit) == (needed, used, limit) for each in found)
