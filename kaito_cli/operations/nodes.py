"""Whether a workspace's nodes are on their way, or Azure gave up on them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kaito_cli.errors import CloudFailed
from kaito_cli.manifests.scheduling import KARPENTER_POOL
from kaito_cli.model import (
    HEALTHY,
    UNKNOWN,
    Diagnosis,
    Failure,
    LiveNodePool,
    PoolState,
    Readiness,
    TargetKind,
    belongs_to,
)
from kaito_cli.ports import Clock, Manifest, World
from kaito_cli.readiness.around import Around, never
from kaito_cli.readiness.diagnosis import diagnose_lines
from kaito_cli.readiness.judges import readiness
from kaito_cli.readiness.orphans import POOL_LABELS

POOL_SECONDS = 10.0  # between two looks at Azure
# from a node's registration to its GPUs: drivers come with AKS's image, its plugin a minute later
GPUS_BY_SECONDS = 900.0
POOL_FAILED = "node-pool-failed"


@dataclass(slots=True, kw_only=True)
class Pools:
    """The node pools of one workspace as Azure shows them, looked at every few seconds.

    Without an AKS target there are none. ``unread``: Azure did not say.
    """

    owner: str
    world: World
    found: tuple[LiveNodePool, ...] = ()
    unread: bool = False
    _due: float = 0.0

    def look(self) -> tuple[LiveNodePool, ...]:
        """As Azure told at most ten seconds ago."""
        clock = self.world.clock
        if self.world.target.kind is TargetKind.KUBECONFIG or clock.seconds() < self._due:
            return self.found
        try:
            pools = self.world.cloud.node_pools()
            self.found = tuple(each for each in pools if belongs_to(each, self.owner))
            self.unread = False
        except CloudFailed:
            self.unread = True
        self._due = clock.seconds() + POOL_SECONDS
        return self.found

    @property
    def clock(self) -> Clock:
        return self.world.clock


def nodes_coming(
    pools: Sequence[LiveNodePool],
    nodes: Sequence[Manifest],
    workload: Manifest | None,
    now: datetime,
) -> bool:
    """Whether more nodes, or more GPUs of them, are on their way to a workspace's pods.

    ``pools`` are the workspace's own, ``nodes`` all that there are; Karpenter's come as long as
    pods ask for them.
    """
    if KARPENTER_POOL in str((workload or {}).get("spec", {}).get("template")):
        return True
    return any(_is_growing(each, nodes, now) for each in pools)


def _is_growing(pool: LiveNodePool, nodes: Sequence[Manifest], now: datetime) -> bool:
    if pool.state in (PoolState.CREATING, PoolState.UPDATING):
        return True
    if pool.state is not PoolState.READY or pool.stopped:
        return False
    if pool.max_count is not None and pool.count < pool.max_count:
        return True
    there = [each for each in nodes if is_of(each, pool.name)]
    return len(there) < pool.count or any(_will_be_ready(each, now) for each in there)


def own_nodes(
    pools: Sequence[LiveNodePool], nodes: Sequence[Manifest]
) -> dict[str, tuple[Manifest, ...]]:
    """The nodes of those pools that are as Azure was asked for them, by pool."""
    return {
        each.name: tuple(node for node in nodes if is_of(node, each.name))
        for each in pools
        if each.state is PoolState.READY and not each.stopped
    }


def lost_pool(pools: Sequence[LiveNodePool], known: Sequence[Failure]) -> Readiness | None:
    """The verdict where Azure gave up on the last of a workspace's pools, in its own words."""
    if not pools or any(each.state is not PoolState.FAILED for each in pools):
        return None
    error, name = pools[0].error, pools[0].name
    told = ": ".join(filter(None, (error.code, error.message))) if error else "no reason is kept"
    said = f"node pool {name} failed: {told}"
    found = diagnose_lines([told], known)
    if found.cause in (UNKNOWN, HEALTHY):
        found = Diagnosis(cause=POOL_FAILED, message="Azure could not make its node pool.")
    return never(said, replace(found, evidence=(told,)))


def is_of(node: Manifest, pool: str) -> bool:
    """Whether a node is one of the pool's."""
    labels = node["metadata"].get("labels") or {}
    return any(labels.get(key) == pool for key in POOL_LABELS)


def _will_be_ready(node: Manifest, now: datetime) -> bool:
    if readiness(node, Around(failures=())).done:
        return False
    made = node["metadata"].get("creationTimestamp")
    if not made:
        return True
    return (now - datetime.fromisoformat(made)).total_seconds() < GPUS_BY_SECONDS
