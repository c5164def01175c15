"""What the server refuses in a pod's specification."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from kaito_cli.sandbox.kubernetes.fields.quantity import amount
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest

Cause = tuple[str, str, str]  # reason, field, message
_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_ENV_NAME = re.compile(r"[^=\x00-\x1f\x7f-]+")
_NATIVE = ("cpu", "memory", "ephemeral-storage")


def wrong(field: str, value: Any, rule: str) -> Cause:
    """`Invalid value`, as field.Invalid writes it."""
    return "FieldValueInvalid", field, f"Invalid value: {json.dumps(value)}: {rule}"


def pod_causes(spec: Manifest, at: str) -> Iterator[Cause]:
    """All that is wrong with a pod's specification at this path."""
    volumes = [each["name"] for each in spec.get("volumes", ())]
    yield from _doubled(volumes, f"{at}.volumes", "name")
    if not spec.get("containers"):
        yield "FieldValueRequired", f"{at}.containers", "Required value"
    names = []
    for kind in ("initContainers", "containers"):
        for index, each in enumerate(spec.get(kind, ())):
            names.append(each["name"])
            yield from _container(each, volumes, f"{at}.{kind}[{index}]")
    yield from _doubled(names, f"{at}.containers", "name")


def _doubled(names: Iterable[str], at: str, field: str) -> Iterator[Cause]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            message = f"Duplicate value: {json.dumps(name)}"
            yield "FieldValueDuplicate", f"{at}[{index}].{field}", message
        seen.add(name)


def _container(container: Manifest, volumes: list[str], at: str) -> Iterator[Cause]:
    if not container.get("image"):
        yield "FieldValueRequired", f"{at}.image", "Required value"
    if not _DNS_LABEL.fullmatch(container["name"]):
        rule = (
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'"
        )
        yield wrong(f"{at}.name", container["name"], rule)
    yield from _references(container, volumes, at)
    yield from _resources(container.get("resources") or {}, f"{at}.resources")


def _references(container: Manifest, volumes: list[str], at: str) -> Iterator[Cause]:
    for index, mount in enumerate(container.get("volumeMounts", ())):
        if mount["name"] not in volumes:
            message = f"Not found: {json.dumps(mount['name'])}"
            yield "FieldValueNotFound", f"{at}.volumeMounts[{index}].name", message
    for index, port in enumerate(container.get("ports", ())):
        if not 1 <= port["containerPort"] <= 65535:
            rule = "must be between 1 and 65535, inclusive"
            yield wrong(f"{at}.ports[{index}].containerPort", port["containerPort"], rule)
    for index, variable in enumerate(container.get("env", ())):
        if not _ENV_NAME.fullmatch(variable["name"].replace("-", "")):
            rule = "a valid environment variable name must consist only of printable ASCII"
            yield wrong(f"{at}.env[{index}].name", variable["name"], rule)


def _resources(resources: Manifest, at: str) -> Iterator[Cause]:
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for name, value in {**requests, **limits}.items():
        if amount(value) < 0:
            yield wrong(f"{at}.limits[{name}]", value, "must be greater than or equal to 0")
        if "/" in name and amount(value).denominator != 1:
            yield wrong(f"{at}.limits[{name}]", value, "must be an integer")
    for name, value in requests.items():
        limit = limits.get(name)
        extended = name not in _NATIVE and not name.startswith("hugepages-")
        if limit is None and extended:
            rule = "Required value: Limit must be set for non overcommitable resources"
            yield "FieldValueRequired", f"{at}.limits", rule
        elif limit is not None and extended and amount(limit) != amount(value):
            rule = f"must be equal to {name} limit of {limit}"
            yield wrong(f"{at}.requests", value, rule)
        elif limit is not None and amount(value) > amount(limit):
            rule = f"must be less than or equal to {name} limit of {limit}"
            yield wrong(f"{at}.requests", value, rule)
