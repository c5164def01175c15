"""Which nodes the pods may run on: the pool they are bound to, and the taints they tolerate."""

from kaito_cli.model import Nodes, Plan

GPU = "nvidia.com/gpu"
SPOT = "kubernetes.azure.com/scalesetpriority"
AGENT_POOL = "kubernetes.azure.com/agentpool"
KARPENTER_POOL = "karpenter.sh/nodepool"

# What AKS's documentation sets on GPU pools, by one page or another; we set the first ourselves
# (azure-aks-docs use-nvidia-gpu.md and best-practices-gpu.md, August 2026).
GPU_TOLERATIONS = [
    {"key": "sku", "operator": "Equal", "value": "gpu", "effect": "NoSchedule"},
    {"key": GPU, "operator": "Exists", "effect": "NoSchedule"},
]
# set by AKS itself on every node of a spot pool (azure-aks-docs spot-node-pool.md)
SPOT_TOLERATION = {"key": SPOT, "operator": "Equal", "value": "spot", "effect": "NoSchedule"}


def bound_pool(plan: Plan) -> str:
    """The pool the pods are bound to; existing nodes are chosen by the user's selector alone."""
    bound = plan.request.nodes is not Nodes.EXISTING or plan.request.node_pool
    return plan.node_pool.name if bound else ""


def pool_label(plan: Plan) -> str:
    """The label by which nodes say which pool they are of."""
    return KARPENTER_POOL if plan.request.nodes is Nodes.KARPENTER else AGENT_POOL


def tolerations(plan: Plan) -> list[dict[str, str]]:
    """Of GPU nodes always; of spot nodes, which may be taken away, only where asked for."""
    return [*GPU_TOLERATIONS, *([SPOT_TOLERATION] if plan.node_pool.spot else [])]
