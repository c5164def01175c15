"""See a submission through: nodes, pods, weights, ready; and stop at once at what never will be."""

from collections.abc import Iterator
from dataclasses import replace

from kaito_cli.model import Event, Progress
from kaito_cli.operations.judging import WORKLOADS
from kaito_cli.operations.mirrors import Mirrors
from kaito_cli.operations.submit import Submission
from kaito_cli.operations.wait import SERVICE, Goal, wait_for
from kaito_cli.operations.watching import Watching, never
from kaito_cli.ports import World


def settle(made: Submission, world: World) -> Iterator[Event]:
    """Wait until every replica of what was submitted answers, and tell how it goes on.

    While nodes come, the objects are judged too: a quota or a claim that keeps pods from being
    made ends it before the nodes have cost. Raises what Azure refuses or fails with, and
    ClusterFailed with cause, evidence and fix for what will never be ready.
    """
    name, namespace = made.plan.workspace, made.plan.namespace
    if made.waits is not None:
        with Mirrors(world.cluster) as mirrors:
            watching = Watching(
                name=name,
                namespace=namespace,
                mirrors=mirrors,
                clock=world.clock,
                kinds=(*WORKLOADS, *SERVICE),
            )
            yield made.waits
            yield from _nodes(made.nodes, watching)
    for event in wait_for(name, namespace, Goal.READY, world):
        yield replace(event, goes_on=event.progress is Progress.WAITING)


def _nodes(nodes: Iterator[Event], watching: Watching) -> Iterator[Event]:
    for event in nodes:
        yield event
        found = watching.judged(nodes_coming=True).readiness
        if found.done and not found.ok:
            raise never(watching.name, found)
