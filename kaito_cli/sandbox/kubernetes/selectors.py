"""Label and field selectors: of a query, and of objects that select pods."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.problem import bad_request

Test = Callable[[Manifest], bool]
_TERM = re.compile(r"(?:[^,(]|\([^)]*\))+")
_SET = re.compile(r"(\S+)\s+(in|notin)\s*\(([^)]*)\)")
_EQUAL = re.compile(r"([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)")
_EXISTS = re.compile(r"(!?)\s*([A-Za-z0-9][-A-Za-z0-9_./]*)")


def selection(label_selector: str, field_selector: str) -> Test:
    """A test for both; raises a 400 for what cannot be read."""
    labels = [_label_test(each.strip()) for each in _TERM.findall(label_selector) if each.strip()]
    fields = [_field_test(each.strip()) for each in field_selector.split(",") if each.strip()]
    tests = labels + fields
    return lambda manifest: all(test(manifest) for test in tests)


def _label_test(term: str) -> Test:
    if found := _SET.fullmatch(term):
        key, word, listed = found.groups()
        values = {each.strip() for each in listed.split(",")}
        return lambda each: (labels_of(each).get(key) in values) == (word == "in")
    if found := _EQUAL.fullmatch(term):
        key, sign, value = found.groups()
        return lambda each: (labels_of(each).get(key) == value) == (sign != "!=")
    if found := _EXISTS.fullmatch(term):
        absent, key = found.groups()
        return lambda each: (key in labels_of(each)) != bool(absent)
    raise bad_request(f"unable to parse requirement: found '{term}', expected: identifier")


def _field_test(term: str) -> Test:
    found = _EQUAL.fullmatch(term)
    if not found:
        raise bad_request(f"invalid field selector: {term}")
    path, sign, value = found.groups()
    steps = path.split(".")
    return lambda each: (_at(each, steps) == value) == (sign != "!=")


def _at(manifest: Manifest, steps: list[str]) -> str:
    found: Any = manifest
    for step in steps:
        found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, bool):
        return str(found).lower()
    return "" if found is None else str(found)


def labels_of(manifest: Manifest) -> Mapping[str, str]:
    found: Mapping[str, str] = manifest["metadata"].get("labels") or {}
    return found


def selects(selector: Manifest | None, labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector (matchLabels, matchExpressions) selects; none selects nothing."""
    if selector is None:
        return False
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(meets(each, labels) for each in selector.get("matchExpressions") or ())


def meets(requirement: Manifest, labels: Mapping[str, str]) -> bool:
    """Whether labels meet one expression of a selector or of a node affinity."""
    value = labels.get(requirement["key"])
    values = requirement.get("values") or []
    match requirement["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt":
            return _number(value) > _number(values[0])
        case "Lt":
            return value is not None and _number(value) < _number(values[0])
    return False


def _number(value: str | None) -> float:
    return float(value) if value is not None and value.lstrip("-").isdigit() else float("-inf")
