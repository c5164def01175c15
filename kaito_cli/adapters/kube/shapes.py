"""The shape of Kubernetes objects, as far as kaito reads them.

An API server keeps to it; what answers in its place need not. It is checked where objects come
in, so that whoever reads them later needs no doubts. Fields are named as on the wire; None stands
for those that a server may send as null.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kaito_cli.decoding import adapter

Open = dict[str, Any]
_GPU = "nvidia.com/gpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedFields:
    manager: str | None = None
    operation: str | None = None
    subresource: str | None = None
    fieldsV1: Open | None = None

    def __post_init__(self) -> None:
        _require_fields(self.fieldsV1 or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    name: str
    namespace: str = ""
    uid: str | None = None
    resourceVersion: str | None = None
    generation: int | None = None
    creationTimestamp: str | None = None
    deletionTimestamp: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    ownerReferences: list[Owner] | None = None
    managedFields: list[ManagedFields] | None = None

    def __post_init__(self) -> None:
        if self.creationTimestamp and not datetime.fromisoformat(self.creationTimestamp).tzinfo:
            raise ValueError("creationTimestamp without a time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    type: str
    status: str
    reason: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    phase: str | None = None
    conditions: list[Condition] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """What every object has."""

    metadata: Metadata
    spec: Open | None = None
    status: Open | None = None
    data: Open | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    key: str
    operator: str
    values: list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    matchExpressions: list[Expression] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    nodeSelectorTerms: list[Term] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution: Required = field(default_factory=Required)


@dataclass(frozen=True, slots=True, kw_only=True)
class Affinity:
    nodeAffinity: NodeAffinity = field(default_factory=NodeAffinity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PodSpec:
    nodeName: str | None = None
    nodeSelector: dict[str, str] | None = None
    affinity: Affinity = field(default_factory=Affinity)
    containers: list[Container] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    reason: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminated:
    exitCode: int | None = None
    reason: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerState:
    running: Open | None = None
    waiting: Waiting | None = None
    terminated: Terminated | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerStatus:
    name: str
    restartCount: int | None = None
    ready: bool | None = None
    started: bool | None = None
    state: ContainerState = field(default_factory=ContainerState)
    lastState: ContainerState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PodStatus:
    phase: str | None = None
    reason: str | None = None
    message: str | None = None
    conditions: list[Condition] | None = None
    initContainerStatuses: list[ContainerStatus] | None = None
    containerStatuses: list[ContainerStatus] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    metadata: Metadata
    spec: PodSpec = field(default_factory=PodSpec)
    status: PodStatus = field(default_factory=PodStatus)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    matchLabels: dict[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    spec: PodSpec = field(default_factory=PodSpec)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadSpec:
    replicas: int = 1
    completions: int | None = None
    selector: Selector | None = None
    template: Template = field(default_factory=Template)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadStatus:
    observedGeneration: int | None = None
    availableReplicas: int | None = None
    readyReplicas: int | None = None
    updatedReplicas: int | None = None
    desiredNumberScheduled: int | None = None
    numberReady: int | None = None
    updatedNumberScheduled: int | None = None
    active: int | None = None
    ready: int | None = None
    succeeded: int | None = None
    conditions: list[Condition] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What makes pods of a template."""

    metadata: Metadata
    spec: WorkloadSpec
    status: WorkloadStatus = field(default_factory=WorkloadStatus)


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


def _require_fields(fields: Mapping[str, Any]) -> None:
    """The form of fieldsV1; ValueError for another."""
    for key, below in fields.items():
        kind, _, text = key.partition(":")
        named = json.loads(text) if kind in ("k", "v") else {}
        odd = (kind == "k" and not isinstance(named, dict)) or kind not in (".", "f", "i", "k", "v")
        if odd or not isinstance(below, dict):
            raise ValueError("fieldsV1 of another form")
        _require_fields(below)
