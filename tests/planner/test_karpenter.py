"""Plans whose nodes Karpenter brings."""

from typing import Any

import pytest

from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import hardware
from kaito_cli.catalog.models import preset
from kaito_cli.errors import BadInput, Unsupported
from kaito_cli.model import EC2_GPUS, Autoscale, GpuDriver, NodeClass, Nodes
from kaito_cli.planner.naming import karpenter_pool_name
from kaito_cli.sizing.node import disk_needed_gib
from tests.planner.asking import plan_of

KARPENTER = {"nodes": Nodes.KARPENTER}
AMAZON = {**KARPENTER, "node_class": NodeClass.EC2, "eks_cluster": "prod"}
NOT_AMAZONS = {"vm_size": "Standard_NC40ads_H100_v5"}


def test_the_pool_has_karpenters_name_and_no_azure_one() -> None:
    pool = plan_of("falcon-7b", namespace="research", **KARPENTER).node_pool

    assert pool.name == karpenter_pool_name("research", "falcon-7b")
    assert pool.labels == {
        "kaito-cli.dev/workspace": "falcon-7b",
        "kaito-cli.dev/namespace": "research",
    }
    assert pool.taints == ("sku=gpu:NoSchedule",)
    assert pool.gpu_driver is GpuDriver.MANAGED
    assert not pool.existing


def test_the_same_workspace_in_two_namespaces_has_two_pools() -> None:
    assert karpenter_pool_name("a", "b-c") != karpenter_pool_name("a-b", "c")
    assert karpenter_pool_name("a", "w") != karpenter_pool_name("b", "w")


def test_the_longest_workspace_still_names_a_node() -> None:
    name = karpenter_pool_name("n" * 63, "w" * 45)

    assert len(f"aks-{name}-abcde") <= 63


def test_another_size_stays_in_the_same_pool() -> None:
    names = {
        plan_of("falcon-7b", vm_size=size, **KARPENTER).node_pool.name
        for size in ("Standard_NC24ads_A100_v4", "Standard_NC40ads_H100_v5")
    }

    assert len(names) == 1


@pytest.mark.parametrize("asked", [KARPENTER, AMAZON], ids=["aks", "ec2"])
def test_the_disk_is_no_larger_than_the_model_needs(asked: dict[str, Any]) -> None:
    model = preset("falcon-7b")
    image_gib = max(each.size_gib for each in engines()[-1].images)
    plan = plan_of(model, **asked)

    assert plan.node_pool.os_disk_gib == disk_needed_gib(model.weights.bytes, image_gib)
    assert plan.pod.ephemeral_storage_gib <= plan.node_pool.os_disk_gib * 0.9


def test_on_aks_the_price_is_azures() -> None:
    plan = plan_of("falcon-7b", **KARPENTER)

    assert plan.cost == plan_of("falcon-7b").cost
    assert any("one more runs" in each for each in plan.notes)
    assert any("pay-as-you-go prices" in each for each in plan.assumptions)


def test_at_amazon_nothing_of_azures_is_promised() -> None:
    plan = plan_of("falcon-7b", **AMAZON)

    assert plan.cost.usd_per_hour is None
    assert (plan.alternatives, plan.rejected) == ((), ())
    assert (plan.pod.cpu_millicores, plan.pod.memory_mib) == (0, 0)
    assert not any("region" in each or "prices of" in each for each in plan.assumptions)
    assert any("prices are not known" in each for each in plan.notes)
    assert plan.node_pool.gpu_driver is GpuDriver.NONE
    assert plan.node_pool.taints == ("nvidia.com/gpu:NoSchedule",)


@pytest.mark.parametrize("model", ["falcon-7b", "falcon-40b", "phi-4", "llama-3.3-70b-instruct"])
def test_only_gpus_that_amazon_has_are_chosen(model: str) -> None:
    assert plan_of(model, **AMAZON).placement.gpu in EC2_GPUS


def test_every_gpu_of_the_table_is_one_that_is_known() -> None:
    assert set(EC2_GPUS) <= set(hardware().devices)


def test_an_a10g_is_an_a10_in_all_that_is_counted() -> None:
    a10, a10g = (hardware().devices[name] for name in ("A10", "A10G"))
    counted = ("memory_gib", "compute_capability", "bandwidth_gb_per_second", "bf16", "fp8", "link")

    assert [getattr(a10, each) for each in counted] == [getattr(a10g, each) for each in counted]


def test_a_size_with_a_gpu_that_amazon_has_not_is_refused() -> None:
    with pytest.raises(Unsupported, match="no machine with `H100-NVL`") as refused:
        plan_of("falcon-7b", **AMAZON, **NOT_AMAZONS)

    assert "A100-80GB" in refused.value.hint


@pytest.mark.parametrize(
    ("asked", "flag"),
    [
        ({**KARPENTER, "node_pool": "gpu", "vm_size": "Standard_NC24ads_A100_v4"}, "--node-pool"),
        ({**KARPENTER, "node_selector": {"a": "b"}}, "--node-selector"),
        ({**KARPENTER, "autoscale": Autoscale(min_nodes=1, max_nodes=2)}, "--autoscale"),
        (
            {**KARPENTER, "spot": True, "spot_max_price_usd_per_hour": 1.0},
            "--spot-max-price",
        ),
        (
            {**KARPENTER, "spot": True, "spot_max_price_usd_per_hour": -1.0},
            "--spot-max-price",
        ),
        ({**KARPENTER, "eks_cluster": "prod"}, "--eks-cluster"),
        ({**KARPENTER, "node_class_ref": "{{ gpu }}"}, "node class"),
        ({**KARPENTER, "node_class_ref": "a" * 254}, "node class"),
        ({**KARPENTER, "zones": ("us-east-1a",)}, "availability zone"),
        ({**AMAZON, "zones": ("1",)}, "availability zone"),
        ({**AMAZON, "eks_cluster": ""}, "EKS cluster"),
        ({**AMAZON, "node_class_ref": "gpu"}, "EKS cluster"),
        ({**AMAZON, "eks_cluster": "prod\n- role: admin"}, "KarpenterNodeRole"),
        ({**AMAZON, "eks_cluster": "c" * 47}, "KarpenterNodeRole"),
        ({**AMAZON, "max_cost_usd_per_hour": 2.0}, "--max-cost"),
        ({**AMAZON, "region": "eastus2"}, "--region"),
        ({"node_class": NodeClass.EC2}, "--node-class ec2"),
        ({"node_class_ref": "gpu"}, "--node-class-ref"),
        ({"eks_cluster": "prod"}, "--eks-cluster"),
    ],
    ids=str,
)
def test_what_karpenter_contradicts_or_lacks_is_bad_input(asked: dict[str, Any], flag: str) -> None:
    with pytest.raises(BadInput, match=flag) as refused:
        plan_of("falcon-7b", **asked)

    assert refused.value.hint


@pytest.mark.parametrize(
    "asked",
    [
        {**KARPENTER, "spot": True, "zones": ("1", "2")},
        {**KARPENTER, "node_class_ref": "gpu.team-a"},
        {**AMAZON, "spot": True, "zones": ("us-east-1a", "eu-central-1b", "us-gov-west-1c")},
        {**AMAZON, "eks_cluster": "", "node_class_ref": "default"},
    ],
    ids=str,
)
def test_what_goes_with_karpenter_is_planned(asked: dict[str, Any]) -> None:
    assert plan_of("falcon-7b", **asked).node_pool.spot is asked.get("spot", False)
