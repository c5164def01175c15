"""status, scale, eviction, log, proxy, finalize."""

from collections.abc import Callable

from kaito_cli.sandbox.kubernetes.apply import Applied, applied_to
from kaito_cli.sandbox.kubernetes.collect import delete
from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.patch import merge_patched
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.listing import one
from kaito_cli.sandbox.kubernetes.logs import log_of
from kaito_cli.sandbox.kubernetes.objects import APPLY, Target, patched, writing
from kaito_cli.sandbox.kubernetes.prepare import changed, typed
from kaito_cli.sandbox.kubernetes.problem import Problem, bad_request, modified, not_allowed
from kaito_cli.sandbox.kubernetes.proxy import (
    pod_address,
    proxied,
    service_address,
    target_of,
)
from kaito_cli.sandbox.kubernetes.selectors import selects
from kaito_cli.sandbox.kubernetes.state import ApiState
from kaito_cli.sandbox.kubernetes.wire import Answer, Request
from kaito_cli.sandbox.kubernetes.writes import replace, stored


def on_subresource(state: ApiState, target: Target, request: Request) -> Answer:
    """Raises a Problem."""
    return _BY_NAME[target.subresource](state, target, request)


def _status(state: ApiState, target: Target, request: Request) -> Answer:
    store, resource = state.store, target.resource
    with store.lock:
        old = target.find(state)
        if request.method == "GET":
            found = old
        elif request.method == "PATCH" and request.content_type == APPLY:
            found = _apply_status(state, target, request, old)
        elif request.method in ("PUT", "PATCH"):
            new = patched(target, old, request)
            found = replace(store, resource, old, new, writing(request), "status")
        else:
            raise not_allowed()
    return Answer(body=one(resource, found, request, store.now()))


def _apply_status(state: ApiState, target: Target, request: Request, old: Manifest) -> Manifest:
    """Server-side apply to the status alone."""
    store, resource, how = state.store, target.resource, writing(request)
    body = request.manifest()
    sent: Manifest = {
        "metadata": {"name": target.name},
        "status": body.get("status") or {},
    }
    manifest = typed(resource, sent)
    author = how.author(store, "status", "Apply")
    applied = Applied(manifest=manifest, author=author)
    new = applied_to(resource, old, applied, force=how.force)
    changed(store, resource, old, new)
    return stored(store, resource, old, new, how)


def _scale(state: ApiState, target: Target, request: Request) -> Answer:
    store, resource = state.store, target.resource
    with store.lock:
        old = target.find(state)
        if request.method == "GET":
            return Answer(body=scale_of(target, old))
        wanted = _wanted_scale(target, old, request)
        version = (wanted.get("metadata") or {}).get("resourceVersion")
        if version and version != old["metadata"]["resourceVersion"]:
            raise modified(resource, target.name)
        replicas = (wanted.get("spec") or {}).get("replicas", 0)
        if not isinstance(replicas, int) or replicas < 0:
            raise bad_request("spec.replicas must be a whole number of at least 0")
        new = copied(old)
        new["spec"]["replicas"] = replicas
        new["metadata"].pop("resourceVersion")
        found = replace(store, resource, old, new, writing(request), "scale")
    return Answer(body=scale_of(target, found))


def _wanted_scale(target: Target, old: Manifest, request: Request) -> Manifest:
    if request.method == "PUT":
        return request.manifest()
    if request.method != "PATCH":
        raise not_allowed()
    found: Manifest = merge_patched(scale_of(target, old), request.manifest())
    return found


def scale_of(target: Target, manifest: Manifest) -> Manifest:
    """autoscaling/v1 Scale."""
    meta, status = manifest["metadata"], manifest.get("status") or {}
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    labels = (manifest["spec"].get("selector") or {}).get("matchLabels") or {}
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {name: meta[name] for name in kept if name in meta},
        "spec": {"replicas": manifest["spec"].get("replicas", 0)},
        "status": {
            "replicas": status.get("replicas", 0),
            "selector": ",".join(f"{key}={value}" for key, value in labels.items()),
        },
    }


def _evict(state: ApiState, target: Target, request: Request) -> Answer:
    """Refused with 429 while a budget allows no disruption."""
    if request.method != "POST":
        raise not_allowed()
    with state.store.lock:
        pod = target.find(state)
        labels = pod["metadata"].get("labels") or {}
        for each in state.store.kind("policy", "poddisruptionbudgets", target.namespace):
            allowed = (each.get("status") or {}).get("disruptionsAllowed", 0)
            if selects((each.get("spec") or {}).get("selector"), labels) and not allowed:
                raise _budget_refuses(each["metadata"]["name"])
        delete(state.store, target.resource, pod)
    return Answer(
        status=201,
        body={"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"},
    )


def _budget_refuses(name: str) -> Problem:
    causes = [
        {
            "reason": "DisruptionBudget",
            "message": f"The disruption budget {name} needs more healthy pods",
        }
    ]
    message = "Cannot evict pod as it would violate the pod's disruption budget."
    return Problem(429, "TooManyRequests", message, {"causes": causes})


def _log(state: ApiState, target: Target, request: Request) -> Answer:
    if request.method != "GET":
        raise not_allowed()
    return log_of(state.store, state.logs, target.find(state), request, state.stop)


def _proxy(state: ApiState, target: Target, request: Request) -> Answer:
    name, port = target_of(target.name)
    with state.store.lock:
        found = Target(resource=target.resource, namespace=target.namespace, name=name).find(state)
        if target.resource.kind == "Service":
            address = service_address(state.store, state.reach, found, port)
        else:
            address = pod_address(state.reach, found, port)
    return proxied(address, target.below, request)


def _port_forward(state: ApiState, target: Target, request: Request) -> Answer:
    raise bad_request("Upgrade request required")


def _finalize(state: ApiState, target: Target, request: Request) -> Answer:
    return Answer(body=target.find(state))


_Handler = Callable[[ApiState, Target, Request], Answer]
_BY_NAME: dict[str, _Handler] = {
    "status": _status,
    "scale": _scale,
    "eviction": _evict,
    "log": _log,
    "proxy": _proxy,
    "portforward": _port_forward,
    "finalize": _finalize,
}
