"""Node pools of one workspace scaled and removed, found by tag."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from kaito_cli.errors import NotFound
from kaito_cli.model import (
    NO_AUTOSCALING,
    Autoscale,
    Event,
    LiveNodePool,
    PoolState,
    Progress,
    belongs_to,
)
from kaito_cli.operations.pools import failed, named, told
from kaito_cli.operations.steps import repeat
from kaito_cli.ports import Cloud


def delete_pools(owner: str, cloud: Cloud, only: str = "") -> Iterator[Event]:
    """Remove every pool tagged as the ``owner``'s (``namespace.workspace``), or ``only`` the
    one of that name, and tell when they are gone; nothing happens where there is none.

    An operation that runs on a pool is aborted first.
    """
    return repeat(_Deleting(owner=owner, cloud=cloud, only=only).step, f"node pools of {owner}")


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
            if _has_nodes(live) and live.state in (PoolState.READY, PoolState.FAILED):
                return self._empty(live)
        for live in left:
            if live.state not in (PoolState.READY, PoolState.FAILED):
                says = f"Azure says {live.provisioning_state}"
                return told(live.name, Progress.WAITING, says, goes_on=not _has_nodes(live))
        return self._done(left)

    def _empty(self, live: LiveNodePool) -> Event:
        self.cloud.scale_node_pool(live, 0, NO_AUTOSCALING if live.autoscaled else None)
        self.asked.add(live.name)
        return told(live.name, Progress.STEP, f"asked Azure for 0 nodes instead of {live.count}")

    def _done(self, left: list[LiveNodePool]) -> Event:
        names = ", ".join(each.name for each in left)
        subject = named(names) if names else f"node pools of {self.owner}"
        message = "has no nodes" if names else "none there"
        return Event(subject=subject, progress=Progress.DONE, message=message)


def _has_nodes(live: LiveNodePool) -> bool:
    """Whether it has nodes, or may get some by itself."""
    return (live.count > 0 and not live.stopped) or live.autoscaled


@dataclass(slots=True, kw_only=True)
class _Deleting:
    """``seen`` are the pools this run has found: what it can tell to be gone at the end;
    ``asked`` those whose removal it has asked for."""

    owner: str
    cloud: Cloud
    only: str = ""
    seen: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    def step(self) -> Event:
        """Ask for the removal of one pool that nobody removes yet, or wait for those."""
        left = [each for each in self.cloud.node_pools() if self._is_meant(each)]
        self.seen |= {each.name for each in left}
        for live in left:
            if live.state is PoolState.FAILED and live.name in self.asked:
                raise failed(live)
            if live.state is not PoolState.DELETING and live.name not in self.asked:
                return self._remove(live)
        if left:
            return told(left[0].name, Progress.WAITING, "being deleted", goes_on=True)
        return self._done()

    def _done(self) -> Event:
        gone = ", ".join(sorted(self.seen))
        subject = named(gone) if gone else f"node pools of {self.owner}"
        return Event(
            subject=subject,
            progress=Progress.DONE,
            message="deleted" if gone else "none there",
        )

    def _is_meant(self, live: LiveNodePool) -> bool:
        return belongs_to(live, self.owner) and self.only in ("", live.name)

    def _remove(self, live: LiveNodePool) -> Event:
        if live.state in (PoolState.CREATING, PoolState.UPDATING):
            self.cloud.abort_node_pool(live.name)
            live = self.cloud.node_pool(live.name) or live
        self.cloud.delete_node_pool(live)
        self.asked.add(live.name)
        return told(live.name, Progress.STEP, "asked Azure to delete it")


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
        if live.state is PoolState.FAILED and self.asked:
            raise failed(live)
        if live.state not in (PoolState.READY, PoolState.FAILED):
            return told(live.name, Progress.WAITING, f"Azure says {live.provisioning_state}")
        if self._is_as_asked(live):
            return told(live.name, Progress.DONE, f"has {live.count} nodes")
        self.cloud.scale_node_pool(live, self.count, self.autoscale)
        self.asked = True
        return told(
            live.name,
            Progress.WAITING,
            f"asked Azure for {self.count} nodes instead of {live.count}",
        )

    def _pool(self) -> LiveNodePool:
        for each in self.cloud.node_pools():
            if belongs_to(each, self.owner) and each.state is not PoolState.DELETING:
                return each
        raise NotFound(
            f"No node pool is tagged as that of {self.owner}.",
            hint="`kaito list` shows the workspaces with nodes.",
        )

    def _is_as_asked(self, live: LiveNodePool) -> bool:
        if live.state is not PoolState.READY:
            return False
        if self.autoscale:
            bounds = (live.min_count, live.max_count)
            return bounds == (self.autoscale.min_nodes, self.autoscale.max_nodes)
        if live.min_count is not None and live.max_count is not None:
            return live.min_count <= self.count <= live.max_count
        return live.count == self.count
