"""Who needs a node pool: the one place that says what an orphan is.

An orphan is a pool of ours, tagged for this cluster, made more than an hour ago, in no running
operation, without a pod but those of DaemonSets, and without a workspace or any other workload
bound to it in a complete list of the cluster. Whatever cannot be proven is no orphan.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kaito_cli.model import (
    CLUSTER_TAG,
    CREATED_TAG,
    MANAGED_BY_LABEL,
    MANAGER,
    WORKSPACE_LABEL,
    WORKSPACE_TAG,
    AksCluster,
    LiveNodePool,
    PoolState,
    PoolVerdict,
)

Manifest = dict[str, Any]

YOUNGEST = timedelta(hours=1)
POOL_LABELS = ("kubernetes.azure.com/agentpool", "agentpool")
_RUNNING = (PoolState.CREATING, PoolState.UPDATING, PoolState.DELETING)
_ENDED = ("Complete", "Failed")  # conditions of a Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A complete look at a cluster, over all namespaces; ``workloads`` are all objects of the
    kinds that may carry a workspace, whoever made them."""

    nodes: tuple[Manifest, ...] = ()
    pods: tuple[Manifest, ...] = ()
    workloads: tuple[Manifest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A cluster that could not be read, or not all of it."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    verdict: PoolVerdict
    reason: str


def judge(pool: LiveNodePool, cluster: AksCluster, seen: Seen | Unseen, now: datetime) -> Judgement:
    """Who needs ``pool``, one of the pools of ``cluster``, at the time ``now``."""
    if pool.state in _RUNNING:
        return Judgement(verdict=PoolVerdict.BUSY, reason=f"Azure says {pool.provisioning_state}")
    failed = pool.state is PoolState.FAILED
    if claim := _claim(pool, seen):
        verdict = PoolVerdict.FAILED if failed else PoolVerdict.IN_USE
        return Judgement(verdict=verdict, reason=claim)
    if doubt := next(_doubts(pool, cluster, seen, now), ""):
        verdict = PoolVerdict.FAILED if failed else PoolVerdict.UNKNOWN
        return Judgement(verdict=verdict, reason=doubt)
    return Judgement(
        verdict=PoolVerdict.ORPHAN, reason="no workspace is left, and no pod runs on its nodes"
    )


def owner(pool: LiveNodePool) -> tuple[str, str]:
    """Namespace and workspace that the tag names; both empty where it names none."""
    namespace, _, workspace = pool.tags.get(WORKSPACE_TAG, "").partition(".")
    return (namespace, workspace) if namespace and workspace else ("", "")


def age(pool: LiveNodePool, now: datetime) -> timedelta | None:
    """The time since the pool was asked for; None where no tag tells, or none with a zone."""
    try:
        return now - datetime.fromisoformat(pool.tags.get(CREATED_TAG, ""))
    except (TypeError, ValueError):
        return None


def _claim(pool: LiveNodePool, seen: Seen | Unseen) -> str:
    """Who is seen to need the pool; empty: nobody."""
    if isinstance(seen, Unseen):
        return ""
    if any(_carries(each, *owner(pool)) for each in seen.workloads):
        return "its workspace is there"
    nodes = _nodes(pool, seen)
    pods = [_name(each) for each in seen.pods if _needs(each, pool, nodes)]
    if pods:
        return f"pod {_first(pods)} on its nodes"
    bound = [_kind(each) for each in seen.workloads if _is_bound(each, pool)]
    return f"{_first(bound)} bound to it" if bound else ""


def _first(names: list[str]) -> str:
    return f"{names[0]} and {len(names) - 1} more" if len(names) > 1 else names[0]


def _doubts(
    pool: LiveNodePool, cluster: AksCluster, seen: Seen | Unseen, now: datetime
) -> Iterator[str]:
    """What is missing to call the pool an orphan."""
    if isinstance(seen, Unseen):
        yield f"the cluster cannot be read: {seen.reason}"
    elif not _is_the_same(cluster, seen):
        yield f"no node seen in Kubernetes is one of {cluster.name}'s"
    if not all(owner(pool)):
        yield f"its tag {WORKSPACE_TAG} names no workspace"
    if pool.tags.get(CLUSTER_TAG, "").lower() != cluster.name.lower():
        yield f"its tag {CLUSTER_TAG} is `{pool.tags.get(CLUSTER_TAG, '')}`"
    if pool.state is PoolState.UNKNOWN:
        yield f"Azure says {pool.provisioning_state or 'nothing of its state'}"
    passed = age(pool, now)
    if passed is None:
        yield f"its tag {CREATED_TAG} tells no time"
    elif passed <= YOUNGEST:
        yield "it is not older than an hour"


def _carries(found: Manifest, namespace: str, workspace: str) -> bool:
    """Whether an object of ours belongs to the workspace, being deleted or not."""
    metadata = found.get("metadata") or {}
    labels = metadata.get("labels") or {}
    return (
        labels.get(MANAGED_BY_LABEL) == MANAGER
        and labels.get(WORKSPACE_LABEL) == workspace
        and metadata.get("namespace") == namespace
    )


def _nodes(pool: LiveNodePool, seen: Seen) -> set[str]:
    return {
        each["metadata"]["name"]
        for each in seen.nodes
        if pool.name in _values(each["metadata"].get("labels"))
    }


def _needs(pod: Manifest, pool: LiveNodePool, nodes: set[str]) -> bool:
    """Whether a pod is on the pool, or waits for it. A DaemonSet's comes with every node; one
    that has ended counts, for somebody may still want its log."""
    metadata, spec = pod["metadata"], pod.get("spec") or {}
    owners = metadata.get("ownerReferences") or ()
    if any(each.get("kind") == "DaemonSet" for each in owners):
        return False
    return spec.get("nodeName") in nodes or pool.name in named_pools(spec)


def _is_bound(workload: Manifest, pool: LiveNodePool) -> bool:
    """Whether pods of the workload go to the pool, also when none is there, as of one that was
    scaled to nothing. A Job that ended makes no more."""
    if workload["kind"] == "Job" and _has_ended(workload):
        return False
    template = (workload.get("spec") or {}).get("template") or {}
    return pool.name in named_pools(template.get("spec") or {})


def _has_ended(job: Manifest) -> bool:
    conditions = (job.get("status") or {}).get("conditions") or ()
    return any(each.get("type") in _ENDED and each.get("status") == "True" for each in conditions)


def named_pools(spec: Manifest) -> set[str]:
    """The pools that a pod's spec names, by its node selector or the affinity that it requires."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    asked = [
        each
        for term in required.get("nodeSelectorTerms") or ()
        for each in term.get("matchExpressions") or ()
        if each.get("key") in POOL_LABELS and each.get("operator") == "In"
    ]
    return _values(spec.get("nodeSelector")).union(*(each.get("values") or () for each in asked))


def _is_the_same(cluster: AksCluster, seen: Seen) -> bool:
    """Whether the nodes seen are those of the cluster whose pools are judged: a kubeconfig may
    point elsewhere, where no pod of ours would be."""
    pools = {each.name for each in cluster.node_pools}
    where = f"/subscriptions/{cluster.subscription}/"
    if cluster.node_resource_group:
        where += f"resourcegroups/{cluster.node_resource_group}/"
    return any(
        pools & _values(each["metadata"].get("labels")) and where.lower() in _provider(each)
        for each in seen.nodes
    )


def _provider(node: Manifest) -> str:
    """As in azure:///subscriptions/…/resourceGroups/mc_…/providers/Microsoft.Compute/…"""
    return str((node.get("spec") or {}).get("providerID", "")).lower()


def _values(labels: Manifest | None) -> set[str]:
    """The pools that labels or a node selector name."""
    return {str((labels or {})[key]) for key in POOL_LABELS if key in (labels or {})}


def _kind(found: Manifest) -> str:
    return f"{found['kind']} {_name(found)}"


def _name(found: Manifest) -> str:
    return f"{found['metadata'].get('namespace', '')}/{found['metadata']['name']}"
