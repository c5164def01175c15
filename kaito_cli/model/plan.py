"""The plan: everything kaito will make, decided before anything is touched."""

from dataclasses import dataclass, field
from enum import StrEnum

from kaito_cli.model.fit import Memory, Term
from kaito_cli.model.gpu import Link
from kaito_cli.model.preset import Runtime
from kaito_cli.model.request import Request, SecretKey


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedModel:
    name: str
    id: str
    revision: str
    architecture: str
    parameters: int
    license: str
    gated: bool
    chat: bool
    verified: bool
    weights_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEngine:
    """``args`` is the container's whole command line; it never holds a secret."""

    name: Runtime
    version: str
    image: str
    args: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    env_from: dict[str, SecretKey] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """``gpus_per_node`` are the GPUs one node has; an engine takes
    tensor_parallel × data_parallel of them on each of its pipeline_parallel stages."""

    vm_size: str
    gpu: str
    gpus_per_node: int
    nodes: int
    replicas: int
    tensor_parallel: int
    pipeline_parallel: int
    data_parallel: int
    link: Link = Link.NONE

    @property
    def gpus_per_replica(self) -> int:
        return self.tensor_parallel * self.pipeline_parallel * self.data_parallel

    @property
    def idle_gpus(self) -> int:
        """GPUs that are paid for and that no replica takes."""
        return self.nodes * self.gpus_per_node - self.replicas * self.gpus_per_replica

    @property
    def replicas_per_node(self) -> int:
        """Replicas that share one node; 1 where a replica fills or spans nodes."""
        return min(self.replicas, max(1, self.gpus_per_node // self.gpus_per_replica))

    @property
    def engines(self) -> int:
        """Independent KV caches: the concurrency is divided among them."""
        return self.replicas * self.data_parallel


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """``usd_per_hour`` of all nodes; None when no price is known. ``at_most``: a spot price is
    not known, and this is what pay-as-you-go costs."""

    usd_per_hour: float | None
    region: str
    price_date: str
    source: str
    spot: bool
    at_most: bool = False


class GpuDriver(StrEnum):
    """What AKS installs on a GPU node: MANAGED driver, device plugin and metrics; DRIVER the
    driver alone, so that a device plugin has to come from elsewhere; NONE nothing."""

    MANAGED = "managed"
    DRIVER = "driver"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePool:
    """The AKS node pool to make. ``existing`` pools are used, never made or deleted.

    ``count``, ``min_count`` and ``max_count`` are in nodes. ``subnet_id`` and
    ``pod_subnet_id`` are those of the cluster's other pools; empty: AKS's own network.
    ``tags`` are Azure's, ``labels`` and ``taints`` those of the nodes.
    """

    name: str
    vm_size: str
    count: int
    existing: bool = False
    min_count: int | None = None
    max_count: int | None = None
    spot: bool = False
    spot_max_price_usd_per_hour: float | None = None
    zones: tuple[str, ...] = ()
    os_sku: str = "Ubuntu2404"
    os_disk_type: str = "Managed"
    os_disk_gib: int = 0
    gpu_driver: GpuDriver = GpuDriver.MANAGED
    subnet_id: str = ""
    pod_subnet_id: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    taints: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """What one replica asks of its node: what AKS leaves allocatable, shared over its GPUs."""

    gpus: int
    cpu_millicores: int
    memory_mib: int
    ephemeral_storage_gib: int
    shared_memory_gib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds expected for each step from nothing to the first answer."""

    pool_seconds: int
    image_seconds: int
    weights_seconds: int
    load_seconds: int
    graphs_seconds: int

    @property
    def deadline_seconds(self) -> int:
        """The sum × 1.5, at least 1800: timeout, progress deadline and startup probe."""
        total = (
            self.pool_seconds
            + self.image_seconds
            + self.weights_seconds
            + self.load_seconds
            + self.graphs_seconds
        )
        return max(1800, int(total * 1.5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A runner-up, with the reason it lost."""

    placement: Placement
    context_length: int
    concurrency: int
    cost: Cost
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A cheaper VM size that was looked at and cannot serve what was asked."""

    vm_size: str
    usd_per_hour: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One change that was tried by the sizing engine on a placement that does not fit.

    ``gib`` is what it adds to the headroom of one GPU; ``usd_per_hour`` what the placement
    then costs.
    """

    flag: str
    fits: bool
    gib: float
    usd_per_hour: float | None
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """Why a VM size is not the choice, and the cheapest levers that would make it one."""

    vm_size: str
    fits: bool
    reason: str
    usd_per_hour: float | None
    chosen_vm_size: str
    chosen_usd_per_hour: float | None
    region: str
    price_date: str
    memory: Memory | None
    levers: tuple[Lever, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything kaito will make for one workspace."""

    request: Request
    workspace: str
    namespace: str
    model: PlannedModel
    runtime: Runtime
    engine: PlannedEngine
    placement: Placement
    memory: Memory
    context_length: int
    concurrency: int
    max_num_seqs: int
    max_num_batched_tokens: int
    cost: Cost
    node_pool: NodePool
    pod: Pod
    timing: Timing
    terms: tuple[Term, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    notes: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
