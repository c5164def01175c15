"""The shape of Kubernetes objects, as far as kaito reads them.

An API server keeps to it; what answers in its place need not. It is checked where objects come
in, so that whoever reads them later needs no doubts. Fields are named as on the wire; None stands
for those that a server may send as null.
"""

from dataclasses import dataclass, field
from typing import Any

from kaito_cli.adapters.kube.metadata import Condition, Metadata, Open, Status
from kaito_cli.adapters.kube.workloads import Pod, Workload
from kaito_cli.decoding import adapter

_GPU = "nvidia.com/gpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """What every object has."""

    metadata: Metadata
    spec: Open | None = None
    status: Open | None = None
    data: Open | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSpec:
    providerID: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStatus:
    conditions: list[Condition] | None = None
    allocatable: dict[str, str | int] | None = None

    def __post_init__(self) -> None:
        int((self.allocatable or {}).get(_GPU) or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    metadata: Metadata
    spec: NodeSpec = field(default_factory=NodeSpec)
    status: NodeStatus = field(default_factory=NodeStatus)


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    port: int
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    type: str | None = None
    clusterIP: str | None = None
    ports: list[Port] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingress:
    ip: str | None = None
    hostname: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancer:
    ingress: list[Ingress] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    loadBalancer: LoadBalancer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    metadata: Metadata
    spec: ServiceSpec = field(default_factory=ServiceSpec)
    status: ServiceStatus = field(default_factory=ServiceStatus)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSpec:
    volumeName: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Of a volume."""

    metadata: Metadata
    spec: ClaimSpec = field(default_factory=ClaimSpec)
    status: Status = field(default_factory=Status)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an event tells of."""

    kind: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    lastObservedTime: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    metadata: Metadata
    involvedObject: About | None = None
    regarding: About | None = None
    type: str | None = None
    reason: str | None = None
    message: str | None = None
    note: str | None = None
    count: int | None = None
    lastTimestamp: str | None = None
    eventTime: str | None = None
    series: Series | None = None


_SHAPES = {
    "DaemonSet": Workload,
    "Deployment": Workload,
    "Event": Event,
    "Job": Workload,
    "Node": Node,
    "PersistentVolumeClaim": Claim,
    "Pod": Pod,
    "Service": Service,
    "StatefulSet": Workload,
}


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
