"""Checks a value against its shape: types, unknown, required and doubled fields."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kaito_cli.sandbox.kubernetes.fields.quantity import amount, canonical
from kaito_cli.sandbox.kubernetes.fields.shape import Form, Scalar, Shape


class Fault(StrEnum):
    TYPE = "type"
    UNKNOWN = "unknown"
    REQUIRED = "required"
    VALUE = "value"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """``path`` as the server writes it, with a dot in front; ``value`` is what was there."""

    fault: Fault
    path: str
    message: str
    value: Any = None


_EXPECTED: dict[Scalar, tuple[str, tuple[type, ...]]] = {
    Scalar.STRING: ("string", (str,)),
    Scalar.INTEGER: ("integer", (int,)),
    Scalar.NUMBER: ("number", (int, float)),
    Scalar.BOOLEAN: ("boolean", (bool,)),
    Scalar.QUANTITY: ("string or number", (str, int, float)),
    Scalar.INT_OR_STRING: ("string or integer", (str, int)),
}
_CONTAINERS = {
    Form.STRUCT: "map",
    Form.MAP: "map",
    Form.KEYED: "list",
    Form.SET: "list",
    Form.LIST: "list",
}


def defects(shape: Shape, value: Any, path: str = "") -> Iterator[Defect]:
    """All that is wrong, outermost first."""
    if value is None or shape.form is Form.ANY:
        return
    if shape.form is Form.SCALAR:
        yield from _scalar(shape, value, path)
        return
    word = _CONTAINERS[shape.form]
    if not isinstance(value, dict if word == "map" else list):
        message = f"expected {word}, got {_go(value)}"
        yield Defect(fault=Fault.TYPE, path=path, message=message, value=value)
    elif isinstance(value, dict):
        yield from _mapping(shape, value, path)
    else:
        yield from _items(shape, value, path)


def _scalar(shape: Shape, value: Any, path: str) -> Iterator[Defect]:
    assert shape.scalar
    word, types = _EXPECTED[shape.scalar]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        message = f"expected {word}, got {_go(value)}"
        yield Defect(fault=Fault.TYPE, path=path, message=message, value=value)
        return
    if shape.scalar is Scalar.QUANTITY:
        try:
            amount(str(value))
        except ValueError as error:
            yield Defect(fault=Fault.TYPE, path=path, message=str(error), value=value)
    if shape.enum and value not in shape.enum:
        names = ", ".join(json.dumps(each) for each in shape.enum)
        message = f"Unsupported value: {json.dumps(value)}: supported values: {names}"
        yield Defect(fault=Fault.VALUE, path=path, message=message, value=value)
    low = shape.minimum is not None and isinstance(value, int | float) and value < shape.minimum
    if low:
        bound = f"{path[1:]} in body should be greater than or equal to {shape.minimum}"
        message = f"Invalid value: {value}: {bound}"
        yield Defect(fault=Fault.VALUE, path=path, message=message, value=value)


def _mapping(shape: Shape, value: dict[str, Any], path: str) -> Iterator[Defect]:
    for name in shape.required:
        if value.get(name) is None:
            yield Defect(fault=Fault.REQUIRED, path=f"{path}.{name}", message="Required value")
    for name, each in value.items():
        if shape.form is Form.STRUCT and name not in shape.fields:
            if not shape.open:
                message = "field not declared in schema"
                yield Defect(fault=Fault.UNKNOWN, path=f"{path}.{name}", message=message)
        else:
            yield from defects(shape.child(name), each, f"{path}.{name}")


def _items(shape: Shape, value: list[Any], path: str) -> Iterator[Defect]:
    seen: set[str] = set()
    for index, each in enumerate(value):
        yield from defects(shape.element, each, f"{path}[{index}]")
        if shape.form is Form.KEYED and isinstance(each, dict):
            key = shape.key_of(each)
            if key in seen:
                message = f"duplicate entries for key [{_key(key)}]"
                yield Defect(fault=Fault.DUPLICATE, path=path, message=message)
            seen.add(key)


def _key(key: str) -> str:
    return ",".join(f"{name}={json.dumps(each)}" for name, each in json.loads(key).items())


def _go(value: Any) -> str:
    """As a Go program prints a JSON value."""
    if isinstance(value, dict):
        return f"&{{{' '.join(f'{name}:{_go(each)}' for name, each in value.items())}}}"
    return json.dumps(value)


def exact(shape: Shape, value: Any) -> Any:
    """A copy with quantities in canonical spelling."""
    if isinstance(value, dict):
        return {name: exact(shape.child(name), each) for name, each in value.items()}
    if isinstance(value, list):
        return [exact(shape.element, each) for each in value]
    if shape.scalar is Scalar.QUANTITY and value is not None:
        return canonical(str(value))
    return value


def normal(shape: Shape, value: Any) -> Any:
    """A copy as the server stores a built-in kind: quantities in canonical spelling, without
    null, and without maps and lists that are empty."""
    if isinstance(value, dict):
        return _normal_mapping(shape, value)
    if isinstance(value, list):
        return [normal(shape.element, each) for each in value]
    return exact(shape, value)


def _normal_mapping(shape: Shape, value: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, each in value.items():
        child = shape.child(name)
        if each is None or (not each and child.form in _DROPPED_WHEN_EMPTY and shape.fields):
            continue
        found[name] = normal(child, each)
    return found


_DROPPED_WHEN_EMPTY = (Form.MAP, Form.KEYED, Form.SET, Form.LIST)


def copied(value: Any) -> Any:
    """A deep copy of JSON data, many times faster than copy.deepcopy."""
    if isinstance(value, dict):
        return {name: copied(each) for name, each in value.items()}
    if isinstance(value, list):
        return [copied(each) for each in value]
    return value
