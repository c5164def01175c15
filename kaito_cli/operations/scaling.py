"""Node pools of one workspace scaled and removed, found by tag."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from kaito_cli.errors import NotFound, Superseded
from kaito_cli.model import (
    NO_AUTOSCALING,
    Autoscale,
    Event,
    LiveNodePool,
    PoolState,
    Progress,
    belongs_to,
)
from kaito_cli.operations.pools import bounds, failed, holds, named, require_running, told
from kaito_cli.operations.steps import repeat
from kaito_cli.ports import Cloud


def delete_pools(owner: str, cloud: Cloud) -> Iterator[Event]:
    """Remove every pool tagged as the ``owner``'s (``namespace.workspace``), and tell when they
    are gone; nothing happens where there is none.

    An operation that runs on a pool is aborted first.
    """
    return repeat(_Deleting(owner=owner, cloud=cloud).step, f"node pools of {owner}")


def clear_pool(name: str, cloud: Cloud) -> Iterator[Event]:
    """Remove a pool that failed, and tell when it is gone. Raises Superseded when it is failed
    no more, for then another run is at it."""
    return repeat(_Clearing(name=name, cloud=cloud).step, named(name))


def scale_pool(
    owner: str, count: int, cloud: Cloud, autoscale: Autoscale | None = None
) -> Iterator[Event]:
    """Give the ``owner``'s pool ``count`` nodes and wait for them. Raises NotFound when there
    is no pool, and what Azure says when it refuses or fails."""
    scaling = _Scaling(owner=owner, count=count, autoscale=autoscale, cloud=cloud)
    return repeat(scaling.step, f"node pool of {owner}")


def stop_pools(owner: str, cloud: Cloud) -> Iterator[Event]:
    """Take all nodes from every pool of the ``owner``, and the autoscaler that would bring them
    back; wait until they are gone. Nothing happens where there is no pool."""
    return repeat(_Stopping(owner=owner, cloud=cloud).step, f"node pools of {owner}")


@dataclass(slots=True, kw_only=True)
class _Stopping:
    """``asked`` are the pools this run has asked Azure to empty."""

    owner: str
    cloud: Cloud
    asked: set[str] = field(default_factory=set)

    def step(self) -> Event:
        """Ask for one pool that has nodes, or wait for those."""
        pools = [each for each in self.cloud.node_pools() if belongs_to(each, self.owner)]
        left = [each for each in pools if each.state is not PoolState.DELETING]
        for live in left:
            if live.state is PoolState.FAILED and live.name in self.asked:
                raise failed(live)
            if _has_nodes(live) and _is_settled(live) and live.name not in self.asked:
                return self._empty(live)
        waits = [each for each in left if _has_nodes(each) or not _is_settled(each)]
        # first what Azure was not asked for yet: the rest goes on without kaito
        for live in sorted(waits, key=self._goes_on):
            says = f"Azure says {live.provisioning_state}"
            return told(live.name, Progress.WAITING, says, goes_on=self._goes_on(live))
        return self._done(left)

    def _goes_on(self, live: LiveNodePool) -> bool:
        return live.name in self.asked or not _has_nodes(live)

    def _empty(self, live: LiveNodePool) -> Event:
        self.cloud.scale_node_pool(live, 0, NO_AUTOSCALING if live.autoscaled else None)
        self.asked.add(live.name)
        return told(live.name, Progress.STEP, f"asked Azure for 0 nodes instead of {live.count}")

    def _done(self, left: list[LiveNodePool]) -> Event:
        names = ", ".join(each.name for each in left)
        subject = named(names) if names else f"node pools of {self.owner}"
        message = "has no nodes" if names else "none there"
        return Event(subject=subject, progress=Progress.DONE, message=message)


def _is_settled(live: LiveNodePool) -> bool:
    return live.state in (PoolState.READY, PoolState.FAILED)


def _has_nodes(live: LiveNodePool) -> bool:
    """Whether it has nodes, or may get some by itself."""
    return (live.count > 0 and not live.stopped) or live.autoscaled


@dataclass(slots=True, kw_only=True)
class Removal:
    """What one run knows of a pool whose removal it has asked for: ``was`` its state then,
    ``deleting`` whether it has been seen to go."""

    was: PoolState
    deleting: bool = False

    def look(self, live: LiveNodePool) -> Event:
        """Wait for it to go. Raises what Azure says when it gives the removal up."""
        self.deleting |= live.state is PoolState.DELETING
        # one that had failed before may show it for a moment longer
        news = self.deleting or self.was is not PoolState.FAILED
        if live.state is PoolState.FAILED and news:
            raise failed(live, "delete")
        return told(live.name, Progress.WAITING, "being deleted", goes_on=True)


@dataclass(slots=True, kw_only=True)
class _Deleting:
    """``asked`` are the pools whose removal this run has asked for, ``seen`` all it has met."""

    owner: str
    cloud: Cloud
    seen: set[str] = field(default_factory=set)
    asked: dict[str, Removal] = field(default_factory=dict)
    aborted: set[str] = field(default_factory=set)

    def step(self) -> Event:
        """Ask for the removal of one pool that nobody removes yet, or wait for those."""
        left = [each for each in self.cloud.node_pools() if belongs_to(each, self.owner)]
        self.seen |= {each.name for each in left}
        for live in left:
            if live.state is not PoolState.DELETING and live.name not in self.asked:
                return self._remove(live)
        waits = [self.asked[each.name].look(each) for each in left if each.name in self.asked]
        if left:
            going = told(left[0].name, Progress.WAITING, "being deleted", goes_on=True)
            return next(iter(waits), going)
        return self._done()

    def _done(self) -> Event:
        gone = ", ".join(sorted(self.seen))
        subject = named(gone) if gone else f"node pools of {self.owner}"
        message = "deleted" if gone else "none there"
        return Event(subject=subject, progress=Progress.DONE, message=message)

    def _remove(self, live: LiveNodePool) -> Event:
        if live.state in (PoolState.CREATING, PoolState.UPDATING):
            if live.name in self.aborted:
                return told(live.name, Progress.WAITING, f"Azure says {live.provisioning_state}")
            self.aborted.add(live.name)  # once: another abort would only begin anew
            self.cloud.abort_node_pool(live.name)
            live = self.cloud.node_pool(live.name) or live
        self.cloud.delete_node_pool(live)
        self.asked[live.name] = Removal(was=live.state)
        return told(live.name, Progress.STEP, "asked Azure to delete it")


@dataclass(slots=True, kw_only=True)
class _Clearing:
    """``removal`` is what is known since it was asked for; None: it was not yet."""

    name: str
    cloud: Cloud
    removal: Removal | None = None

    def step(self) -> Event:
        """Ask for the removal of a failed pool as it was seen, or wait until it is gone."""
        live = self.cloud.node_pool(self.name)
        if live is None:
            return told(self.name, Progress.DONE, "deleted")
        if self.removal:
            return self.removal.look(live)
        if live.state is PoolState.DELETING:
            return told(self.name, Progress.WAITING, "being deleted")
        if live.state is not PoolState.FAILED:
            raise Superseded(
                f"Another run has asked for the node pool {self.name} again.",
                hint="Run the same command again: it goes on with that pool.",
            )
        self.cloud.delete_node_pool(live)
        self.removal = Removal(was=live.state)
        return told(self.name, Progress.STEP, "asked Azure to delete it")


@dataclass(slots=True, kw_only=True)
class _Scaling:
    owner: str
    count: int
    cloud: Cloud
    autoscale: Autoscale | None = None
    asked: bool = False

    def step(self) -> Event:
        """Ask for the number of nodes once it differs, or wait for them."""
        live = self._pool()
        require_running(live)
        if live.state is PoolState.FAILED and self.asked:
            raise failed(live, "scale")
        if live.state not in (PoolState.READY, PoolState.FAILED):
            return told(live.name, Progress.WAITING, f"Azure says {live.provisioning_state}")
        if live.state is PoolState.READY and holds(live, self.count, self.autoscale):
            return told(live.name, Progress.DONE, _nodes_of(live))
        self.asked = True
        self.cloud.scale_node_pool(live, self.count, self.autoscale)
        asked = f"asked Azure for {self.count} nodes instead of {live.count}"
        return told(live.name, Progress.WAITING, asked, goes_on=True)

    def _pool(self) -> LiveNodePool:
        for each in self.cloud.node_pools():
            if belongs_to(each, self.owner) and each.state is not PoolState.DELETING:
                return each
        raise NotFound(
            f"No node pool is tagged as that of {self.owner}.",
            hint="`kaito list` shows the workspaces with nodes.",
        )


def _nodes_of(live: LiveNodePool) -> str:
    own = bounds(live)
    if own is None:
        return f"has {live.count} nodes"
    return f"scales by itself between {own.min_nodes} and {own.max_nodes} nodes, {live.count} now"
