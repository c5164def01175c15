"""What Azure says: the cluster, its live node pools, and what a subscription may have."""

from dataclasses import dataclass, field
from enum import StrEnum

from kaito_cli.model.plan import GpuDriver


class ProblemKind(StrEnum):
    """Why Azure refused or failed, by what can be done about it."""

    QUOTA = "quota"
    CAPACITY = "capacity"
    OFFER = "offer"
    REQUEST = "request"
    CONFLICT = "conflict"
    AUTH = "auth"
    THROTTLE = "throttle"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureProblem:
    """``code`` and ``message`` are Azure's own; ``codes`` are all codes of its details too."""

    kind: ProblemKind
    code: str
    message: str
    codes: tuple[str, ...] = ()


class PoolState(StrEnum):
    """A pool's provisioningState, by what it lets us do."""

    READY = "ready"
    CREATING = "creating"
    UPDATING = "updating"
    DELETING = "deleting"
    FAILED = "failed"
    UNKNOWN = "unknown"


# https://learn.microsoft.com/azure/aks: provisioningState is a free string; these were seen.
_STATES = {
    "succeeded": PoolState.READY,
    "creating": PoolState.CREATING,
    "updating": PoolState.UPDATING,
    "scaling": PoolState.UPDATING,
    "upgrading": PoolState.UPDATING,
    "starting": PoolState.UPDATING,
    "stopping": PoolState.UPDATING,
    "canceling": PoolState.UPDATING,
    "deleting": PoolState.DELETING,
    "failed": PoolState.FAILED,
    "canceled": PoolState.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveNodePool:
    """One agent pool as Azure shows it. ``count`` is in nodes; ``error`` is what is kept of a
    failure (status.provisioningError); ``etag`` is empty where Azure sent none."""

    name: str
    vm_size: str
    count: int
    provisioning_state: str
    error: AzureProblem | None = None
    stopped: bool = False
    mode: str = "User"
    os_sku: str = ""
    os_disk_type: str = ""
    os_disk_gib: int = 0
    min_count: int | None = None
    max_count: int | None = None
    spot: bool = False
    spot_max_price_usd_per_hour: float | None = None
    zones: tuple[str, ...] = ()
    gpu_driver: GpuDriver | None = None
    subnet_id: str = ""
    pod_subnet_id: str = ""
    max_pods: int = 0
    labels: dict[str, str] = field(default_factory=dict)
    taints: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    etag: str = ""

    @property
    def state(self) -> PoolState:
        return _STATES.get(self.provisioning_state.lower(), PoolState.UNKNOWN)

    @property
    def autoscaled(self) -> bool:
        return self.min_count is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AksCluster:
    """One AKS cluster with its pools. ``id`` is the ARM id, as Azure spells it."""

    id: str
    name: str
    subscription: str
    resource_group: str
    region: str
    kubernetes_version: str
    fqdn: str = ""
    private_fqdn: str = ""
    node_resource_group: str = ""
    provisioning_state: str = "Succeeded"
    stopped: bool = False
    network_plugin: str = ""  # azure, kubenet, none
    overlay: bool = False  # pods take no addresses of the subnet
    auto_provisioning: bool = False  # Karpenter run by AKS
    node_pools: tuple[LiveNodePool, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuOffer:
    """One VM size as this subscription is offered it in one region.

    ``restriction`` is Azure's reason code when the whole region is refused; zones with a
    restriction of their own are left out of ``zones``. None: Azure did not say.
    """

    name: str
    family: str
    vcpus: int
    zones: tuple[str, ...] | None = None
    restriction: str = ""
    restricted_zones: tuple[str, ...] = ()
    spot: bool | None = None
    ephemeral_os_disk: bool | None = None
    ephemeral_os_disk_gib: int | None = None  # the largest of the places Azure allows


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """A quota in vCPUs: ``name`` is a family's, ``cores`` or ``lowPriorityCores``."""

    name: str
    used: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Actions granted by one role assignment, with ``*`` as wildcard, and what it takes out."""

    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """``addresses`` a subnet has for hosts (Azure keeps 5) and ``used`` by what is in it."""

    id: str
    addresses: int
    used: int


def quota_name(name: str) -> str:
    """A quota's or family's name without case and spaces, by which the two are joined: Compute
    spells them differently in different places, as in `Standard NCASv3_T4 Family`."""
    return "".join(name.split()).casefold()
