"""The three patches that are no apply: JSON merge patch, JSON patch, strategic merge patch."""

from typing import Any

from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.shape import Shape


class PatchError(Exception):
    """A patch that does not fit the object."""


def merge_patched(live: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return copied(patch)
    found = dict(live) if isinstance(live, dict) else {}
    for name, each in patch.items():
        if each is None:
            found.pop(name, None)
        else:
            found[name] = merge_patched(found.get(name), each)
    return found


def strategic_patched(shape: Shape, live: Any, patch: Any) -> Any:
    """Kubernetes' own: lists merge by the key their schema names; `$patch` replaces or deletes."""
    if isinstance(patch, dict):
        return _strategic_mapping(shape, live if isinstance(live, dict) else {}, patch)
    if isinstance(patch, list) and shape.merge_key is not None:
        return _strategic_list(shape, live if isinstance(live, list) else [], patch)
    return copied(patch)


def _strategic_mapping(shape: Shape, live: dict[str, Any], patch: dict[str, Any]) -> Any:
    if patch.get("$patch") == "replace":
        return {name: copied(each) for name, each in patch.items() if name != "$patch"}
    if patch.get("$patch") == "delete":
        return {}
    found = dict(live)
    for name, each in patch.items():
        if name.startswith("$deleteFromPrimitiveList/"):
            field = name.partition("/")[2]
            found[field] = [item for item in found.get(field, []) if item not in each]
        elif name == "$retainKeys":
            found = {key: value for key, value in found.items() if key in each}
        elif name.startswith("$"):
            continue
        elif each is None:
            found.pop(name, None)
        else:
            found[name] = strategic_patched(shape.child(name), found.get(name), each)
    return found


def _strategic_list(shape: Shape, live: list[Any], patch: list[Any]) -> list[Any]:
    key = shape.merge_key
    if not key:
        return live + [each for each in patch if each not in live]
    if any(each.get("$patch") == "replace" for each in patch):
        return [copied(each) for each in patch if "$patch" not in each]
    found = list(live)
    for each in patch:
        at = next((i for i, item in enumerate(found) if item.get(key) == each.get(key)), None)
        if each.get("$patch") == "delete":
            found = [item for item in found if item.get(key) != each.get(key)]
        elif at is None:
            found.append(strategic_patched(shape.element, {}, each))
        else:
            found[at] = strategic_patched(shape.element, found[at], each)
    return found


def json_patched(live: Any, operations: list[dict[str, Any]]) -> Any:
    """RFC 6902; raises PatchError."""
    document = {"": copied(live)}
    for each in operations:
        _apply_operation(document, each)
    return document[""]


def _apply_operation(document: dict[str, Any], operation: dict[str, Any]) -> None:
    kind, path = operation.get("op"), operation.get("path", "")
    if kind in ("add", "replace"):
        _put(document, path, copied(operation.get("value")), replace=kind == "replace")
    elif kind == "remove":
        _take(document, path)
    elif kind == "move":
        _put(document, path, _take(document, operation["from"]))
    elif kind == "copy":
        _put(document, path, copied(_look(document, operation["from"])))
    elif kind == "test":
        if _look(document, path) != operation.get("value"):
            raise PatchError(f"testing value {path} failed: test failed")
    else:
        raise PatchError(f"Unexpected kind: {kind}")


def _parent(document: dict[str, Any], path: str) -> tuple[Any, str]:
    """The container a JSON pointer ends in, and the last step."""
    steps = [each.replace("~1", "/").replace("~0", "~") for each in path.split("/")]
    at: Any = document
    for step in steps[:-1]:
        at = _step(at, step, path)
    return at, steps[-1]


def _step(at: Any, step: str, path: str) -> Any:
    try:
        return at[int(step)] if isinstance(at, list) else at[step]
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise PatchError(f"doc is missing path: {path}: missing value") from error


def _look(document: dict[str, Any], path: str) -> Any:
    at, last = _parent(document, path)
    return _step(at, last, path)


def _take(document: dict[str, Any], path: str) -> Any:
    at, last = _parent(document, path)
    found = _step(at, last, path)
    del at[int(last) if isinstance(at, list) else last]
    return found


def _put(document: dict[str, Any], path: str, value: Any, *, replace: bool = False) -> None:
    at, last = _parent(document, path)
    if replace:
        _step(at, last, path)
    if not isinstance(at, list):
        at[last] = value
    elif replace:
        at[int(last)] = value
    else:
        at.insert(len(at) if last == "-" else int(last), value)
