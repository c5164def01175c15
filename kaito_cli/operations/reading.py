"""What is asked of the cluster and of Azure to say how workspaces are, and how little.

For any number of workspaces: the AKS cluster with its pools, and its kubeconfig; then
Deployments, pods and nodes. Jobs and StatefulSets only where pods of ours have no Deployment;
events, logs and the objects beside the workload only of one workspace that is named.
"""

from dataclasses import dataclass

from kaito_cli.errors import CloudFailed, ClusterFailed, KaitoError
from kaito_cli.model import (
    MANAGED_BY_LABEL,
    MANAGER,
    WORKSPACE_LABEL,
    AksCluster,
    Ref,
    TargetKind,
)
from kaito_cli.operations.judging import WORKLOADS, Found, runs_for
from kaito_cli.operations.watching import last_lines
from kaito_cli.ports import Cluster, Manifest, World
from kaito_cli.readiness.around import holds, name_of

_OURS = f"{MANAGED_BY_LABEL}={MANAGER}"
_DEPLOYMENT, *_OTHERS = WORKLOADS
# beside the workload, what a plan renders: for drift, and for a load balancer's address
_BESIDE = (("Service", "v1"), ("ServiceAccount", "v1"), ("PodDisruptionBudget", "policy/v1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """``aks`` None: no Azure part, or it could not be read, which ``azure_unread`` says.
    ``nodes`` None: they may not be read. ``refusal``: why nothing of the cluster could be."""

    aks: AksCluster | None = None
    azure_unread: str = ""
    workloads: tuple[Manifest, ...] = ()
    pods: tuple[Manifest, ...] = ()
    nodes: tuple[Manifest, ...] | None = ()
    nodes_unread: str = ""
    refusal: KaitoError | None = None

    @property
    def unread(self) -> tuple[str, ...]:
        """All that is missing, a sentence each."""
        refused = f"The cluster cannot be read: {self.refusal.message}" if self.refusal else ""
        azure = f"Azure cannot be read: {self.azure_unread}" if self.azure_unread else ""
        return tuple(filter(None, (azure, refused, self.nodes_unread)))


def read(world: World, namespace: str = "", name: str = "") -> Reading:
    """The workspaces of a namespace, empty: of all; or the one of that name.

    What cannot be read is said, not raised, unless nothing can: then the cluster's refusal is.
    """
    aks, azure_unread = _azure(world)
    label = f"{_OURS},{WORKSPACE_LABEL}={name}" if name else _OURS
    try:
        workloads, pods = _workloads(world.cluster, namespace, label, named=bool(name))
        nodes, nodes_unread = _nodes(world.cluster)
    except KaitoError as error:
        if aks is None:
            raise
        return Reading(aks=aks, azure_unread=azure_unread, refusal=error)
    return Reading(
        aks=aks,
        azure_unread=azure_unread,
        workloads=workloads,
        pods=pods,
        nodes=nodes,
        nodes_unread=nodes_unread,
    )


def _azure(world: World) -> tuple[AksCluster | None, str]:
    if world.target.kind is TargetKind.KUBECONFIG:
        return None, ""
    try:
        return world.cloud.cluster(), ""
    except CloudFailed as error:
        return None, error.message


def _workloads(
    cluster: Cluster, namespace: str, label: str, *, named: bool
) -> tuple[tuple[Manifest, ...], tuple[Manifest, ...]]:
    kind, version = _DEPLOYMENT
    found = cluster.find(kind, api_version=version, namespace=namespace, label_selector=label)
    found = tuple(filter(_is_itself, found))
    pods = cluster.find("Pod", namespace=namespace, label_selector=label)
    pods = tuple(each for each in pods if runs_for(each, _key(each)[1]))
    there = {_key(each) for each in found}
    if (named and not found) or any(_key(each) not in there for each in pods):
        for kind, version in _OTHERS:
            others = cluster.find(
                kind, api_version=version, namespace=namespace, label_selector=label
            )
            found += tuple(filter(_is_itself, others))
    return found, pods


def _is_itself(live: Manifest) -> bool:
    """Whether it has the name its label says: a copy of it has not."""
    return name_of(live) == _key(live)[1]


def _key(live: Manifest) -> tuple[str, str]:
    metadata = live["metadata"]
    return metadata.get("namespace", ""), (metadata.get("labels") or {}).get(WORKSPACE_LABEL, "")


def _nodes(cluster: Cluster) -> tuple[tuple[Manifest, ...] | None, str]:
    """Nodes belong to nobody's namespace: many may not list them."""
    try:
        return cluster.find("Node"), ""
    except ClusterFailed as error:
        return None, error.message


def read_closely(world: World, reading: Reading, namespace: str, name: str) -> Found:
    """What tells more of the one workspace that was named: what stands beside its workload, and
    where a pod is not ready, events and the last lines of logs."""
    if reading.refusal:
        return Found()
    beside = _beside(world.cluster, namespace, name) if reading.workloads else ()
    ill = [each for each in reading.pods if not holds(each, "Ready")]
    events = _events(world.cluster, namespace) if reading.workloads and not _well(reading) else ()
    logs = {name_of(each): last_lines(each, world.cluster) for each in ill}
    return Found(
        objects=(*reading.workloads, *beside),
        pods=reading.pods,
        events=events,
        logs={pod: lines for pod, lines in logs.items() if lines},
    )


def _well(reading: Reading) -> bool:
    return bool(reading.pods) and all(holds(each, "Ready") for each in reading.pods)


def _beside(cluster: Cluster, namespace: str, name: str) -> tuple[Manifest, ...]:
    found = []
    for kind, version in _BESIDE:
        ref = Ref(kind=kind, name=name, api_version=version, namespace=namespace)
        try:
            live = cluster.get(ref)
        except ClusterFailed:  # not allowed: what helps to judge, and no more
            continue
        found += [live] if live else []
    return tuple(found)


def _events(cluster: Cluster, namespace: str) -> tuple[Manifest, ...]:
    try:
        return cluster.find("Event", namespace=namespace)
    except ClusterFailed:
        return ()
