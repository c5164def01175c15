"""Subscriptions, resource providers and subnets."""

from ipaddress import ip_network

from kaito_cli.sandbox.arm.cluster import Cluster
from kaito_cli.sandbox.arm.state import ArmState, Call
from kaito_cli.sandbox.arm.wire import Answer, Body, nested

REGISTERED = "Registered"
CONTAINER_SERVICE = "Microsoft.ContainerService"
SUBNET_PREFIX = "10.224.0.0/24"


def list_subscriptions(call: Call) -> Answer:
    found = [_subscription(id, name) for id, name in call.state.subscriptions]
    return Answer(body={"value": found})


def get_provider(call: Call) -> Answer:
    """The registration of a resource provider; one that is Registering is done after a look."""
    namespace = call.at["namespace"]
    registration = _registration(call.state, namespace)
    if registration == "Registering":
        call.state.providers[namespace.lower()] = REGISTERED
    return Answer(body=_provider(call, registration))


def register_provider(call: Call) -> Answer:
    if _registration(call.state, call.at["namespace"]) != REGISTERED:
        call.state.providers[call.at["namespace"].lower()] = "Registering"
    return Answer(body=_provider(call, _registration(call.state, call.at["namespace"])))


def require_registered(state: ArmState) -> None:
    """409 while the subscription does not use AKS; text: errors.json, not_registered."""
    if _registration(state, CONTAINER_SERVICE) != REGISTERED:
        message = f"The subscription is not registered to use namespace '{CONTAINER_SERVICE}'."
        raise nested(409, "MissingSubscriptionRegistration", message)


def get_subnet(call: Call) -> Answer:
    """A subnet, with one ipConfiguration for each address that nodes and their pods take."""
    path = call.request.path
    prefixes = {key.lower(): each for key, each in call.state.subnets.items()}
    taken = sum(_addresses(each, path) for each in call.state.clusters)
    prefix = prefixes.get(path.lower(), SUBNET_PREFIX)
    properties = {
        "provisioningState": "Succeeded",
        "addressPrefix": str(ip_network(prefix)),
        "ipConfigurations": [{"id": f"{path}/ipConfigurations/{each}"} for each in range(taken)],
    }
    return Answer(body={"id": path, "name": call.at["subnet"], "properties": properties})


def _subscription(id: str, name: str) -> Body:
    return {
        "id": f"/subscriptions/{id}",
        "subscriptionId": id,
        "displayName": name,
        "state": "Enabled",
    }


def _registration(state: ArmState, namespace: str) -> str:
    return state.providers.get(namespace.lower(), REGISTERED)


def _provider(call: Call, registration: str) -> Body:
    namespace = call.at["namespace"]
    return {
        "id": f"/subscriptions/{call.at['subscription']}/providers/{namespace}",
        "namespace": namespace,
        "registrationState": registration,
        "resourceTypes": [],
    }


def _addresses(cluster: Cluster, subnet: str) -> int:
    """A node takes one address, and one for each pod it may hold unless pods are overlaid."""
    return sum(
        pool.nodes * (1 if cluster.overlay else 1 + pool.properties.get("maxPods", 30))
        for pool in cluster.pools.values()
        if pool.properties.get("vnetSubnetID", cluster.subnet_id).lower() == subnet.lower()
    )
