"""Documents of any shape are read without a stumble: what is no mapping says nothing."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from kaito_cli.catalog.failures import failures
from kaito_cli.readiness.diagnosis import diagnose

ODD: tuple[Any, ...] = (None, 5, "x", [1], {}, {"a": 1}, True)
WHOLE: dict[str, Any] = {
    "kind": "Pod",
    "metadata": {"name": "a"},
    "status": {
        "phase": "Pending",
        "reason": "r",
        "allocatable": {"nvidia.com/gpu": "1"},
        "error": {"code": "c", "message": "m"},
        "conditions": [{"type": "Ready", "status": "False", "reason": "r", "message": "m"}],
        "containerStatuses": [
            {
                "name": "e",
                "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "m"}},
                "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "message": "m"}},
            }
        ],
    },
    "involvedObject": {"kind": "Pod", "name": "a"},
}


def paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in pairs:
        yield (*above, key)
        if isinstance(each, dict | list):
            yield from paths(each, (*above, key))


@pytest.mark.parametrize("kind", ["Pod", "Node", "PersistentVolumeClaim", "Event"])
def test_any_value_may_stand_anywhere(kind: str) -> None:
    for path in paths(WHOLE):
        for odd in ODD:
            document = copy.deepcopy(WHOLE) | {"kind": kind}
            place: Any = document
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = odd

            assert diagnose(json.dumps(document), ()).cause


def test_neither_metadata_nor_status_is_a_mapping() -> None:
    assert diagnose('{"kind":"Pod","metadata":5,"status":[1]}', failures()).cause
