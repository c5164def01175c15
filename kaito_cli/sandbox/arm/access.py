"""What the caller may do: Microsoft.Authorization/permissions, and the 403 that follows."""

from collections.abc import Iterable
from fnmatch import fnmatch

from kaito_cli.sandbox.arm.cluster import Cluster
from kaito_cli.sandbox.arm.state import ArmState
from kaito_cli.sandbox.arm.wire import Body, nested


def require(state: ArmState, action: str, cluster: Cluster) -> None:
    """403 when no permission grants the action; text: errors.json, authorization_failed."""
    if not any(_grants(each, action) for each in state.permissions):
        message = (
            "The client 'sandbox' with object id '00000000-0000-0000-0000-0000000000aa' does not "
            f"have authorization to perform action '{action}' over scope '{cluster.id}' or the "
            "scope is invalid. If access was recently granted, please refresh your credentials."
        )
        raise nested(403, "AuthorizationFailed", message)


def _grants(permission: Body, action: str) -> bool:
    granted, taken = permission.get("actions", ()), permission.get("notActions", ())
    return _any(granted, action) and not _any(taken, action)


def _any(patterns: Iterable[str], action: str) -> bool:
    return any(fnmatch(action.lower(), each.lower()) for each in patterns)
