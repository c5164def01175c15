"""Sets of field paths and their fieldsV1 notation (structured-merge-diff).

A path is a tuple of elements as fieldsV1 spells them: `f:name`, `k:{"name":"x"}`, `v:"x"`.
"""

import json
from collections.abc import Iterable
from typing import Any

from kaito_cli.sandbox.kubernetes.fields.shape import Form, Manifest, Shape

Path = tuple[str, ...]
Paths = set[Path]
# what no manager ever owns (apimachinery managedfields/internal/stripmeta.go)
_UNOWNED = frozenset(
    [("f:apiVersion",), ("f:kind",), ("f:metadata",)]
    + [
        ("f:metadata", f"f:{name}")
        for name in (
            "name",
            "namespace",
            "creationTimestamp",
            "selfLink",
            "uid",
            "clusterName",
            "generation",
            "managedFields",
            "resourceVersion",
        )
    ]
)
_MISSING = object()
_NOTHING: tuple[Any, ...] = ({}, [], None)


def owned_paths(shape: Shape, manifest: Manifest) -> Paths:
    """The fields a manager owns who applies ``manifest``."""
    return {path for path in _paths(shape, manifest, ()) if path[:2] not in _UNOWNED}


def _paths(shape: Shape, value: Any, at: Path) -> Paths:
    if isinstance(value, dict) and value and not shape.atomic:
        parts = (_paths(shape.child(k), v, (*at, "f:" + k)) for k, v in value.items())
        return set().union(*parts)
    if isinstance(value, list) and shape.form is Form.KEYED:
        return _keyed_paths(shape, value, at)
    if isinstance(value, list) and shape.form is Form.SET:
        return {(*at, _value(each)) for each in value}
    return {at} if at else set()


def _keyed_paths(shape: Shape, value: list[Any], at: Path) -> Paths:
    found: Paths = set()
    for each in value:
        here = (*at, "k:" + shape.key_of(each))
        found.add(here)
        found |= _paths(shape.element, each, here)
    return found


def _value(each: Any) -> str:
    return "v:" + json.dumps(each)


def is_item(path: Path) -> bool:
    """Whether a path names an item of a keyed list as such."""
    return path[-1].startswith("k:")


def found_at(shape: Shape, value: Any, path: Path) -> tuple[bool, Any]:
    """Whether something is there, and what."""
    for element in path:
        if element.startswith("f:"):
            value = value.get(element[2:], _MISSING) if isinstance(value, dict) else _MISSING
            shape = shape.child(element[2:])
        elif element.startswith("k:"):
            value = _item(shape, value, element[2:])
            shape = shape.element
        else:
            wanted = json.loads(element[2:])
            return wanted in (value or []), wanted
        if value is _MISSING:
            return False, None
    return True, value


def differs(shape: Shape, before: Any, after: Any, path: Path) -> bool:
    """Whether a change touched what a path owns.

    An item is touched when it comes or goes, a map that merges never, and nothing is as good as
    an empty list.
    """
    there, old = found_at(shape, before, path)
    stays, new = found_at(shape, after, path)
    if is_item(path):
        return there != stays
    if isinstance(old, dict) and isinstance(new, dict) and not _shape_at(shape, path).atomic:
        return False
    return bool((old if old not in _NOTHING else None) != (new if new not in _NOTHING else None))


def _shape_at(shape: Shape, path: Path) -> Shape:
    for element in path:
        shape = shape.child(element[2:]) if element.startswith("f:") else shape.element
    return shape


def _item(shape: Shape, value: Any, key: str) -> Any:
    items = value if isinstance(value, list) else []
    return next((each for each in items if shape.key_of(each) == key), _MISSING)


def encoded(paths: Iterable[Path]) -> Manifest:
    """fieldsV1 of a set of paths."""
    root: Manifest = {}
    for path in sorted(paths):
        at = root
        for element in path:
            at = at.setdefault(element, {})
        if is_item(path):
            at["."] = {}
    return root


def decoded(fields: Manifest, at: Path = ()) -> Paths:
    """The paths that a fieldsV1 holds."""
    found: Paths = set()
    for element, below in fields.items():
        if element == ".":
            found.add(at)
        elif below:
            found |= decoded(below, (*at, element))
        else:
            found.add((*at, element))
    return found


def spelled(path: Path) -> str:
    """As the server writes a path in messages: `.spec.containers[name="a"].image`."""
    return "".join(_spelled(element) for element in path)


def _spelled(element: str) -> str:
    if element.startswith("f:"):
        return "." + element[2:]
    if element.startswith("v:"):
        return f"[={element[2:]}]"
    keys = json.loads(element[2:])
    return "[" + ",".join(f"{name}={json.dumps(each)}" for name, each in keys.items()) + "]"
