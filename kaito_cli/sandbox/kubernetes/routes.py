"""From a path to what answers it."""

from dataclasses import dataclass
from urllib.parse import unquote

from kaito_cli.sandbox.kubernetes.access import Attempt
from kaito_cli.sandbox.kubernetes.discovery import discovered
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.objects import Target, on_collection, on_object
from kaito_cli.sandbox.kubernetes.problem import no_such_path, not_found
from kaito_cli.sandbox.kubernetes.resource import Resources
from kaito_cli.sandbox.kubernetes.reviews import reviewed
from kaito_cli.sandbox.kubernetes.state import ApiState
from kaito_cli.sandbox.kubernetes.subresources import on_subresource
from kaito_cli.sandbox.kubernetes.wire import Answer, Request

_HEALTH = ("/readyz", "/healthz", "/livez")
_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """The segments of a path below its group and version."""

    group: str
    version: str
    rest: list[str]


def answer(state: ApiState, request: Request) -> Answer:
    """Raises a Problem."""
    if request.path in _HEALTH:
        return Answer(body=b"ok", media="text/plain")
    found = discovered(state.store.resources, request) or reviewed(state.access, request)
    if found:
        return found
    target = _target(state.store.resources, request.path)
    state.access.authorize(request.user, _attempt(target, request))
    if not target.name:
        return on_collection(state, target, request)
    if target.subresource:
        return on_subresource(state, target, request)
    return on_object(state, target, request)


def _target(resources: Resources, path: str) -> Target:
    parts = _parts(path)
    namespace, rest = "", parts.rest
    # /namespaces/x is the object; /namespaces/x/pods is what is in it
    if len(rest) > 2 and rest[0] == "namespaces" and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    resource = resources.find(parts.group, parts.version, rest[0])
    if resource is None or (namespace and not resource.namespaced):
        raise no_such_path()
    name, subresource = (rest[1:2] or [""])[0], (rest[2:3] or [""])[0]
    if subresource and subresource not in resource.subresources:
        raise no_such_path()
    return Target(
        resource=resource,
        namespace=namespace,
        name=unquote(name),
        subresource=subresource,
        below="/".join(rest[3:]),
    )


def _parts(path: str) -> _Parts:
    steps = path.strip("/").split("/")
    if steps[0] == "api" and len(steps) > 2:
        return _Parts(group="", version=steps[1], rest=steps[2:])
    if steps[0] == "apis" and len(steps) > 3:
        return _Parts(group=steps[1], version=steps[2], rest=steps[3:])
    raise no_such_path()


def _attempt(target: Target, request: Request) -> Attempt:
    below = f"/{target.subresource}" if target.subresource else ""
    return Attempt(
        verb=_verb(target, request),
        group=target.resource.group,
        resource=target.resource.plural + below,
        namespace=target.namespace,
        name=target.name,
    )


def _verb(target: Target, request: Request) -> str:
    if request.method in ("GET", "HEAD"):
        if request.flag("watch"):
            return "watch"
        return "get" if target.name else "list"
    if request.method == "DELETE" and not target.name:
        return "deletecollection"
    return _VERBS.get(request.method, "get")


def pod_to_forward(state: ApiState, request: Request) -> Manifest:
    """The pod a port-forward is for; raises a Problem."""
    target = _target(state.store.resources, request.path)
    state.access.authorize(request.user, _attempt(target, request))
    pod = state.store.get(target.resource, target.namespace, target.name)
    if pod is None:
        raise not_found(target.resource, target.name)
    return pod
