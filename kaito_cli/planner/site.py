"""What a chosen cluster settles about a request."""

from dataclasses import replace

from kaito_cli.errors import BadInput, NotFound
from kaito_cli.model import AksCluster, LiveNodePool, Request


def at_cluster(request: Request, cluster: AksCluster | None) -> Request:
    """The request with the cluster's region, and the VM size of the node pool it names.

    Raises BadInput for another region or size, NotFound for a pool that is not there.
    """
    if cluster is None:
        return request
    if request.region and request.region.lower() != cluster.region:
        raise BadInput(
            f"The cluster `{cluster.name}` is in {cluster.region}: it takes no nodes in "
            f"`{request.region}`.",
            hint=f"Leave --region out, or plan without a cluster: kaito plan {request.model} "
            f"--region {request.region}",
        )
    placed = replace(request, region=cluster.region)
    if not request.node_pool:
        return placed
    return replace(placed, vm_size=_size_of(request, named_pool(cluster, request.node_pool)))


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


def _size_of(request: Request, pool: LiveNodePool) -> str:
    if request.vm_size not in ("", pool.vm_size):
        raise BadInput(
            f"The node pool `{pool.name}` has {pool.vm_size}, not `{request.vm_size}`.",
            hint="Leave --vm-size out.",
        )
    return pool.vm_size
