"""The NodePool and node class for Karpenter, from the plan. See docs/decisions/0009-karpenter.md.

Fields: karpenter.sh/v1 (karpenter.sh/v1.15/concepts), karpenter.azure.com/v1beta1 (azure-aks-docs
node-auto-provisioning-aksnodeclass.md and -node-pools.md, June 2026), karpenter.k8s.aws/v1.
"""

from dataclasses import dataclass
from typing import Any

from kaito_cli.errors import Unsupported
from kaito_cli.manifests.names import labels_of
from kaito_cli.manifests.scheduling import GPU
from kaito_cli.model import (
    EC2_GPUS,
    MOST_GPUS_OF_A_MACHINE,
    NAMESPACE_LABEL,
    GpuDriver,
    NodeClass,
    Plan,
)

CONSOLIDATE_AFTER = "5m"  # outlasts the gap between the old pod of a rollout and the new one
# The node's own start script reads it from the VM and installs driver, device plugin and DCGM
# (Azure/AgentBaker cse_main.sh, should_enable_managed_gpu_experience). AKSNodeClass has a field
# for it only since mid-2026, and a cluster without that field refuses the object.
MANAGED_GPU_TAG = "EnableManagedGPUExperience"
DISCOVERY_TAG = "karpenter.sh/discovery"
# EC2 tells a card's memory, CUDA a few percent less: the rest parts 40 GB from 80 GB for certain
GPU_MEMORY_SHARE = 0.95
MIB_OF_GIB = 1024
MIB = 1024**2

NODE_CLASSES = {
    NodeClass.AKS: {"group": "karpenter.azure.com", "kind": "AKSNodeClass"},
    NodeClass.EC2: {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KarpenterContext:
    """The only names a template in ``templates/karpenter/`` may use.

    ``aks_node_class`` and ``ec2_node_class``: whether that object is made; neither where the
    user's own is referred to. ``role`` and ``discovery`` are Amazon's alone.
    """

    name: str
    labels: dict[str, str]
    node_labels: dict[str, str]
    node_class: dict[str, str]
    aks_node_class: bool
    ec2_node_class: bool
    requirements: list[dict[str, Any]]
    taints: list[dict[str, str]]
    limits: dict[str, str]
    consolidate_after: str
    disk_gib: int
    data_volume: str
    tags: dict[str, str]
    role: str
    discovery: dict[str, str]

    @classmethod
    def of(cls, plan: Plan) -> "KarpenterContext":
        """Raises Unsupported for a GPU that Amazon has not."""
        request, pool = plan.request, plan.node_pool
        own = "" if request.node_class_ref else request.node_class
        return cls(
            name=pool.name,
            labels=labels_of(plan) | {NAMESPACE_LABEL: plan.namespace},
            node_labels=pool.labels,
            node_class=NODE_CLASSES[request.node_class]
            | {"name": request.node_class_ref or pool.name},
            aks_node_class=own == NodeClass.AKS,
            ec2_node_class=own == NodeClass.EC2,
            requirements=_requirements(plan),
            taints=[_taint(each) for each in pool.taints],
            limits={GPU: str(_most_gpus(plan))},
            consolidate_after=CONSOLIDATE_AFTER,
            disk_gib=pool.os_disk_gib,
            data_volume=f"{pool.os_disk_gib}Gi",
            tags=_tags(plan),
            role=f"KarpenterNodeRole-{request.eks_cluster}",
            discovery={DISCOVERY_TAG: request.eks_cluster},
        )


def _requirements(plan: Plan) -> list[dict[str, Any]]:
    return [
        _within("kubernetes.io/os", "linux"),
        _within("kubernetes.io/arch", "amd64"),
        _within("karpenter.sh/capacity-type", "spot" if plan.node_pool.spot else "on-demand"),
        *_MACHINES[plan.request.node_class](plan),
    ]


def _azure_sizes(plan: Plan) -> list[dict[str, Any]]:
    """The very size that was planned; Azure's zones are told apart by their region there."""
    zones = [f"{plan.cost.region}-{each}" for each in plan.node_pool.zones]
    return [
        _within("karpenter.azure.com/sku-name", plan.placement.vm_size),
        *([_within("topology.kubernetes.io/zone", *zones)] if zones else []),
    ]


def _amazon_machines(plan: Plan) -> list[dict[str, Any]]:
    """Any machine with those GPUs, and RAM for the weights to pass through the page cache."""
    gpu_mib = int(plan.memory.per_gpu.usable_gib * MIB_OF_GIB * GPU_MEMORY_SHARE)
    zones = plan.node_pool.zones
    return [
        _within("karpenter.k8s.aws/instance-gpu-name", _amazon_gpu(plan)),
        _above("karpenter.k8s.aws/instance-gpu-count", plan.pod.gpus - 1),
        _above("karpenter.k8s.aws/instance-gpu-memory", gpu_mib),
        _above("karpenter.k8s.aws/instance-memory", plan.model.weights_bytes // MIB),
        *([_within("topology.kubernetes.io/zone", *zones)] if zones else []),
    ]


_MACHINES = {NodeClass.AKS: _azure_sizes, NodeClass.EC2: _amazon_machines}


def _amazon_gpu(plan: Plan) -> str:
    if plan.placement.gpu not in EC2_GPUS:
        raise Unsupported(
            f"Amazon has no machine with `{plan.placement.gpu}`.",
            hint=f"Plan again with one of: {', '.join(EC2_GPUS)}.",
        )
    return EC2_GPUS[plan.placement.gpu]


def _most_gpus(plan: Plan) -> int:
    """A guard, not the number: that of pods decides. One node more, for Karpenter brings the
    next before it takes the last. Amazon's machines may have more GPUs than a pod takes."""
    if plan.request.node_class is NodeClass.EC2:
        return (plan.placement.replicas + 1) * MOST_GPUS_OF_A_MACHINE
    return (plan.placement.nodes + 1) * plan.placement.gpus_per_node


def _tags(plan: Plan) -> dict[str, str]:
    managed = plan.node_pool.gpu_driver is GpuDriver.MANAGED
    return plan.node_pool.tags | ({MANAGED_GPU_TAG: "true"} if managed else {})


def _within(key: str, *values: str) -> dict[str, Any]:
    return {"key": key, "operator": "In", "values": list(values)}


def _above(key: str, least: int) -> dict[str, Any]:
    return {"key": key, "operator": "Gt", "values": [str(least)]}


def _taint(text: str) -> dict[str, str]:
    """``key=value:effect`` or ``key:effect``, as kubectl writes it."""
    name, _, effect = text.rpartition(":")
    key, _, value = name.partition("=")
    return {"key": key, **({"value": value} if value else {}), "effect": effect}
