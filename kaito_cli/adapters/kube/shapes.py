"""The shape of Kubernetes objects, as far as kaito reads them.

An API server keeps to it; what answers in its place need not. It is checked where objects come
in, so that whoever reads them later needs no doubts. Fields are named as on the wire.
"""

from dataclasses import dataclass
from typing import Any

from kaito_cli.decoding import adapter

Open = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    name: str
    namespace: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    ownerReferences: list[Owner] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """What every object has."""

    metadata: Metadata
    spec: Open | None = None
    status: Open | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    key: str
    operator: str
    values: list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    matchExpressions: list[Expression] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    nodeSelectorTerms: list[Term] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution: Required | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Affinity:
    nodeAffinity: NodeAffinity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PodSpec:
    nodeName: str | None = None
    nodeSelector: dict[str, str] | None = None
    affinity: Affinity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PodStatus:
    phase: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    metadata: Metadata
    spec: PodSpec | None = None
    status: PodStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    spec: PodSpec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadSpec:
    template: Template | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    type: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadStatus:
    conditions: list[Condition] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What makes pods of a template."""

    metadata: Metadata
    spec: WorkloadSpec | None = None
    status: WorkloadStatus | None = None


_SHAPES = {"Pod": Pod, "Deployment": Workload, "StatefulSet": Workload, "Job": Workload}


def oddity(kind: str, items: list[Any]) -> str:
    """What is odd about objects of a kind, as in ``3.metadata.name: Field required``; empty:
    nothing is."""
    from pydantic import ValidationError

    try:
        adapter(list[_SHAPES.get(kind, Object)]).validate_python(items, extra="ignore")  # type: ignore[misc]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return ""
