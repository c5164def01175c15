"""The verbs on collections and on objects."""

from dataclasses import dataclass
from typing import Any

from kaito_cli.sandbox.kubernetes.collect import Deletion, delete
from kaito_cli.sandbox.kubernetes.fields.patch import (
    PatchError,
    json_patched,
    merge_patched,
    strategic_patched,
)
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.listing import list_of, one, selected
from kaito_cli.sandbox.kubernetes.problem import (
    Problem,
    bad_request,
    not_allowed,
    not_found,
    unsupported_media,
)
from kaito_cli.sandbox.kubernetes.resource import Resource
from kaito_cli.sandbox.kubernetes.state import ApiState
from kaito_cli.sandbox.kubernetes.watching import watch
from kaito_cli.sandbox.kubernetes.wire import Answer, Request
from kaito_cli.sandbox.kubernetes.writes import Writing, apply, create, replace

APPLY = "application/apply-patch+yaml"
_JSON_PATCH = "application/json-patch+json"
_MERGE = "application/merge-patch+json"
_STRATEGIC = "application/strategic-merge-patch+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a path names. ``below``: the path after a proxy."""

    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    below: str = ""

    def find(self, state: ApiState) -> Manifest:
        """The object; raises a 404."""
        found = state.store.get(self.resource, self.namespace, self.name)
        if found is None:
            raise not_found(self.resource, self.name)
        return found


def on_collection(state: ApiState, target: Target, request: Request) -> Answer:
    """list, watch, create, deletecollection."""
    store, resource, namespace = state.store, target.resource, target.namespace
    if request.method == "GET" and request.flag("watch"):
        return watch(store, resource, namespace, request, state.stop)
    if request.method == "GET":
        return list_of(store, resource, namespace, request)
    if request.method == "POST":
        body = request.manifest()
        found = create(store, resource, namespace, body, writing(request))
        return Answer(status=201, body=one(resource, found, request, store.now()))
    if request.method == "DELETE":
        return _delete_collection(state, target, request)
    raise not_allowed()


def _delete_collection(state: ApiState, target: Target, request: Request) -> Answer:
    how = _deletion(request)
    with state.store.lock:
        found = selected(state.store, target.resource, target.namespace, request)
        for each in found:
            meta = each["metadata"]
            # an earlier one may have taken this one along
            if state.store.get(target.resource, meta.get("namespace", ""), meta["name"]):
                delete(state.store, target.resource, each, how)
        version = str(state.store.version)
    body = {
        "kind": target.resource.kind + "List",
        "apiVersion": target.resource.api_version,
        "metadata": {"resourceVersion": version},
        "items": found,
    }
    return Answer(body=body)


def on_object(state: ApiState, target: Target, request: Request) -> Answer:
    """get, update, patch (server-side apply among them), delete."""
    store, resource = state.store, target.resource
    if request.method == "GET":
        if request.flag("watch"):
            raise bad_request("watch a single object by a field selector on metadata.name")
        return Answer(body=one(resource, target.find(state), request, store.now()))
    if request.method == "DELETE":
        return _delete(state, target, request)
    if request.method == "PATCH" and request.content_type == APPLY:
        found, new = apply(
            store, resource, target.namespace, target.name, request.manifest(), writing(request)
        )
        status = 201 if new else 200
        return Answer(status=status, body=one(resource, found, request, store.now()))
    if request.method not in ("PUT", "PATCH"):
        raise not_allowed()
    with store.lock:
        old = target.find(state)
        found = replace(store, resource, old, patched(target, old, request), writing(request))
    return Answer(body=one(resource, found, request, store.now()))


def patched(target: Target, old: Manifest, request: Request) -> Manifest:
    """What a PUT or a PATCH wants the object to be."""
    if request.method == "PUT":
        return request.manifest()
    found = _patched(target, old, request)
    if not isinstance(found, dict):
        raise bad_request("the patch leaves no object")
    return found


def _patched(target: Target, old: Manifest, request: Request) -> Any:
    patch, media = request.document(), request.content_type
    if media == _JSON_PATCH:
        try:
            return json_patched(old, patch)
        except PatchError as error:
            text = "the server rejected our request due to an error in our request"
            raise Problem(422, "Invalid", f"{text}: {error}") from error
    if media == _STRATEGIC:
        if target.resource.custom is not None:
            raise unsupported_media(media, (_JSON_PATCH, _MERGE, APPLY))
        return strategic_patched(target.resource.shape, old, patch)
    if media == _MERGE:
        return merge_patched(old, patch)
    raise unsupported_media(media, (_JSON_PATCH, _MERGE, _STRATEGIC, APPLY))


def _delete(state: ApiState, target: Target, request: Request) -> Answer:
    store, resource = state.store, target.resource
    with store.lock:
        old = target.find(state)
        found = delete(store, resource, old, _deletion(request))
        stays = store.get(resource, target.namespace, target.name) is not None
    if stays or resource.kind in ("Pod", "Namespace"):
        return Answer(body=found)
    details = {
        "name": target.name,
        "group": resource.group,
        "kind": resource.plural,
        "uid": old["metadata"]["uid"],
    }
    status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
    return Answer(body={**status, "details": details})


def _deletion(request: Request) -> Deletion:
    """DeleteOptions, from the body or the query."""
    body = request.manifest() if request.body else {}
    conditions = body.get("preconditions") or {}
    policy = body.get("propagationPolicy") or request.query.get("propagationPolicy")
    grace = body.get("gracePeriodSeconds")
    if body.get("orphanDependents"):
        policy = "Orphan"
    return Deletion(
        propagation=policy or "Background",
        grace_seconds=request.number("gracePeriodSeconds") if grace is None else grace,
        uid=conditions.get("uid"),
        version=conditions.get("resourceVersion"),
        dry_run="All" in (body.get("dryRun") or ()) or _dry_run(request),
    )


def writing(request: Request) -> Writing:
    """How a request wants to write."""
    applies = request.content_type == APPLY
    return Writing(
        manager=request.query.get("fieldManager", "") if applies else request.manager,
        dry_run=_dry_run(request),
        force=request.flag("force"),
        validation=request.query.get("fieldValidation", "Warn"),
    )


def _dry_run(request: Request) -> bool:
    asked = request.query.get("dryRun", "")
    if asked not in ("", "All"):
        raise bad_request(f'Unsupported value: "{asked}": supported values: "All"')
    return asked == "All"
