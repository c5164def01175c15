"""Workspaces as a cluster shows them: what a plan renders, applied, and pods in any state."""

from collections.abc import Sequence
from typing import Any

from kaito_cli.manifests.environment import has_api_key
from kaito_cli.manifests.names import api_key_secret, labels_of, selector_of
from kaito_cli.manifests.render import render
from kaito_cli.model import MANAGED_BY_LABEL, MANAGER, LiveNodePool, Plan
from kaito_cli.ports import Manifest
from tests.builders import plan as planned
from tests.fake_cluster import FakeCluster
from tests.inventory import pool

MADE = "2026-11-23T11:00:00Z"  # an hour before FakeClock begins
SAID = "0/3 nodes are available: 3 Insufficient nvidia.com/gpu. preemption: not eligible"


def chat(name: str = "chat", namespace: str = "ml", **changes: Any) -> Plan:
    """falcon-7b-instruct as workspace `chat` in namespace `ml`."""
    return planned(workspace=name, namespace=namespace, **changes)


def applied(plan: Plan, ready: int = 0) -> list[Manifest]:
    """All that the plan renders, as kaito-cli applied it an hour ago, and the Secret of its API
    key; with so many replicas available."""
    cluster = FakeCluster()
    cluster.apply([*render(plan), *api_key(plan)])
    for each in cluster.objects:
        each["metadata"] |= {"creationTimestamp": MADE, "generation": 1}
        if each["kind"] == "Deployment":
            each["status"] = rolled(ready)
    return cluster.objects


def api_key(plan: Plan) -> list[Manifest]:
    """The Secret with it, where there is one."""
    if not has_api_key(plan):
        return []
    key = api_key_secret(plan)
    metadata = {"name": key.secret, "namespace": plan.namespace, "labels": labels_of(plan)}
    return [{"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {key.key: "a2V5"}}]


def rolled(ready: int, generation: int = 1) -> Manifest:
    """A Deployment's status."""
    return {
        "observedGeneration": generation,
        "replicas": ready,
        "updatedReplicas": ready,
        "availableReplicas": ready,
    }


def pod(plan: Plan, number: int = 0, *, node: str = "", **status: Any) -> Manifest:
    """One pod of the plan; ``status`` as the kubelet reports it."""
    labels = {**selector_of(plan), MANAGED_BY_LABEL: MANAGER}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{plan.workspace}-7d9f-{number}",
            "namespace": plan.namespace,
            "labels": labels,
            "creationTimestamp": MADE,
        },
        "spec": {"nodeName": node} if node else {},
        "status": status,
    }


def unscheduled(plan: Plan, said: str = SAID) -> Manifest:
    """A pod without a node, in the scheduler's words."""
    why = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": said,
    }
    return pod(plan, phase="Pending", conditions=[why])


def running(plan: Plan, number: int = 0, node: str = "gpu-0", *, ready: bool = True) -> Manifest:
    """A pod whose engine runs."""
    state = {"running": {"startedAt": MADE}}
    return pod(
        plan,
        number,
        node=node,
        phase="Running",
        conditions=[{"type": "Ready", "status": "True" if ready else "False"}],
        containerStatuses=[{"name": "model", "ready": ready, "restartCount": 0, "state": state}],
    )


def waiting(plan: Plan, reason: str, message: str = "", node: str = "gpu-0") -> Manifest:
    """A pod whose container waits, as for its image."""
    state = {"waiting": {"reason": reason, "message": message}}
    return pod(
        plan,
        node=node,
        phase="Pending",
        containerStatuses=[{"name": "model", "ready": False, "restartCount": 0, "state": state}],
    )


def gpu_node(of: str, name: str = "gpu-0", *, gpus: int = 1, ready: bool = True) -> Manifest:
    """A node of the pool ``of``."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "creationTimestamp": MADE,
            "labels": {"agentpool": of, "node.kubernetes.io/instance-type": "Standard_NC24ads"},
        },
        "spec": {"providerID": "azure:///subscriptions/0-0/resourceGroups/mc_ml_prod/x"},
        "status": {
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
            "allocatable": {"nvidia.com/gpu": str(gpus)} if gpus else {},
        },
    }


def pool_of(plan: Plan, **changes: Any) -> LiveNodePool:
    """The plan's pool as Azure shows it, made yesterday."""
    owner = f"{plan.namespace}.{plan.workspace}"
    tags = {"kaito-cli-workspace": owner}
    values: dict[str, Any] = {"count": plan.node_pool.count, "vm_size": plan.node_pool.vm_size}
    return pool(plan.node_pool.name, tags=tags, **(values | changes))


def ready(plan: Plan) -> Sequence[Manifest]:
    """All of a workspace that answers, on one node of its pool."""
    return [*applied(plan, ready=1), running(plan), gpu_node(plan.node_pool.name)]
