"""Do two values of a manifest mean the same: after defaulting, quantities and `$$`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kaito_cli.model import FieldChange

# by which field the items of a list are told apart (x-kubernetes-list-map-keys, and for ports
# what kaito sets of them); any other list is one value
_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "env": "name",
    "volumes": "name",
    "imagePullSecrets": "name",
    "volumeMounts": "mountPath",
    "ports": "name",
}
_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]*)?)(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?")
_BINARY, _DECIMAL = "KMGTP", "kMGTP"
_OF_QUANTITIES = ("requests", "limits", "sizeLimit", "storage")
_LITERAL = ("args", "command", "value")  # where the kubelet reads `$$` as `$`


def differences(
    before: Any, after: Any, *, subset: bool = False, path: tuple[str, ...] = ()
) -> Iterator[FieldChange]:
    """Fields in which two values differ, as deep as they can be named.

    ``subset``: only what ``after`` sets counts; the rest was filled in by the server.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in _names(before, after, subset):
            inner = (*path, str(name))
            yield from differences(before.get(name), after.get(name), subset=subset, path=inner)
        return
    key = _KEYS.get(path[-1]) if path else None
    if key and _keyed(before, key) and _keyed(after, key):
        old, new = _by_key(before, key), _by_key(after, key)
        for name in _names(old, new, subset):
            inner = (*path[:-1], f"{path[-1]}[{name}]")
            yield from differences(old.get(name), new.get(name), subset=subset, path=inner)
        return
    if not alike(before, after, path):
        yield FieldChange(path=".".join(path), before=plain(before, path), after=plain(after, path))


def alike(one: Any, other: Any, path: Sequence[str] = ()) -> bool:
    """Whether two values mean the same; what is empty is as good as not set."""
    if one == other or (_is_empty(one) and _is_empty(other)):
        return True
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        names = dict.fromkeys((*one, *other))
        return all(alike(one.get(name), other.get(name), (*path, str(name))) for name in names)
    if any(each in _OF_QUANTITIES for each in path):
        return _amount(one) is not None and _amount(one) == _amount(other)
    return False


def plain(value: Any, path: Sequence[str] = ()) -> Any:
    """A value as people wrote it: Kubernetes wants every `$` of a command line doubled."""
    if not path or path[-1] not in _LITERAL:
        return value
    if isinstance(value, str):
        return value.replace("$$", "$")
    return [plain(each, path) for each in value] if isinstance(value, list) else value


def _names(before: Mapping[str, Any], after: Mapping[str, Any], subset: bool) -> list[str]:
    return list(after) if subset else list(dict.fromkeys((*before, *after)))


def _keyed(value: Any, key: str) -> bool:
    """Also what is not there at all: all of its items are new, or gone."""
    if value is None:
        return True
    return isinstance(value, list) and all(isinstance(e, Mapping) and key in e for e in value)


def _by_key(value: Any, key: str) -> dict[str, Any]:
    return {str(each[key]): each for each in value or ()}


def _is_empty(value: Any) -> bool:
    return value is None or value == {} or value == [] or value == ""


def _amount(value: Any) -> Decimal | None:
    """A quantity as a number, None where it is none."""
    found = _QUANTITY.fullmatch(str(value))
    if found is None:
        return None
    number, unit = Decimal(found[1]), found[2] or ""
    if unit == "m":
        return number / 1000
    if unit.endswith("i"):
        return number * Decimal(1024) ** (_BINARY.index(unit[0]) + 1)
    return number * Decimal(1000) ** (_DECIMAL.index(unit) + 1) if unit else number
