"""Remove node pools that nobody needs: looked at again right before, never on old evidence."""

from collections.abc import Iterator
from dataclasses import dataclass

from kaito_cli.errors import Refused
from kaito_cli.model import Event, LiveNodePool, PoolState, PoolVerdict, Progress
from kaito_cli.operations.inventory import look
from kaito_cli.operations.pools import named, told
from kaito_cli.operations.steps import repeat
from kaito_cli.ports import World
from kaito_cli.readiness.azure import failure
from kaito_cli.readiness.orphans import judge


def remove_orphan(name: str, world: World) -> Iterator[Event]:
    """Have Azure delete the pool if it is an orphan now, and tell when it is gone.

    One that is needed after all is left alone, which is told. Raises what Azure refuses with.
    """
    return repeat(_Removing(name=name, world=world).step, named(name))


def submit_removal(name: str, world: World) -> Iterator[Event]:
    """The same, without waiting until it is gone."""
    return repeat(_Removing(name=name, world=world).submit, named(name))


@dataclass(slots=True, kw_only=True)
class _Removing:
    """``asked`` for the removal; ``was`` its state then; ``deleting`` has been seen since."""

    name: str
    world: World
    asked: bool = False
    was: PoolState = PoolState.UNKNOWN
    deleting: bool = False

    def submit(self) -> Event:
        """Look, and ask for the removal of an orphan."""
        live = self.world.cloud.node_pool(self.name)
        return told(self.name, Progress.DONE, "already gone") if not live else self._ask(live)

    def step(self) -> Event:
        """The same, then a look at what became of it."""
        live = self.world.cloud.node_pool(self.name)
        if live is None:
            gone = "deleted" if self.asked else "already gone"
            return told(self.name, Progress.DONE, gone)
        if self.asked:
            return self._deleting(live)
        event = self._ask(live)
        return told(self.name, Progress.STEP, event.message) if self.asked else event

    def _ask(self, live: LiveNodePool) -> Event:
        """The pool was read before the cluster: with its etag, any change since is a Conflict,
        and then all is looked at again."""
        cloud, clock = self.world.cloud, self.world.clock
        judgement = judge(live, cloud.cluster(), look(self.world), clock.now())
        if judgement.verdict is not PoolVerdict.ORPHAN:
            return told(self.name, Progress.DONE, f"left alone: {judgement.reason}")
        cloud.delete_node_pool(live)
        self.asked, self.was = True, live.state
        return told(self.name, Progress.DONE, "asked Azure to delete it")

    def _deleting(self, live: LiveNodePool) -> Event:
        self.deleting |= live.state is PoolState.DELETING
        # a pool that had failed before may show it for a moment longer
        news = self.deleting or self.was is not PoolState.FAILED
        if live.state is PoolState.FAILED and news:
            raise _not_deleted(live)
        return told(self.name, Progress.WAITING, "being deleted")


def _not_deleted(live: LiveNodePool) -> Exception:
    if live.error:
        return failure(live.error, f"delete node pool `{live.name}`")
    return Refused(
        f"Azure failed to delete node pool `{live.name}`, and keeps no reason.",
        detail=f"provisioningState: {live.provisioning_state}",
        hint="Run the same command again.",
    )
