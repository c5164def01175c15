"""Wait until a workspace is ready, complete or gone; never for what will not be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kaito_cli.errors import BadInput, ClusterFailed, KaitoError, NotFound
from kaito_cli.manifests.annotation import plan_of
from kaito_cli.model import (
    WORKSPACE_LABEL,
    Event,
    LiveNodePool,
    PoolState,
    Progress,
    owner_of,
)
from kaito_cli.operations.beside import Needs
from kaito_cli.operations.judging import WORKLOADS, Judged, replicas, workload_of
from kaito_cli.operations.mirrors import Mirrors
from kaito_cli.operations.names import blanks, filled
from kaito_cli.operations.nodes import Pools, is_of, lost_pool, nodes_coming, own_nodes
from kaito_cli.operations.pools import failed, named, told
from kaito_cli.operations.watching import (
    LOOK_SECONDS,
    OURS,
    Watching,
    never,
)
from kaito_cli.ports import World
from kaito_cli.readiness.around import Around, name_of
from kaito_cli.readiness.judges import readiness

LEAST_SECONDS = 1800.0  # that any wait has, as a plan's own deadline
SERVICE = (("Service", "v1"),)


class Goal(StrEnum):
    """READY: every replica answers. COMPLETE: the job ended well. DELETED: nothing is left."""

    READY = "ready"
    DELETED = "deleted"
    COMPLETE = "complete"


def wait_for(name: str, namespace: str, goal: Goal, world: World) -> Iterator[Event]:
    """Tell how a workspace goes on until ``goal`` is reached; one event a change, and WAITING
    whenever there is nothing to do but to look again.

    Raises NotFound when there is nothing of that name (but for DELETED), ClusterFailed with
    cause, evidence and fix as soon as ``goal`` will never be reached.
    """
    with Mirrors(world.cluster) as mirrors:
        pools = Pools(owner=owner_of(namespace, name), world=world)
        needs = Needs(cluster=world.cluster, clock=world.clock) if goal is Goal.READY else None
        watching = Watching(
            name=name,
            namespace=namespace,
            mirrors=mirrors,
            clock=world.clock,
            kinds=(*WORKLOADS, *SERVICE) if goal is Goal.DELETED else WORKLOADS,
            needs=needs,
        )
        steps = _gone if goal is Goal.DELETED else _good
        yield from steps(_Waiting(goal=goal, watching=watching, pools=pools))


def patience_of(name: str, namespace: str, goal: Goal, world: World) -> float:
    """How many seconds `goal` may take: for READY what the plan expects, where it can be read."""
    if goal is not Goal.READY:
        return LEAST_SECONDS
    label = f"{OURS},{WORKSPACE_LABEL}={name}"
    found = world.cluster.find(
        "Deployment", api_version="apps/v1", namespace=namespace, label_selector=label
    )
    try:
        return max(LEAST_SECONDS, *(plan_of(each).timing.deadline_seconds for each in found), 0.0)
    except BadInput:  # another kaito's
        return LEAST_SECONDS


@dataclass(slots=True, kw_only=True)
class _Waiting:
    goal: Goal
    watching: Watching
    pools: Pools
    said: dict[str, Event] = field(default_factory=dict)
    seen: bool = False

    @property
    def name(self) -> str:
        return self.watching.name


def _good(waiting: _Waiting) -> Iterator[Event]:
    """Until ready or complete."""
    while True:
        verdict = _verdict(waiting)
        yield from _around(waiting)
        if (found := verdict.readiness).done and not found.ok:
            raise never(waiting.name, found)
        for event in waiting.watching.events(verdict):
            yield event
            if event.progress is Progress.DONE and event.subject.startswith("workspace"):
                return


def _verdict(waiting: _Waiting) -> Judged:
    watching, pools = waiting.watching, waiting.pools.look()
    nodes = watching.mirrors.seen("Node")
    found, now = watching.look(), waiting.pools.clock.now()
    workload = workload_of(found.objects, waiting.name)
    coming = waiting.pools.unread or nodes_coming(pools, nodes, workload, now)
    lost = lost_pool(pools, watching.failures)
    verdict = watching.judged(found, nodes_coming=coming, pools=own_nodes(pools, nodes), lost=lost)
    target = waiting.pools.world.target
    known = blanks(target.cluster, target.resource_group, pools)
    verdict = replace(verdict, readiness=filled(verdict.readiness, known))
    _require_possible(waiting, verdict)
    waiting.seen = True
    return verdict


def _require_possible(waiting: _Waiting, verdict: Judged) -> None:
    """What no patience helps: nothing there, being deleted, stopped, or no job."""
    live, name = verdict.workload, waiting.name
    if live is None:
        raise _missing(waiting)
    if live["metadata"].get("deletionTimestamp"):
        raise ClusterFailed(
            f"`{name}` is being deleted.", hint=f"`kaito wait {name} --for deleted` waits for that."
        )
    if waiting.goal is Goal.COMPLETE and live["kind"] != "Job":
        raise ClusterFailed(
            f"`{name}` is a {live['kind']}, which serves and never completes.",
            hint=f"`kaito wait {name}` waits until it is ready.",
        )
    if waiting.goal is Goal.READY and not replicas(live)[0]:
        raise ClusterFailed(f"`{name}` is stopped.", hint=f"`kaito start {name}` starts it again.")


def _missing(waiting: _Waiting) -> KaitoError:
    name, namespace = waiting.name, waiting.watching.namespace
    if waiting.seen:
        return ClusterFailed(
            f"`{name}` was deleted while kaito waited for it.",
            hint="`kaito deploy` makes it anew.",
        )
    if pools := waiting.pools.found:
        return ClusterFailed(
            f"`{name}` has {named(pools[0].name)} and nothing in the cluster: a deletion that was "
            "cut off.",
            hint=f"`kaito delete {name}` goes on with it.",
        )
    return NotFound(
        f"There is no workspace `{name}` in namespace `{namespace}`.",
        hint="`kaito list -A` shows those there are.",
    )


def _around(waiting: _Waiting) -> Iterator[Event]:
    """What is new of its node pools, and of the nodes they bring."""
    nodes = waiting.watching.mirrors.seen("Node")
    for pool in waiting.pools.look():
        yield from _if_new(waiting, _pool_event(pool))
        for node in nodes:
            if is_of(node, pool.name):
                found = readiness(node, Around(failures=()))
                event = _event(f"node {name_of(node)}", found.done, found.message)
                yield from _if_new(waiting, event)


def _pool_event(pool: LiveNodePool) -> Event:
    if pool.state is PoolState.READY:
        return told(pool.name, Progress.DONE, f"ready, {pool.count} × {pool.vm_size}")
    return _event(named(pool.name), False, f"Azure says {pool.provisioning_state}")


def _event(subject: str, done: bool, message: str) -> Event:
    """Of one among several: there is more to tell at once."""
    progress = Progress.DONE if done else Progress.WAITING
    return Event(
        subject=subject,
        progress=progress,
        message=message,
        retry_after_seconds=None if done else 0.0,
    )


def _if_new(waiting: _Waiting, event: Event) -> Iterator[Event]:
    if waiting.said.get(event.subject) != event:
        waiting.said[event.subject] = event
        yield event


def _gone(waiting: _Waiting) -> Iterator[Event]:
    """Until neither an object nor a pod nor a pool of it is left."""
    while True:
        found, pools = waiting.watching.look(), waiting.pools.look()
        if lost := _undeleted(pools):
            raise failed(lost)
        left = [f"{each['kind']} {name_of(each)}" for each in (*found.objects, *found.pods)]
        left += [named(each.name) for each in pools]
        if not left and not waiting.pools.unread:
            yield _end(waiting, Progress.DONE, "deleted")
            return
        yield _end(waiting, Progress.WAITING, f"still there: {_few(left)}")


def _undeleted(pools: Sequence[LiveNodePool]) -> LiveNodePool | None:
    """A pool whose removal failed: one that failed before is not being deleted at all."""
    return next(
        (each for each in pools if each.state is PoolState.FAILED and _is_of_deletion(each)), None
    )


def _is_of_deletion(pool: LiveNodePool) -> bool:
    told_by = f"{pool.error.code} {pool.error.message}" if pool.error else ""
    return "delet" in told_by.lower()


def _few(left: Sequence[str]) -> str:
    more = f" and {len(left) - 3} more" if len(left) > 3 else ""
    return (", ".join(left[:3]) or "what Azure does not tell") + more


def _end(waiting: _Waiting, progress: Progress, message: str) -> Event:
    seconds = LOOK_SECONDS if progress is Progress.WAITING else None
    return Event(
        subject=f"workspace {waiting.name}",
        progress=progress,
        message=message,
        retry_after_seconds=seconds,
    )
