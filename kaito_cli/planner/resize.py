"""The same plan with another number of replicas: only numbers change."""

from dataclasses import replace

from kaito_cli.errors import BadInput
from kaito_cli.model import Cost, NodePool, Placement, Plan
from kaito_cli.planner.timing import IMAGE_GIB_PER_MINUTE
from kaito_cli.sizing.node import disk_needed_gib


def resized(plan: Plan, replicas: int) -> Plan:
    """``plan`` with ``replicas`` and the nodes, and their price, that these take.

    VM size, engine, image and settings stay. Replicas that fit side by side share a node, as the
    scheduler places them. Raises BadInput for what the placement cannot hold: more replicas on a
    node than its disk was made for, or nodes beyond the autoscaler's bounds.
    """
    if replicas < 1:
        raise BadInput(
            f"`{plan.workspace}` cannot have {replicas} replicas.",
            hint=f"`kaito stop {plan.workspace}` takes pods and nodes away and keeps the rest.",
        )
    old = plan.placement
    placement = replace(old, replicas=replicas, nodes=_nodes(old, replicas))
    _require_disk(plan, placement)
    asked = plan.request
    return replace(
        plan,
        # what was not asked for is not asked for now either: the next deploy keeps the number
        request=asked if asked.replicas is None else replace(asked, replicas=replicas),
        placement=placement,
        cost=_cost(plan.cost, old.nodes, placement.nodes),
        node_pool=_pool(plan, placement.nodes),
    )


def _nodes(placement: Placement, replicas: int) -> int:
    gpus, of_node = placement.gpus_per_replica, placement.gpus_per_node
    if gpus > of_node:
        return replicas * -(-gpus // max(1, of_node))
    return -(-replicas // max(1, of_node // max(1, gpus)))


def _require_disk(plan: Plan, wanted: Placement) -> None:
    """A disk cannot grow, and each replica fetches the weights to it."""
    disk_gib, pods = plan.node_pool.os_disk_gib, wanted.replicas_per_node
    if not disk_gib or pods <= plan.placement.replicas_per_node:
        return
    image_gib = plan.timing.image_seconds * IMAGE_GIB_PER_MINUTE / 60
    needed_gib = disk_needed_gib(plan.model.weights_bytes, image_gib, pods)
    if needed_gib > disk_gib:
        raise BadInput(
            f"{pods} replicas would share a node, and its disk of {disk_gib} GiB was made for "
            f"{plan.placement.replicas_per_node}: image and weights take {needed_gib} GiB.",
            hint=f"`kaito deploy {plan.request.model} --replicas {wanted.replicas}` plans nodes "
            "that hold them.",
        )


def _cost(cost: Cost, before: int, after: int) -> Cost:
    if cost.usd_per_hour is None or not before:
        return cost
    return replace(cost, usd_per_hour=round(cost.usd_per_hour / before * after, 4))


def _pool(plan: Plan, nodes: int) -> NodePool:
    pool = plan.node_pool
    if pool.existing:
        return pool
    least, most = pool.min_count, pool.max_count
    if least is not None and most is not None and not least <= nodes <= most:
        raise BadInput(
            f"`--autoscale {least}:{most}` of `{plan.workspace}` does not allow the {nodes} nodes "
            "that are needed.",
            hint=f"`kaito deploy {plan.request.model} --autoscale "
            f"{min(least, nodes)}:{max(most, nodes)}` allows them.",
        )
    return replace(pool, count=nodes)
