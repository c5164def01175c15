"""The tables that kubectl prints (pkg/printers/internalversion)."""

from collections.abc import Callable, Sequence
from typing import Any

from kaito_cli.sandbox.kubernetes.columns import COLUMNS, age
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.resource import Resource

Column = tuple[str, str, int, Callable[[Manifest, float], Any]]  # name, type, priority, cell


def table(
    resource: Resource, items: Sequence[Manifest], meta: Manifest, include: str, now: float
) -> Manifest:
    """meta.k8s.io/v1 Table; ``include``: Metadata, Object or None."""
    columns = _columns(resource)
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": meta,
        "columnDefinitions": [
            {
                "name": name,
                "type": kind,
                "format": "name" if name == "Name" else "",
                "description": "",
                "priority": priority,
            }
            for name, kind, priority, _ in columns
        ],
        "rows": [_row(columns, each, include, now) for each in items],
    }


def metadata_only(manifest: Manifest) -> Manifest:
    """PartialObjectMetadata of an object."""
    meta = manifest["metadata"]
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": meta}


def _row(columns: Sequence[Column], manifest: Manifest, include: str, now: float) -> Manifest:
    row: Manifest = {"cells": [cell(manifest, now) for _, _, _, cell in columns]}
    if include == "Object":
        row["object"] = manifest
    elif include != "None":
        row["object"] = metadata_only(manifest)
    return row


def _columns(resource: Resource) -> list[Column]:
    name: Column = ("Name", "string", 0, lambda each, now: each["metadata"]["name"])
    last: Column = ("Age", "string", 0, lambda each, now: age(each, now))
    if resource.kind in COLUMNS and resource.custom is None:
        return [name, *COLUMNS[resource.kind]]
    own = [_custom(each) for each in resource.columns]
    return [name, *own] if own else [name, last]


def _custom(column: Manifest) -> Column:
    steps = [each for each in column["jsonPath"].split(".") if each]

    def cell(manifest: Manifest, now: float) -> Any:
        found: Any = manifest
        for step in steps:
            found = found.get(step) if isinstance(found, dict) else None
        is_age = column["type"] == "date" and found
        return age({"metadata": {"creationTimestamp": found}}, now) if is_age else found

    return column["name"], column["type"], column.get("priority", 0), cell
