"""What of ours runs, what it costs, and who needs it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches

from kaito_cli.errors import KaitoError, NotFound
from kaito_cli.model import (
    WORKSPACE_TAG,
    AksCluster,
    Hardware,
    LiveNodePool,
    PoolStatus,
    PriceList,
)
from kaito_cli.operations.judging import WORKLOADS
from kaito_cli.ports import Prices, World
from kaito_cli.readiness.orphans import Judgement, Seen, Unseen, age, judge, owner


def inventory(world: World, hardware: Hardware) -> tuple[PoolStatus, ...]:
    """Every node pool of ours in the cluster, by namespace and workspace.

    Azure is asked once. Kubernetes is asked only when there is a pool of ours; where it cannot
    be read, the verdict is unknown. Raises what Azure refuses with.
    """
    world.sign_in()
    cluster = world.cloud.cluster()
    ours = [each for each in cluster.node_pools if WORKSPACE_TAG in each.tags]
    if not ours:
        return ()
    seen, now = look(world), world.clock.now()
    found = [
        pool_status(each, cluster, hardware, judge(each, cluster, seen, now), now) for each in ours
    ]
    return tuple(sorted(found, key=lambda each: (each.namespace, each.workspace, each.pool)))


def look(world: World) -> Seen | Unseen:
    """All of the cluster that tells who needs a pool; what was missing, if anything was."""
    try:
        cluster = world.cluster
        nodes, pods = cluster.find("Node"), cluster.find("Pod")
        workloads = [
            each for kind, version in WORKLOADS for each in cluster.find(kind, api_version=version)
        ]
    except KaitoError as error:
        return Unseen(reason=error.message.rstrip("."))
    return Seen(nodes=nodes, pods=pods, workloads=tuple(workloads))


def pool_status(
    pool: LiveNodePool,
    cluster: AksCluster,
    hardware: Hardware,
    judgement: Judgement,
    now: datetime,
) -> PoolStatus:
    """One pool with its price, from the list; a spot price is in no list."""
    namespace, workspace = owner(pool)
    passed = age(pool, now)
    size = spelled(pool.vm_size, hardware)
    nodes = 0 if pool.stopped else pool.count
    price = None if pool.spot else hardware.prices.of(size, cluster.region)
    return PoolStatus(
        workspace=workspace,
        namespace=namespace,
        pool=pool.name,
        cluster=cluster.name,
        region=cluster.region,
        vm_size=size,
        nodes=nodes,
        spot=pool.spot,
        state=pool.state,
        stopped=pool.stopped,
        error=pool.error,
        usd_per_hour=of_all(nodes, price),
        price_date=hardware.prices.date if price is not None else "",
        age_seconds=None if passed is None else int(passed.total_seconds()),
        verdict=judgement.verdict,
        reason=judgement.reason,
        resource_group=cluster.resource_group,
    )


def at_live_prices(pools: Iterable[PoolStatus], prices: Prices) -> tuple[PoolStatus, ...]:
    """The same at the prices of this hour, spot ones too; one without keeps what it had. Each
    region is asked once, and once more for spot. Raises Unreachable."""
    found, sizes = tuple(pools), defaultdict[tuple[str, bool], set[str]](set)
    for each in found:
        sizes[each.region, each.spot].add(each.vm_size)
    live = {of: prices.prices(named, of[0], spot=of[1]) for of, named in sizes.items()}
    return tuple(_repriced(each, live[each.region, each.spot]) for each in found)


def in_namespace(pools: Iterable[PoolStatus], namespace: str) -> tuple[PoolStatus, ...]:
    """Those whose workspace is, or was, in that namespace."""
    return tuple(each for each in pools if each.namespace == namespace)


def of_workspace(
    pools: Iterable[PoolStatus], workspace: str, namespace: str
) -> tuple[PoolStatus, ...]:
    """The pools of one workspace. Raises NotFound with the nearest names, or with the
    namespaces that have one of that name."""
    there = tuple(pools)
    near = in_namespace(there, namespace)
    if found := tuple(each for each in near if each.workspace == workspace):
        return found
    raise NotFound(
        f"No node pool of a workspace `{workspace}` is in namespace `{namespace}`.",
        hint=_elsewhere(there, workspace) or _alike(near, workspace),
    )


def _elsewhere(pools: Iterable[PoolStatus], workspace: str) -> str:
    named = sorted({each.namespace for each in pools if each.workspace == workspace})
    return f"Did you mean `-n {'` or `-n '.join(named)}`?" if named else ""


def _alike(pools: Iterable[PoolStatus], workspace: str) -> str:
    near = get_close_matches(workspace, {each.workspace for each in pools}, n=3)
    if not near:
        return "`kaito list -A` shows those there are."
    return f"Did you mean {' or '.join(f'`{each}`' for each in near)}?"


def _repriced(pool: PoolStatus, live: PriceList) -> PoolStatus:
    price = live.of(pool.vm_size, pool.region)
    if price is None:
        return pool
    return replace(pool, usd_per_hour=of_all(pool.nodes, price), price_date=live.date)


def of_all(nodes: int, price: float | None) -> float | None:
    """What so many nodes cost an hour: none costs nothing, whatever its price."""
    if nodes == 0:
        return 0.0
    return None if price is None else round(nodes * price, 4)


def spelled(vm_size: str, hardware: Hardware) -> str:
    """Azure takes names of sizes in any case, and hands them back as they were typed."""
    known = {each.name.lower(): each.name for each in hardware.sizes}
    return known.get(vm_size.lower(), vm_size)
