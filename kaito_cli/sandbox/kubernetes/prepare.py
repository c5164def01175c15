"""From what a client sent to what is stored: identity, defaults, types and rules."""

import base64
from uuid import uuid4

from kaito_cli.sandbox.kubernetes.addresses import give_addresses
from kaito_cli.sandbox.kubernetes.defaults import default
from kaito_cli.sandbox.kubernetes.fields.check import Defect, Fault, copied, defects, exact, normal
from kaito_cli.sandbox.kubernetes.fields.openapi import with_defaults
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.problem import Problem, bad_request, internal, invalid
from kaito_cli.sandbox.kubernetes.resource import Resource
from kaito_cli.sandbox.kubernetes.store import Store
from kaito_cli.sandbox.kubernetes.validation import validate

# what only the server sets
_SERVER_META = ("uid", "creationTimestamp", "generation", "deletionTimestamp", "selfLink")
_REASONS = {
    Fault.REQUIRED: "FieldValueRequired",
    Fault.VALUE: "FieldValueInvalid",
    Fault.DUPLICATE: "FieldValueDuplicate",
}


def checked(resource: Resource, body: Manifest, *, strict: bool) -> Manifest:
    """A copy of the body without fields nobody declares; raises a 400 for wrong types, and for
    unknown fields when ``strict`` (fieldValidation=Strict)."""
    found = defects(resource.shape, body)
    unknown = [each for each in found if each.fault is Fault.UNKNOWN]
    if unknown and strict:
        told = ", ".join(f'unknown field "{each.path[1:]}"' for each in unknown)
        raise bad_request(f"strict decoding error: {told}")
    wrong = next((each for each in found if each.fault is Fault.TYPE), None)
    if wrong:
        raise _undecodable(resource, wrong)
    manifest: Manifest = copied(body)
    for each in unknown:
        _forget(manifest, each.path)
    return _normal(resource, manifest)


def _undecodable(resource: Resource, wrong: Defect) -> Problem:
    if resource.custom is not None:
        found = "FieldValueTypeInvalid", wrong.path[1:], f"Invalid value: {wrong.message}"
        return invalid(resource, "", [found])
    return bad_request(
        f'{resource.kind} in version "{resource.version}" cannot be handled as a '
        f"{resource.kind}: json: cannot unmarshal field {wrong.path[1:]}: {wrong.message}"
    )


def _forget(manifest: Manifest, path: str) -> None:
    """Drop an unknown field, as decoding does."""
    at: object = manifest
    *steps, last = path[1:].replace("[", ".[").split(".")
    for step in steps:
        if isinstance(at, list):
            at = at[int(step[1:-1])]
        elif isinstance(at, dict):
            at = at.get(step)
    if isinstance(at, dict):
        at.pop(last, None)


def typed(resource: Resource, body: Manifest) -> Manifest:
    """What an apply holds, as stored; raises the 500 that the real server answers for fields
    or types its schema does not know."""
    found = [
        each
        for each in defects(resource.shape, body)
        if each.fault in (Fault.UNKNOWN, Fault.TYPE, Fault.DUPLICATE)
    ]
    if found:
        meta = body.get("metadata") or {}
        told = "\n  ".join(f"{each.path}: {each.message}" for each in found)
        told = told if len(found) == 1 else f"errors:\n  {told}"
        raise internal(
            f"failed to create typed patch object ({meta.get('namespace', '')}/"
            f"{meta.get('name', '')}; {resource.api_version}, Kind={resource.kind}): {told}"
        )
    manifest: Manifest = exact(resource.shape, body)
    _encode_secret(resource, manifest)
    return manifest


def _normal(resource: Resource, manifest: Manifest) -> Manifest:
    if resource.custom is not None:
        manifest["metadata"] = normal(
            resource.shape.child("metadata"), manifest.get("metadata") or {}
        )
        return manifest
    found: Manifest = normal(resource.shape, manifest)
    _encode_secret(resource, found)
    return found


def _encode_secret(resource: Resource, manifest: Manifest) -> None:
    if resource.kind == "Secret" and "stringData" in manifest:
        texts = manifest.pop("stringData") or {}
        made = {name: base64.b64encode(each.encode()).decode() for name, each in texts.items()}
        manifest["data"] = {**(manifest.get("data") or {}), **made}


def born(store: Store, resource: Resource, manifest: Manifest) -> Manifest:
    """Make a new object of it: uid, generation, defaults, addresses; in place."""
    meta = manifest["metadata"]
    for name in (*_SERVER_META, "resourceVersion"):
        meta.pop(name, None)
    meta["uid"] = str(uuid4())
    meta["creationTimestamp"] = store.time
    if resource.has_generation and "spec" in manifest:
        meta["generation"] = 1
    if resource.has_status and resource.kind not in _STATUS_AT_BIRTH:
        manifest.pop("status", None)
    return finished(store, resource, manifest, None)


_STATUS_AT_BIRTH = frozenset(("Node", "Namespace"))


def changed(store: Store, resource: Resource, old: Manifest, new: Manifest) -> Manifest:
    """The same for the successor of an object: what only the server sets stays; in place."""
    meta, before = new["metadata"], old["metadata"]
    for name in (*_SERVER_META, "name", "namespace", "resourceVersion", "generateName"):
        meta.pop(name, None)
        if name in before:
            meta[name] = before[name]
    finished(store, resource, new, old)
    if "generation" in before and _wanted(new) != _wanted(old):
        new["metadata"]["generation"] = before["generation"] + 1
    return new


def _wanted(manifest: Manifest) -> Manifest:
    """All but metadata and status."""
    aside = ("metadata", "status", "apiVersion", "kind")
    return {name: each for name, each in manifest.items() if name not in aside}


def finished(
    store: Store, resource: Resource, manifest: Manifest, old: Manifest | None
) -> Manifest:
    """Defaults, then every rule; raises a 422."""
    found = dict(_normal(resource, dict(manifest)))
    manifest.clear()
    manifest.update(found)
    manifest["apiVersion"], manifest["kind"] = resource.api_version, resource.kind
    if resource.custom is not None:
        manifest.update(with_defaults(resource.custom, manifest))
    _refuse_defects(resource, manifest)
    if resource.custom is None:
        default(manifest)
        if resource.kind == "Service":
            give_addresses(store, manifest)
    validate(resource, manifest, old)
    return manifest


def _refuse_defects(resource: Resource, manifest: Manifest) -> None:
    causes = [
        (_REASONS[each.fault], each.path[1:], each.message)
        for each in defects(resource.shape, manifest)
        if each.fault in _REASONS and not each.path.startswith(".status")
    ]
    if causes:
        raise invalid(resource, manifest["metadata"].get("name", ""), causes)
