"""The shape of pods, and of what makes pods of a template."""

from dataclasses import dataclass, field

from kaito_cli.adapters.kube.metadata import Condition, Metadata, Open


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
class Resources:
    limits: dict[str, str | int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    name: str
    resources: Resources | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSource:
    claimName: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    persistentVolumeClaim: ClaimSource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PodSpec:
    nodeName: str | None = None
    nodeSelector: dict[str, str] | None = None
    affinity: Affinity = field(default_factory=Affinity)
    containers: list[Container] | None = None
    volumes: list[Volume] | None = None


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
