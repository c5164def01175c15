"""What kaito itself set on a live object, read from its managedFields.

Server-side apply takes away whatever its manager no longer names. So one field is changed by
applying again all that was applied before, with that field changed: nothing else moves, whichever
version of kaito made the object and whoever changed the rest of it by hand.

The form of fieldsV1: sigs.k8s.io/structured-merge-diff, fieldpath/serialize.go.
"""

import json
from collections.abc import Mapping
from typing import Any

from kaito_cli.manifests.annotation import Manifest
from kaito_cli.model import MANAGER


def owned(live: Mapping[str, Any]) -> Manifest:
    """The object as kaito last applied it, without what others set; its name alone where kaito
    set nothing."""
    metadata = live["metadata"]
    named = {key: metadata[key] for key in ("name", "namespace") if metadata.get(key)}
    fields = _fields(metadata.get("managedFields") or ())
    of_it = _extracted(dict(live), fields) if fields else {}
    return {
        **of_it,
        "apiVersion": live["apiVersion"],
        "kind": live["kind"],
        "metadata": {**of_it.get("metadata", {}), **named},
    }


def _fields(entries: Any) -> Mapping[str, Any]:
    for each in entries:
        applied = each.get("operation") == "Apply" and not each.get("subresource")
        if applied and each.get("manager") == MANAGER:
            fields: Mapping[str, Any] = each.get("fieldsV1") or {}
            return fields
    return {}


def _extracted(value: Any, fields: Mapping[str, Any]) -> Any:
    """The part of ``value`` that ``fields`` name: all of it where they end here, an empty one
    where they name nothing but the container itself."""
    parts = {key: below for key, below in fields.items() if key != "."}
    if not parts:
        return type(value)() if fields else value
    if isinstance(value, list):
        return _items(value, parts)
    there = value if isinstance(value, dict) else {}
    return {
        key[2:]: _extracted(there[key[2:]], below)
        for key, below in parts.items()
        if key[2:] in there
    }


def _items(values: list[Any], parts: Mapping[str, Any]) -> list[Any]:
    """Items in the order they have: by their keys (`k:`), or by themselves (`v:`). One of which
    no field is named is ours as a whole, for whoever sets a field sets the keys too."""
    found = [(_below(each, parts), each) for each in values]
    return [
        _extracted(each, below if below.keys() - {"."} else {})
        for below, each in found
        if below is not None
    ]


def _below(item: Any, parts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for key, below in parts.items():
        kind, _, text = key.partition(":")
        wanted = json.loads(text)
        same = wanted == item if kind == "v" else _has(item, wanted)
        if same:
            fields: Mapping[str, Any] = below
            return fields
    return None


def _has(item: Any, wanted: Any) -> bool:
    return isinstance(item, dict) and all(item.get(key) == each for key, each in wanted.items())
