"""What Karpenter is asked for: the very machines of the plan, and no more than it needs."""

from typing import Any

import pytest

from kaito_cli.errors import Unsupported
from kaito_cli.manifests import Format, Manifest, files, remarks, render
from kaito_cli.model import GpuDriver, Nodes, Plan
from tests.builders import change, plan
from tests.manifests.shapes import SHAPES

AKS, EC2 = SHAPES["karpenter-aks"], SHAPES["karpenter-ec2"]
OWN = SHAPES["karpenter-own-node-class"]


def found(of: Plan, kind: str) -> Manifest:
    return next(each for each in render(of) if each["kind"] == kind)


def spec(of: Plan) -> dict[str, Any]:
    pool: dict[str, Any] = found(of, "NodePool")["spec"]
    return pool


def requirements(of: Plan) -> dict[str, tuple[str, ...]]:
    asked = spec(of)["template"]["spec"]["requirements"]
    return {each["key"]: (each["operator"], *each["values"]) for each in asked}


def changed(of: Plan, **changes: Any) -> Plan:
    result: Plan = change(of, **changes)
    return result


@pytest.mark.parametrize(
    ("shape", "kinds"),
    [
        (AKS, ["AKSNodeClass", "NodePool", "ServiceAccount", "Service", "Deployment"]),
        (EC2, ["EC2NodeClass", "NodePool", "ServiceAccount", "Service", "Deployment"]),
        (OWN, ["NodePool", "ServiceAccount", "Service", "PodDisruptionBudget", "Deployment"]),
    ],
)
def test_nodes_come_before_what_runs_on_them(shape: Plan, kinds: list[str]) -> None:
    assert [each["kind"] for each in render(shape)] == kinds


@pytest.mark.parametrize("shape", [AKS, EC2, OWN])
def test_pods_are_bound_to_the_node_pool_and_tolerate_its_taint(shape: Plan) -> None:
    pod = found(shape, "Deployment")["spec"]["template"]["spec"]
    affinity = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    [taint] = spec(shape)["template"]["spec"]["taints"]

    assert affinity["nodeSelectorTerms"][0]["matchExpressions"] == [
        {
            "key": "karpenter.sh/nodepool",
            "operator": "In",
            "values": [found(shape, "NodePool")["metadata"]["name"]],
        }
    ]
    assert any(tolerates(each, taint) for each in pod["tolerations"])


def tolerates(toleration: dict[str, str], taint: dict[str, str]) -> bool:
    same = toleration["key"] == taint["key"] and toleration["effect"] == taint["effect"]
    return same and toleration.get("value", taint.get("value")) == taint.get("value")


@pytest.mark.parametrize("shape", [AKS, EC2, OWN])
def test_the_pool_refers_to_the_node_class_that_is_made_or_named(shape: Plan) -> None:
    reference = spec(shape)["template"]["spec"]["nodeClassRef"]
    made = [each for each in render(shape) if each["kind"] == reference["kind"]]

    assert [each["metadata"]["name"] for each in made] in ([], [reference["name"]])
    assert all(each["apiVersion"].startswith(f"{reference['group']}/") for each in made)
    assert bool(made) == (reference["name"] != "gpu")


def test_on_aks_the_planned_size_is_asked_for_in_the_zones_of_the_region() -> None:
    asked = requirements(AKS)

    assert asked["karpenter.azure.com/sku-name"] == ("In", "Standard_NC24ads_A100_v4")
    assert asked["topology.kubernetes.io/zone"] == ("In", "eastus2-1", "eastus2-3")
    assert asked["karpenter.sh/capacity-type"] == ("In", "on-demand")


def test_aks_is_asked_for_driver_and_device_plugin_and_for_a_disk_that_holds_the_model() -> None:
    asked = found(AKS, "AKSNodeClass")["spec"]

    assert asked["tags"]["EnableManagedGPUExperience"] == "true"
    assert asked["osDiskSizeGB"] == AKS.node_pool.os_disk_gib


def test_nodes_with_the_driver_alone_are_not_asked_to_manage_gpus() -> None:
    alone = changed(AKS, node_pool={"gpu_driver": GpuDriver.DRIVER})

    assert "EnableManagedGPUExperience" not in found(alone, "AKSNodeClass")["spec"]["tags"]


def test_amazon_is_asked_for_the_gpu_whatever_the_machine() -> None:
    asked = requirements(EC2)

    assert asked["karpenter.k8s.aws/instance-gpu-name"] == ("In", "a100")
    assert asked["karpenter.k8s.aws/instance-gpu-count"] == ("Gt", "0")
    assert asked["karpenter.sh/capacity-type"] == ("In", "spot")
    assert asked["topology.kubernetes.io/zone"] == ("In", "us-east-1a")
    assert not [key for key in asked if "azure" in key]


def test_a_card_with_half_the_memory_is_not_taken() -> None:
    operator, least = requirements(EC2)["karpenter.k8s.aws/instance-gpu-memory"]

    assert operator == "Gt"
    assert 40_960 < int(least) < 81_920  # MiB, as EC2 tells them of p4d and of p4de


def test_the_weights_pass_through_the_memory_of_the_machine() -> None:
    _, least = requirements(EC2)["karpenter.k8s.aws/instance-memory"]

    assert (int(least) + 1) * 2**20 > EC2.model.weights_bytes


def test_amazons_nodes_are_found_by_the_name_of_the_cluster() -> None:
    asked = found(EC2, "EC2NodeClass")["spec"]

    assert asked["role"] == "KarpenterNodeRole-prod"
    for terms in ("subnetSelectorTerms", "securityGroupSelectorTerms"):
        assert asked[terms] == [{"tags": {"karpenter.sh/discovery": "prod"}}]
    assert [each["ebs"]["volumeSize"] for each in asked["blockDeviceMappings"]] == [
        "4Gi",
        f"{EC2.node_pool.os_disk_gib}Gi",
    ]


def test_a_gpu_that_amazon_has_not_is_refused() -> None:
    with pytest.raises(Unsupported, match="no machine with `H100-NVL`") as refused:
        render(changed(EC2, placement={"gpu": "H100-NVL"}))

    assert "H100-SXM" in refused.value.hint


@pytest.mark.parametrize("shape", [AKS, EC2, OWN])
def test_a_running_model_is_not_moved_to_save_money(shape: Plan) -> None:
    asked = spec(shape)

    assert asked["disruption"]["consolidationPolicy"] == "WhenEmpty"
    assert asked["disruption"]["budgets"] == [{"nodes": "1"}]
    assert asked["template"]["spec"]["expireAfter"] == "Never"


@pytest.mark.parametrize(
    ("shape", "gpus"),
    [
        (AKS, "2"),
        (OWN, "3"),
        (EC2, "16"),
        (changed(AKS, placement={"gpus_per_node": 8, "nodes": 2}), "24"),
    ],
)
def test_a_pool_may_grow_by_the_one_node_that_replaces_another(shape: Plan, gpus: str) -> None:
    assert spec(shape)["limits"] == {"nvidia.com/gpu": gpus}


def test_the_chart_leaves_the_name_of_the_node_pool_to_the_node_pool() -> None:
    values = files(AKS, Format.HELM)["values.yaml"]

    assert "nodePool" not in values
    assert "limits:\n  nvidia.com/gpu: '2'" in values


def test_a_node_class_of_ones_own_is_told_what_it_has_to_bring() -> None:
    [told] = remarks(OWN)

    assert "node class gpu has to bring" in told
    assert "256 GiB" in told
    assert remarks(AKS) == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, False),
        ({"node_pool": {"gpu_driver": GpuDriver.DRIVER}}, True),
        ({"node_pool": {"gpu_driver": GpuDriver.DRIVER, "existing": True}}, False),
        ({"request": {"nodes": Nodes.EXISTING}}, False),
    ],
)
def test_who_gets_the_driver_alone_is_told_how_to_get_the_plugin(
    changes: dict[str, Any], told: bool
) -> None:
    said = " ".join(remarks(plan(**changes)))

    assert ("kaito render falcon-7b-instruct --device-plugin | kubectl apply" in said) is told
