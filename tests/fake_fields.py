"""Server-side apply in a simple form: who holds which field of an object of FakeCluster.

Items of a list that all have a name are fields of their own; any other list is one value.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kaito_cli.ports import Manifest

Path = tuple[str, ...]  # as in fieldsV1: `f:spec`, `f:containers`, `k:{"name":"main"}`

_SERVERS = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp", "managedFields")


def leaves(manifest: Mapping[str, Any]) -> dict[Path, Any]:
    """Values by path, without those that name the object or are the server's."""
    metadata = {
        name: each for name, each in manifest.get("metadata", {}).items() if name not in _SERVERS
    }
    aside = ("apiVersion", "kind", "metadata")
    rest = {name: each for name, each in manifest.items() if name not in aside}
    return dict(_walk({**rest, "metadata": metadata} if metadata else rest, ()))


def merged(old: Any, new: Any) -> Any:
    """``old`` with everything of ``new``; items by name, other lists and values replaced."""
    if isinstance(old, dict) and isinstance(new, dict):
        both = {name: merged(old.get(name), each) for name, each in new.items()}
        return {**old, **both}
    if _named(old) and _named(new):
        found = {each["name"]: each for each in old}
        for each in new:
            found[each["name"]] = merged(found.get(each["name"]), each)
        return list(found.values())
    return json.loads(json.dumps(new))


def without(value: Any, path: Path) -> Any:
    """``value`` without a field, and without what is empty then."""
    (step, *rest) = path
    if step.startswith("k:"):
        name = json.loads(step[2:])["name"]
        items = [without(each, tuple(rest)) if each["name"] == name else each for each in value]
        return [each for each in items if each]
    field = step[2:]
    if not isinstance(value, dict) or field not in value:
        return value
    inner = without(value[field], tuple(rest)) if rest else None
    others = {name: each for name, each in value.items() if name != field}
    return {**others, field: inner} if inner else others


def held(manifest: Manifest) -> dict[str, set[Path]]:
    """Paths by manager, as managedFields has them."""
    entries = manifest["metadata"].get("managedFields", ())
    return {each["manager"]: set(_decoded(each["fieldsV1"], ())) for each in entries}


def entries(holders: Mapping[str, set[Path]], ours: str, api_version: str) -> list[Manifest]:
    """managedFields of paths by manager; ``ours`` applies, the others update."""
    return [
        {
            "manager": manager,
            "operation": "Apply" if manager == ours else "Update",
            "apiVersion": api_version,
            "fieldsType": "FieldsV1",
            "fieldsV1": _encoded(paths),
        }
        for manager, paths in holders.items()
        if paths
    ]


def spelled(path: Path) -> str:
    """As a conflict names it: `.spec.containers[name="main"].image`."""
    names = (
        f'[name="{json.loads(each[2:])["name"]}"]' if each[0] == "k" else each for each in path
    )
    return "".join(each if each[0] == "[" else f".{each[2:]}" for each in names)


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and (value or not path):
        for name, each in value.items():
            yield from _walk(each, (*path, f"f:{name}"))
    elif _named(value) and value:
        for each in value:
            key = json.dumps({"name": each["name"]}, separators=(",", ":"))
            yield from _walk(each, (*path, f"k:{key}"))
    else:
        yield path, value


def _named(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, dict) and "name" in each for each in value
    )


def _decoded(fields: Mapping[str, Any], path: Path) -> Iterator[Path]:
    for step, below in fields.items():
        if below:
            yield from _decoded(below, (*path, step))
        else:
            yield (*path, step)


def _encoded(paths: set[Path]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for path in sorted(paths):
        here = root
        for step in path:
            here = here.setdefault(step, {})
    return root
