"""One workspace's Status, from what was read of the cluster and of Azure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from kaito_cli.catalog.failures import failures
from kaito_cli.errors import BadInput
from kaito_cli.manifests.annotation import plan_of, writer_of
from kaito_cli.manifests.environment import has_api_key
from kaito_cli.manifests.names import MODEL, MODEL_ID, api_key_secret
from kaito_cli.model import (
    Endpoint,
    LiveNodePool,
    NodeStatus,
    Phase,
    Plan,
    PodStatus,
    PoolState,
    PoolStatus,
    Readiness,
    Stage,
    Status,
)
from kaito_cli.operations.costs import hourly_cost
from kaito_cli.operations.drifted import drifted
from kaito_cli.operations.judging import Found, Judged, JudgedPod, judged, replicas, workload_of
from kaito_cli.operations.names import blanks, filled
from kaito_cli.operations.nodes import is_of, lost_pool, nodes_coming, own_nodes
from kaito_cli.ports import Manifest
from kaito_cli.readiness.around import Around, Live, holds, name_of
from kaito_cli.readiness.judges import readiness

INSTANCE_TYPE = "node.kubernetes.io/instance-type"
_ORDER = tuple(Stage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """All that was read of one workspace.

    ``found.objects`` holds its workload, and its other objects where these were read.
    ``nodes``: all of the cluster, None where they may not be read. ``live_pools`` and ``pools``:
    its own in Azure. ``cluster`` and ``group``: Azure's names of the cluster, where Azure was
    asked. ``azure``: whether Azure was read; ``azure_unread``,
    ``cluster_unread`` and ``unread``: what was not, and why.
    """

    name: str
    namespace: str
    now: datetime
    found: Found = field(default_factory=Found)
    nodes: tuple[Manifest, ...] | None = ()
    live_pools: tuple[LiveNodePool, ...] = ()
    pools: tuple[PoolStatus, ...] = ()
    cluster: str = ""
    group: str = ""
    azure: bool = False
    azure_unread: str = ""
    unread: tuple[str, ...] = ()
    cluster_unread: str = ""


def portrait(parts: Parts) -> Status:
    """The workspace as it is; nothing of it is asked for here."""
    workload = workload_of(parts.found.objects, parts.name)
    verdict = _judged(parts, workload)
    plan, problem = plan_and_problem(workload)
    wanted, ready = replicas(workload)
    phase, found = _phase(parts, verdict)
    nodes = _nodes(parts, verdict)
    return Status(
        name=parts.name,
        namespace=parts.namespace,
        phase=phase,
        message=found.message,
        stage=_stage(verdict.pods),
        diagnosis=found.diagnosis,
        model=_model(plan, workload),
        vm_size=_vm_size(plan, parts, nodes),
        replicas_wanted=wanted,
        replicas_ready=ready,
        pods=tuple(_pod(each) for each in verdict.pods),
        nodes=nodes,
        pools=parts.pools,
        endpoint=_endpoint(parts, plan, workload),
        usd_per_hour=hourly_cost(parts.pools, plan, wanted, azure=parts.azure),
        price_date=_price_date(parts, plan),
        age_seconds=_age(parts, workload),
        kaito=writer_of(workload) if workload else "",
        plan_readable=plan is not None,
        plan_problem=problem,
        drift=drifted(plan, workload, parts.found.objects),
        absent=parts.found.absent,
        unread=parts.unread,
    )


def plan_and_problem(workload: Manifest | None) -> tuple[Plan | None, str]:
    """The plan a workload carries; or why it cannot be read, as when a newer kaito wrote it."""
    if workload is None:
        return None, ""
    try:
        return plan_of(workload), ""
    except BadInput as error:
        return None, " ".join(filter(None, (error.message, error.hint)))


def _judged(parts: Parts, workload: Manifest | None) -> Judged:
    """Known failures are read only where something is not well: they take a third of a second."""
    coming = nodes_coming(parts.live_pools, parts.nodes or (), workload, parts.now)
    coming = coming or bool(parts.azure_unread)  # who knows
    ill = any(not holds(pod, "Ready") for pod in parts.found.pods) or not parts.found.pods
    known = failures() if ill and workload else ()
    pools = own_nodes(parts.live_pools, parts.nodes or ())
    verdict = judged(parts.found, known, nodes_coming=coming, pools=pools, name=parts.name)
    lost = lost_pool(parts.live_pools, known) if known else None
    found = lost if lost and _waits(verdict) else verdict.readiness
    names = blanks(parts.cluster, parts.group, parts.live_pools)
    return replace(verdict, readiness=filled(found, names))


def _waits(verdict: Judged) -> bool:
    return verdict.readiness.ok and not verdict.readiness.done


def _phase(parts: Parts, verdict: Judged) -> tuple[Phase, Readiness]:
    workload, found = verdict.workload, verdict.readiness
    wanted, ready = replicas(workload)
    if parts.cluster_unread:
        told = f"the cluster cannot be read: {parts.cluster_unread}"
        return Phase.UNKNOWN, Readiness(done=False, ok=True, message=told)
    if workload is None:
        return _without_workload(parts)
    if workload["metadata"].get("deletionTimestamp"):
        return Phase.DELETING, replace(found, message="being deleted", diagnosis=None)
    if not wanted:
        return Phase.STOPPED, replace(found, message="no replicas are wanted")
    if found.done and found.ok:
        return Phase.READY, found
    if not found.ok:
        return (Phase.DEGRADED if ready else Phase.FAILED), found
    return (Phase.DEGRADED if ready and found.diagnosis else Phase.PROGRESSING), found


def _without_workload(parts: Parts) -> tuple[Phase, Readiness]:
    deleting = any(each.state is PoolState.DELETING for each in parts.live_pools)
    if deleting or parts.found.pods:
        told = "its pods are ending" if parts.found.pods else "its node pool is being deleted"
        return Phase.DELETING, Readiness(done=False, ok=True, message=told)
    why = parts.pools[0].reason if parts.pools else "nothing is there"
    told = f"only its node pool is left: {why}"
    return Phase.UNKNOWN, Readiness(done=False, ok=True, message=told)


def _stage(pods: Sequence[JudgedPod]) -> Stage | None:
    """That of the pod that is furthest behind."""
    seen = [each.progress.stage for each in pods if each.progress]
    return min(seen, key=_ORDER.index) if seen else None


def _pod(one: JudgedPod) -> PodStatus:
    pod, status = one.pod, one.pod.get("status") or {}
    containers = status.get("containerStatuses") or ()
    leaving = pod["metadata"].get("deletionTimestamp")
    return PodStatus(
        name=one.name,
        node=str((pod.get("spec") or {}).get("nodeName") or ""),
        phase="Terminating" if leaving else str(status.get("phase") or "Unknown"),
        ready=holds(pod, "Ready"),
        restarts=sum(int(each.get("restartCount") or 0) for each in containers),
        message=one.readiness.message,
        progress=one.progress,
    )


def _nodes(parts: Parts, verdict: Judged) -> tuple[NodeStatus, ...]:
    """Those its pods are on, and those of its own pools."""
    used = dict.fromkeys(
        str(each.pod["spec"]["nodeName"])
        for each in verdict.pods
        if (each.pod.get("spec") or {}).get("nodeName")
    )
    if parts.nodes is None:
        return tuple(NodeStatus(name=each, ready=None) for each in used)
    around = Around(failures=())
    return tuple(
        _node(each, around)
        for each in parts.nodes
        if name_of(each) in used or any(is_of(each, pool.name) for pool in parts.live_pools)
    )


def _node(live: Live, around: Around) -> NodeStatus:
    found = readiness(live, around)
    return NodeStatus(name=name_of(live), ready=found.done, message=found.message)


def _model(plan: Plan | None, workload: Manifest | None) -> str:
    if plan:
        return plan.model.id
    metadata = (workload or {}).get("metadata") or {}
    annotations, labels = metadata.get("annotations") or {}, metadata.get("labels") or {}
    return str(annotations.get(MODEL_ID) or labels.get(MODEL) or "")


def _vm_size(plan: Plan | None, parts: Parts, nodes: Sequence[NodeStatus]) -> str:
    """That of the nodes there are; else the plan's."""
    if parts.pools:
        return parts.pools[0].vm_size
    names = {each.name for each in nodes}
    types = [
        (each["metadata"].get("labels") or {}).get(INSTANCE_TYPE)
        for each in parts.nodes or ()
        if name_of(each) in names
    ]
    return next((str(each) for each in types if each), plan.placement.vm_size if plan else "")


def _endpoint(parts: Parts, plan: Plan | None, workload: Manifest | None) -> Endpoint | None:
    if workload is None or workload["kind"] == "Job":
        return None
    name, namespace = parts.name, parts.namespace
    services = (each for each in parts.found.objects if each["kind"] == "Service")
    service = next((each for each in services if name_of(each) == name), {})
    given = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    return Endpoint(
        url=f"http://{name}.{namespace}.svc/v1",
        reach=f"kubectl port-forward -n {namespace} service/{name} 8000:80",
        address=str(given[0].get("ip") or given[0].get("hostname") or "") if given else "",
        api_key_secret=api_key_secret(plan).secret if plan and has_api_key(plan) else "",
    )


def _price_date(parts: Parts, plan: Plan | None) -> str:
    if parts.pools:
        return min((each.price_date for each in parts.pools if each.price_date), default="")
    return plan.cost.price_date if plan else ""


def _age(parts: Parts, workload: Mapping[str, object] | None) -> int | None:
    metadata = (workload or {}).get("metadata")
    made = metadata.get("creationTimestamp") if isinstance(metadata, Mapping) else None
    if made:
        return int((parts.now - datetime.fromisoformat(str(made))).total_seconds())
    ages = [each.age_seconds for each in parts.pools if each.age_seconds is not None]
    return max(ages, default=None)
