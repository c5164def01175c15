"""Take a workspace away, in the order in which nothing that costs is ever forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass

from kaito_cli.errors import NotFound
from kaito_cli.model import Event, Progress, Ref, owner_of
from kaito_cli.operations.pools import told
from kaito_cli.operations.remains import Remains, has_nodes, no_workspace, pods_named, remains
from kaito_cli.operations.scaling import delete_pools
from kaito_cli.operations.steps import begun, repeat
from kaito_cli.ports import World

LOOK_SECONDS = 2.0


def delete(
    name: str, namespace: str, world: World, *, purge: bool = False, keep_nodes: bool = False
) -> Iterator[Event]:
    """Delete the objects of a workspace and the node pool kaito made for it, and tell when all of
    it is gone.

    Azure has accepted the pool's deletion before the object with the plan goes, so a run that was
    cut off leaves what the next one finds. Volumes go with ``purge`` alone; namespaces, and pools
    and Secrets of the user's, never do. Raises NotFound where nothing is left of that name, and
    what Azure or the cluster refuses with.
    """
    found = present(name, namespace, world, purge=purge, keep_nodes=keep_nodes)
    pools: Iterator[Event] = iter(())
    if found.pools and not keep_nodes:
        pools = delete_pools(owner_of(namespace, name), world.cloud)
    waits = yield from begun(pools)
    going = _Going(found=found, world=world, purge=purge, keep_nodes=keep_nodes)
    yield from going.ask()
    if waits is not None:
        yield waits
    yield from pools
    yield from repeat(going.step, f"workspace {name}")


def present(
    name: str, namespace: str, world: World, *, purge: bool = False, keep_nodes: bool = False
) -> Remains:
    """What :func:`delete` would find now. Raises NotFound where that is nothing."""
    found = remains(name, namespace, world, leave_nodes=keep_nodes)
    if found.objects or found.node_objects or found.pools or (purge and found.volumes):
        return found
    if found.volumes:
        raise NotFound(
            f"Nothing but volumes is left of `{name}` in namespace `{namespace}`: "
            f"{_names(found.volumes)}.",
            hint="--purge deletes them, with the weights they hold.",
        )
    raise no_workspace(name, namespace, world.cluster)


@dataclass(slots=True, kw_only=True)
class _Going:
    """Objects on their way out; ``left`` are those that were there at the last look."""

    found: Remains
    world: World
    purge: bool
    keep_nodes: bool
    left: tuple[Ref, ...] = ()

    def ask(self) -> Iterator[Event]:
        """Ask for the removal of all that goes, and tell what stays."""
        found, cluster = self.found, self.world.cluster
        nodes = () if self.keep_nodes else found.node_objects
        others = (*(found.volumes if self.purge else ()), *found.objects)
        # nodes before the object with the plan, Karpenter's too
        for refs in (nodes, others):
            if refs:
                cluster.delete(refs)
        self.left = (*nodes, *others)
        if self.left:
            yield self._event(Progress.STEP, f"deleting {_count(self.left)}")
        yield from self._kept()

    def _kept(self) -> Iterator[Event]:
        for pool in self.found.pools if self.keep_nodes else ():
            costs = f"{pool.count} × {pool.vm_size}"
            if has_nodes(pool):
                yield told(pool.name, Progress.STEP, f"stays, and costs as before: {costs}")
        if self.found.others:
            names = ", ".join(map(_short, self.found.others))
            yield self._event(Progress.STEP, f"not kaito's, so it stays: {names}")
        if self.found.shared:
            names = _names(self.found.shared)
            yield self._event(Progress.STEP, f"others mount it, so it stays: volume {names}")
        if self.found.volumes and not self.purge:
            names = _names(self.found.volumes)
            yield self._event(Progress.STEP, f"volumes stay, --purge deletes them: {names}")

    def step(self) -> Event:
        """Look whether objects or pods are left."""
        found, cluster = self.found, self.world.cluster
        self.left = tuple(each for each in self.left if cluster.get(each) is not None)
        pods = pods_named(found.name, found.namespace, cluster)
        if not self.left and not pods:
            return self._event(Progress.DONE, "deleted")
        names = [str(each) for each in self.left]
        names += [f"{len(pods)} pod{'' if len(pods) == 1 else 's'}"] if pods else []
        return self._event(Progress.WAITING, f"still there: {', '.join(names)}")

    def _event(self, progress: Progress, message: str) -> Event:
        waiting = progress is Progress.WAITING
        return Event(
            subject=f"workspace {self.found.name}",
            progress=progress,
            message=message,
            retry_after_seconds=LOOK_SECONDS if waiting else None,
            goes_on=waiting,
        )


def _names(refs: tuple[Ref, ...]) -> str:
    return ", ".join(each.name for each in refs)


def _short(ref: Ref) -> str:
    return f"{ref.kind} {ref.name}"


def _count(refs: tuple[Ref, ...]) -> str:
    return f"{len(refs)} object{'' if len(refs) == 1 else 's'}"
