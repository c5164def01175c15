"""What is asked of the cluster and of Azure to say how workspaces are, and how little.

For any number of workspaces: the AKS cluster with its pools, and its kubeconfig; then
Deployments, pods and nodes. Jobs and StatefulSets only where that is no request too many, or
something tells of them: a pod or a node pool of ours without a Deployment. Events, logs and the
objects beside the workload only of one workspace that is named.
"""

from dataclasses import dataclass

from kaito_cli.errors import CloudFailed, ClusterFailed, KaitoError
from kaito_cli.model import (
    MANAGED_BY_LABEL,
    MANAGER,
    WORKSPACE_LABEL,
    WORKSPACE_TAG,
    AksCluster,
    TargetKind,
)
from kaito_cli.operations.beside import Beside, beside
from kaito_cli.operations.judging import WORKLOADS, Found, runs_for, workload_of
from kaito_cli.operations.last_lines import last_lines
from kaito_cli.ports import Cluster, Manifest, World
from kaito_cli.readiness.around import holds, name_of
from kaito_cli.readiness.orphans import owner

_OURS = f"{MANAGED_BY_LABEL}={MANAGER}"
_DEPLOYMENT, *_OTHERS = WORKLOADS


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


def read(world: World, namespace: str = "", name: str = "", *, every_kind: bool = False) -> Reading:
    """The workspaces of a namespace, empty: of all; or the one of that name.

    ``every_kind``: Jobs and StatefulSets are asked for whatever is seen. What cannot be read is
    said, not raised, unless nothing can: then the cluster's refusal is.
    """
    aks, azure_unread = _azure(world)
    asked = _Asked(cluster=world.cluster, namespace=namespace, name=name)
    every_kind = every_kind or world.target.kind is TargetKind.KUBECONFIG
    try:
        workloads, pods = _workloads(asked, _claimed(aks), every_kind=every_kind)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """``namespace`` and ``name`` may be empty: all of them."""

    cluster: Cluster
    namespace: str
    name: str

    def found(self, kind: str, version: str) -> tuple[Manifest, ...]:
        """Ours of a kind."""
        return self.cluster.find(
            kind,
            api_version=version,
            namespace=self.namespace,
            label_selector=f"{_OURS},{WORKSPACE_LABEL}={self.name}" if self.name else _OURS,
        )

    def means(self, key: tuple[str, str]) -> bool:
        return self.namespace in ("", key[0]) and self.name in ("", key[1])


def _claimed(aks: AksCluster | None) -> set[tuple[str, str]]:
    """The workspaces that node pools are tagged with."""
    pools = aks.node_pools if aks else ()
    return {owner(each) for each in pools if WORKSPACE_TAG in each.tags}


def _workloads(
    asked: _Asked, claimed: set[tuple[str, str]], *, every_kind: bool
) -> tuple[tuple[Manifest, ...], tuple[Manifest, ...]]:
    found = tuple(filter(_is_itself, asked.found(*_DEPLOYMENT)))
    pods = tuple(each for each in asked.found("Pod", "v1") if runs_for(each, _key(each)[1]))
    hinted = {*map(_key, pods), *filter(asked.means, claimed)}
    if every_kind or (asked.name and not found) or hinted - {_key(each) for each in found}:
        for kind, version in _OTHERS:
            found += tuple(filter(_is_itself, asked.found(kind, version)))
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
    workload = workload_of(reading.workloads, name)
    there = beside(workload, world.cluster) if workload else Beside()
    ill = [each for each in reading.pods if not holds(each, "Ready")]
    events = _events(world.cluster, namespace) if reading.workloads and not _well(reading) else ()
    logs = {name_of(each): last_lines(each, world.cluster) for each in ill}
    return Found(
        objects=(*reading.workloads, *there.objects),
        absent=there.absent,
        pods=reading.pods,
        events=events,
        logs={pod: lines for pod, lines in logs.items() if lines},
    )


def _well(reading: Reading) -> bool:
    return bool(reading.pods) and all(holds(each, "Ready") for each in reading.pods)


def _events(cluster: Cluster, namespace: str) -> tuple[Manifest, ...]:
    try:
        return cluster.find("Event", namespace=namespace)
    except ClusterFailed:
        return ()
