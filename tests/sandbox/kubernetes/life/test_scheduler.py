"""Where pods go, and what is said when they go nowhere."""

import pytest

from tests.sandbox.kubernetes.life.conftest import Town, gpu_pool
from tests.sandbox.kubernetes.manifests import Manifest, pod

TOLERATES = [{"key": "sku", "operator": "Equal", "value": "gpu", "effect": "NoSchedule"}]
HELPLESS = "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
NO_VICTIMS = "preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod."


def gpu_pod(name: str = "one", gpus: int = 1, **fields: object) -> Manifest:
    manifest = pod(name, tolerations=TOLERATES, **fields)
    limits = {"limits": {"nvidia.com/gpu": gpus}}
    manifest["spec"]["containers"][0]["resources"] = limits
    return manifest


def required(*expressions: Manifest) -> Manifest:
    terms = {"nodeSelectorTerms": [{"matchExpressions": list(expressions)}]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}


def agent_pool(operator: str, *values: str) -> Manifest:
    listed = {"values": list(values)} if values else {}
    return {"key": "kubernetes.azure.com/agentpool", "operator": operator, **listed}


def test_without_nodes_there_is_nothing_to_choose(town: Town) -> None:
    town.apply(pod())

    assert town.told("FailedScheduling") == ["no nodes available to schedule pods"]
    assert town.condition("pods", "one", "PodScheduled")[1] == "Unschedulable"


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (
            gpu_pod(gpus=2),
            f"0/2 nodes are available: 2 Insufficient nvidia.com/gpu. {NO_VICTIMS}",
        ),
        (
            pod(),
            f"0/2 nodes are available: 2 node(s) had untolerated taint {{sku: gpu}}. {HELPLESS}",
        ),
        (
            gpu_pod(nodeSelector={"agentpool": "other"}),
            "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. "
            + HELPLESS,
        ),
        (
            gpu_pod(affinity=required(agent_pool("In", "other"))),
            "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. "
            + HELPLESS,
        ),
        (
            gpu_pod(volumes=[{"name": "w", "persistentVolumeClaim": {"claimName": "weights"}}]),
            f'0/2 nodes are available: persistentvolumeclaim "weights" not found. {HELPLESS}',
        ),
    ],
)
def test_the_scheduler_says_why_not(town: Town, manifest: Manifest, words: str) -> None:
    town.with_gpus(2)
    town.apply(manifest)

    assert town.told("FailedScheduling") == [words]


@pytest.mark.parametrize(
    "affinity",
    [
        required(agent_pool("In", "kgpu")),
        required(agent_pool("Exists")),
        required(agent_pool("NotIn", "other")),
        required({"key": "none", "operator": "DoesNotExist"}),
    ],
)
def test_an_affinity_that_a_node_meets_lets_the_pod_run(town: Town, affinity: Manifest) -> None:
    town.with_gpus()
    town.apply(gpu_pod(affinity=affinity))
    town.pass_time(60)

    assert town.status("pods", "one")["phase"] == "Running"


def test_a_pod_waits_for_room_and_takes_it(town: Town) -> None:
    town.with_gpus()
    town.apply(gpu_pod("one"))
    town.apply(gpu_pod("two"))
    town.pass_time(60)
    before = [each["status"]["phase"] for each in town.pods()]
    town.delete("pods", "one")
    town.pass_time(60)

    assert before == ["Running", "Pending"]
    assert town.status("pods", "two")["phase"] == "Running"


def test_a_pod_waits_for_its_pool(town: Town) -> None:
    town.apply(gpu_pod())
    town.pass_time(100)
    town.life.scale_pool(gpu_pool(), 1)
    town.pass_time(200)

    assert town.status("pods", "one")["phase"] == "Running"


def test_pods_that_may_not_share_a_host_do_not(town: Town) -> None:
    term = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchLabels": {"app": "one"}},
    }
    rule = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    town.with_gpus(1)
    town.apply(pod("one", tolerations=TOLERATES))
    town.apply(pod("two", tolerations=TOLERATES, affinity=rule))

    assert "1 node(s) didn't match pod anti-affinity rules" in town.told("FailedScheduling")[0]


def test_a_gate_holds_a_pod_back(town: Town) -> None:
    town.with_gpus()
    town.apply(gpu_pod(schedulingGates=[{"name": "test/wait"}]))

    assert town.condition("pods", "one", "PodScheduled")[1] == "SchedulingGated"
