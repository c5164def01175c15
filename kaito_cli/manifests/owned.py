"""What kaito itself set on a live object, read from its managedFields.

Server-side apply takes away whatever its manager no longer names. So one field is changed by
applying again all that was applied before, with that field changed: nothing else moves, whichever
version of kaito made the object and whoever changed the rest of it by hand.

The form of fieldsV1: sigs.k8s.io/structured-merge-diff, fieldpath/serialize.go.
"""

import json
from collections.abc import Mapping
from typing import Any

from kaito_cli.errors import BadInput
from kaito_cli.manifests.annotation import Manifest
from kaito_cli.manifests.names import API_KEY_SUFFIX, WEIGHTS_SUFFIX
from kaito_cli.model import MANAGER, WORKSPACE_LABEL

# what kaito names after the workspace, and what it adds to its name
_SUFFIXES = {
    **dict.fromkeys(("Deployment", "StatefulSet", "Job"), ""),
    **dict.fromkeys(("ServiceAccount", "Service", "PodDisruptionBudget"), ""),
    "PersistentVolumeClaim": WEIGHTS_SUFFIX,
    "Secret": API_KEY_SUFFIX,
}


def owned(live: Mapping[str, Any]) -> Manifest:
    """The object as kaito last applied it, without what others set; its name alone where kaito
    set nothing. Raises BadInput for managedFields of another form than the API server's."""
    metadata = live["metadata"]
    named = {key: metadata[key] for key in ("name", "namespace") if metadata.get(key)}
    fields = (_entry(live) or {}).get("fieldsV1") or {}
    try:
        of_it = _extracted(dict(live), fields) if fields else {}
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"The managedFields of {live['kind']} `{metadata['name']}` do not say what kaito set.",
            detail=str(error),
            hint="`kubectl get --show-managed-fields` shows them; delete the object and deploy "
            "it again.",
        ) from error
    return {
        **of_it,
        "apiVersion": live["apiVersion"],
        "kind": live["kind"],
        "metadata": {**of_it.get("metadata", {}), **named},
    }


def is_applied(live: Mapping[str, Any]) -> bool:
    """Whether kaito applied an object with the workspace's label that it has; a label alone may
    be copied, or set anew, by anybody."""
    found: Any = (_entry(live) or {}).get("fieldsV1")
    for step in ("f:metadata", "f:labels", f"f:{WORKSPACE_LABEL}"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found is not None


def is_kaitos(live: Mapping[str, Any], workspace: str) -> bool:
    """Of what has the labels of a workspace: what kaito applied, or what is named as it would
    name it; of Secrets, only the one it makes. Whatever else is labelled is the user's."""
    suffix = _SUFFIXES.get(live["kind"])
    if suffix is not None and live["metadata"]["name"] == f"{workspace}{suffix}":
        return True
    return live["kind"] != "Secret" and is_applied(live)


def _entry(live: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Of managedFields, what kaito applied; None where it applied nothing."""
    for each in live["metadata"].get("managedFields") or ():
        if not isinstance(each, Mapping) or each.get("subresource"):
            continue
        if (each.get("manager"), each.get("operation")) == (MANAGER, "Apply"):
            return each
    return None


def _extracted(value: Any, fields: Mapping[str, Any]) -> Any:
    """The part of ``value`` that ``fields`` name: all of it where they end here, an empty one
    where they name nothing but the container itself."""
    if not isinstance(fields, Mapping):
        raise ValueError(f"{json.dumps(fields)} in place of fields")
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
        _extracted(each, below if set(below) - {"."} else {})
        for below, each in found
        if below is not None
    ]


def _below(item: Any, parts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for key, below in parts.items():
        kind, _, text = key.partition(":")
        if kind not in ("k", "v"):
            raise ValueError(f"`{key}` in place of an item of a list")
        wanted = json.loads(text)
        same = wanted == item if kind == "v" else _has(item, wanted)
        if same:
            if not isinstance(below, Mapping):
                raise ValueError(f"{json.dumps(below)} in place of fields")
            return below
    return None


def _has(item: Any, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        raise ValueError(f"{json.dumps(wanted)} in place of an item's keys")
    return isinstance(item, dict) and all(item.get(key) == each for key, each in wanted.items())
