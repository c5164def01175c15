"""The shape of a field, as Kubernetes' OpenAPI describes it: types, list keys, merge rules."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

Manifest = dict[str, Any]
_DATA = Path(__file__).parents[1] / "schema.json"
# x-kubernetes-list-map-keys may name a field that has a default: core/v1 has but this one
_KEY_DEFAULTS = {"protocol": "TCP"}


class Form(StrEnum):
    """How values merge and are owned."""

    STRUCT = "struct"
    MAP = "map"
    KEYED = "keyed list"
    SET = "set"
    LIST = "atomic list"
    SCALAR = "scalar"
    ANY = "anything"


class Scalar(StrEnum):
    """What a scalar may be; the letters of schema.json."""

    STRING = "s"
    INTEGER = "i"
    NUMBER = "n"
    BOOLEAN = "b"
    QUANTITY = "q"
    INT_OR_STRING = "I"


@dataclass(slots=True, kw_only=True)
class Shape:
    """One field. ``open``: fields that are not declared are kept, not refused."""

    form: Form
    scalar: Scalar | None = None
    fields: dict[str, "Shape"] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    item: "Shape | None" = None
    keys: tuple[str, ...] = ()
    merge_key: str | None = None  # "": a merging list of scalars
    atomic: bool = False
    open: bool = False
    minimum: float | None = None
    enum: tuple[Any, ...] = ()
    default: Any = None

    def child(self, name: str) -> "Shape":
        """The shape of a field or of a map's values."""
        found = self.fields.get(name)
        if found is None:
            return self.item if self.item is not None and self.form is Form.MAP else ANYTHING
        return found

    @property
    def element(self) -> "Shape":
        return self.item or ANYTHING

    def key_of(self, item: Mapping[str, Any]) -> str:
        """The key of an item of a keyed list, as fieldsV1 writes it."""
        parts = []
        for name in self.keys:
            value = item.get(name)
            if value is None:
                value = self._key_default(name)
            if isinstance(value, dict | list):
                value = repr(value)  # no key at all; the type check tells it
            if value is not None:
                parts.append((name, value))
        return _spelled_key(tuple(parts))

    def _key_default(self, name: str) -> Any:
        shape = self.element.fields.get(name)
        if shape is not None and shape.default is not None:
            return shape.default
        return _KEY_DEFAULTS.get(name)


@lru_cache(maxsize=8192, typed=True)
def _spelled_key(parts: tuple[tuple[str, Any], ...]) -> str:
    return json.dumps(dict(sorted(parts)), separators=(",", ":"))


ANYTHING = Shape(form=Form.ANY, open=True)
STRING = Shape(form=Form.SCALAR, scalar=Scalar.STRING)


@cache
def extract() -> Mapping[str, Any]:
    """schema.json: ``kinds`` and ``shapes`` (tests/sandbox/kubernetes/make_schema.py)."""
    found: Mapping[str, Any] = json.loads(_DATA.read_text())
    return found


@cache
def named_shape(name: str) -> Shape:
    """A shape of schema.json, such as `#Pod`."""
    return _shape_of(extract()["shapes"][name])


def _shape_of(node: Any) -> Shape:
    if isinstance(node, str):
        if node.startswith("#"):
            return named_shape(node)
        return ANYTHING if node == "x" else Shape(form=Form.SCALAR, scalar=Scalar(node))
    if "f" in node:
        fields = {name: _shape_of(each) for name, each in node["f"].items()}
        required = tuple(node.get("r", ()))
        return Shape(form=Form.STRUCT, fields=fields, required=required, atomic=bool(node.get("a")))
    if "m" in node:
        return Shape(form=Form.MAP, item=_shape_of(node["m"]), atomic=bool(node.get("a")))
    return _list_shape(node)


def _list_shape(node: Mapping[str, Any]) -> Shape:
    form = Form.KEYED if "k" in node else Form.SET if "u" in node else Form.LIST
    return Shape(
        form=form,
        item=_shape_of(node["l"]),
        keys=tuple(node.get("k", ())),
        merge_key=node.get("p"),
    )
