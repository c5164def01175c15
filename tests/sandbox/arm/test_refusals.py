"""What AKS refuses of a pool, at once and by name."""

from typing import Any

import pytest

from kaito_cli.sandbox.arm import ArmServer
from tests.sandbox.arm.calls import A100, CLUSTER, POOL, call, pool_body, put

NO_SURGE = {"upgradeSettings": None}
SPOT = {"scaleSetPriority": "Spot", **NO_SURGE}
DRIVER: dict[str, Any] = {"gpuProfile": {"driver": "Install"}}


@pytest.mark.parametrize(
    ("properties", "code", "words"),
    [
        ({"vmSize": "Standard_NC999"}, "VMSizeNotSupported", "Standard_NC999"),
        ({"vmSize": None}, "VMSizeNotSupported", "None"),
        ({"availabilityZones": ["1", "4"]}, "AvailabilityZoneNotSupported", "zone(s) '4'"),
        ({"osDiskSizeGB": 257}, "VMCacheSizeTooSmall", "cache size of 274877906944 bytes"),
        ({"vmSize": "Standard_D2_v5"}, "BadRequest", "does not support Ephemeral OS disk"),
        ({"scaleSetPriority": "Spot"}, "InvalidParameter", "Spot pools can't set max surge"),
        ({**SPOT, "mode": "System"}, "InvalidParameter", "system pool"),
        ({**SPOT, "vmSize": "Standard_B20ms", "osDiskSizeGB": 30}, "InvalidParameter", "spot"),
        ({"upgradeSettings": {"maxSurge": "0"}}, "InvalidParameter", "cannot both be 0"),
        ({"enableAutoScaling": True, "minCount": 1, "maxCount": 2}, "InvalidParameter", "autoscal"),
        ({"count": 1001}, "InvalidParameter", "1001"),
        ({"count": -1}, "InvalidParameter", "-1"),
        ({"mode": "System", "count": 0}, "InvalidParameter", "count 0"),
        ({"minCount": 1}, "InvalidParameter", "enableAutoScaling"),
        ({**DRIVER, "enableAutoScaling": True}, "InvalidParameter", "in that order"),
        (
            {**DRIVER, "enableAutoScaling": True, "minCount": 2, "maxCount": 3},
            "InvalidParameter",
            "in that order",
        ),
        ({"nodeImageVersion": "AKSUbuntu-2404"}, "InvalidParameter", "recentlyUsedVersions"),
    ],
)
def test_a_pool_is_refused_with_a_code_and_a_sentence(
    arm: ArmServer, properties: dict[str, Any], code: str, words: str
) -> None:
    found = put(arm, **properties)

    assert (found.status, found.code) == (400, code)
    assert words in found.body["message"]
    assert list(arm.state.cluster.pools) == ["system"]


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {**SPOT, "spotMaxPrice": 1.5},
        {"availabilityZones": ["1", "3"]},
        {"count": 0},
        {**DRIVER, "enableAutoScaling": True, "count": 2, "minCount": 0, "maxCount": 3},
        {"gpuProfile": {"driver": "None"}},
        {"osDiskType": "Managed", "osDiskSizeGB": 1024},
    ],
)
def test_what_kaito_may_ask_for_is_accepted(arm: ArmServer, properties: dict[str, Any]) -> None:
    assert put(arm, **properties).status == 201


@pytest.mark.parametrize("name", ["K1", "1k", "k-1", "k123456789012"])
def test_a_name_that_no_pool_can_have_is_refused(arm: ArmServer, name: str) -> None:
    assert put(arm, f"{CLUSTER}/agentPools/{name}").code == "InvalidParameter"


@pytest.mark.parametrize(
    ("properties", "target"),
    [
        ({"vmSize": "Standard_NC48ads_A100_v4"}, "vmSize"),
        ({"osDiskSizeGB": 128}, "osDiskSizeGB"),
        ({"osDiskType": "Managed"}, "osDiskType"),
        (SPOT, "scaleSetPriority"),
        ({"availabilityZones": ["1"]}, "availabilityZones"),
        (DRIVER | {"gpuProfile": {"driver": "None"}}, "gpuProfile.driver"),
        (
            {"gpuProfile": {"nvidia": {"managementMode": "Unmanaged"}}},
            "gpuProfile.nvidia.managementMode",
        ),
        ({"maxPods": 30}, "maxPods"),
        ({"vnetSubnetID": "/another"}, "vnetSubnetID"),
    ],
)
def test_what_is_fixed_cannot_be_changed(
    arm: ArmServer, properties: dict[str, Any], target: str
) -> None:
    put(arm)

    found = put(arm, **properties)

    assert found.code == "PropertyChangeNotAllowed"
    assert found.body["target"] == f"properties.{target}"


def test_the_same_said_in_another_way_is_no_change(arm: ArmServer) -> None:
    put(arm, availabilityZones=["1", "2"])

    found = put(
        arm,
        availabilityZones=["2", "1"],
        vmSize=A100.lower(),
        scaleSetPriority="Regular",
        enableNodePublicIP=False,
    )

    assert found.status == 200


def test_managed_gpus_can_be_refused_as_a_feature_that_is_not_registered(arm: ArmServer) -> None:
    arm.state.managed_gpu_refused = True

    found = put(arm)

    assert (found.status, found.code) == (400, "PreviewFeatureNotRegistered")
    assert "ManagedGPUExperiencePreview" in found.body["message"]
    assert put(arm, **DRIVER).status == 201


def test_a_size_that_the_subscription_may_not_have_is_refused(arm: ArmServer) -> None:
    arm.state.restrict(A100)

    assert put(arm).code == "VMSizeNotSupported"


def test_a_zone_that_the_subscription_may_not_have_is_refused(arm: ArmServer) -> None:
    arm.state.restrict(A100, zones=("2",))

    assert put(arm, availabilityZones=["2"]).code == "AvailabilityZoneNotSupported"
    assert put(arm, availabilityZones=["1"]).status == 201


def test_a_cluster_has_a_hundred_pools_at_most(arm: ArmServer) -> None:
    for each in range(99):
        arm.state.add_pool(f"p{each}", {"vmSize": A100}, nodes=0)

    found = put(arm)

    assert found.status == 400
    assert "100 agent pools" in found.body["message"]


# facts of AKS's API, 2026-08-01: what it does not know, or does not let be written
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "properties"),
        ({"property": {}}, "properties"),
        ({"properties": {}, "location": "eastus2"}, "location"),
        ({"properties": {"vmsize": A100}}, "vmsize"),
        ({"properties": {"count": "1"}}, "properties.count must be integer"),
        ({"properties": {"provisioningState": "Succeeded"}}, "provisioningState"),
        ({"properties": {"eTag": "e"}}, "eTag"),
        ({"properties": {"upgradeSettings": {"maxSurge": 0}}}, "maxSurge must be string"),
        ({"properties": {"gpuProfile": {"nvidia": {"managed": True}}}}, "managed"),
        ({"properties": {"osSKU": "Ubuntu2004"}}, "osSKU"),
        ({"properties": {"osDiskSizeGB": 4096}}, "osDiskSizeGB"),
        ({"properties": {"tags": {"a": 1}}}, "tags.a"),
        ([], "object"),
    ],
)
def test_a_body_that_is_no_pool_is_refused(arm: ArmServer, body: Any, words: str) -> None:
    found = call(arm, "PUT", POOL, body)

    assert (found.status, found.code) == (400, "InvalidParameter")
    assert words in found.body["message"]


def test_the_body_that_kaito_sends_is_within_the_schema(arm: ArmServer) -> None:
    assert call(arm, "PUT", POOL, {"name": "kchat", **pool_body()}).status == 201
