"""Nodes come with their pool, keep something for themselves, and go."""

import pytest

from kaito_cli.sandbox.kubernetes.life.machine import GpuSupply, Machine, Pool, reserved_millicores
from tests.sandbox.kubernetes.life.conftest import A100, Town, gpu_pool
from tests.sandbox.kubernetes.manifests import Manifest, deployment, with_container, with_pod

PLUGIN: Manifest = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "metadata": {"name": "plugin"},
    "spec": {
        "selector": {"matchLabels": {"app": "plugin"}},
        "template": {
            "metadata": {"labels": {"app": "plugin"}},
            "spec": {
                "tolerations": [{"key": "sku", "operator": "Exists"}],
                "containers": [{"name": "p", "image": "nvcr.io/nvidia/k8s-device-plugin:v0.18"}],
            },
        },
    },
}


@pytest.mark.parametrize(
    ("vcpus", "millicores"),
    [(1, 60), (2, 100), (4, 140), (8, 180), (16, 260), (24, 340), (32, 420), (64, 740)],
)
def test_aks_keeps_processors(vcpus: int, millicores: int) -> None:
    assert reserved_millicores(vcpus) == millicores


@pytest.mark.parametrize(
    ("memory_gib", "max_pods", "left"),
    [
        # 20 MB x 30 + 50 MB = 650 MB, and 100 Mi of eviction threshold
        (16, 30, 16 * 2**30 - 650 * 10**6 - 100 * 2**20),
        # a quarter is less than 20 MB x 250 + 50 MB
        (8, 250, 6 * 2**30 - 100 * 2**20),
    ],
)
def test_aks_keeps_memory(memory_gib: float, max_pods: int, left: int) -> None:
    machine = Machine(vm_size="x", vcpus=4, memory_gib=memory_gib)

    assert machine.allocatable(max_pods)["memory"] == f"{left // 1024}Ki"


def test_a_node_is_ready_before_its_gpus_are_there(town: Town) -> None:
    town.life.scale_pool(gpu_pool(ready_seconds=20, gpu_seconds=60), 1)
    seen = []
    for seconds in (10, 20, 60):
        town.pass_time(seconds)
        node = town.all("nodes")[0]
        ready, _, _ = town.condition("nodes", node["metadata"]["name"], "Ready")
        seen.append((ready, node["status"]["allocatable"].get("nvidia.com/gpu")))

    assert seen == [("False", None), ("True", None), ("True", "1")]


def test_nodes_register_when_their_time_has_come(town: Town) -> None:
    town.life.scale_pool(gpu_pool(register_seconds=100), 2)
    town.pass_time(99)
    before = len(town.all("nodes"))
    town.pass_time(1)

    assert (before, len(town.all("nodes"))) == (0, 2)


def test_a_node_carries_the_labels_and_taints_of_its_pool(town: Town) -> None:
    pool = gpu_pool(labels={"kaito-cli.dev/workspace": "x"}, zones=("1", "2"), spot=True)
    town.life.scale_pool(pool, 2)
    town.pass_time(60)
    first, second = town.all("nodes")
    labels = first["metadata"]["labels"]

    assert first["metadata"]["name"] == "aks-kgpu-12345678-vmss000000"
    assert labels["kubernetes.azure.com/agentpool"] == "kgpu"
    assert labels["node.kubernetes.io/instance-type"] == A100.vm_size
    assert labels["kaito-cli.dev/workspace"] == "x"
    assert second["metadata"]["labels"]["topology.kubernetes.io/zone"] == "eastus2-2"
    assert [(each["key"], each["value"]) for each in first["spec"]["taints"]] == [
        ("sku", "gpu"),
        ("kubernetes.azure.com/scalesetpriority", "spot"),
    ]


def test_without_a_plugin_an_unmanaged_pool_never_has_gpus(town: Town) -> None:
    town.life.scale_pool(gpu_pool(gpu_supply=GpuSupply.PLUGIN), 1)
    town.pass_time(3600)

    assert "nvidia.com/gpu" not in town.all("nodes")[0]["status"]["allocatable"]


def test_a_plugin_makes_gpus_allocatable(town: Town) -> None:
    town.life.scale_pool(gpu_pool(gpu_supply=GpuSupply.PLUGIN), 1)
    town.pass_time(60)
    town.apply(PLUGIN)
    town.pass_time(60)

    assert town.all("nodes")[0]["status"]["allocatable"]["nvidia.com/gpu"] == "1"
    assert town.status("daemonsets", "plugin")["numberReady"] == 1


def test_a_plugin_comes_to_every_new_node(town: Town) -> None:
    town.apply(PLUGIN)
    town.life.scale_pool(gpu_pool(), 3)
    town.pass_time(120)

    assert town.status("daemonsets", "plugin")["numberReady"] == 3


def test_a_pool_that_shrinks_takes_its_pods_along(town: Town) -> None:
    town.with_gpus(2)
    manifest = with_pod(deployment(replicas=2), tolerations=[{"operator": "Exists"}])
    limits = {"limits": {"nvidia.com/gpu": 1}}
    town.apply(with_container(manifest, resources=limits))
    town.pass_time(120)
    assert town.ready() == 2
    town.life.scale_pool(gpu_pool(), 1)
    town.pass_time(120)

    assert len(town.all("nodes")) == 1
    assert sorted(each["status"]["phase"] for each in town.pods()) == ["Pending", "Running"]


def test_a_spot_machine_is_taken_back_after_a_notice(town: Town) -> None:
    town.with_gpus(1)
    name = town.all("nodes")[0]["metadata"]["name"]
    town.life.preempt(name)
    town.pass_time(29)
    noticed = (len(town.all("nodes")), len(town.told("VMEventScheduled")))
    town.pass_time(2)

    assert (noticed, town.all("nodes")) == ((1, 1), [])


def test_a_pool_of_zero_has_no_nodes(town: Town) -> None:
    town.with_gpus(2)
    town.life.scale_pool(gpu_pool(), 0)
    town.pass_time(10)

    assert town.all("nodes") == []


def test_a_machine_without_gpus_is_no_gpu_node(town: Town) -> None:
    machine = Machine(vm_size="Standard_D4s_v3", vcpus=4, memory_gib=16)
    town.life.scale_pool(Pool(name="system", machine=machine, mode="System"), 1)
    town.pass_time(300)
    node = town.all("nodes")[0]

    assert "accelerator" not in node["metadata"]["labels"]
    assert node["status"]["allocatable"]["cpu"] == "3860m"
