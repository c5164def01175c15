"""A cluster with node pools of ours: small objects of the right shape."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kaito_cli.model import AksCluster, LiveNodePool
from tests.fake_cloud import CLUSTER

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)  # when FakeClock begins
Manifest = dict[str, Any]

SYSTEM = LiveNodePool(
    name="system",
    vm_size="Standard_D4s_v5",
    count=1,
    provisioning_state="Succeeded",
    mode="System",
)


def pool(name: str = "kchatabc123", **changes: Any) -> LiveNodePool:
    """A ready pool of two A100 nodes for workspace `chat` in namespace `ml`, made yesterday;
    ``tags`` change those it has, None takes one out."""
    tags = {
        "kaito-cli-workspace": "ml.chat",
        "kaito-cli-cluster": "prod",
        "kaito-cli-created": "2026-11-22T12:00:00Z",
    }
    tags |= changes.pop("tags", {})
    values: dict[str, Any] = {
        "vm_size": "Standard_NC24ads_A100_v4",
        "count": 2,
        "provisioning_state": "Succeeded",
        "tags": {key: value for key, value in tags.items() if value is not None},
    }
    return LiveNodePool(name=name, **{**values, **changes})


def aks(*pools: LiveNodePool) -> AksCluster:
    """The cluster `prod` in eastus2, with its system pool."""
    return replace(CLUSTER, node_resource_group="MC_ml_prod", node_pools=(SYSTEM, *pools))


def node(
    of: str, name: str = "", group: str = "mc_ml_prod", subscription: str = CLUSTER.subscription
) -> Manifest:
    """A node of the pool ``of``."""
    provider = f"azure:///subscriptions/{subscription}/resourceGroups/{group}/providers/x"
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name or f"aks-{of}-0",
            "labels": {"kubernetes.azure.com/agentpool": of, "agentpool": of},
        },
        "spec": {"providerID": provider},
    }


def pod(
    on: str = "", *, owner: str = "ReplicaSet", phase: str = "Running", **spec: Any
) -> Manifest:
    """A pod on the node ``on``."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "web-1",
            "namespace": "default",
            "ownerReferences": [{"kind": owner, "name": "web"}] if owner else [],
            "annotations": {},
        },
        "spec": {"nodeName": on, **spec},
        "status": {"phase": phase},
    }


def workload(
    workspace: str = "chat",
    namespace: str = "ml",
    kind: str = "Deployment",
    api_version: str = "apps/v1",
    manager: str = "kaito-cli",
) -> Manifest:
    """An object that carries a workspace."""
    labels = {"app.kubernetes.io/managed-by": manager, "kaito-cli.dev/workspace": workspace}
    metadata = {"name": workspace, "namespace": namespace, "labels": labels}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}
