"""What would change: what is wanted against what is there, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from kaito_cli.manifests.annotation import PLAN_ANNOTATION
from kaito_cli.manifests.owned import is_kaitos, owned
from kaito_cli.manifests.render import render
from kaito_cli.model import (
    MANAGED_BY_LABEL,
    MANAGER,
    WORKSPACE_LABEL,
    Action,
    Change,
    FieldChange,
    LiveNodePool,
    NodePool,
    Nodes,
    Plan,
    Ref,
)
from kaito_cli.planner.alike import differences

Manifest = dict[str, Any]

# What a plan says of prices, or to explain itself: other figures of it change nothing that runs
_SAID_ONLY = ("cost", "memory", "alternatives", "rejected", "terms", "notes", "assumptions")
_SERVERS = (
    "creationTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)
# what the API server lets nobody change
_IMMUTABLE = {
    "Deployment": ("spec.selector",),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"),
    "DaemonSet": ("spec.selector",),
    "Job": ("spec.selector", "spec.template", "spec.completions"),
    "PersistentVolumeClaim": ("spec.accessModes", "spec.storageClassName", "spec.volumeName"),
}
# what deploy makes beside the plan, or what holds data: never taken away because it is not rendered
_KEPT = ("Secret", "PersistentVolumeClaim", "Namespace", "Pod", "ReplicaSet")
_OF_A_POOL = ("vm_size", "spot", "zones", "os_sku", "os_disk_type", "os_disk_gib", "name")
_COUNTS = ("count", "min_count", "max_count")


def compare(
    before: Plan | None,
    wanted: Plan,
    live: Mapping[Ref, Manifest],
    pools: Sequence[LiveNodePool] = (),
    merged: Mapping[Ref, Manifest] | None = None,
) -> tuple[Change, ...]:
    """What applying ``wanted`` would do: first to its node pool, then object by object.

    ``before`` is the plan that the live objects carry, None where they carry none; ``live`` are
    those of the workspace that are there, ``pools`` its own in Azure. ``merged`` are the answers
    of a dry run of applying, which know the server's defaults; where one is missing, what the
    rendered object sets is compared. Prices, explanations and kaito's version change nothing.
    """
    objects = render(wanted)
    planned = tuple(plan_differences(before, wanted)) if before else ()
    changes = [_pool_change(wanted, pools)]
    for each in objects:
        ref = ref_of(each)
        there, then = live.get(ref), (merged or {}).get(ref)
        changes.append(_object_change(ref, each, there, then, planned))
    kept = {ref_of(each) for each in objects}
    changes += [
        Change(subject=str(ref), action=Action.DELETE)
        for ref, each in live.items()
        if ref not in kept and _is_ours_to_delete(each, wanted.workspace)
    ]
    return tuple(each for each in changes if each is not None)


def plan_differences(before: Plan, wanted: Plan) -> Iterator[FieldChange]:
    """Fields in which two plans differ, in what is asked and decided."""
    old, new = (
        {name: value for name, value in asdict(plan).items() if name not in _SAID_ONLY}
        for plan in (before, wanted)
    )
    yield from differences(_listed(old), _listed(new), path=("plan",))


def ref_of(manifest: Mapping[str, Any]) -> Ref:
    """What the object is called."""
    metadata = manifest["metadata"]
    return Ref(
        kind=manifest["kind"],
        name=metadata["name"],
        api_version=manifest["apiVersion"],
        namespace=metadata.get("namespace", ""),
    )


def _listed(value: Any) -> Any:
    """Tuples as lists, as a plan that was read back has them too."""
    if isinstance(value, Mapping):
        return {name: _listed(each) for name, each in value.items()}
    return [_listed(each) for each in value] if isinstance(value, tuple | list) else value


def _pool_change(wanted: Plan, pools: Sequence[LiveNodePool]) -> Change | None:
    pool = wanted.node_pool
    if pool.existing or wanted.request.nodes is Nodes.KARPENTER:
        return None
    subject = f"node pool {pool.name}"
    same = next((each for each in pools if each.name == pool.name), None)
    if same:
        fields = tuple(_counts(same, pool))
        return Change(subject=subject, action=_by(fields), fields=fields)
    if not pools:
        size = FieldChange(path="vm_size", after=pool.vm_size)
        count = FieldChange(path="count", after=pool.count)
        return Change(subject=subject, action=Action.CREATE, fields=(size, count))
    fields = tuple(_fields(pools[0], pool, (*_OF_A_POOL, *_COUNTS)))
    return Change(subject=subject, action=Action.RECREATE, fields=fields)


def _counts(live: LiveNodePool, pool: NodePool) -> Iterator[FieldChange]:
    """An autoscaler chooses the number within its bounds by itself."""
    scaled = pool.min_count is not None and live.autoscaled
    yield from _fields(live, pool, _COUNTS[1:] if scaled else _COUNTS)


def _fields(live: LiveNodePool, pool: NodePool, names: Sequence[str]) -> Iterator[FieldChange]:
    for name in names:
        there, then = getattr(live, name), getattr(pool, name)
        if _lowered(there) != _lowered(then):
            yield FieldChange(path=name, before=there, after=then)


def _lowered(value: Any) -> Any:
    """Azure takes names in any case, and hands them back as they were typed."""
    return value.lower() if isinstance(value, str) else value


def _object_change(
    ref: Ref,
    rendered: Manifest,
    live: Manifest | None,
    merged: Manifest | None,
    planned: tuple[FieldChange, ...],
) -> Change:
    if live is None:
        return Change(subject=str(ref), action=Action.CREATE)
    if merged is not None:
        found = tuple(differences(_content(live), _content(merged)))
    else:
        found = tuple(_by_rendered(live, rendered))
    carries_plan = PLAN_ANNOTATION in (rendered["metadata"].get("annotations") or {})
    fields = (*found, *(planned if carries_plan else ()))
    fixed = _IMMUTABLE.get(ref.kind, ())
    immutable = any(each.path.startswith(fixed) for each in found) if fixed else False
    action = Action.RECREATE if immutable else _by(fields)
    return Change(subject=str(ref), action=action, fields=fields)


def _by_rendered(live: Manifest, rendered: Manifest) -> Iterator[FieldChange]:
    """What the rendered object sets otherwise, and what kaito had set and sets no more."""
    yield from differences(_content(live), _content(rendered), subset=True)
    for each in differences(_content(owned(live)), _content(rendered)):
        if each.after is None:
            yield each


def _content(manifest: Manifest) -> Manifest:
    """An object without what the server writes, and without the text of the plan, which is
    compared by what it says."""
    metadata = {name: value for name, value in manifest["metadata"].items() if name not in _SERVERS}
    annotations = {**(metadata.get("annotations") or {})}
    annotations.pop(PLAN_ANNOTATION, None)
    metadata["annotations"] = annotations
    rest = {name: value for name, value in manifest.items() if name != "status"}
    return {**rest, "metadata": metadata}


def _by(fields: Sequence[FieldChange]) -> Action:
    return Action.UPDATE if fields else Action.NONE


def _is_ours_to_delete(live: Manifest, workspace: str) -> bool:
    metadata = live["metadata"]
    labels = metadata.get("labels") or {}
    if (labels.get(MANAGED_BY_LABEL), labels.get(WORKSPACE_LABEL)) != (MANAGER, workspace):
        return False
    if metadata.get("ownerReferences") or live["kind"] in _KEPT:
        return False
    return is_kaitos(live, workspace)
