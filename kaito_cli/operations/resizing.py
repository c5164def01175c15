"""What stop, start, scale and delete come to, before anybody is asked: nodes and price."""

from collections.abc import Sequence

from kaito_cli.errors import BadInput
from kaito_cli.manifests.annotation import plan_of
from kaito_cli.manifests.scheduling import KARPENTER_POOL
from kaito_cli.model import (
    AksCluster,
    Hardware,
    LiveNodePool,
    Nodes,
    Plan,
    Ref,
    Removal,
    Resize,
)
from kaito_cli.operations.delete import present
from kaito_cli.operations.inventory import of_all, spelled
from kaito_cli.operations.remains import bound_to, has_nodes, pools_of
from kaito_cli.operations.replicas import replicas_of, require_running, restored, serving
from kaito_cli.operations.submit import asks_azure
from kaito_cli.planner.resize import resized
from kaito_cli.ports import Manifest, World


def to_scale(name: str, namespace: str, replicas: int, world: World) -> Resize:
    """Raises as :func:`kaito_cli.operations.replicas.scale` does before it changes anything."""
    live = serving(name, namespace, world.cluster)
    plan = resized(plan_of(live), replicas)
    require_running(live)
    return _grown(live, plan, world)


def to_start(name: str, namespace: str, world: World) -> Resize:
    """Raises as :func:`kaito_cli.operations.replicas.start` does before it changes anything."""
    live = serving(name, namespace, world.cluster)
    return _grown(live, restored(live), world)


def to_stop(name: str, namespace: str, world: World, hardware: Hardware) -> Resize:
    """Raises as :func:`kaito_cli.operations.replicas.stop` does before it changes anything."""
    live = serving(name, namespace, world.cluster)
    pools = [each for each in pools_of(name, namespace, live, world) if has_nodes(each)]
    at = world.cloud.cluster() if pools else None
    usd = _usd(pools, at, hardware)
    scaled = [each.name for each in pools if each.autoscaled]
    return Resize(
        workspace=name,
        namespace=namespace,
        vm_size=", ".join(sorted({each.vm_size for each in pools})),
        replicas_before=replicas_of(live),
        replicas_after=0,
        nodes_before=sum(each.count for each in pools),
        nodes_after=0,
        usd_per_hour_before=usd,
        usd_per_hour_after=0.0,
        price_date=hardware.prices.date if usd else "",
        remarks=(
            *([f"the autoscaler of {', '.join(scaled)} is off until it starts"] if scaled else []),
            *([] if pools else _without_nodes(live)),
        ),
    )


def to_delete(
    name: str,
    namespace: str,
    world: World,
    hardware: Hardware,
    *,
    purge: bool = False,
    keep_nodes: bool = False,
) -> Removal:
    """Raises as :func:`kaito_cli.operations.delete.delete` does before it changes anything."""
    found = present(name, namespace, world, purge=purge, keep_nodes=keep_nodes)
    pools = [f"node pool {each.name}" for each in found.pools]
    volumes = [f"volume {each.name}" for each in found.volumes]
    shared = [f"volume {each.name} (others mount it)" for each in found.shared]
    objects = [*found.objects, *(() if keep_nodes else found.node_objects)]
    karpenter = tuple(each.name for each in objects if each.kind == "NodePool")
    going = () if keep_nodes else tuple(each for each in found.pools if has_nodes(each))
    usd = _usd(going, world.cloud.cluster() if going else None, hardware)
    return Removal(
        workspace=name,
        namespace=namespace,
        goes=(
            *([] if keep_nodes else pools),
            *_named(objects),
            *(volumes if purge else []),
        ),
        stays=(
            *(pools if keep_nodes else []),
            *([] if purge else volumes),
            *shared,
            *_named(found.others),
        ),
        nodes=sum(each.count for each in going),
        usd_per_hour=usd,
        price_date=hardware.prices.date if usd else "",
        objects=len(objects) - len(karpenter),
        volumes=tuple(each.name for each in found.volumes) if purge else (),
        pools=() if keep_nodes else tuple(each.name for each in found.pools),
        karpenter=karpenter,
    )


def _named(refs: Sequence[Ref]) -> list[str]:
    return [f"{each.kind} {each.name}" for each in refs]


def _grown(live: Manifest, plan: Plan, world: World) -> Resize:
    before, after = _nodes(live, plan, world)
    each = _usd_of_node(plan)
    return Resize(
        workspace=plan.workspace,
        namespace=plan.namespace,
        vm_size=plan.placement.vm_size,
        replicas_before=replicas_of(live),
        replicas_after=plan.placement.replicas,
        nodes_before=before,
        nodes_after=after,
        usd_per_hour_before=of_all(before, each),
        usd_per_hour_after=of_all(after, each),
        price_date=plan.cost.price_date if each is not None else "",
        remarks=tuple(_remarks(plan)),
        patience_seconds=plan.timing.deadline_seconds,
    )


def _nodes(live: Manifest, plan: Plan, world: World) -> tuple[int, int]:
    """Before and after; an autoscaler may bring fewer or more, Karpenter the same."""
    if plan.request.nodes is Nodes.KARPENTER:
        return _nodes_of(plan, replicas_of(live)), plan.placement.nodes
    if plan.node_pool.existing or not asks_azure(plan, world):
        return 0, 0
    pools = pools_of(plan.workspace, plan.namespace, live, world)
    return sum(each.count for each in pools if has_nodes(each)), plan.node_pool.count


def _nodes_of(plan: Plan, replicas: int) -> int:
    try:
        return resized(plan, replicas).placement.nodes if replicas else 0
    except BadInput:
        return plan.placement.nodes


def _usd_of_node(plan: Plan) -> float | None:
    """As the plan was priced when it was shown."""
    usd, nodes = plan.cost.usd_per_hour, plan.placement.nodes
    return None if usd is None or not nodes else usd / nodes


def _remarks(plan: Plan) -> list[str]:
    if plan.request.nodes is Nodes.EXISTING or plan.node_pool.existing:
        return ["its nodes are your own: none is brought or taken"]
    if plan.node_pool.min_count is not None:
        return ["the autoscaler brings and takes nodes as pods need them"]
    return []


def _without_nodes(live: Manifest) -> list[str]:
    """Why no node is taken away; Karpenter's are counted by nobody."""
    karpenter = KARPENTER_POOL in bound_to(live)
    if not replicas_of(live):
        goes = "Karpenter takes empty nodes away" if karpenter else "there is nothing to take away"
        return [f"it is stopped already: {goes}"]
    if karpenter:
        return ["Karpenter takes its nodes away once they are empty"]
    return ["it has no nodes of its own: none is taken away"]


def _usd(pools: Sequence[LiveNodePool], at: AksCluster | None, hardware: Hardware) -> float | None:
    """What the nodes of the pools cost an hour; a spot price is in no list."""
    if at is None:
        return 0.0
    total = 0.0
    for each in pools:
        price = (
            None if each.spot else hardware.prices.of(spelled(each.vm_size, hardware), at.region)
        )
        if price is None:
            return None
        total += each.count * price
    return round(total, 4)
