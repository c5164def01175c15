"""Lists: selection, pages, and the forms a client may ask for."""

import base64
import json
from collections.abc import Sequence

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.problem import bad_request, gone
from kaito_cli.sandbox.kubernetes.resource import Resource
from kaito_cli.sandbox.kubernetes.selectors import selection
from kaito_cli.sandbox.kubernetes.store import Store, key_of
from kaito_cli.sandbox.kubernetes.table import metadata_only, table
from kaito_cli.sandbox.kubernetes.wire import Answer, Request

TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You must "
    "start a new list without the continue parameter."
)


def list_of(store: Store, resource: Resource, namespace: str, request: Request) -> Answer:
    """GET of a collection."""
    with store.lock:
        version = store.version
        found = selected(store, resource, namespace, request)
        _refuse_ancient(store, request)
        after, version = _start(store, request, version)
    found = [each for each in found if after is None or list(key_of(each)) > after]
    limit = request.number("limit") or len(found)
    page, rest = found[:limit], found[limit:]
    meta: Manifest = {"resourceVersion": str(version)}
    if rest:
        meta["continue"] = _token(version, page[-1])
        if not (request.query.get("labelSelector") or request.query.get("fieldSelector")):
            meta["remainingItemCount"] = len(rest)
    return Answer(body=shown(resource, page, meta, request, store.now()))


def selected(store: Store, resource: Resource, namespace: str, request: Request) -> list[Manifest]:
    """The objects a request's selectors select."""
    query = request.query
    test = selection(query.get("labelSelector", ""), query.get("fieldSelector", ""))
    return [each for each in store.all(resource, namespace) if test(each)]


def shown(
    resource: Resource,
    items: Sequence[Manifest],
    meta: Manifest,
    request: Request,
    now: float,
) -> Manifest:
    """A list in the form the client accepts: a table, metadata alone, or whole objects."""
    if "as=Table" in request.accept:
        include = request.query.get("includeObject", "Metadata")
        return table(resource, items, meta, include, now)
    if "as=PartialObjectMetadata" in request.accept:
        return {
            "kind": "PartialObjectMetadataList",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": meta,
            "items": [metadata_only(each) for each in items],
        }
    return {
        "kind": resource.kind + "List",
        "apiVersion": resource.api_version,
        "metadata": meta,
        "items": list(items),
    }


def one(resource: Resource, manifest: Manifest, request: Request, now: float) -> Manifest:
    """One object in the form the client accepts."""
    if "as=Table" in request.accept:
        meta = {"resourceVersion": manifest["metadata"].get("resourceVersion", "")}
        include = request.query.get("includeObject", "Metadata")
        return table(resource, [manifest], meta, include, now)
    if "as=PartialObjectMetadata" in request.accept:
        return metadata_only(manifest)
    return manifest


def _refuse_ancient(store: Store, request: Request) -> None:
    if request.query.get("resourceVersionMatch") != "Exact":
        return
    version = request.number("resourceVersion") or 0
    if version <= store.oldest:
        raise gone(f"The resourceVersion for the provided list is too old: {version}")


def _start(store: Store, request: Request, version: int) -> tuple[list[str] | None, int]:
    """After which key, and in which version, a page goes on."""
    token = request.query.get("continue")
    if not token:
        return None, version
    try:
        found = json.loads(base64.urlsafe_b64decode(token))
        started, after = int(found["rv"]), list(found["start"])
    except (ValueError, KeyError, TypeError) as error:
        raise bad_request("continue key is not valid: illegal base64 data") from error
    if started < store.oldest:
        raise gone(TOO_OLD)
    return after, started


def _token(version: int, last: Manifest) -> str:
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": version, "start": list(key_of(last))})
    return base64.urlsafe_b64encode(text.encode()).decode()
