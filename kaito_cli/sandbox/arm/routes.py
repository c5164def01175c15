"""Which call is answered by what, and what ARM refuses before anybody is asked."""

import re
from collections.abc import Callable

from kaito_cli.sandbox.arm.clusters import (
    get_cluster,
    list_clusters,
    permissions,
    user_credential,
)
from kaito_cli.sandbox.arm.compute import list_skus, list_usages
from kaito_cli.sandbox.arm.operations import operation_result, operation_status
from kaito_cli.sandbox.arm.pools import abort, delete_pool, get_pool, list_pools, put_pool
from kaito_cli.sandbox.arm.prices import list_prices
from kaito_cli.sandbox.arm.state import ArmState, Call
from kaito_cli.sandbox.arm.subscriptions import (
    get_provider,
    get_subnet,
    list_subscriptions,
    register_provider,
)
from kaito_cli.sandbox.arm.wire import Answer, Body, Refusal, Request, nested

Handler = Callable[[Call], Answer]

PRICES = "/api/retail/prices"
SUBSCRIPTION = "/subscriptions/{subscription}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/{{group}}"
AKS = "/providers/Microsoft.ContainerService"
CLUSTER = f"{GROUP}{AKS}/managedClusters/{{cluster}}"
POOL = f"{CLUSTER}/agentPools/{{pool}}"
PLACE = f"{SUBSCRIPTION}{AKS}/locations/{{location}}"
COMPUTE = f"{SUBSCRIPTION}/providers/Microsoft.Compute"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/{{network}}"

ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", PRICES): list_prices,
    ("GET", "/subscriptions"): list_subscriptions,
    ("GET", f"{SUBSCRIPTION}{AKS}/managedClusters"): list_clusters,
    ("GET", f"{GROUP}{AKS}/managedClusters"): list_clusters,
    ("GET", CLUSTER): get_cluster,
    ("POST", f"{CLUSTER}/listClusterUserCredential"): user_credential,
    ("GET", f"{CLUSTER}/providers/Microsoft.Authorization/permissions"): permissions,
    ("GET", f"{CLUSTER}/agentPools"): list_pools,
    ("GET", POOL): get_pool,
    ("PUT", POOL): put_pool,
    ("DELETE", POOL): delete_pool,
    ("POST", f"{POOL}/abort"): abort,
    ("GET", f"{PLACE}/operations/{{operation}}"): operation_status,
    ("GET", f"{PLACE}/operationresults/{{operation}}"): operation_result,
    ("GET", f"{COMPUTE}/skus"): list_skus,
    ("GET", f"{COMPUTE}/locations/{{location}}/usages"): list_usages,
    ("GET", f"{SUBSCRIPTION}/providers/{{namespace}}"): get_provider,
    ("POST", f"{SUBSCRIPTION}/providers/{{namespace}}/register"): register_provider,
    ("GET", f"{NETWORK}/subnets/{{subnet}}"): get_subnet,
}


def answer(state: ArmState, request: Request, token: str, error: Body | None = None) -> Answer:
    """The answer to one request; ``error`` is what the operation it starts shall fail with."""
    try:
        if request.path != PRICES:
            _admit(state, request, token)
        handler, at = _route(request)
        return handler(Call(state=state, request=request, at=at, error=error))
    except Refusal as refusal:
        return refusal.answer


def _admit(state: ArmState, request: Request, token: str) -> None:
    if not token or state.token not in (None, token):
        raise nested(401, "InvalidAuthenticationToken", "The access token is invalid.")
    if not request.query.get("api-version"):
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise nested(400, "MissingApiVersionParameter", message)
    named = re.match(r"/subscriptions/([^/]+)", request.path, re.IGNORECASE)
    if named and named[1].lower() not in {id.lower() for id, _ in state.subscriptions}:
        message = f"The subscription '{named[1]}' could not be found."
        raise nested(404, "SubscriptionNotFound", message)


def _route(request: Request) -> tuple[Handler, dict[str, str]]:
    for (method, pattern), handler in _PATTERNS:
        found = pattern.fullmatch(request.path)
        if found and method == request.method:
            return handler, found.groupdict()
    message = f"There is nothing here for {request.method} {request.path}."
    raise nested(404, "InvalidResourceType", message)


def _compiled(path: str) -> re.Pattern[str]:
    """ARM's paths are the same in any case."""
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path), re.IGNORECASE)


_PATTERNS = [((method, _compiled(path)), handler) for (method, path), handler in ROUTES.items()]
