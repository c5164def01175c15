"""Make what a plan needs, without waiting for it: Secrets, objects, and the request for nodes."""

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from kaito_cli.errors import ClusterFailed, NotFound, NotPermitted
from kaito_cli.manifests.annotation import Manifest
from kaito_cli.manifests.render import render
from kaito_cli.manifests.scheduling import AGENT_POOL
from kaito_cli.model import AksCluster, Event, Nodes, Plan, Progress, Ref, TargetKind
from kaito_cli.operations.hunt import Field, hunt
from kaito_cli.operations.pools import ensure_pool
from kaito_cli.operations.secrets import provide_secrets
from kaito_cli.operations.steps import begun
from kaito_cli.ports import Cluster, World


@dataclass(slots=True, kw_only=True)
class Submission:
    """What goes on without kaito, for settle to see through.

    ``plan`` is the one whose nodes were asked for last: a fallback replaces it. ``nodes`` brings
    them to their end; ``waits``: what that waits for, not told yet, None where nothing is left.
    """

    plan: Plan
    nodes: Iterator[Event] = field(default_factory=lambda: iter(()))
    waits: Event | None = None


def submit(
    plan: Plan,
    world: World,
    *,
    fallbacks: Sequence[Plan] = (),
    create_namespace: bool = False,
    force: bool = False,
) -> Generator[Event, None, Submission]:
    """Make what ``plan`` needs: the API key, every object, and a node pool where Azure is to
    make one. Returns as soon as the rest goes on without kaito.

    The object that carries the plan is there before the pool is asked for, so a run that was cut
    off at any point is simply repeated. Where Azure has no room, ``fallbacks`` follow in their
    order, and the objects change before each pool is asked for. ``force`` takes over fields that
    others manage. Raises NotFound for a namespace that is missing, Gated or NotFound for a Secret
    of the user's, FieldConflict, and what Azure refuses.
    """
    at = world.cloud.cluster() if asks_azure(plan, world) else None
    yield from _namespace(plan.namespace, world.cluster, create=create_namespace)
    yield from provide_secrets(plan, world.cluster)
    made = Submission(plan=plan)
    made.nodes = _made(made, (plan, *fallbacks), world, at, force=force)
    made.waits = yield from begun(made.nodes)
    return made


def asks_azure(plan: Plan, world: World) -> bool:
    """Whether Azure has the nodes: a pool to make, or one of the user's to look at."""
    if plan.request.nodes is Nodes.NEW and not plan.node_pool.existing:
        return True
    named = plan.node_pool.existing and bool(plan.node_pool.name)
    return named and world.target.kind is not TargetKind.KUBECONFIG


def _made(
    made: Submission,
    choices: Sequence[Plan],
    world: World,
    at: AksCluster | None,
    *,
    force: bool,
) -> Iterator[Event]:
    def before(chosen: Plan) -> Iterator[Event]:
        made.plan = chosen
        return apply_objects(chosen, world.cluster, force=force)

    if at is None or made.plan.node_pool.existing:
        yield from before(made.plan)
        if at is not None:
            yield from ensure_pool(made.plan.node_pool, world.cloud, world.clock)
        return
    ground = Field(
        cloud=world.cloud,
        cluster=at,
        clock=world.clock,
        has_nodes=lambda name: _has_nodes(name, world.cluster),
        before=before,
    )
    yield from hunt(choices, ground)


def apply_objects(plan: Plan, cluster: Cluster, *, force: bool = False) -> Iterator[Event]:
    """Bring every object of the plan into the cluster, and take away what it no longer needs."""
    done = cluster.apply(render(plan), force=force)
    counts = Counter(each.effect for each in done)
    told = ", ".join(f"{count} {effect}" for effect, count in counts.items())
    yield _told(plan.workspace, f"{len(done)} objects: {told}")
    for ref in outgrown(plan):
        if cluster.get(ref) is not None:
            cluster.delete([ref])
            yield _told(plan.workspace, f"{ref}: no longer needed, deleted")


def outgrown(plan: Plan) -> Iterator[Ref]:
    """What another plan of the same workspace may have made, and this one does not need."""
    if plan.placement.replicas == 1:
        yield Ref(
            kind="PodDisruptionBudget",
            api_version="policy/v1",
            name=plan.workspace,
            namespace=plan.namespace,
        )


def _namespace(name: str, cluster: Cluster, *, create: bool) -> Iterator[Event]:
    ref = Ref(kind="Namespace", name=name)
    try:
        if cluster.get(ref) is not None:
            return
    except NotPermitted:  # who works in one namespace may often not read it
        return
    if not create:
        raise NotFound(
            f"There is no namespace `{name}` in the cluster.",
            hint="Add --create-namespace, or name another with -n.",
        )
    # without our labels: kaito never deletes a namespace
    made: Manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    cluster.apply([made])
    yield Event(subject=f"namespace {name}", progress=Progress.STEP, message="created")


def _has_nodes(pool: str, cluster: Cluster) -> bool | None:
    """None where nodes may not be listed."""
    try:
        return bool(cluster.find("Node", label_selector=f"{AGENT_POOL}={pool}"))
    except ClusterFailed:
        return None


def _told(workspace: str, message: str) -> Event:
    return Event(subject=f"objects of {workspace}", progress=Progress.STEP, message=message)
