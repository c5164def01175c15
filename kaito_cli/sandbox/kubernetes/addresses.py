"""Cluster addresses and node ports of services."""

from itertools import count

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.store import Store

_SERVICES = "10.0"  # AKS's default service network is 10.0.0.0/16
_FIRST_ADDRESS = 16
_FIRST_NODE_PORT = 30000


def give_addresses(store: Store, service: Manifest) -> None:
    """An address, and node ports where the type wants them; in place."""
    spec = service["spec"]
    if spec["type"] == "ExternalName":
        return
    if not spec.get("clusterIP"):
        spec["clusterIP"] = _free_address(store)
    spec["clusterIPs"] = [spec["clusterIP"]]
    wants = spec["type"] == "NodePort" or (
        spec["type"] == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts", True)
    )
    for port in spec.get("ports", ()) if wants else ():
        if not port.get("nodePort"):
            port["nodePort"] = _free_node_port(store, spec)


def _free_address(store: Store) -> str:
    taken = {each["spec"].get("clusterIP") for each in store.kind("", "services")}
    numbers = count(_FIRST_ADDRESS)
    found = (f"{_SERVICES}.{each // 256}.{each % 256}" for each in numbers)
    return next(each for each in found if each not in taken)


def _free_node_port(store: Store, spec: Manifest) -> int:
    specs = [each["spec"] for each in store.kind("", "services")] + [spec]
    taken = {port.get("nodePort") for each in specs for port in each.get("ports", ())}
    return next(each for each in count(_FIRST_NODE_PORT) if each not in taken)
