"""What the caller may do, and whether the subscription knows AKS."""

import re
from collections.abc import Sequence

from kaito_cli.model import Check, Finding, Permission, Plan, Verdict
from kaito_cli.readiness.preflight.facts import Facts, makes_pool, read, unread

PROVIDER = "Microsoft.ContainerService"
WRITE = f"{PROVIDER}/managedClusters/agentPools/write"
DELETE = f"{PROVIDER}/managedClusters/agentPools/delete"
ROLE = "Azure Kubernetes Service Contributor Role"


def allowed(action: str, permissions: Sequence[Permission]) -> bool:
    """Whether any role assignment grants ``action``, as Azure RBAC counts.

    Names have no case and ``*`` stands for any text; what an assignment excludes, it takes
    only from itself: another may grant it
    (https://learn.microsoft.com/azure/role-based-access-control/role-definitions#notactions).
    """
    return any(
        _names(each.actions, action) and not _names(each.not_actions, action)
        for each in permissions
    )


def _names(patterns: Sequence[str], action: str) -> bool:
    return any(
        re.fullmatch(".*".join(map(re.escape, each.split("*"))), action, re.IGNORECASE)
        for each in patterns
    )


def permission(plan: Plan, facts: Facts) -> Finding | None:
    """Whether the caller may make and remove node pools of the cluster."""
    if not makes_pool(plan):
        return None
    scope = facts.cluster.id if read(facts.cluster) else "CLUSTER_ID"
    hint = (
        f'`az role assignment create --role "{ROLE}" --assignee YOU --scope {scope}` '
        "by whoever may grant it."
    )
    if not read(facts.permissions):
        return unread(Check.PERMISSION, facts.permissions, facts, hint)
    verdict, told = _judged(facts.permissions)
    return Finding(
        check=Check.PERMISSION,
        verdict=verdict,
        message=told,
        hint="" if verdict is Verdict.OK else hint,
        detail="" if verdict is Verdict.OK else f"{WRITE}, {DELETE}",
    )


def _judged(permissions: Sequence[Permission]) -> tuple[Verdict, str]:
    if not any(each.actions for each in permissions):  # yet the cluster could be read
        return Verdict.UNKNOWN, "Azure does not say what you may do on the cluster."
    if not allowed(WRITE, permissions):
        return Verdict.BLOCKED, "You may not make node pools of this cluster."
    if not allowed(DELETE, permissions):
        told = "You may make node pools of this cluster, but not delete what then costs."
        return Verdict.WARNING, told
    return Verdict.OK, "You may make and delete node pools of this cluster."


def provider(plan: Plan, facts: Facts) -> Finding | None:
    """Whether the subscription has registered the resource provider of AKS."""
    if not makes_pool(plan):
        return None
    state = facts.provider_state
    if not read(state):
        return unread(Check.PROVIDER, state, facts)
    verdict = _PROVIDER_VERDICTS.get(state.lower(), Verdict.UNKNOWN)
    return Finding(
        check=Check.PROVIDER,
        verdict=verdict,
        message=f"{PROVIDER} is {state or 'in an unknown state'} in the subscription.",
        hint="" if verdict is Verdict.OK else f"`az provider register -n {PROVIDER} --wait`",
    )


# https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types
_PROVIDER_VERDICTS = {
    "registered": Verdict.OK,
    "registering": Verdict.WARNING,
    "unregistering": Verdict.WARNING,
    "notregistered": Verdict.BLOCKED,
    "unregistered": Verdict.BLOCKED,
}
