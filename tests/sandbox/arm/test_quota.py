"""Quota: what is in use, and that no pool is made beyond it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaito_cli.sandbox.arm import ArmServer, ArmState, Request
from kaito_cli.sandbox.arm.routes import answer
from tests.sandbox.arm.calls import (
    A100_FAMILY,
    CLUSTER,
    POOL,
    SUBSCRIPTION,
    call,
    pool_body,
    put,
    state_of,
)

USAGES = f"{SUBSCRIPTION}/providers/Microsoft.Compute/locations/eastus2/usages"
SPOT = {"scaleSetPriority": "Spot", "upgradeSettings": None}
SIZES = {"Standard_NC24ads_A100_v4": 24, "Standard_NC48ads_A100_v4": 48}
FAMILY_LIMIT, REGION_LIMIT, SPOT_LIMIT = 150, 180, 60


def test_what_pools_hold_is_in_use(arm: ArmServer) -> None:
    before = _used(arm)

    put(arm, count=2)
    put(arm, f"{POOL}2", **SPOT)

    after = _used(arm)
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert grown == {"standardNCADSA100v4Family": 48, "cores": 48, "lowPriorityCores": 24}


def test_what_is_deleted_is_free_again(arm: ArmServer) -> None:
    before = _used(arm)
    put(arm)
    state_of(arm)
    call(arm, "DELETE", POOL)
    assert state_of(arm) == "gone"

    assert _used(arm) == before


def test_machines_of_others_count(arm: ArmServer) -> None:
    arm.state.limit(A100_FAMILY, 100, others=90)

    found = put(arm)

    assert (
        "requested 24, remaining 10 for family StandardNCADSA100v4Family" in found.body["message"]
    )


@pytest.mark.parametrize(
    ("name", "properties", "words"),
    [
        (A100_FAMILY, {}, "for family StandardNCADSA100v4Family"),
        ("cores", {}, "regional vcpu quota left for location eastus2"),
        ("lowPriorityCores", SPOT, "for family lowPriorityCores"),
    ],
)
def test_too_little_quota_is_refused_at_once(
    arm: ArmServer, name: str, properties: dict[str, Any], words: str
) -> None:
    arm.state.limit(name, 10)

    found = put(arm, **properties)

    assert (found.status, found.code) == (400, "ErrCode_InsufficientVCPUQuota")
    assert words in found.body["message"]
    assert state_of(arm) == "gone"


@pytest.mark.parametrize(
    ("name", "properties"), [(A100_FAMILY, SPOT), ("cores", SPOT), ("lowPriorityCores", {})]
)
def test_spot_and_regular_pools_draw_on_quotas_of_their_own(
    arm: ArmServer, name: str, properties: dict[str, Any]
) -> None:
    arm.state.limit(name, 0)

    assert put(arm, **properties).status == 201


def test_too_little_quota_can_show_in_the_operation(arm: ArmServer) -> None:
    arm.state.late_quota = True
    arm.state.limit(A100_FAMILY, 20)
    made = put(arm)

    error = call(arm, "GET", made.headers["Azure-AsyncOperation"]).body["error"]

    assert (made.status, error["code"]) == (201, "QuotaExceeded")
    assert [each["code"] for each in error["details"]] == ["OperationNotAllowed"]
    assert "exceeding approved StandardNCADSA100v4Family Cores quota" in error["message"]
    assert "Current Limit: 20, Current Usage: 0, Additional Required: 24" in error["message"]
    assert state_of(arm) == "Failed"
    assert arm.state.cluster.pools["kchat"].nodes == 0


def test_scaling_up_needs_quota_for_what_is_added_alone(arm: ArmServer) -> None:
    arm.state.limit(A100_FAMILY, 3 * 24)
    put(arm, count=2)

    assert put(arm, count=4).code == "ErrCode_InsufficientVCPUQuota"
    assert put(arm, count=3).status == 200


def test_a_region_without_a_quota_of_that_name_refuses_nothing(arm: ArmServer) -> None:
    del arm.state.quotas("eastus2")[A100_FAMILY.lower()]

    assert put(arm).status == 201


steps = st.tuples(
    st.sampled_from(["PUT", "PUT", "DELETE", "GET", "abort"]),
    st.sampled_from(["ka", "kb", "kc"]),
    st.sampled_from(sorted(SIZES)),
    st.integers(0, 4),
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, max_size=12), st.booleans(), st.integers(0, 2))
def test_no_sequence_of_calls_breaks_a_quota(
    sequence: list[tuple[str, str, str, int, bool]], late: bool, looks: int
) -> None:
    state = ArmState(late_quota=late, operation_looks=looks, delete_preempts=late)
    state.limit(A100_FAMILY, FAMILY_LIMIT)
    state.limit("cores", REGION_LIMIT)
    state.limit("lowPriorityCores", SPOT_LIMIT)

    for verb, name, vm_size, count, spot in sequence:
        more: dict[str, Any] = SPOT if spot else {}
        _do(state, verb, name, pool_body(vmSize=vm_size, count=count, **_disk(vm_size), **more))

        held = [(each, SIZES[each.properties["vmSize"]] * each.nodes) for each in _ours(state)]
        regular = sum(vcpus for each, vcpus in held if "spotMaxPrice" not in each.properties)
        assert regular <= FAMILY_LIMIT
        assert regular + 2 * 4 <= REGION_LIMIT
        assert sum(vcpus for _, vcpus in held) - regular <= SPOT_LIMIT


def _do(state: ArmState, verb: str, name: str, body: Any) -> None:
    path = f"{CLUSTER}/agentPools/{name}" + ("/abort" if verb == "abort" else "")
    method = "POST" if verb == "abort" else verb
    query = {"api-version": "2026-08-01"}
    answer(state, Request(method=method, path=path, query=query, body=body), "t")


def _ours(state: ArmState) -> list[Any]:
    return [each for name, each in state.cluster.pools.items() if name != "system"]


def _disk(vm_size: str) -> dict[str, Any]:
    return {"osDiskType": "Managed", "osDiskSizeGB": 512} if "NC48" in vm_size else {}


def _used(arm: ArmServer) -> dict[str, int]:
    found = call(arm, "GET", USAGES).body["value"]
    return {each["name"]["value"]: each["currentValue"] for each in found}
