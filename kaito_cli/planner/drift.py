"""What somebody changed by hand, by the names that are left in managedFields."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kaito_cli.manifests.annotation import PLAN_ANNOTATION
from kaito_cli.model import MANAGER, Drift, Ref
from kaito_cli.planner.alike import alike, differences, plain
from kaito_cli.planner.compare import ref_of

Manifest = dict[str, Any]

# they add to what others wrote, as is their task; what they take over is drift all the same
CONTROLLERS = (
    "cloud-controller-manager",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
)
# written by `kubectl rollout restart`, which changes nothing that was asked
_HARMLESS = (
    "kubectl.kubernetes.io/restartedAt",
    "kubectl.kubernetes.io/last-applied-configuration",
)
_METADATA = ("labels", "annotations")


def drift(
    rendered: Sequence[Manifest], live: Mapping[Ref, Manifest], *, complete: bool
) -> tuple[Drift, ...]:
    """Fields of live objects that are not kaito-cli's any more, against what its plan renders.

    ``complete``: the kaito that wrote the plan renders as this one does, so that a field that is
    not there was taken out; of another version it may never have been set. An object that is
    missing is no drift: see compare. Fields that kaito-cli owns are as it last wrote them.
    """
    return tuple(
        each
        for wanted in rendered
        if (there := live.get(ref_of(wanted)))
        for each in _of_one(wanted, there, complete)
    )


def _of_one(wanted: Manifest, live: Manifest, complete: bool) -> Iterator[Drift]:
    subject = f"{live['kind']} {live['metadata']['name']}"
    told: set[str] = set()
    for entry in live["metadata"].get("managedFields") or ():
        manager = str(entry.get("manager"))
        if manager == MANAGER or entry.get("subresource") == "status":
            continue
        for path, found, asked in _claimed(entry.get("fieldsV1") or {}, live, wanted, ()):
            spelled = _spelled(path)
            if spelled not in told and _is_drift(manager, path, found, asked):
                told.add(spelled)
                yield Drift(
                    subject=subject,
                    path=spelled,
                    manager=manager,
                    wanted=plain(asked, path),
                    found=plain(found, path),
                )
    if complete:
        yield from _removed(wanted, live, subject, told)


def _is_drift(manager: str, path: tuple[str, ...], found: Any, asked: Any) -> bool:
    if path[0] == "status" or path[-1] in (PLAN_ANNOTATION, *_HARMLESS):
        return False
    if path[0] == "metadata" and (len(path) < 3 or path[1] not in _METADATA):
        return False
    if asked is None and manager in CONTROLLERS:
        return False
    return not alike(found, asked, path)


def _removed(wanted: Manifest, live: Manifest, subject: str, told: set[str]) -> Iterator[Drift]:
    for each in differences(live, wanted, subset=True):
        if each.before is None and each.path not in told:
            yield Drift(subject=subject, path=each.path, manager="", wanted=each.after)


Claim = tuple[tuple[str, ...], Any, Any]


def _claimed(
    fields: Mapping[str, Any], live: Any, wanted: Any, path: tuple[str, ...]
) -> Iterator[Claim]:
    """Each field of fieldsV1 with its value in the live object and in the wanted one."""
    for key, inner in fields.items():
        if key == ".":
            continue
        step, there, asked = _resolved(key, live, wanted)
        deeper = {name: each for name, each in inner.items() if name != "."}
        if deeper and not _is_new_item(key, asked):
            yield from _claimed(deeper, there, asked, (*path, step))
        else:
            yield (*path, step), there, asked


def _is_new_item(key: str, asked: Any) -> bool:
    """An item of a list that nobody asked for is one change, not one for each of its fields."""
    return key.startswith("k:") and asked is None


def _resolved(key: str, live: Any, wanted: Any) -> tuple[str, Any, Any]:
    kind, _, name = key.partition(":")
    if kind == "f":
        return name, _field(live, name), _field(wanted, name)
    if kind == "k":
        keys = json.loads(name)
        shown = ",".join(str(each) for each in keys.values())
        return f"[{shown}]", _item(live, keys), _item(wanted, keys)
    return f"[{name}]", name, name if isinstance(wanted, list) and name in wanted else None


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _item(value: Any, keys: Mapping[str, Any]) -> Any:
    """The item with these keys; a protocol that is not said is TCP."""
    items = value if isinstance(value, list) else ()
    return next((each for each in items if _has(each, keys)), None)


def _has(item: Any, keys: Mapping[str, Any]) -> bool:
    return isinstance(item, Mapping) and all(
        item.get(name, "TCP" if name == "protocol" else None) == value
        for name, value in keys.items()
    )


def _spelled(path: tuple[str, ...]) -> str:
    return ".".join(path).replace(".[", "[")
