"""Services: their EndpointSlice and Endpoints, and the address of a load balancer."""

from typing import Any

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life import pods
from kaito_cli.sandbox.kubernetes.life.context import Context, holds
from kaito_cli.sandbox.kubernetes.selectors import labels_of, selects

_SOURCE = "service-controller"
_BALANCER_SECONDS = 30.0
_INTERNAL = "service.beta.kubernetes.io/azure-load-balancer-internal"
_NAME = "kubernetes.io/service-name"


def reconcile_service(context: Context, service: Manifest) -> None:
    """What its pods are, and what it is reached by."""
    if service["metadata"].get("deletionTimestamp"):
        return
    if service["spec"].get("selector"):
        _publish(context, service)
    if service["spec"]["type"] == "LoadBalancer":
        _balance(context, service)


def _members(context: Context, service: Manifest) -> list[Manifest]:
    selector = {"matchLabels": service["spec"]["selector"]}
    there = context.store.kind("", "pods", service["metadata"]["namespace"])
    return [
        each
        for each in pods.active(there)
        if selects(selector, labels_of(each)) and each["status"].get("podIP")
    ]


def _publish(context: Context, service: Manifest) -> None:
    members = _members(context, service)
    early = bool(service["spec"].get("publishNotReadyAddresses"))
    slice_of = {
        "addressType": "IPv4",
        "endpoints": [_endpoint(each, early) for each in members],
        "ports": [_port(each, members) for each in service["spec"].get("ports", ())],
    }
    name = f"{service['metadata']['name']}-{service['metadata']['uid'][:5]}"
    _keep(context, service, "discovery.k8s.io", "endpointslices", name, slice_of)
    good = [each for each in members if early or holds(each, "Ready")]
    bad = [each for each in members if each not in good]
    subset = {
        "addresses": [_address(each) for each in good],
        "notReadyAddresses": [_address(each) for each in bad],
        "ports": slice_of["ports"],
    }
    shown = {field: each for field, each in subset.items() if each}
    subsets = [shown] if members else []
    _keep(context, service, "", "endpoints", service["metadata"]["name"], {"subsets": subsets})


def _endpoint(pod: Manifest, early: bool) -> Manifest:
    ready = early or holds(pod, "Ready")
    return {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {"ready": ready, "serving": ready, "terminating": False},
        "nodeName": pod["spec"].get("nodeName", ""),
        "targetRef": _reference(pod),
    }


def _address(pod: Manifest) -> Manifest:
    node = pod["spec"].get("nodeName", "")
    return {"ip": pod["status"]["podIP"], "nodeName": node, "targetRef": _reference(pod)}


def _reference(pod: Manifest) -> Manifest:
    meta = pod["metadata"]
    return {
        "kind": "Pod",
        "namespace": meta["namespace"],
        "name": meta["name"],
        "uid": meta["uid"],
    }


def _port(port: Manifest, members: list[Manifest]) -> Manifest:
    target: Any = port.get("targetPort", port["port"])
    if isinstance(target, str):
        named = [
            each["containerPort"]
            for pod in members
            for container in pod["spec"]["containers"]
            for each in container.get("ports", ())
            if each.get("name") == target
        ]
        target = named[0] if named else port["port"]
    return {"name": port.get("name", ""), "port": target, "protocol": port["protocol"]}


def _keep(
    context: Context, service: Manifest, group: str, plural: str, name: str, content: Manifest
) -> None:
    """Create an object of the service's, or bring it up to date."""
    namespace = service["metadata"]["namespace"]
    old = context.get(group, plural, namespace, name)
    if old is not None:
        context.put(old, **content)
        return
    meta = {
        "name": name,
        "namespace": namespace,
        "labels": {**labels_of(service), _NAME: service["metadata"]["name"]},
        "ownerReferences": [pods.reference(service)],
    }
    context.create(group, plural, {"metadata": meta, **content})


def _balance(context: Context, service: Manifest) -> None:
    """A public or internal address, some time after it was asked for."""
    status = service.get("status") or {}
    if (status.get("loadBalancer") or {}).get("ingress"):
        return
    age = context.since(service["metadata"]["creationTimestamp"])
    context.event(service, "EnsuringLoadBalancer", "Ensuring load balancer", source=_SOURCE)
    if age < _BALANCER_SECONDS:
        context.later(_BALANCER_SECONDS - age, service)
        return
    number = context.numbers.get("balancers", 0) + 1
    context.numbers["balancers"] = number
    annotations = service["metadata"].get("annotations") or {}
    # 203.0.113.0/24 is for documentation (RFC 5737): nobody is called by accident
    network = "10.224.0" if annotations.get(_INTERNAL) == "true" else "203.0.113"
    ingress = [{"ip": f"{network}.{number % 250 + 4}", "ipMode": "VIP"}]
    context.set_status(service, {**status, "loadBalancer": {"ingress": ingress}})
    context.event(service, "EnsuredLoadBalancer", "Ensured load balancer", source=_SOURCE)
