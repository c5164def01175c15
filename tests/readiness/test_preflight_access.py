"""Permissions as Azure RBAC counts them, and the registration of AKS."""

import pytest

from kaito_cli.errors import NotAllowed, Unreachable
from kaito_cli.model import Check, Nodes, Permission, Verdict
from kaito_cli.readiness.preflight.access import DELETE, WRITE, allowed, permission, provider
from kaito_cli.readiness.preflight.judge import judged
from tests.builders import plan
from tests.readiness.facts import CLUSTER, facts

AKS = "Microsoft.ContainerService"


def role(*actions: str, without: tuple[str, ...] = ()) -> Permission:
    return Permission(actions=actions, not_actions=without)


@pytest.mark.parametrize(
    ("action", "granted"),
    [
        ("*", True),
        ("*/write", True),
        ("*/read", False),
        (f"{AKS}/*", True),
        (f"{AKS}/managedClusters/*", True),
        (f"{AKS}/managedClusters/agentPools/*", True),
        (f"{AKS}/*/agentPools/write", True),
        ("microsoft.containerservice/MANAGEDCLUSTERS/agentpools/WRITE", True),
        (f"{AKS}/managedClusters/write", False),
        (f"{AKS}/managedClusters/agentPools", False),
        ("MicrosoftXContainerService/managedClusters/agentPools/write", False),
        (f"{AKS}/managedClusters/agentPools/write/more", False),
        ("", False),
    ],
)
def test_actions_match_as_azure_matches_them(action: str, granted: bool) -> None:
    assert allowed(WRITE, [role(action)]) is granted


def test_what_one_assignment_excludes_another_may_grant() -> None:
    barred = role("*", without=(f"{AKS}/managedClusters/agentPools/*",))

    assert not allowed(WRITE, [barred])
    assert allowed(WRITE, [barred, role(WRITE)])
    assert not allowed(WRITE, [barred, role("*/read")])


@pytest.mark.parametrize(
    ("permissions", "verdict"),
    [
        ([role("*")], Verdict.OK),
        ([role(WRITE), role(DELETE)], Verdict.OK),
        ([role("*/read")], Verdict.BLOCKED),
        ([role(DELETE)], Verdict.BLOCKED),
        ([role(WRITE)], Verdict.WARNING),
        ([role("*", without=("*/delete",))], Verdict.WARNING),
        ([], Verdict.UNKNOWN),
        ([role()], Verdict.UNKNOWN),
    ],
)
def test_pools_may_be_made_and_removed(permissions: list[Permission], verdict: Verdict) -> None:
    found = permission(plan(), facts(permissions=tuple(permissions)))

    assert found
    assert found.verdict is verdict
    if verdict is not Verdict.OK:
        assert f"--assignee YOU --scope {CLUSTER.id}`" in found.hint


def test_permissions_that_may_not_be_read_are_a_finding_of_their_own() -> None:
    refused = NotAllowed("You are not allowed to read what you may do.", detail="403")
    found = permission(plan(), facts(permissions=refused))

    assert found
    assert (found.check, found.verdict, found.detail) == (
        Check.PERMISSION,
        Verdict.UNKNOWN,
        "403",
    )
    assert "az role assignment create" in found.hint


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("Registered", Verdict.OK),
        ("registered", Verdict.OK),
        ("Registering", Verdict.WARNING),
        ("NotRegistered", Verdict.BLOCKED),
        ("Unregistered", Verdict.BLOCKED),
        ("Pending", Verdict.UNKNOWN),
        ("", Verdict.UNKNOWN),
        (Unreachable("Azure could not be reached.", hint="Again."), Verdict.UNKNOWN),
    ],
)
def test_the_provider_is_registered(state: str | Unreachable, verdict: Verdict) -> None:
    found = provider(plan(), facts(provider_state=state))

    assert found
    assert found.verdict is verdict
    if verdict is Verdict.BLOCKED:
        assert "`az provider register -n Microsoft.ContainerService" in found.hint


def test_where_no_pool_is_made_no_right_to_make_one_is_needed() -> None:
    asked = plan(request={"nodes": Nodes.KARPENTER})

    assert judged(asked, facts(permissions=()), (Check.PERMISSION, Check.PROVIDER)) == ()
