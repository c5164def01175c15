"""Controllers, volume claims, services and nodes: ready, not yet, or never."""

from typing import Any

import pytest

from kaito_cli.readiness.judges import JUDGES, readiness
from tests.readiness.cluster import around, event, pod, running, unplaced, waiting, workload
from tests.readiness.test_pods import KV, NO_GPU, PULL

LATE = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded",
        "message": 'ReplicaSet "chat-1" has timed out progressing.'}  # fmt: skip
QUOTA = 'pods "chat-" is forbidden: exceeded quota: team, requested: nvidia.com/gpu=1'
BROKEN = waiting("ErrImagePull", f"{PULL}manifest unknown")


def deployment(available: int = 0, *conditions: Any, **spec: Any) -> Any:
    status = {"availableReplicas": available, "updatedReplicas": 1, "conditions": [*conditions]}
    return workload("Deployment", status, **{"replicas": 1, **spec})


def service(**balancer: Any) -> Any:
    return {"kind": "Service", "metadata": {"name": "chat"}, "spec": {"type": "LoadBalancer"},
            "status": {"loadBalancer": balancer}}  # fmt: skip


def claim(phase: str) -> Any:
    return {"kind": "PersistentVolumeClaim", "metadata": {"name": "w"}, "status": {"phase": phase},
            "spec": {"volumeName": "pv-1"}}  # fmt: skip


def node(ready: str = "True", gpus: str = "0") -> Any:
    heard = {"type": "Ready", "status": ready, "reason": "KubeletNotReady", "message": "cni"}
    return {"kind": "Node", "metadata": {"name": "node-1"},
            "status": {"conditions": [heard], "allocatable": {"nvidia.com/gpu": gpus}}}  # fmt: skip


def claimed(reason: str, message: str) -> Any:
    return [event(reason, message, "PersistentVolumeClaim", "w")]


READY: list[tuple[Any, str]] = [
    (deployment(1), "1 of 1 replicas available"),
    (deployment(0, replicas=0), "0 of 0"),
    (workload("StatefulSet", {"readyReplicas": 2}, replicas=2), "2 of 2"),
    (workload("DaemonSet", {"desiredNumberScheduled": 0}), "0 of 0"),
    (workload("Job", {"conditions": [{"type": "Complete", "status": "True"}]}), "complete"),
    (service(ingress=[{"ip": "20.1.2.3"}]), "20.1.2.3"),
    ({"kind": "Service", "spec": {"type": "ClusterIP"}}, "ready"),
    (claim("Bound"), "pv-1"),
    (node(gpus="4"), "4 × nvidia.com/gpu"),
]
NOT_YET: list[tuple[Any, dict[str, Any], str, str]] = [
    (deployment(), {}, "", "0 of 1 replicas available"),
    (deployment() | {"metadata": {"generation": 9}}, {}, "", "0 of 1"),
    (deployment(), {"pods": [unplaced(NO_GPU)]}, "insufficient-gpu", "Insufficient nvidia"),
    (deployment(0, LATE), {"nodes_coming": True}, "", "ProgressDeadlineExceeded"),
    (deployment(0, LATE), {"pods": [unplaced(NO_GPU)]}, "insufficient-gpu", "Insufficient"),
    (deployment(0, LATE), {"pods": [pod()]}, "", "being created"),
    (deployment(0, LATE), {"pods": [running(started=False)]}, "", "not ready yet"),
    (workload("StatefulSet", {"readyReplicas": 1}, replicas=2), {}, "", "1 of 2"),
    (
        workload(
            "StatefulSet", {"readyReplicas": 1, "updateRevision": "b", "currentRevision": "a"}
        ),
        {},
        "",
        "1 of 1",
    ),
    (workload("DaemonSet", {"desiredNumberScheduled": 2, "numberReady": 1}), {}, "", "0 of 2"),
    (workload("Job", {"active": 1, "ready": 1}), {}, "", "0 of 1 complete, 1 running"),
    (workload("Job", {}, suspend=True), {}, "", "suspended"),
    (service(), {}, "", "address"),
    (
        service(),
        {"events": [event("SyncLoadBalancerFailed", "Error syncing load balancer: x", "Service",
                          "chat")]},
        "lb-pending",
        "Error syncing",
    ),
    (claim("Pending"), {}, "", "waiting to be bound"),
    (
        claim("Pending"),
        {"events": claimed("ProvisioningFailed", "failed to provision volume: timed out")},
        "pvc-unbound",
        "failed to provision",
    ),
    (node("False"), {}, "", "KubeletNotReady: cni"),
    (node(), {}, "device-plugin-missing", "no allocatable nvidia.com/gpu"),
]  # fmt: skip
NEVER: list[tuple[Any, dict[str, Any], str, str]] = [
    (deployment(), {"pods": [BROKEN]}, "image-not-found", "manifest unknown"),
    (deployment(0, LATE), {"nodes_coming": True, "pods": [BROKEN]}, "image-not-found", "manifest"),
    (deployment(0, LATE), {"pods": [running()]}, "", "ProgressDeadlineExceeded"),
    (
        deployment(0, {"type": "ReplicaFailure", "status": "True", "message": QUOTA}),
        {},
        "quota-namespace",
        "exceeded quota",
    ),
    (
        deployment(),
        {"events": [event("FailedCreate", QUOTA, "ReplicaSet", "chat-6d4f")]},
        "quota-namespace",
        "exceeded quota",
    ),
    (
        workload("StatefulSet", {}),
        {"events": [event("FailedCreate", 'violates PodSecurity "restricted:latest"',
                          "StatefulSet", "chat")]},
        "admission-denied",
        "PodSecurity",
    ),
    (workload("DaemonSet", {"desiredNumberScheduled": 1}), {"pods": [BROKEN]}, "image-not-found",
     "manifest"),
    (
        workload("Job", {"conditions": [{"type": "Failed", "status": "True",
                                         "reason": "BackoffLimitExceeded", "message": "limit"}]}),
        {"pods": [pod(phase="Failed")], "logs": {"chat-1": KV}},
        "kv-cache-too-small",
        "failed",
    ),
    (
        workload("Job", {"conditions": [{"type": "Failed", "status": "True",
                                         "reason": "DeadlineExceeded"}]}),
        {},
        "",
        "DeadlineExceeded",
    ),
    (claim("Lost"), {}, "", "Lost"),
    (
        claim("Pending"),
        {"events": claimed("ProvisioningFailed",
                           'storageclass.storage.k8s.io "fast" not found')},
        "pvc-unbound",
        '"fast" not found',
    ),
    (
        service(),
        {"events": [event("SyncLoadBalancerFailed", "RequestDisallowedByPolicy: no public IPs",
                          "Service", "chat")]},
        "policy-denied",
        "RequestDisallowedByPolicy",
    ),
]  # fmt: skip


def named(cases: list[Any]) -> list[Any]:
    return [pytest.param(*each, id=f"{each[0]['kind']}-{each[-1]}") for each in cases]


@pytest.mark.parametrize(("live", "message"), named(READY))
def test_an_object_is_ready(live: Any, message: str) -> None:
    verdict = readiness(live, around())

    assert (verdict.done, verdict.ok) == (True, True)
    assert message in verdict.message


@pytest.mark.parametrize(("live", "known", "cause", "message"), named(NOT_YET))
def test_an_object_is_not_ready_yet(live: Any, known: Any, cause: str, message: str) -> None:
    verdict = readiness(live, around(**known))

    assert (verdict.done, verdict.ok, verdict.cause) == (False, True, cause)
    assert message in verdict.message


@pytest.mark.parametrize(("live", "known", "cause", "message"), named(NEVER))
def test_an_object_will_never_be_ready(live: Any, known: Any, cause: str, message: str) -> None:
    verdict = readiness(live, around(**known))

    assert (verdict.done, verdict.ok, verdict.cause) == (True, False, cause)
    assert message in verdict.message


def test_pods_of_others_and_pods_on_their_way_out_do_not_count() -> None:
    other = BROKEN | {"metadata": {"name": "x", "labels": {"app": "x"}}}
    leaving = BROKEN | {"metadata": {**BROKEN["metadata"], "deletionTimestamp": "2026-10-13"}}

    assert readiness(deployment(), around(pods=[other, leaving])).ok


@pytest.mark.parametrize("kind", JUDGES)
def test_an_object_without_a_status_is_no_accident(kind: str) -> None:
    assert readiness({"kind": kind}, around()).ok
