"""Deletion: grace, finalizers, and the collection of what an object owned."""

from dataclasses import dataclass

from kaito_cli.sandbox.kubernetes.definitions import forget
from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.problem import modified, wrong_uid
from kaito_cli.sandbox.kubernetes.resource import Resource
from kaito_cli.sandbox.kubernetes.store import Store, owners

FOREGROUND = "foregroundDeletion"
OVER = ("Succeeded", "Failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """How: ``propagation`` Background, Foreground or Orphan; ``grace_seconds`` None: the
    pod's own; ``uid`` and ``version``: only if it is still that."""

    propagation: str = "Background"
    grace_seconds: int | None = None
    uid: str | None = None
    version: str | None = None
    dry_run: bool = False


AT_ONCE = Deletion(grace_seconds=0)


def delete(
    store: Store, resource: Resource, manifest: Manifest, how: Deletion = Deletion()
) -> Manifest:
    """The object as it is after the request: gone, or with a deletionTimestamp."""
    with store.lock:
        _still_that(resource, manifest, how)
        if how.dry_run:
            return manifest
        new = _marked(store, resource, manifest, how)
        if new["metadata"].get("finalizers") or _grace(store, resource, new, how):
            if new != manifest:
                new = store.put(resource, new)
            if how.propagation == "Foreground":
                _delete_dependents(store, new, how)
                return finish_deletion(store, resource, new) or new
            return new
        return _gone(store, resource, new, how.propagation)


def _still_that(resource: Resource, manifest: Manifest, how: Deletion) -> None:
    meta = manifest["metadata"]
    if how.uid and how.uid != meta["uid"]:
        raise wrong_uid(resource, meta["name"], how.uid, meta["uid"])
    if how.version and how.version != meta["resourceVersion"]:
        raise modified(resource, meta["name"])


def _marked(store: Store, resource: Resource, manifest: Manifest, how: Deletion) -> Manifest:
    """A copy with deletionTimestamp, and the finalizer that foreground deletion means."""
    new: Manifest = copied(manifest)
    meta = new["metadata"]
    if not meta.get("deletionTimestamp"):
        meta["deletionTimestamp"] = store.time
        meta["deletionGracePeriodSeconds"] = 0
        if resource.has_generation and "generation" in meta:
            meta["generation"] += 1
    owned = store.dependents(meta["uid"])
    if how.propagation == "Foreground" and owned and FOREGROUND not in meta.get("finalizers", ()):
        meta["finalizers"] = [*meta.get("finalizers", ()), FOREGROUND]
    if how.propagation == "Orphan":
        _orphan(store, meta["uid"])
    return new


def _grace(store: Store, resource: Resource, new: Manifest, how: Deletion) -> int:
    """Seconds a kubelet takes to end a pod; kept in the pod."""
    if resource.kind != "Pod" or not store.graceful or not new["spec"].get("nodeName"):
        return 0
    if (new.get("status") or {}).get("phase") in OVER:
        return 0
    asked = how.grace_seconds
    grace = new["spec"].get("terminationGracePeriodSeconds", 30) if asked is None else asked
    new["metadata"]["deletionGracePeriodSeconds"] = grace
    return int(grace)


def _delete_dependents(store: Store, manifest: Manifest, how: Deletion) -> None:
    for resource, each in store.dependents(manifest["metadata"]["uid"]):
        if not each["metadata"].get("deletionTimestamp"):
            delete(store, resource, each, Deletion(propagation=how.propagation))


def _orphan(store: Store, uid: str) -> None:
    for resource, each in store.dependents(uid):
        _without_owner(store, resource, each, uid)


def _without_owner(store: Store, resource: Resource, manifest: Manifest, uid: str) -> None:
    new: Manifest = copied(manifest)
    kept = [each for each in new["metadata"]["ownerReferences"] if each["uid"] != uid]
    if kept:
        new["metadata"]["ownerReferences"] = kept
    else:
        del new["metadata"]["ownerReferences"]
    store.put(resource, new)


def finish_deletion(store: Store, resource: Resource, manifest: Manifest) -> Manifest | None:
    """Take an object away that waits for nothing any more; None while it has to stay."""
    meta = manifest["metadata"]
    if not meta.get("deletionTimestamp"):
        return None
    finalizers = meta.get("finalizers", ())
    if FOREGROUND in finalizers and not store.dependents(meta["uid"]):
        new: Manifest = copied(manifest)
        new["metadata"]["finalizers"] = [each for each in finalizers if each != FOREGROUND]
        manifest, finalizers = store.put(resource, new), new["metadata"]["finalizers"]
    if finalizers or (resource.kind == "Pod" and meta.get("deletionGracePeriodSeconds")):
        return None
    return _gone(store, resource, manifest, "Background")


def end(store: Store, resource: Resource, manifest: Manifest) -> None:
    """What the kubelet says when a pod has ended: its grace is over."""
    new: Manifest = copied(manifest)
    new["metadata"]["deletionGracePeriodSeconds"] = 0
    new["metadata"].setdefault("deletionTimestamp", store.time)
    if new["metadata"].get("finalizers"):
        store.put(resource, new)
    else:
        _gone(store, resource, new, "Background")


def _gone(store: Store, resource: Resource, manifest: Manifest, propagation: str) -> Manifest:
    if resource.kind == "Namespace":
        _empty(store, manifest["metadata"]["name"])
    last = store.drop(resource, manifest)
    if resource.kind == "CustomResourceDefinition":
        for orphan in forget(store, manifest):
            store.drop(*orphan)
    uid = manifest["metadata"]["uid"]
    if propagation == "Orphan":
        _orphan(store, uid)
    for kind, each in store.dependents(uid):
        _collect(store, kind, each, uid)
    _release_owners(store, manifest)
    return last


def _empty(store: Store, namespace: str) -> None:
    for resource in store.resources:
        if resource.namespaced:
            for each in store.all(resource, namespace):
                if store.get(resource, namespace, each["metadata"]["name"]):
                    delete(store, resource, each, AT_ONCE)


def _collect(store: Store, resource: Resource, manifest: Manifest, uid: str) -> None:
    """A dependent goes with its last owner."""
    meta = manifest["metadata"]
    if not store.get(resource, meta.get("namespace", ""), meta["name"]):
        return
    if len(owners(manifest)) > 1:
        _without_owner(store, resource, manifest, uid)
    elif not meta.get("deletionTimestamp"):
        delete(store, resource, manifest)


def _release_owners(store: Store, manifest: Manifest) -> None:
    """An owner that waited for this object may go now."""
    meta = manifest["metadata"]
    for reference in meta.get("ownerReferences") or ():
        resource = store.resources.of_kind(reference["apiVersion"], reference["kind"])
        if not resource:
            continue
        namespace = meta.get("namespace", "") if resource.namespaced else ""
        owner = store.get(resource, namespace, reference["name"])
        if owner and owner["metadata"]["uid"] == reference["uid"]:
            finish_deletion(store, resource, owner)
