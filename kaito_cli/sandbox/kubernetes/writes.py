"""Create, replace, patch, apply: one object from the old to the new."""

import random
from dataclasses import dataclass

from kaito_cli.sandbox.kubernetes.apply import Applied, applied_to, first_applied
from kaito_cli.sandbox.kubernetes.collect import finish_deletion
from kaito_cli.sandbox.kubernetes.definitions import establish
from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.ownership import Author, keep_times, note_update, same_owners
from kaito_cli.sandbox.kubernetes.prepare import born, changed, checked, typed
from kaito_cli.sandbox.kubernetes.problem import (
    already_exists,
    bad_request,
    forbidden,
    modified,
    not_found,
    wrong_uid,
)
from kaito_cli.sandbox.kubernetes.resource import Resource
from kaito_cli.sandbox.kubernetes.store import Store

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Who writes, and how. ``validation``: Strict, Warn or Ignore, as fieldValidation."""

    manager: str = "unknown"
    dry_run: bool = False
    force: bool = False
    validation: str = "Warn"

    def author(self, store: Store, subresource: str = "", operation: str = "Update") -> Author:
        return Author(
            manager=self.manager,
            time=store.time,
            subresource=subresource if subresource == "status" else "",
            operation=operation,
        )


QUIETLY = Writing()


def create(
    store: Store, resource: Resource, namespace: str, body: Manifest, how: Writing = QUIETLY
) -> Manifest:
    """POST; raises 404 for the namespace, 409, 422."""
    with store.lock:
        manifest = checked(resource, body, strict=how.validation == "Strict")
        meta = manifest.setdefault("metadata", {})
        meta.pop("managedFields", None)
        _place(store, resource, manifest, namespace)
        if not meta.get("name") and meta.get("generateName"):
            meta["name"] = meta["generateName"] + "".join(random.choices(_LETTERS, k=5))
        if store.get(resource, meta.get("namespace", ""), meta.get("name", "")):
            raise already_exists(resource, meta["name"])
        born(store, resource, manifest)
        note_update(resource, None, manifest, how.author(store))
        return _added(store, resource, manifest, how)


def _place(store: Store, resource: Resource, manifest: Manifest, namespace: str) -> None:
    """Into its namespace, which has to be there."""
    meta = manifest["metadata"]
    if not resource.namespaced:
        meta.pop("namespace", None)
        return
    named = meta.setdefault("namespace", namespace)
    if named != namespace:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    namespaces = store.resources.of("", "namespaces")
    found = store.get(namespaces, "", namespace)
    if not found:
        raise not_found(namespaces, namespace)
    if found["metadata"].get("deletionTimestamp"):
        why = (
            f"unable to create new content in namespace {namespace} because it is being terminated"
        )
        raise forbidden(resource, meta.get("name", ""), why)


def _added(store: Store, resource: Resource, manifest: Manifest, how: Writing) -> Manifest:
    for admit in store.admission:
        admit(resource, manifest)
    if how.dry_run:
        return manifest
    stored = store.put(resource, manifest)
    if resource.kind == "CustomResourceDefinition":
        return establish(store, resource, stored)
    return stored


def apply(
    store: Store, resource: Resource, namespace: str, name: str, body: Manifest, how: Writing
) -> tuple[Manifest, bool]:
    """Server-side apply; the object, and whether it is new."""
    if not how.manager:
        raise bad_request(
            'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required '
            "for apply patch"
        )
    with store.lock:
        sent = _addressed(resource, namespace, name, body)
        manifest = typed(resource, sent)
        author = how.author(store, operation="Apply")
        applied = Applied(manifest=manifest, author=author)
        old = store.get(resource, namespace, name)
        if old is None:
            return _first(store, resource, namespace, applied, how), True
        _same_object(resource, old, manifest)
        new = applied_to(resource, old, applied, force=how.force)
        changed(store, resource, old, new)
        return stored(store, resource, old, new, how), False


def _addressed(resource: Resource, namespace: str, name: str, body: Manifest) -> Manifest:
    """A copy of the body with the name and namespace of its address."""
    sent: Manifest = {**body, "metadata": dict(body.get("metadata") or {})}
    meta = sent["metadata"]
    if meta.pop("managedFields", None):
        raise bad_request("metadata.managedFields must be nil")
    if meta.setdefault("name", name) != name:
        raise bad_request(
            f"the name of the object ({meta['name']}) does not match the name on the URL ({name})"
        )
    if resource.namespaced:
        meta.setdefault("namespace", namespace)
    _same_kind(resource, sent)
    if resource.has_status:
        sent.pop("status", None)
    return sent


def _same_kind(resource: Resource, sent: Manifest) -> None:
    if sent.get("kind", resource.kind) != resource.kind:
        raise bad_request(f"invalid object type: /{sent.get('apiVersion')}, Kind={sent['kind']}")


def _first(
    store: Store, resource: Resource, namespace: str, applied: Applied, how: Writing
) -> Manifest:
    new = first_applied(resource, applied)
    entries = new["metadata"].pop("managedFields")
    _place(store, resource, new, namespace)
    born(store, resource, new)
    new["metadata"]["managedFields"] = entries
    return _added(store, resource, new, how)


def _same_object(resource: Resource, old: Manifest, sent: Manifest) -> None:
    """The uid and the resourceVersion a client sends are conditions."""
    meta, name = sent["metadata"], old["metadata"]["name"]
    version = meta.pop("resourceVersion", None)
    if version and version != old["metadata"]["resourceVersion"]:
        raise modified(resource, name)
    uid = meta.get("uid")
    if uid and uid != old["metadata"]["uid"]:
        raise wrong_uid(resource, name, uid, old["metadata"]["uid"])


def replace(
    store: Store,
    resource: Resource,
    old: Manifest,
    body: Manifest,
    how: Writing = QUIETLY,
    subresource: str = "",
) -> Manifest:
    """PUT, and what a patch comes down to: ``body`` instead of ``old``."""
    with store.lock:
        new = checked(resource, body, strict=how.validation == "Strict")
        new.setdefault("metadata", {})
        _same_object(resource, old, new)
        new = _within(resource, old, new, subresource)
        new["metadata"].pop("managedFields", None)
        changed(store, resource, old, new)
        note_update(resource, old, new, how.author(store, subresource))
        return stored(store, resource, old, new, how)


def _within(resource: Resource, old: Manifest, new: Manifest, subresource: str) -> Manifest:
    """Writes to the object leave its status alone, and the other way round."""
    if subresource == "status":
        kept: Manifest = copied(old)
        kept["status"] = new.get("status") or {}
        return kept
    if resource.has_status:
        new.pop("status", None)
        if "status" in old:
            new["status"] = old["status"]
    return new


def stored(
    store: Store, resource: Resource, old: Manifest, new: Manifest, how: Writing
) -> Manifest:
    """Keep the successor; what changes nothing keeps its resourceVersion."""
    if _content(old) == _content(new) and same_owners(old, new):
        return old
    keep_times(old, new)
    for admit in store.admission:
        admit(resource, new)
    if how.dry_run:
        return new
    found = store.put(resource, new)
    if resource.kind == "CustomResourceDefinition" and old.get("spec") != new.get("spec"):
        found = establish(store, resource, found)
    finish_deletion(store, resource, found)
    return found


def _content(manifest: Manifest) -> Manifest:
    aside = ("managedFields", "resourceVersion", "generation")
    meta = {name: each for name, each in manifest["metadata"].items() if name not in aside}
    return {**manifest, "metadata": meta}
