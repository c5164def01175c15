"""What of ours is there, in the cluster and in Azure.

See :mod:`kaito_cli.operations.reading` for what is asked for, and how little.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from kaito_cli.errors import KaitoError, NotFound
from kaito_cli.model import (
    WORKSPACE_LABEL,
    WORKSPACE_TAG,
    AksCluster,
    Hardware,
    LiveNodePool,
    PoolStatus,
    Status,
)
from kaito_cli.operations.inventory import at_live_prices, look, pool_status
from kaito_cli.operations.judging import Found
from kaito_cli.operations.portrait import Parts, portrait
from kaito_cli.operations.reading import Reading, read, read_closely
from kaito_cli.ports import Manifest, Prices, World
from kaito_cli.readiness.orphans import Seen, Unseen, judge, owner

Key = tuple[str, str]  # namespace and name of a workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """``others`` are node pools of ours, in the namespaces that were asked for, that no workspace
    of the cluster claims; ``elsewhere`` are those of other namespaces. ``unread``: what could
    not be looked at, and why."""

    statuses: tuple[Status, ...] = ()
    others: tuple[PoolStatus, ...] = ()
    elsewhere: int = 0
    unread: tuple[str, ...] = ()

    @property
    def pools(self) -> tuple[PoolStatus, ...]:
        """All that are shown, with a workspace and without."""
        return (*(pool for each in self.statuses for pool in each.pools), *self.others)


def statuses(
    world: World, hardware: Hardware, namespace: str = "", name: str = ""
) -> tuple[Status, ...]:
    """Every workspace of a namespace, empty: of all; or the one of that name.

    Raises NotFound for a name that is nowhere, and what the cluster refuses with where Azure
    tells nothing either.
    """
    if name:
        return (status_of(name, namespace, world, hardware),)
    return survey(world, hardware, namespace).statuses


def survey(
    world: World, hardware: Hardware, namespace: str = "", *, every_kind: bool = False
) -> Survey:
    """Every workspace of a namespace, empty: of all; and every node pool of ours without one.

    ``every_kind``: Jobs and StatefulSets too that nothing else tells of; see reading.
    """
    reading = read(world, namespace, every_kind=every_kind)
    ours = _ours(reading.aks)
    shown = [each for each in ours if namespace in ("", owner(each)[0])]
    objects, pods = _by_key(reading.workloads), _by_key(reading.pods)
    free = [each for each in shown if owner(each) not in objects]
    known = _described(world, reading, hardware, shown, whole=bool(free))
    pools = _pools_by_key(shown)
    keys = sorted({*objects, *pods})
    parts = (
        _parts(key, world, reading, Found(objects=objects[key], pods=pods[key]), pools[key], known)
        for key in keys
    )
    return Survey(
        statuses=tuple(map(portrait, parts)),
        others=tuple(known[each.name] for each in free if owner(each) not in keys),
        elsewhere=len(ours) - len(shown),
        unread=reading.unread,
    )


def status_of(name: str, namespace: str, world: World, hardware: Hardware) -> Status:
    """One workspace, with its events, its engines' last lines, and what was changed by hand.

    Raises NotFound, with the nearest names or the namespaces that have one of that name.
    """
    reading = read(world, namespace, name)
    pools = [each for each in _ours(reading.aks) if owner(each) == (namespace, name)]
    found = read_closely(world, reading, namespace, name)
    if not (found.objects or found.pods or pools) and not reading.refusal:
        raise _nowhere(name, namespace, world, reading.aks)
    has_workload = bool(reading.workloads)
    known = _described(world, reading, hardware, pools, whole=not has_workload)
    if not pools and reading.refusal:
        raise reading.refusal
    return portrait(_parts((namespace, name), world, reading, found, pools, known))


def at_prices(seen: Survey, prices: Prices) -> Survey:
    """The same at the prices of this hour. Raises Unreachable."""
    return replace(
        seen,
        statuses=tuple(_repriced(each, prices) for each in seen.statuses),
        others=at_live_prices(seen.others, prices),
    )


def _repriced(status: Status, prices: Prices) -> Status:
    if not status.pools:
        return status
    pools = at_live_prices(status.pools, prices)
    known = [each.usd_per_hour for each in pools if each.usd_per_hour is not None]
    return replace(
        status,
        pools=pools,
        usd_per_hour=round(sum(known), 4) if len(known) == len(pools) else None,
        price_date=min((each.price_date for each in pools if each.price_date), default=""),
    )


def _ours(aks: AksCluster | None) -> list[LiveNodePool]:
    pools = aks.node_pools if aks else ()
    found = [each for each in pools if WORKSPACE_TAG in each.tags]
    return sorted(found, key=lambda each: (*owner(each), each.name))


def _by_key(objects: Iterable[Manifest]) -> Mapping[Key, tuple[Manifest, ...]]:
    """Objects by the workspace whose label they carry."""
    found: dict[Key, tuple[Manifest, ...]] = defaultdict(tuple)
    for each in objects:
        metadata = each["metadata"]
        if name := (metadata.get("labels") or {}).get(WORKSPACE_LABEL):
            found[metadata.get("namespace", ""), name] += (each,)
    return found


def _pools_by_key(pools: Sequence[LiveNodePool]) -> Mapping[Key, list[LiveNodePool]]:
    found: dict[Key, list[LiveNodePool]] = defaultdict(list)
    for each in pools:
        found[owner(each)].append(each)
    return found


def _described(
    world: World,
    reading: Reading,
    hardware: Hardware,
    pools: Sequence[LiveNodePool],
    *,
    whole: bool,
) -> dict[str, PoolStatus]:
    """Pools with price and verdict, by name. ``whole``: some have no workspace in sight, and only
    a look at all of the cluster proves that nobody needs them."""
    if reading.aks is None or not pools:
        return {}
    now, seen = world.clock.now(), _seen(world, reading, whole)
    return {
        each.name: pool_status(
            each, reading.aks, hardware, judge(each, reading.aks, seen, now), now
        )
        for each in pools
    }


def _seen(world: World, reading: Reading, whole: bool) -> Seen | Unseen:
    if reading.refusal:
        return Unseen(reason=reading.refusal.message.rstrip("."))
    if whole:
        return look(world)
    return Seen(nodes=reading.nodes or (), pods=reading.pods, workloads=reading.workloads)


def _parts(
    key: Key,
    world: World,
    reading: Reading,
    found: Found,
    pools: Sequence[LiveNodePool],
    known: Mapping[str, PoolStatus],
) -> Parts:
    return Parts(
        namespace=key[0],
        name=key[1],
        now=world.clock.now(),
        found=found,
        nodes=reading.nodes,
        live_pools=tuple(pools),
        pools=tuple(known[each.name] for each in pools),
        cluster=reading.aks.name if reading.aks else "",
        group=reading.aks.resource_group if reading.aks else "",
        azure=reading.aks is not None,
        azure_unread=reading.azure_unread,
        cluster_unread=reading.refusal.message if reading.refusal else "",
        unread=reading.unread,
    )


def _nowhere(name: str, namespace: str, world: World, aks: AksCluster | None) -> NotFound:
    """Only a name that was not found is worth another look, at all there are."""
    try:
        there = _by_key(read(world).workloads)
    except KaitoError:
        there = {}
    keys = {*there, *(owner(each) for each in _ours(aks))}
    return NotFound(
        f"There is no workspace `{name}` in namespace `{namespace}`.",
        hint=_elsewhere(name, keys) or _alike(name, namespace, keys),
    )


def _elsewhere(name: str, keys: Iterable[Key]) -> str:
    named = sorted({key[0] for key in keys if key[1] == name})
    return f"Did you mean `-n {'` or `-n '.join(named)}`?" if named else ""


def _alike(name: str, namespace: str, keys: Iterable[Key]) -> str:
    near = get_close_matches(name, {key[1] for key in keys if key[0] == namespace}, n=3)
    if not near:
        return "`kaito list -A` shows those there are."
    return f"Did you mean {' or '.join(f'`{each}`' for each in near)}?"
