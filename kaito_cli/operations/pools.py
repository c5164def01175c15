"""Node pools made, or gone on with: look, do the least that is missing, look again later.

Nothing is remembered that a second run could not see, so every run may be killed at any point.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kaito_cli.errors import BadInput, CloudFailed, KaitoError, NotFound, Refused, Superseded
from kaito_cli.model import (
    CREATED_TAG,
    WORKSPACE_TAG,
    Autoscale,
    Event,
    LiveNodePool,
    NodePool,
    PoolState,
    Progress,
    belongs_to,
)
from kaito_cli.operations.steps import repeat
from kaito_cli.ports import Clock, Cloud
from kaito_cli.readiness.azure import failure, settled


def ensure_pool(pool: NodePool, cloud: Cloud, clock: Clock) -> Iterator[Event]:
    """Make the pool, or go on with the one there is, until it is ready with all its nodes.

    A pool found failed is asked once more. Raises the failure that Azure keeps on the pool
    when it fails under our eyes, Refused when its name is taken by a pool without our tag,
    BadInput when the workspace has another pool already, Superseded when somebody removed it
    or was faster with another.
    """
    return repeat(_Ensuring(pool=pool, cloud=cloud, clock=clock).step, named(pool.name))


def named(name: str) -> str:
    """What events and errors call a pool."""
    return f"node pool {name}"


def told(name: str, progress: Progress, message: str, *, goes_on: bool = False) -> Event:
    """One event about a pool."""
    return Event(subject=named(name), progress=progress, message=message, goes_on=goes_on)


@dataclass(slots=True, kw_only=True)
class _Ensuring:
    """``asked``: this run has asked Azure for something, so a failure is an answer to it;
    ``watched``: it has seen the pool alive."""

    pool: NodePool
    cloud: Cloud
    clock: Clock
    asked: bool = False
    watched: bool = False

    def step(self) -> Event:
        """One look at all pools, and at most one request that changes something."""
        pools = self.cloud.node_pools()
        same = next((each for each in pools if each.name == self.pool.name), None)
        if self.pool.existing:
            return self._existing(same)
        if same is not None and not belongs_to(same, self.pool.tags[WORKSPACE_TAG]):
            raise _taken(same)
        if others := self._others(pools):
            return self._beside(others, same)
        return self._create() if same is None else self._go_on(same)

    def _others(self, pools: Sequence[LiveNodePool]) -> list[LiveNodePool]:
        owner = self.pool.tags[WORKSPACE_TAG]
        return [each for each in pools if belongs_to(each, owner) and each.name != self.pool.name]

    def _beside(self, others: list[LiveNodePool], same: LiveNodePool | None) -> Event:
        """Another pool of this workspace is there: never keep two.

        Both of two runs at once judge by what neither can change, so one of them gives way.
        """
        staying = [each for each in others if each.state is not PoolState.DELETING]
        if not staying:
            return self._wait(f"node pool {others[0].name} is being deleted")
        if same is None or not self.asked:
            raise _another(self.pool, [*staying, *([same] if same else [])])
        rivals = [each for each in staying if each.state is not PoolState.FAILED]
        stays = min([same, *rivals], key=_age)
        if stays.name == same.name:
            return self._go_on(same)
        self.cloud.delete_node_pool(same)
        raise Superseded(
            f"Another run was faster: the workspace has node pool {stays.name}; "
            f"{same.name} is being deleted again.",
            hint="Run the same command again: it goes on with that pool.",
        )

    def _create(self) -> Event:
        if self.watched:
            raise Superseded(
                f"The node pool {self.pool.name} was deleted while kaito waited for it.",
                hint="Run the same command again to make it anew.",
            )
        created = self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        pool = replace(self.pool, tags=self.pool.tags | {CREATED_TAG: created})
        self.asked = True  # before, for an answer that is lost may have been a yes
        self.cloud.create_node_pool(pool)
        nodes = f"{pool.count} × {pool.vm_size}"
        return self._goes_on(f"asked Azure for {nodes}")

    def _go_on(self, live: LiveNodePool) -> Event:
        self.watched |= live.state is not PoolState.DELETING
        match live.state:
            case PoolState.READY:
                return self._ready(live)
            case PoolState.FAILED:
                return self._failed(live)
        says = f"Azure says {live.provisioning_state}"
        return self._goes_on(says) if self._is_coming(live) else self._wait(says)

    def _is_coming(self, live: LiveNodePool) -> bool:
        """Whether what Azure is at leads to what is wanted, without another request."""
        if live.state not in (PoolState.CREATING, PoolState.UPDATING) or live.stopped:
            return False
        return holds(live, self.pool.count, bounds(self.pool))

    def _ready(self, live: LiveNodePool) -> Event:
        require_running(live)
        if holds(live, self.pool.count, bounds(self.pool)):
            return told(live.name, Progress.DONE, f"ready, {live.count} × {live.vm_size}")
        self.asked = True
        self.cloud.scale_node_pool(live, self.pool.count, bounds(self.pool))
        return self._goes_on(f"asked Azure for {self.pool.count} nodes instead of {live.count}")

    def _failed(self, live: LiveNodePool) -> Event:
        if self.asked:
            raise failed(live)
        self.asked = True
        self.cloud.scale_node_pool(live, self.pool.count, bounds(self.pool))
        why = live.error.message if live.error else "no reason is kept"
        return self._goes_on(f"had failed ({why}); asked Azure once more")

    def _existing(self, live: LiveNodePool | None) -> Event:
        if live is None and self.pool.name:
            raise NotFound(
                f"There is no node pool `{self.pool.name}` any more.",
                hint="`az aks nodepool list -o table` shows those there are.",
            )
        if live is None:
            return told("of your own", Progress.DONE, "used as it is")
        return self._own_state(live)

    def _own_state(self, live: LiveNodePool) -> Event:
        """A pool of the user's: only looked at."""
        if live.state is PoolState.FAILED:
            raise failed(live)
        if live.state is PoolState.READY:
            return told(live.name, Progress.DONE, f"used as it is, {live.count} nodes")
        return self._goes_on(f"Azure says {live.provisioning_state}")

    def _goes_on(self, message: str) -> Event:
        return told(self.pool.name, Progress.WAITING, message, goes_on=True)

    def _wait(self, message: str) -> Event:
        return told(self.pool.name, Progress.WAITING, message)


def _age(live: LiveNodePool) -> tuple[str, str]:
    """Which of two pools of one workspace stays: the older, for that never changes."""
    return live.tags.get(CREATED_TAG, ""), live.name


def bounds(pool: NodePool | LiveNodePool) -> Autoscale | None:
    """Between how many nodes the pool scales by itself; None: it does not."""
    if pool.min_count is None or pool.max_count is None:
        return None
    return Autoscale(min_nodes=pool.min_count, max_nodes=pool.max_count)


def holds(live: LiveNodePool, count: int, wanted: Autoscale | None) -> bool:
    """Whether a pool has the nodes asked for, or an autoscaler that may bring them."""
    own = bounds(live)
    if wanted:
        return own == wanted
    return own.min_nodes <= count <= own.max_nodes if own else live.count == count


def require_running(live: LiveNodePool) -> None:
    """Refused for a pool that somebody has stopped."""
    if live.stopped:
        raise Refused(
            f"The node pool {live.name} is stopped.",
            hint=f"Start it with `az aks nodepool start --nodepool-name {live.name} "
            "--cluster-name CLUSTER -g GROUP`.",
        )


def failed(live: LiveNodePool, doing: str = "make") -> KaitoError:
    """The error for a pool that Azure gave up on, in the words it left there."""
    what = f"{doing} node pool `{live.name}` of {live.vm_size}"
    if live.error is not None:
        return failure(settled(live.error), what)
    return CloudFailed(
        f"Azure failed to {what}, and keeps no reason.",
        detail=f"provisioningState: {live.provisioning_state}",
        hint="Run the same command again: it asks Azure once more.",
    )


def _taken(live: LiveNodePool) -> Refused:
    return Refused(
        f"A node pool `{live.name}` is there and does not carry kaito's tag: it is left alone.",
        hint="Give the workspace another --name, or use the pool as it is with "
        f"--node-pool {live.name}.",
    )


def _another(pool: NodePool, there: Sequence[LiveNodePool]) -> BadInput:
    others = ", ".join(f"`{each.name}` ({each.count} × {each.vm_size})" for each in there)
    _, _, workspace = pool.tags[WORKSPACE_TAG].partition(".")
    return BadInput(
        f"The workspace has node pool {others} already, and what is asked needs "
        f"`{pool.name}` ({pool.count} × {pool.vm_size}).",
        hint=f"See what is there with `kaito status {workspace}`; then ask for the same as "
        "before, or give this one another --name.",
    )
