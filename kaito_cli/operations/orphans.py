"""Remove node pools that nobody needs: looked at again right before, never on old evidence."""

from collections.abc import Iterator
from dataclasses import dataclass

from kaito_cli.model import Event, LiveNodePool, PoolVerdict, Progress
from kaito_cli.operations.inventory import look
from kaito_cli.operations.pools import named, told
from kaito_cli.operations.scaling import Removal
from kaito_cli.operations.steps import repeat
from kaito_cli.ports import World
from kaito_cli.readiness.orphans import judge

# deleted without one, the pool would go whatever became of it since
_NO_ETAG = "Azure sends no etag, so whether it changes meanwhile is unknown"


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
    """``removal`` is what is known since it was asked for; None: it was not."""

    name: str
    world: World
    removal: Removal | None = None

    def submit(self) -> Event:
        """Look, and ask for the removal of an orphan."""
        live = self.world.cloud.node_pool(self.name)
        return told(self.name, Progress.DONE, "already gone") if not live else self._ask(live)

    def step(self) -> Event:
        """The same, then a look at what became of it."""
        live = self.world.cloud.node_pool(self.name)
        if live is None:
            gone = "deleted" if self.removal else "already gone"
            return told(self.name, Progress.DONE, gone)
        if self.removal:
            return self.removal.look(live)
        event = self._ask(live)
        return told(self.name, Progress.STEP, event.message) if self.removal else event

    def _ask(self, live: LiveNodePool) -> Event:
        """The pool was read before the cluster: with its etag, any change since is a Conflict,
        and then all is looked at again."""
        cloud, clock = self.world.cloud, self.world.clock
        judgement = judge(live, cloud.cluster(), look(self.world), clock.now())
        if judgement.verdict is not PoolVerdict.ORPHAN:
            return told(self.name, Progress.DONE, f"left alone: {judgement.reason}")
        if not live.etag:
            return told(self.name, Progress.DONE, f"left alone: {_NO_ETAG}")
        cloud.delete_node_pool(live)
        self.removal = Removal(was=live.state)
        return told(self.name, Progress.DONE, "asked Azure to delete it")
