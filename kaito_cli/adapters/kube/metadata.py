"""The shape of what every kind of Kubernetes object has: metadata, with who set which field, and
conditions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Open = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedFields:
    manager: str | None = None
    operation: str | None = None
    subresource: str | None = None
    fieldsV1: Open | None = None

    def __post_init__(self) -> None:
        _require_fields(self.fieldsV1 or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    name: str
    namespace: str = ""
    uid: str | None = None
    resourceVersion: str | None = None
    generation: int | None = None
    creationTimestamp: str | None = None
    deletionTimestamp: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    ownerReferences: list[Owner] | None = None
    managedFields: list[ManagedFields] | None = None

    def __post_init__(self) -> None:
        if self.creationTimestamp and not datetime.fromisoformat(self.creationTimestamp).tzinfo:
            raise ValueError("creationTimestamp without a time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    type: str
    status: str
    reason: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    phase: str | None = None
    conditions: list[Condition] | None = None


def _require_fields(fields: Mapping[str, Any]) -> None:
    """The form of fieldsV1; ValueError for another."""
    for key, below in fields.items():
        kind, _, text = key.partition(":")
        named = json.loads(text) if kind in ("k", "v") else {}
        odd = (kind == "k" and not isinstance(named, dict)) or kind not in (".", "f", "i", "k", "v")
        if odd or not isinstance(below, dict):
            raise ValueError("fieldsV1 of another form")
        _require_fields(below)
