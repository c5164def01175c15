"""Shapes from the OpenAPI schema of a CustomResourceDefinition."""

from typing import Any

from kaito_cli.sandbox.kubernetes.fields.shape import (
    ANYTHING,
    Form,
    Manifest,
    Scalar,
    Shape,
    named_shape,
)

_SCALARS = {
    "string": Scalar.STRING,
    "integer": Scalar.INTEGER,
    "number": Scalar.NUMBER,
    "boolean": Scalar.BOOLEAN,
}
_ROOT = ("apiVersion", "kind", "metadata")


def custom_shape(schema: Manifest | None) -> Shape:
    """The shape of a custom resource's objects; without a schema everything is taken."""
    shape = _shape(schema or {"x-kubernetes-preserve-unknown-fields": True, "type": "object"})
    fields = {
        **shape.fields,
        "apiVersion": Shape(form=Form.SCALAR, scalar=Scalar.STRING),
        "kind": Shape(form=Form.SCALAR, scalar=Scalar.STRING),
        "metadata": named_shape("#ObjectMeta"),
    }
    required = tuple(each for each in shape.required if each not in _ROOT)
    return Shape(form=Form.STRUCT, fields=fields, required=required, open=shape.open)


def _shape(node: Manifest) -> Shape:
    if node.get("x-kubernetes-int-or-string"):
        return Shape(form=Form.SCALAR, scalar=Scalar.INT_OR_STRING)
    kind = node.get("type")
    if kind == "array":
        return _list(node)
    if kind == "object" or "properties" in node:
        return _object(node)
    if kind not in _SCALARS:
        return ANYTHING
    return Shape(
        form=Form.SCALAR,
        scalar=_SCALARS[kind],
        minimum=node.get("minimum"),
        enum=tuple(node.get("enum", ())),
        default=node.get("default"),
    )


def _object(node: Manifest) -> Shape:
    values: Any = node.get("additionalProperties")
    atomic = node.get("x-kubernetes-map-type") == "atomic"
    if values and not node.get("properties"):
        return Shape(
            form=Form.MAP, item=_shape(values) if isinstance(values, dict) else None, atomic=atomic
        )
    properties = node.get("properties") or {}
    return Shape(
        form=Form.STRUCT,
        fields={name: _shape(each) for name, each in properties.items()},
        required=tuple(node.get("required", ())),
        atomic=atomic,
        open=bool(node.get("x-kubernetes-preserve-unknown-fields")),
        default=node.get("default"),
    )


def _list(node: Manifest) -> Shape:
    style = node.get("x-kubernetes-list-type", "atomic")
    form = {"map": Form.KEYED, "set": Form.SET}.get(style, Form.LIST)
    keys = tuple(node.get("x-kubernetes-list-map-keys", ()))
    return Shape(form=form, item=_shape(node.get("items") or {}), keys=keys)


def with_defaults(shape: Shape, value: Any) -> Any:
    """``value`` with the defaults a custom resource's schema declares."""
    if isinstance(value, dict) and shape.form is Form.STRUCT:
        missing = {
            name: each.default
            for name, each in shape.fields.items()
            if name not in value and each.default is not None
        }
        both = {**value, **missing}
        return {name: with_defaults(shape.child(name), each) for name, each in both.items()}
    if isinstance(value, dict) and shape.form is Form.MAP:
        return {name: with_defaults(shape.element, each) for name, each in value.items()}
    if isinstance(value, list):
        return [with_defaults(shape.element, each) for each in value]
    return value
