"""More, fewer or no replicas: pods and nodes together.

Objects change before nodes are asked for, as in a deployment. Fewer: pods go before the nodes
under them, so that nothing is evicted that was to stay. More: pods wait for nodes, so nodes that
cost are never without a workspace that shows them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kaito_cli.errors import BadInput
from kaito_cli.manifests.annotation import PLAN_ANNOTATION, plan_of, recorded
from kaito_cli.manifests.owned import owned
from kaito_cli.manifests.render import render
from kaito_cli.manifests.scheduling import KARPENTER_POOL
from kaito_cli.model import (
    STOPPED_ANNOTATION,
    Event,
    Plan,
    Progress,
    Ref,
    owner_of,
)
from kaito_cli.operations.pools import ensure_pool
from kaito_cli.operations.remains import (
    bound_to,
    no_workspace,
    pods_named,
    pools_of,
    workload_named,
)
from kaito_cli.operations.scaling import stop_pools
from kaito_cli.operations.settle import settle
from kaito_cli.operations.steps import begun, repeat
from kaito_cli.operations.submit import Submission, asks_azure, outgrown
from kaito_cli.planner.resize import resized
from kaito_cli.ports import Cluster, Manifest, World

LOOK_SECONDS = 2.0


def scale(name: str, namespace: str, replicas: int, world: World) -> Iterator[Event]:
    """Give a workspace so many replicas, and the nodes they take; wait until all are ready.

    The plan it carries changes with it. Raises BadInput for what its placement cannot hold, for
    a plan of a newer kaito and for a workspace that is stopped, NotFound, and whatever a
    deployment raises.
    """
    live = serving(name, namespace, world.cluster)
    plan = resized(plan_of(live), replicas)
    require_running(live)
    yield from _become(plan, live, world)


def stop(name: str, namespace: str, world: World) -> Iterator[Event]:
    """Take the pods and the nodes of a workspace away; everything else stays, and remembers how
    many replicas there were.

    An autoscaler goes too, for it would bring nodes back. Nodes of the user's own stay. Raises
    NotFound, and what Azure or the cluster refuses with.
    """
    live = serving(name, namespace, world.cluster)
    pools = pools_of(name, namespace, live, world)
    annotations = {STOPPED_ANNOTATION: str(remembered(live))}
    changed = _with(live, replicas=0, annotations=annotations)
    yield from _applied(name, [changed], 0, world.cluster)
    nodes = stop_pools(owner_of(namespace, name), world.cloud) if pools else iter(())
    waits = yield from begun(nodes)
    if waits is not None:
        yield waits
    yield from nodes
    ending = _Ending(name=name, namespace=namespace, live=live, cluster=world.cluster)
    yield from repeat(ending.step, f"workspace {name}")


def start(name: str, namespace: str, world: World) -> Iterator[Event]:
    """Give a stopped workspace its replicas and nodes back; wait until all are ready.

    Where somebody else had set the number, the plan and the nodes follow it. One that runs as its
    plan says is only waited for. Raises as :func:`scale` does.
    """
    live = serving(name, namespace, world.cluster)
    yield from _become(restored(live), live, world)


def restored(live: Manifest) -> Plan:
    """The plan of a workload with the replicas that a start brings. Raises BadInput for what its
    placement cannot hold, and for a plan of a newer kaito."""
    return resized(plan_of(live), remembered(live))


def serving(name: str, namespace: str, cluster: Cluster) -> Manifest:
    """The workload of a workspace that serves. Raises NotFound, BadInput for a job."""
    live = workload_named(name, namespace, cluster)
    if live is None:
        raise no_workspace(name, namespace, cluster)
    if live["kind"] == "Job":
        raise BadInput(
            f"`{name}` is a job, which has no replicas.",
            hint=f"`kaito delete {name}` ends it.",
        )
    return live


def remembered(live: Manifest) -> int:
    """The replicas of a workload, or those it had when it was stopped."""
    noted = annotations_of(live).get(STOPPED_ANNOTATION, "")
    if noted.isdecimal() and int(noted):
        return int(noted)
    return replicas_of(live) or _planned(live)


def replicas_of(live: Manifest) -> int:
    """As asked of the cluster."""
    return int(1 if (asked := live["spec"].get("replicas")) is None else asked)


def annotations_of(live: Manifest) -> dict[str, str]:
    return dict(live["metadata"].get("annotations") or {})


def require_running(live: Manifest) -> None:
    """BadInput for a workload that is stopped: how many nodes it has is not a plan's to say."""
    if STOPPED_ANNOTATION in annotations_of(live):
        name = live["metadata"]["name"]
        raise BadInput(f"`{name}` is stopped.", hint=f"`kaito start {name}` starts it first.")


def _planned(live: Manifest) -> int:
    """Scaled to nothing by somebody else; a plan that cannot be read says no number."""
    try:
        return plan_of(live).placement.replicas
    except BadInput:
        return 1


def _with(live: Manifest, *, replicas: int, annotations: dict[str, str] | None = None) -> Manifest:
    """What kaito set on the workload, with another number and, of marks, these alone."""
    wanted = owned(live)
    metadata = wanted["metadata"]
    kept = {
        key: text
        for key, text in metadata.get("annotations", {}).items()
        if key != STOPPED_ANNOTATION
    }
    metadata["annotations"] = kept | (annotations or {})
    wanted["spec"] = {**wanted.get("spec", {}), "replicas": replicas}
    return wanted


def _become(plan: Plan, live: Manifest, world: World) -> Iterator[Event]:
    """Objects first, then nodes; wait until all replicas are ready."""
    changed = [_resized(live, plan), *_beside(plan, world.cluster)]
    yield from _applied(plan.workspace, changed, plan.placement.replicas, world.cluster)
    for ref in outgrown(plan):
        world.cluster.delete([ref])
    yield from _with_nodes(plan, world)


def _resized(live: Manifest, plan: Plan) -> Manifest:
    """Of what the plan would render, only what follows from the number: pods are not rolled."""
    if plan_of(live) == plan:
        return _with(live, replicas=plan.placement.replicas)
    told = {PLAN_ANNOTATION: recorded(plan)}
    wanted = _with(live, replicas=plan.placement.replicas, annotations=told)
    rendered = next(each for each in render(plan) if each["kind"] == live["kind"])
    strategy = {key: each for key, each in rendered["spec"].items() if key == "strategy"}
    return {**wanted, "spec": {**wanted["spec"], **strategy}}


def _beside(plan: Plan, cluster: Cluster) -> Iterator[Manifest]:
    """Other objects that follow from the number: the disruption budget, Karpenter's limit."""
    for each in render(plan):
        if each["kind"] == "PodDisruptionBudget":
            yield each
        if each["kind"] == "NodePool":
            ref = Ref(
                kind="NodePool", api_version=each["apiVersion"], name=each["metadata"]["name"]
            )
            live = cluster.get(ref)
            wanted = owned(live) if live else each
            yield {**wanted, "spec": {**wanted["spec"], "limits": each["spec"]["limits"]}}


def _applied(
    name: str, changed: list[Manifest], replicas: int, cluster: Cluster
) -> Iterator[Event]:
    """The number was asked for right now, so it is taken over from whoever set it before."""
    cluster.apply(changed, force=True)
    told = f"{replicas} replica{'' if replicas == 1 else 's'} asked for" if replicas else "no pods"
    yield Event(subject=f"workspace {name}", progress=Progress.STEP, message=told)


def _with_nodes(plan: Plan, world: World) -> Iterator[Event]:
    made = Submission(plan=plan)
    if asks_azure(plan, world):
        made.nodes = ensure_pool(plan.node_pool, world.cloud, world.clock)
    made.waits = yield from begun(made.nodes)
    yield from settle(made, world)


@dataclass(slots=True, kw_only=True)
class _Ending:
    """A workload whose pods end, and Karpenter's nodes after them."""

    name: str
    namespace: str
    live: Manifest
    cluster: Cluster

    def step(self) -> Event:
        """Look whether pods or nodes are left."""
        pods = pods_named(self.name, self.namespace, self.cluster)
        if pods:
            return self._wait(f"{len(pods)} pod{'' if len(pods) == 1 else 's'} ending")
        if pool := bound_to(self.live).get(KARPENTER_POOL):
            nodes = self.cluster.find("Node", label_selector=f"{KARPENTER_POOL}={pool}")
            if nodes:
                empty = f"{len(nodes)} empty node{'' if len(nodes) == 1 else 's'}"
                return self._wait(f"Karpenter takes its {empty} away")
        return self._event(Progress.DONE, "stopped; `kaito start` brings it back")

    def _wait(self, message: str) -> Event:
        return self._event(Progress.WAITING, message)

    def _event(self, progress: Progress, message: str) -> Event:
        waiting = progress is Progress.WAITING
        return Event(
            subject=f"workspace {self.name}",
            progress=progress,
            message=message,
            retry_after_seconds=LOOK_SECONDS if waiting else None,
            goes_on=waiting,
        )
