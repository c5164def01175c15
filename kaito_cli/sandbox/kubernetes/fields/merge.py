"""Merges what is applied into what is there, and takes out what is applied no more."""

import json
from collections.abc import Sequence
from typing import Any

from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.paths import Path
from kaito_cli.sandbox.kubernetes.fields.shape import Form, Shape


def merged(shape: Shape, live: Any, applied: Any) -> Any:
    """A new value: maps and keyed lists merge, everything else is replaced."""
    if isinstance(applied, dict) and isinstance(live, dict) and not shape.atomic:
        both = {**live}
        for name, each in applied.items():
            both[name] = merged(shape.child(name), live.get(name), each)
        return both
    if isinstance(applied, list) and isinstance(live, list):
        if shape.form is Form.KEYED:
            return _merged_items(shape, live, applied)
        if shape.form is Form.SET:
            return live + [each for each in applied if each not in live]
    return copied(applied)


def _merged_items(shape: Shape, live: Sequence[Any], applied: Sequence[Any]) -> list[Any]:
    """The applied order wins; items that are only there keep their place between shared ones."""
    there = {shape.key_of(each): each for each in live}
    wanted = {shape.key_of(each): each for each in applied}
    live_keys, keys = list(there), list(wanted)
    shared = [key for key in keys if key in there]
    out: list[str] = []
    i = j = 0
    while i < len(live_keys) or j < len(keys):
        next_shared = shared[0] if shared else None
        if i < len(live_keys) and j < len(keys) and live_keys[i] == keys[j]:
            out.append(keys[j])
            i, j, shared = i + 1, j + 1, shared[1:]
        elif i < len(live_keys) and live_keys[i] not in wanted:
            out.append(live_keys[i])
            i += 1
        elif i < len(live_keys) and live_keys[i] != next_shared:
            i += 1
        elif j < len(keys):
            out.append(keys[j])
            shared = shared[1:] if keys[j] == next_shared else shared
            j += 1
        else:
            i += 1
    return [_merged_item(shape, there, wanted, key) for key in out]


def _merged_item(shape: Shape, live: dict[str, Any], applied: dict[str, Any], key: str) -> Any:
    if key not in applied:
        return live[key]
    if key not in live:
        return copied(applied[key])
    return merged(shape.element, live[key], applied[key])


def remove(shape: Shape, value: Any, path: Path) -> None:
    """Take a field out, in place, and the maps and lists that it leaves empty."""
    element, rest = path[0], path[1:]
    if element.startswith("f:"):
        _remove_field(shape, value, element[2:], rest)
    elif element.startswith("k:"):
        for each in [each for each in value or [] if shape.key_of(each) == element[2:]]:
            if rest:
                remove(shape.element, each, rest)
            else:
                value.remove(each)
    elif json.loads(element[2:]) in (value or []):
        value.remove(json.loads(element[2:]))


def _remove_field(shape: Shape, value: Any, name: str, rest: Path) -> None:
    if not isinstance(value, dict) or name not in value:
        return
    if not rest:
        del value[name]
        return
    remove(shape.child(name), value[name], rest)
    if value[name] in ({}, []):
        del value[name]
