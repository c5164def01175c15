"""A pod: ready, not yet, or never; with the code, the line and what to type."""

from typing import Any

import pytest

from kaito_cli.readiness.judges import readiness
from tests.readiness.cluster import around, event, pod, running, unplaced, waiting

READY = {"type": "Ready", "status": "True"}
SCHEDULE = "0/3 nodes are available: "
NO_GPU = f"{SCHEDULE}3 Insufficient nvidia.com/gpu."
NO_LABEL = f"{SCHEDULE}3 node(s) didn't match Pod's node affinity/selector."
TAINT = f"{SCHEDULE}3 node(s) had untolerated taint {{sku: gpu}}."
NOT_READY = f"{SCHEDULE}1 node(s) had untolerated taint {{node.kubernetes.io/not-ready: }}."
PULL = 'Failed to pull image "a.io/b:9": rpc error: code = Unknown desc = '
OOM = ["torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 9.00 GiB."]
KV = ["ERROR ValueError: No available memory for the cache blocks.", "EngineCore exiting."]


def secret(reason: str = "Failed") -> Any:
    return event(reason, 'Error: secret "hf-token" not found')


DONE = [
    (pod(phase="Succeeded"), "completed"),
    (pod(phase="Running", conditions=[READY]), "ready"),
]
NOT_YET: list[tuple[Any, dict[str, Any], str, str]] = [
    (pod(node=""), {}, "", "scheduler"),
    (unplaced(NO_GPU), {}, "insufficient-gpu", "Insufficient nvidia.com/gpu"),
    (unplaced(NO_LABEL), {"nodes_coming": True}, "node-selector-mismatch", "affinity/selector"),
    (unplaced(TAINT), {"nodes_coming": True}, "taint-not-tolerated", "sku: gpu"),
    (unplaced(NOT_READY), {}, "taint-not-tolerated", "not-ready"),
    (
        unplaced(NO_LABEL),
        {"events": [event("TriggeredScaleUp", "pod triggered scale-up", type="Normal")]},
        "node-selector-mismatch",
        "affinity/selector",
    ),
    (pod(), {}, "", "being created"),
    (pod(), {"events": [event("Pulling", "", type="Normal")]}, "", "pulling the image"),
    (waiting("ErrImagePull", f"{PULL}toomanyrequests"), {}, "image-rate-limit", "toomanyrequests"),
    (waiting("ImagePullBackOff", "Back-off pulling image"), {}, "", "ImagePullBackOff"),
    (
        pod(),
        {"events": [event("FailedAttachVolume", "Multi-Attach error for volume x")]},
        "pvc-multi-attach",
        "Multi-Attach",
    ),
    (running(), {}, "", "not ready yet"),
    (
        running(started=False),
        {"events": [event("Unhealthy", "Startup probe failed: connection refused")]},
        "",
        "not ready yet",
    ),
    (
        running(),
        {"logs": {"chat-1": ["Loading safetensors checkpoint shards:  50% Completed | 2/4"]}},
        "",
        "loading weights 50%",
    ),
    (running(restarts=1, exitCode=1, reason="Error"), {}, "", "started 2 times"),
    (
        waiting("CrashLoopBackOff", restarts=1, exitCode=1, reason="Error"),
        {"logs": {"chat-1": ["HTTPSConnectionPool(host='huggingface.co'): Max retries exceeded"]}},
        "hub-unreachable",
        "huggingface.co",
    ),
]
NEVER: list[tuple[Any, dict[str, Any], str, str]] = [
    (unplaced(NO_LABEL), {}, "node-selector-mismatch", "affinity/selector"),
    (unplaced(TAINT), {}, "taint-not-tolerated", "sku: gpu"),
    (waiting("ErrImagePull", f"{PULL}manifest unknown"), {}, "image-not-found", "manifest unknown"),
    (
        waiting("ImagePullBackOff", "Back-off pulling image"),
        {"events": [event("Failed", f"{PULL}pull access denied")]},
        "image-auth",
        "ImagePullBackOff",
    ),
    (waiting("InvalidImageName", "couldn't parse image reference"), {}, "image-not-found", "parse"),
    (
        waiting("CreateContainerConfigError", 'secret "hf-token" not found'),
        {},
        "missing-secret",
        "hf-token",
    ),
    (
        waiting("CreateContainerConfigError", "couldn't find key T in Secret default/hf"),
        {},
        "missing-secret-key",
        "key T",
    ),
    (
        waiting("CreateContainerConfigError", 'configmap "c" not found'),
        {},
        "missing-configmap",
        '"c"',
    ),
    (pod(), {"events": [secret("FailedMount")]}, "missing-secret", "hf-token"),
    (
        waiting("CrashLoopBackOff", restarts=1, exitCode=137, reason="OOMKilled"),
        {},
        "host-oom-killed",
        "OOMKilled",
    ),
    (
        waiting("CrashLoopBackOff", restarts=1, exitCode=1, reason="Error"),
        {"logs": {"chat-1": OOM}},
        "cuda-oom-load",
        "CUDA out of memory",
    ),
    (
        waiting("CrashLoopBackOff", "back-off", restarts=3, exitCode=1, reason="Error"),
        {},
        "",
        "exit code: 1 (started 4 times)",
    ),
    (running(), {"logs": {"chat-1": KV}}, "kv-cache-too-small", "cache blocks"),
    (
        running(restarts=1, exitCode=143, reason="Error"),
        {"events": [event("Killing", "Container chat failed startup probe, will be restarted",
                          type="Normal")]},
        "probe-killed-during-load",
        "failed startup probe",
    ),
    (
        pod(phase="Failed", reason="Evicted", message="The node had condition: [DiskPressure]."),
        {},
        "evicted-disk",
        "Evicted: The node had condition",
    ),
]  # fmt: skip


def words(cases: list[Any]) -> list[Any]:
    return [pytest.param(*each, id=f"{each[-2]}-{each[-1]}") for each in cases]


@pytest.mark.parametrize(("live", "message"), DONE)
def test_a_pod_is_ready(live: Any, message: str) -> None:
    verdict = readiness(live, around())

    assert (verdict.done, verdict.ok, verdict.message) == (True, True, message)


@pytest.mark.parametrize(("live", "known", "cause", "message"), words(NOT_YET))
def test_a_pod_is_not_ready_yet(live: Any, known: Any, cause: str, message: str) -> None:
    verdict = readiness(live, around(**known))

    assert (verdict.done, verdict.ok, verdict.cause) == (False, True, cause)
    assert message in verdict.message


@pytest.mark.parametrize(("live", "known", "cause", "message"), words(NEVER))
def test_a_pod_will_never_be_ready(live: Any, known: Any, cause: str, message: str) -> None:
    verdict = readiness(live, around(**known))

    assert (verdict.done, verdict.ok, verdict.cause) == (True, False, cause)
    assert message in verdict.message
    assert not cause or (verdict.diagnosis and verdict.diagnosis.fix and verdict.diagnosis.evidence)


def test_another_pods_events_are_not_its_own() -> None:
    verdict = readiness(pod(), around(events=[event("Failed", PULL + "not found", name="b")]))

    assert verdict.cause == ""


def test_what_is_not_there_may_still_come() -> None:
    assert not readiness(None, around()).done


def test_kinds_without_a_judge_are_ready_when_they_exist() -> None:
    assert readiness({"kind": "ConfigMap", "metadata": {"name": "a"}}, around()).done


def test_what_the_scheduler_said_before_is_past_once_a_pod_is_placed() -> None:
    live = waiting("ImagePullBackOff", 'Back-off pulling image "vllm:v9"')
    events = [
        event("FailedScheduling", "0/1 nodes are available: 1 Insufficient nvidia.com/gpu."),
        event("Failed", 'Failed to pull image "vllm:v9": manifest unknown'),
    ]

    verdict = readiness(live, around(events=events))

    assert (verdict.ok, verdict.cause) == (False, "image-not-found")
