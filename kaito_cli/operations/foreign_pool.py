"""Whether the nodes a workload is bound to are the user's own, where Azure cannot be asked."""

from typing import Any

from kaito_cli.errors import BadInput, ClusterFailed
from kaito_cli.manifests.annotation import plan_of
from kaito_cli.manifests.scheduling import AGENT_POOL
from kaito_cli.model import NAMESPACE_LABEL, WORKSPACE_LABEL, owner_of
from kaito_cli.ports import Cluster, Manifest


def is_users_own(pool: str, workload: Any, owner: str, cluster: Cluster) -> bool:
    """By the plan, or, where that cannot be read, by the nodes: those that kaito brings say whose
    they are. Where none is to be seen, the pool may be ``owner``'s."""
    try:
        return bool(plan_of(workload).node_pool.existing)
    except BadInput:
        pass
    try:
        nodes = cluster.find("Node", label_selector=f"{AGENT_POOL}={pool}")
    except ClusterFailed:
        return False
    return bool(nodes) and owner not in map(_owner, nodes)


def _owner(node: Manifest) -> str:
    labels = node["metadata"].get("labels") or {}
    return owner_of(labels.get(NAMESPACE_LABEL, ""), labels.get(WORKSPACE_LABEL, ""))
