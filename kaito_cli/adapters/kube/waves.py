"""In which order objects are applied, and in the reverse of it deleted."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

_FIRST = ("Namespace", "CustomResourceDefinition", "PriorityClass", "StorageClass", "RuntimeClass")
_LAST = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Job",
    "CronJob",
    "Pod",
    "HorizontalPodAutoscaler",
)


def waves(each: Iterable[T], kind: Callable[[T], str]) -> Sequence[list[T]]:
    """What others live in; what they read; what runs. The order within a wave stays."""
    found: list[list[T]] = [[], [], []]
    for one in each:
        found[_wave(kind(one))].append(one)
    return [wave for wave in found if wave]


def _wave(kind: str) -> int:
    if kind in _FIRST:
        return 0
    return 2 if kind in _LAST else 1
