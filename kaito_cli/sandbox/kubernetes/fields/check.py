"""Checks a value against its shape: types, unknown, required and doubled fields."""

import json
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


def defects(shape: Shape, value: Any, path: str = "") -> list[Defect]:
    """All that is wrong, outermost first."""
    found: list[Defect] = []
    _check(shape, value, path, found)
    return found


def _check(shape: Shape, value: Any, path: str, found: list[Defect]) -> None:
    # the most travelled way of the server: a list filled in place is twice as fast as generators
    form = shape.form
    if value is None or form is Form.ANY:
        return
    if form is Form.SCALAR:
        _scalar(shape, value, path, found)
    elif not isinstance(value, dict if _CONTAINERS[form] == "map" else list):
        _wrong_type(_CONTAINERS[form], value, path, found)
    elif isinstance(value, dict):
        _mapping(shape, value, path, found)
    else:
        _items(shape, value, path, found)


def _wrong_type(expected: str, value: Any, path: str, found: list[Defect]) -> None:
    message = f"expected {expected}, got {_go(value)}"
    found.append(Defect(fault=Fault.TYPE, path=path, message=message, value=value))


def _scalar(shape: Shape, value: Any, path: str, found: list[Defect]) -> None:
    assert shape.scalar
    word, types = _EXPECTED[shape.scalar]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        _wrong_type(word, value, path, found)
    elif shape.scalar is Scalar.QUANTITY:
        try:
            amount(str(value))
        except ValueError as error:
            found.append(Defect(fault=Fault.TYPE, path=path, message=str(error), value=value))
    elif shape.enum or shape.minimum is not None:
        _restricted(shape, value, path, found)


def _restricted(shape: Shape, value: Any, path: str, found: list[Defect]) -> None:
    if shape.enum and value not in shape.enum:
        names = ", ".join(json.dumps(each) for each in shape.enum)
        message = f"Unsupported value: {json.dumps(value)}: supported values: {names}"
        found.append(Defect(fault=Fault.VALUE, path=path, message=message, value=value))
    if shape.minimum is not None and isinstance(value, int | float) and value < shape.minimum:
        bound = f"{path[1:]} in body should be greater than or equal to {shape.minimum}"
        message = f"Invalid value: {value}: {bound}"
        found.append(Defect(fault=Fault.VALUE, path=path, message=message, value=value))


def _mapping(shape: Shape, value: dict[str, Any], path: str, found: list[Defect]) -> None:
    for name in shape.required:
        if value.get(name) is None:
            message = "Required value"
            found.append(Defect(fault=Fault.REQUIRED, path=f"{path}.{name}", message=message))
    is_struct = shape.form is Form.STRUCT
    for name, each in value.items():
        if is_struct and name not in shape.fields:
            if not shape.open:
                message = "field not declared in schema"
                found.append(Defect(fault=Fault.UNKNOWN, path=f"{path}.{name}", message=message))
        else:
            _check(shape.child(name), each, f"{path}.{name}", found)


def _items(shape: Shape, value: list[Any], path: str, found: list[Defect]) -> None:
    seen: set[str] = set()
    for index, each in enumerate(value):
        _check(shape.element, each, f"{path}[{index}]", found)
        if shape.form is Form.KEYED and isinstance(each, dict):
            key = shape.key_of(each)
            if key in seen:
                message = f"duplicate entries for key [{_key(key)}]"
                found.append(Defect(fault=Fault.DUPLICATE, path=path, message=message))
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
