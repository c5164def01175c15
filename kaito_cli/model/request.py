"""What the user asked for: flags of one command, or one entry of a kaito.yaml."""

from dataclasses import dataclass, field
from enum import StrEnum

from kaito_cli.model.preset import Runtime

AUTO = "auto"
MAX = "max"
DEFAULT_REGION = "eastus2"


class Nodes(StrEnum):
    """Where the GPU nodes come from: a node pool of our own, what is there, or Karpenter."""

    NEW = "new"
    EXISTING = "existing"
    KARPENTER = "karpenter"


class NodeClass(StrEnum):
    """Whose nodes Karpenter brings: Azure's (AKSNodeClass) or Amazon's (EC2NodeClass)."""

    AKS = "aks"
    EC2 = "ec2"


class Fallback(StrEnum):
    """What to try when Azure has no quota or capacity: other zones and sizes with the same
    GPU, any placement that fits, or nothing."""

    SAME_GPU = "same-gpu"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Autoscale:
    """Least and most nodes of the pool, for the cluster autoscaler."""

    min_nodes: int
    max_nodes: int


# no bounds AKS would take: what takes the autoscaler away from a pool
NO_AUTOSCALING = Autoscale(min_nodes=0, max_nodes=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretKey:
    """One key of a Kubernetes Secret; never its value."""

    secret: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One workspace as asked; None or empty means: kaito decides.

    ``context_length`` is a number of tokens, ``auto`` or ``max``; ``concurrency`` counts
    sequences of that length at once, for the whole workspace.
    """

    model: str
    name: str = ""
    namespace: str = "default"
    runtime: Runtime | None = None
    region: str = ""
    vm_size: str = ""
    nodes: Nodes = Nodes.NEW
    node_class: NodeClass = NodeClass.AKS
    node_class_ref: str = ""
    eks_cluster: str = ""
    node_pool: str = ""
    node_selector: dict[str, str] = field(default_factory=dict)
    context_length: int | str = ""
    concurrency: int = 8
    max_cost_usd_per_hour: float | None = None
    replicas: int | None = None
    tensor_parallel: int | None = None
    pipeline_parallel: int | None = None
    data_parallel: int | None = None
    quantization: str = ""
    dtype: str = AUTO
    kv_cache_dtype: str = ""
    gpu_memory_utilization: float | None = None
    max_num_seqs: int | None = None
    engine_version: str = ""
    engine_args: dict[str, str] = field(default_factory=dict)
    trust_remote_code: bool = False
    offline: bool = False
    api_key: bool = True
    api_key_secret: str = ""
    hf_token_secret: str = ""
    image: str = ""
    image_pull_secret: str = ""
    registry_mirror: str = ""
    spot: bool = False
    spot_max_price_usd_per_hour: float | None = None
    zones: tuple[str, ...] = ()
    autoscale: Autoscale | None = None
    fallback: Fallback = Fallback.SAME_GPU
    labels: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    env_from: dict[str, SecretKey] = field(default_factory=dict)
