"""One workspace as it is: what runs, what it costs, and whether it is as it was asked for."""

from dataclasses import dataclass
from enum import StrEnum

from kaito_cli.model.change import Drift
from kaito_cli.model.diagnosis import Diagnosis, EngineProgress, Stage
from kaito_cli.model.inventory import PoolStatus


class Phase(StrEnum):
    """READY: every replica answers. DEGRADED: some do, and others are in trouble. PROGRESSING:
    not yet. FAILED: never, as it is. UNKNOWN: the cluster could not be read, or holds nothing
    of it but a node pool in Azure."""

    READY = "ready"
    PROGRESSING = "progressing"
    DEGRADED = "degraded"
    FAILED = "failed"
    STOPPED = "stopped"
    DELETING = "deleting"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PodStatus:
    """``phase`` is Kubernetes' own; ``node`` is empty until there is one. ``progress`` is the
    engine's, None where its log was not read or says nothing."""

    name: str
    node: str
    phase: str
    ready: bool
    restarts: int
    message: str
    progress: EngineProgress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStatus:
    """A node on which the workspace runs, or that was made for it. ``ready``: with its GPUs;
    None where nodes may not be read."""

    name: str
    ready: bool | None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``url`` holds inside the cluster; ``address`` is that of a load balancer, if there is one.
    ``reach`` is the command that makes it reachable from here. ``api_key_secret`` is empty
    where it asks for no key, or where no plan tells."""

    url: str
    reach: str
    address: str = ""
    api_key_secret: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """An object that the plan renders, or a Secret it refers to, which is not there. ``subject``
    is as in `Service chat`; ``fix`` brings it back; ``needed``: without it nothing answers."""

    subject: str
    fix: str
    needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One workspace.

    ``stage``: the engine's, of the pod that is furthest behind; None where none was seen.
    ``message`` quotes the cluster, ``diagnosis`` says what is wrong and what mends it.
    ``pools`` are the workspace's own in Azure; ``unread`` says what could not be looked at, in
    whose words: what depends on it is unknown, not absent. ``usd_per_hour`` is None where no
    price is known, as of ``price_date``. ``age_seconds`` is None where nothing tells.
    ``kaito`` is the version that wrote the plan; where that cannot be read, ``plan_problem``
    says why. ``drift`` are fields that were changed by hand; ``absent`` is what the plan asks
    for and is not there, as far as it was looked for: of a workspace that was named.
    """

    name: str
    namespace: str
    phase: Phase
    message: str
    stage: Stage | None = None
    diagnosis: Diagnosis | None = None
    model: str = ""
    vm_size: str = ""
    replicas_wanted: int = 0
    replicas_ready: int = 0
    pods: tuple[PodStatus, ...] = ()
    nodes: tuple[NodeStatus, ...] = ()
    pools: tuple[PoolStatus, ...] = ()
    endpoint: Endpoint | None = None
    usd_per_hour: float | None = None
    price_date: str = ""
    age_seconds: int | None = None
    kaito: str = ""
    plan_readable: bool = False
    plan_problem: str = ""
    drift: tuple[Drift, ...] = ()
    absent: tuple[Absent, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def nodes_ready(self) -> int:
        return sum(bool(each.ready) for each in self.nodes)
