"""The nouns of the local Azure: clusters, their agent pools, operations on these, quotas."""

from dataclasses import dataclass, field

from kaito_cli.sandbox.arm.wire import Body

RUNNING = "InProgress"


@dataclass(slots=True, kw_only=True)
class Operation:
    """A long-running operation on one pool.

    ``verb`` is the pool's provisioningState meanwhile; ``before`` and ``after`` are nodes.
    """

    id: str
    verb: str
    pool: str
    before: int
    after: int
    due: float  # by the state's clock
    looks_left: int
    error: Body | None = None
    status: str = RUNNING

    @property
    def runs(self) -> bool:
        return self.status == RUNNING


@dataclass(slots=True, kw_only=True)
class Pool:
    """One agent pool. ``nodes`` are the machines it holds or was promised, which is what quota
    counts; ``properties`` are shown as they are; ``operation`` is the latest."""

    name: str
    properties: Body
    nodes: int = 0
    etag: str = ""
    operation: Operation | None = None

    @property
    def busy(self) -> bool:
        return self.operation is not None and self.operation.runs


@dataclass(slots=True, kw_only=True)
class Cluster:
    """One AKS cluster. ``entra``: its kubeconfig for `format=exec` calls kubelogin; ``server``
    is the address in its kubeconfig."""

    name: str
    subscription: str
    resource_group: str
    region: str
    kubernetes_version: str = "1.35.2"
    network_plugin: str = "azure"
    overlay: bool = True
    auto_provisioning: bool = False
    entra: bool = False
    stopped: bool = False
    private: bool = False
    server: str = ""
    pools: dict[str, Pool] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self._group}/providers/Microsoft.ContainerService/managedClusters/{self.name}"

    @property
    def fqdn(self) -> str:
        return f"{self.name}-x1y2z3.hcp.{self.region}.azmk8s.io"

    @property
    def address(self) -> str:
        return self.server or f"https://{self.fqdn}:443"

    @property
    def subnet_id(self) -> str:
        """The subnet its nodes are in, unless a pool names another."""
        network = f"{self._group}/providers/Microsoft.Network/virtualNetworks/{self.name}"
        return f"{network}/subnets/nodes"

    @property
    def _group(self) -> str:
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"


@dataclass(slots=True, kw_only=True)
class Quota:
    """vCPUs of one family, of a region (`cores`) or of spot (`lowPriorityCores`).
    ``others`` are in use by machines that are not ours."""

    name: str
    limit: int
    others: int = 0
