"""What a chosen cluster settles about a request."""

from dataclasses import replace

from kaito_cli.errors import BadInput, NotFound
from kaito_cli.model import AksCluster, Hardware, LiveNodePool, Nodes, Request


def at_cluster(request: Request, cluster: AksCluster | None, hardware: Hardware) -> Request:
    """The request with the cluster's region, and the VM size of the nodes that it takes.

    Raises BadInput for another region or size, and where the nodes that are there have no GPU
    or several sizes; NotFound for a pool that is not there.
    """
    if cluster is None:
        return request
    if request.region and request.region.lower() != cluster.region:
        raise BadInput(
            f"The cluster `{cluster.name}` is in {cluster.region}: it takes no nodes in "
            f"`{request.region}`.",
            hint="Leave --region out, or plan without a cluster: "
            f"kaito plan {request.model} --region {request.region} --target none",
        )
    placed = replace(request, region=cluster.region)
    if request.node_pool:
        pool = named_pool(cluster, request.node_pool)
        return replace(placed, vm_size=_size_of(request, pool, cluster, hardware))
    if request.nodes is Nodes.EXISTING and not request.vm_size:
        return replace(placed, vm_size=_only_size(cluster, hardware))
    return placed


def named_pool(cluster: AksCluster, name: str) -> LiveNodePool:
    """The pool of that name; NotFound lists those there are."""
    for each in cluster.node_pools:
        if each.name == name:
            return each
    there = ", ".join(each.name for each in cluster.node_pools) or "none"
    raise NotFound(
        f"The cluster `{cluster.name}` has no node pool `{name}`.",
        hint=f"Its node pools: {there}.",
    )


def _with_gpus(cluster: AksCluster, hardware: Hardware) -> list[LiveNodePool]:
    known = {size.name for size in hardware.sizes if size.gpus}
    return [each for each in cluster.node_pools if each.vm_size in known]


def _size_of(request: Request, pool: LiveNodePool, cluster: AksCluster, hardware: Hardware) -> str:
    if request.vm_size not in ("", pool.vm_size):
        raise BadInput(
            f"The node pool `{pool.name}` has {pool.vm_size}, not `{request.vm_size}`.",
            hint="Leave --vm-size out.",
        )
    able = _with_gpus(cluster, hardware)
    if pool not in able:
        names = ", ".join(each.name for each in able)
        raise BadInput(
            f"The node pool `{pool.name}` has {pool.vm_size}, which has no GPU kaito knows.",
            hint=f"Name one with GPUs: {names}." if able else "Leave --node-pool out.",
        )
    return pool.vm_size


def _only_size(cluster: AksCluster, hardware: Hardware) -> str:
    """The size of the cluster's GPU nodes, when all have the same."""
    able = _with_gpus(cluster, hardware)
    sizes = sorted({each.vm_size for each in able})
    if len(sizes) == 1:
        return sizes[0]
    if sizes:
        raise BadInput(
            f"The GPU nodes of `{cluster.name}` have several sizes: {', '.join(sizes)}.",
            hint=f"Say which with --vm-size {sizes[0]}, or name a node pool with --node-pool.",
        )
    raise BadInput(
        f"No node pool of the cluster `{cluster.name}` has GPUs.",
        hint="Leave --nodes existing out to have one made; or name the size of nodes that are "
        "no node pool of AKS with --vm-size.",
    )
