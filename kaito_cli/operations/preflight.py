"""Preflight: ask Azure what stands in the way, in a handful of requests, and judge it."""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from kaito_cli.errors import BadInput, KaitoError, NotFound, NotSignedIn, Unreachable
from kaito_cli.manifests.names import check_names
from kaito_cli.model import (
    AksCluster,
    Engine,
    Hardware,
    Model,
    Plan,
    Preflight,
    Request,
    Target,
)
from kaito_cli.operations.nearest import nearest
from kaito_cli.operations.offers import planned_for
from kaito_cli.planner import make_plan
from kaito_cli.ports import World
from kaito_cli.readiness.preflight.access import PROVIDER
from kaito_cli.readiness.preflight.facts import Facts, draws_on_azure, makes_pool, read
from kaito_cli.readiness.preflight.judge import judged
from kaito_cli.readiness.preflight.model import needs_token

AT_ONCE = 5  # no more parts than that are read beside the cluster


def read_cluster(request: Request, world: World) -> AksCluster | KaitoError | None:
    """The cluster to plan for, or what keeps it from being read; None: Azure has no part in it.

    Raises NotFound and NotSignedIn, after which nothing else could be asked; BadInput where
    the target cannot give what is asked; any error where the size of a pool has to be seen.
    """
    try:
        return planned_for(request, world)
    except (NotFound, NotSignedIn, BadInput):
        raise
    except KaitoError as error:
        if request.node_pool:
            raise
        return error


def planned(
    request: Request,
    model: Model,
    cluster: AksCluster | KaitoError | None,
    hardware: Hardware,
    engines: tuple[Engine, ...],
) -> Plan:
    """What would be made on ``cluster``, as read_cluster gave it. Raises what planning raises."""
    plan = make_plan(request, model, hardware, engines, cluster if read(cluster) else None)
    check_names(plan)
    return plan


def preflight(
    plan: Plan,
    world: World,
    cluster: AksCluster | KaitoError | None,
    model: Model,
    hardware: Hardware,
    engines: tuple[Engine, ...],
) -> Preflight:
    """Every check that applies to ``plan``, worst first, and the way out when it is blocked.

    At most five requests beside the one for ``cluster``, which is as read_cluster gave it. A
    part that cannot be read is an unknown finding. Raises NotSignedIn, and Unreachable when
    not one of them could be read.
    """
    facts = _facts(plan, world, cluster)
    findings = judged(plan, facts)
    return Preflight(
        workspace=plan.workspace,
        namespace=plan.namespace,
        cluster=cluster.name if read(cluster) else world.target.cluster,
        placement=plan.placement,
        cost=plan.cost,
        findings=findings,
        nearest=nearest(plan, findings, facts, model, hardware, engines),
    )


def _facts(plan: Plan, world: World, cluster: AksCluster | KaitoError | None) -> Facts:
    asked = dict(_parts(plan, world, cluster))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = dict(zip(asked, pool.map(_answer, asked.values()), strict=True))
    for each in answers.values():
        if isinstance(each, NotSignedIn):
            raise each
    _require_an_answer(cluster, answers.values())
    token = needs_token(plan) and world.hub.has_token()
    return Facts(cluster=cluster, hub_token=token, **answers)


def _require_an_answer(cluster: AksCluster | KaitoError | None, answers: Collection[Any]) -> None:
    """Raise Unreachable when nothing at all came from Azure: then nothing was checked."""
    if isinstance(cluster, Unreachable) and all(isinstance(each, Unreachable) for each in answers):
        raise cluster


def _answer(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except KaitoError as error:
        return error


def _parts(
    plan: Plan, world: World, cluster: AksCluster | KaitoError | None
) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What this plan needs to know of Azure, by the name of the fact."""
    if cluster is None or not draws_on_azure(plan):
        return
    limits, region = world.limits, _region(plan, cluster)
    if region:
        yield "skus", lambda: limits.skus(region)
        yield "usages", lambda: limits.usages(region)
    if not makes_pool(plan):
        return
    yield "provider_state", lambda: limits.provider_state(PROVIDER)
    if scope := _scope(world.target, cluster):
        yield "permissions", lambda: limits.permissions(scope)
    if subnet := plan.node_pool.subnet_id:
        yield "subnet", lambda: limits.subnet(subnet)


def _region(plan: Plan, cluster: AksCluster | KaitoError) -> str:
    """The cluster's; where it could not be read the one asked for, but never an assumed one."""
    return cluster.region if read(cluster) else plan.request.region


def _scope(target: Target, cluster: AksCluster | KaitoError) -> str:
    if read(cluster):
        return cluster.id
    if not (target.subscription and target.resource_group and target.cluster):
        return ""
    return (
        f"/subscriptions/{target.subscription}/resourceGroups/{target.resource_group}"
        f"/providers/{PROVIDER}/managedClusters/{target.cluster}"
    )
