"""The node pool of a plan: everything Azure will be asked for, but the time of day."""

from dataclasses import replace
from typing import Any

from kaito_cli.model import (
    CLUSTER_TAG,
    DEVICE_PLUGIN_LABEL,
    NAMESPACE_LABEL,
    WORKSPACE_LABEL,
    WORKSPACE_TAG,
    AksCluster,
    GpuDriver,
    NodePool,
    Nodes,
    owner_of,
)
from kaito_cli.planner.ask import Ask
from kaito_cli.planner.candidate import Candidate
from kaito_cli.planner.karpenter import karpenter_pool
from kaito_cli.planner.naming import node_pool_name
from kaito_cli.sizing.node import disk_needed_gib, os_disk

# what the tolerations of our pods name (azure-aks-docs use-nvidia-gpu.md, August 2026)
GPU_TAINT = "sku=gpu:NoSchedule"


def node_pool(ask: Ask, best: Candidate, workspace: str) -> NodePool:
    """The pool that holds this placement: ours, or the one that was named."""
    request, scale = ask.request, ask.request.autoscale
    # The disk of nodes that exist is theirs: unknown here, and nothing is requested of it.
    disk = ("Managed", 0) if ask.uses_existing_nodes else _new_disk(ask, best)
    pool = NodePool(
        name=request.node_pool,
        vm_size=best.size.name,
        count=best.placement.nodes,
        existing=ask.uses_existing_nodes,
        min_count=scale.min_nodes if scale else None,
        max_count=scale.max_nodes if scale else None,
        spot=request.spot,
        spot_max_price_usd_per_hour=request.spot_max_price_usd_per_hour,
        zones=tuple(sorted(set(request.zones))),
        os_disk_type=disk[0],
        os_disk_gib=disk[1],
        # AKS manages no GPUs of a pool that scales by itself
        # (azure-aks-docs aks-managed-gpu-nodes.md, August 2026)
        gpu_driver=GpuDriver.DRIVER if scale else GpuDriver.MANAGED,
        **_network(ask.cluster),
    )
    if ask.uses_existing_nodes:
        return pool
    if request.nodes is Nodes.KARPENTER:
        pods = best.placement.replicas_per_node
        least_gib = disk_needed_gib(ask.model.weights.bytes, ask.image_gib, pods)
        return karpenter_pool(pool, request, workspace, least_gib)
    return owned(pool, ask.cluster, request.namespace, workspace)


def owned(pool: NodePool, cluster: AksCluster | None, namespace: str, workspace: str) -> NodePool:
    """The pool with the name, tags, labels and taint that say whose it is."""
    labels = {WORKSPACE_LABEL: workspace, NAMESPACE_LABEL: namespace}
    if pool.gpu_driver is GpuDriver.DRIVER:
        labels[DEVICE_PLUGIN_LABEL] = "true"
    immutable = {
        "spot": pool.spot,
        "spot_max_price": pool.spot_max_price_usd_per_hour,
        "zones": pool.zones,
        "os_sku": pool.os_sku,
        "os_disk": (pool.os_disk_type, pool.os_disk_gib),
        "gpu_driver": pool.gpu_driver,
        "subnets": (pool.subnet_id.lower(), pool.pod_subnet_id.lower()),
    }
    cluster_id = cluster.id.lower() if cluster else ""
    return replace(
        pool,
        name=node_pool_name(cluster_id, namespace, workspace, pool.vm_size, immutable),
        labels=labels,
        taints=(GPU_TAINT,),
        tags={
            WORKSPACE_TAG: owner_of(namespace, workspace),
            CLUSTER_TAG: cluster.name if cluster else "",
        },
    )


def with_driver_only(pool: NodePool, cluster: AksCluster | None) -> NodePool:
    """The same pool where Azure refuses to manage its GPUs: another pool, for that is fixed."""
    namespace, _, workspace = pool.tags[WORKSPACE_TAG].partition(".")
    return owned(replace(pool, gpu_driver=GpuDriver.DRIVER), cluster, namespace, workspace)


def in_zones(pool: NodePool, cluster: AksCluster | None, zones: tuple[str, ...]) -> NodePool:
    """The same pool in other zones: another pool, for they are fixed."""
    namespace, _, workspace = pool.tags[WORKSPACE_TAG].partition(".")
    return owned(replace(pool, zones=zones), cluster, namespace, workspace)


def _new_disk(ask: Ask, best: Candidate) -> tuple[str, int]:
    pods = best.placement.replicas_per_node
    disk = os_disk(best.size, ask.model.weights.bytes, ask.image_gib, pods)
    assert disk, "a candidate without a disk does not fit"
    return disk


def _network(cluster: AksCluster | None) -> dict[str, Any]:
    """The subnets of the cluster's first system pool: AKS wants all pools in one network."""
    there = cluster.node_pools if cluster else ()
    pools = sorted(there, key=lambda each: (each.mode != "System", each.name))
    first = next(iter(pools), None)
    return {
        "subnet_id": first.subnet_id if first else "",
        "pod_subnet_id": first.pod_subnet_id if first else "",
    }
