"""What is different where Karpenter brings the nodes: the pool, and what nobody knows of Amazon."""

import re
from dataclasses import replace

from kaito_cli.errors import BadInput, Unsupported
from kaito_cli.model import (
    EC2_GPUS,
    NAMESPACE_LABEL,
    WORKSPACE_LABEL,
    WORKSPACE_TAG,
    Cost,
    GpuDriver,
    Hardware,
    NodeClass,
    NodePool,
    Nodes,
    Plan,
    Request,
    owner_of,
)
from kaito_cli.planner.naming import karpenter_pool_name

# docs.aws.amazon.com/eks: letters, digits, `-` and `_`; an IAM role's name has 64 characters,
# of which Karpenter's convention takes KarpenterNodeRole-
EKS_CLUSTER = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,45}")
OBJECT = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
EPHEMERAL = "Ephemeral"
AMAZON_ZONE = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9][a-z]")
# EKS's DaemonSets for GPUs tolerate this one, AKS's documentation sets the other
GPU_TAINT_OF = {NodeClass.AKS: "sku=gpu:NoSchedule", NodeClass.EC2: "nvidia.com/gpu:NoSchedule"}


def on_ec2(request: Request) -> bool:
    """Whether Amazon's machines serve: Azure's sizes and prices then only stand for them."""
    return request.nodes is Nodes.KARPENTER and request.node_class is NodeClass.EC2


def karpenter_pool(
    pool: NodePool, request: Request, workspace: str, least_disk_gib: int
) -> NodePool:
    """The same pool as an object of the cluster, with Karpenter's name, labels and taint.

    On AKS the node class asks AKS for driver and device plugin; elsewhere AKS installs nothing.
    The disk is no larger than it has to be: Amazon's is paid for by size, and on AKS one that
    is too large to be ephemeral becomes a managed one, which is paid for too.
    """
    shrinks = pool.os_disk_type == EPHEMERAL or on_ec2(request)
    labels = {WORKSPACE_LABEL: workspace, NAMESPACE_LABEL: request.namespace}
    return replace(
        pool,
        name=karpenter_pool_name(request.namespace, workspace),
        gpu_driver=GpuDriver.NONE if on_ec2(request) else GpuDriver.MANAGED,
        os_disk_gib=least_disk_gib if shrinks else pool.os_disk_gib,
        labels=labels,
        taints=(GPU_TAINT_OF[request.node_class],),
        tags={WORKSPACE_TAG: owner_of(request.namespace, workspace)},
    )


def at_amazon(plan: Plan) -> Plan:
    """The plan without what holds for Azure alone: prices, runners-up, and the share of a VM
    that a pod requests. Karpenter chooses the machine by its GPUs."""
    unknown = Cost(usd_per_hour=None, region="", price_date="", source="", spot=plan.request.spot)
    pod = replace(plan.pod, cpu_millicores=0, memory_mib=0, shared_memory_gib=0)
    return replace(plan, cost=unknown, pod=pod, alternatives=(), rejected=())


def check_karpenter(request: Request, hardware: Hardware) -> None:
    """BadInput for what Karpenter contradicts or lacks; Unsupported for a GPU Amazon has not."""
    if request.nodes is not Nodes.KARPENTER:
        _refuse_without_karpenter(request)
        return
    _refuse_beside_karpenter(request)
    _check_names(request)
    if on_ec2(request):
        _check_amazon(request, hardware)
    elif request.eks_cluster:
        raise BadInput(
            "`--eks-cluster` names Amazon's cluster, but the nodes are Azure's.",
            hint="Add --node-class ec2.",
        )


def _refuse_without_karpenter(request: Request) -> None:
    given = {
        "--node-class ec2": request.node_class is NodeClass.EC2,
        "--node-class-ref": request.node_class_ref,
        "--eks-cluster": request.eks_cluster,
    }
    for flag, value in given.items():
        if value:
            raise BadInput(
                f"`{flag}` says which nodes Karpenter brings, but it brings none.",
                hint="Add --nodes karpenter.",
            )


def _refuse_beside_karpenter(request: Request) -> None:
    given = {
        "--node-pool": (request.node_pool, "it makes a pool of its own"),
        "--node-selector": (request.node_selector, "it brings new nodes"),
        "--autoscale": (request.autoscale, "it brings as many nodes as pods need"),
        "--spot-max-price": (
            request.spot_max_price_usd_per_hour is not None,
            "it takes no such price",
        ),
    }
    for flag, (value, reason) in given.items():
        if value:
            raise BadInput(
                f"`{flag}` does not go with Karpenter: {reason}.", hint=f"Leave {flag} out."
            )


def _check_names(request: Request) -> None:
    if request.node_class_ref and not OBJECT.fullmatch(request.node_class_ref):
        raise BadInput(
            f"`{request.node_class_ref}` cannot name a node class.",
            hint="See which there are: kubectl get aksnodeclasses,ec2nodeclasses",
        )
    if request.eks_cluster and not EKS_CLUSTER.fullmatch(request.eks_cluster):
        raise BadInput(
            f"The nodes of `{request.eks_cluster}` can have no role KarpenterNodeRole-NAME.",
            hint="Name a node class of yours with --node-class-ref instead.",
        )


def _check_amazon(request: Request, hardware: Hardware) -> None:
    if bool(request.eks_cluster) == bool(request.node_class_ref):
        raise BadInput(
            "Amazon's nodes need either the name of the EKS cluster or a node class that is there.",
            hint="Add --eks-cluster NAME, or --node-class-ref NAME.",
        )
    for flag, value in {
        "--max-cost": request.max_cost_usd_per_hour,
        "--region": request.region,
    }.items():
        if value:
            raise BadInput(
                f"`{flag}` is about Azure: kaito knows no prices of Amazon.",
                hint=f"Leave {flag} out.",
            )
    for size in hardware.sizes:
        if size.name == request.vm_size and size.device not in EC2_GPUS:
            raise no_such_gpu(size.device)


def no_such_gpu(device: str) -> Unsupported:
    """The error for a GPU that no machine of Amazon's carries."""
    return Unsupported(
        f"Amazon has no machine with `{device}`.",
        hint=f"Leave --vm-size out, or name a size with one of: {', '.join(EC2_GPUS)}.",
    )
