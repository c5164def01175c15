"""Clusters, their credentials, permissions, providers and subnets."""

import json
from base64 import b64decode
from typing import Any

import pytest

from kaito_cli.sandbox.arm import ArmServer
from tests.sandbox.arm.calls import CLUSTER, POOL, SUBSCRIPTION, call, put

AKS = "providers/Microsoft.ContainerService"
NETWORK = f"{SUBSCRIPTION}/resourceGroups/ml/providers/Microsoft.Network/virtualNetworks/prod"
SUBNET = f"{NETWORK}/subnets/nodes"
VERSION = "api-version=2026-08-01"


def test_subscriptions_are_listed_with_their_names(arm: ArmServer) -> None:
    arm.state.subscriptions.append(("0000-2", "Research"))

    found = call(arm, "GET", "/subscriptions").body["value"]

    assert [(each["subscriptionId"], each["displayName"]) for each in found] == [
        ("00000000-0000-0000-0000-000000000001", "Sandbox"),
        ("0000-2", "Research"),
    ]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        (f"{SUBSCRIPTION}/{AKS}", ["prod"]),
        (f"{SUBSCRIPTION}/resourceGroups/ML/{AKS}", ["prod"]),
        (f"{SUBSCRIPTION}/resourceGroups/other/{AKS}", []),
    ],
)
def test_clusters_are_listed_by_subscription_and_by_group(
    arm: ArmServer, where: str, names: list[str]
) -> None:
    found = call(arm, "GET", f"{where}/managedClusters").body["value"]

    assert [each["name"] for each in found] == names


def test_a_cluster_comes_with_its_pools(arm: ArmServer) -> None:
    put(arm)

    found = call(arm, "GET", CLUSTER).body

    assert (found["location"], found["id"]) == ("eastus2", CLUSTER)
    assert found["properties"]["fqdn"].endswith("eastus2.azmk8s.io")
    pools = found["properties"]["agentPoolProfiles"]
    assert [(each["name"], each["vmSize"], each["mode"]) for each in pools] == [
        ("system", "Standard_D4s_v3", "System"),
        ("kchat", "Standard_NC24ads_A100_v4", "User"),
    ]
    assert all(each["eTag"] for each in pools)


def test_a_private_cluster_has_only_a_private_name(arm: ArmServer) -> None:
    arm.state.cluster.private = True

    properties = call(arm, "GET", CLUSTER).body["properties"]

    assert "fqdn" not in properties
    assert properties["privateFQDN"]


def test_a_cluster_of_local_accounts_gives_a_token(arm: ArmServer) -> None:
    arm.state.cluster.server = "https://127.0.0.1:6443"

    found = _kubeconfig(arm)

    assert found["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:6443"
    assert found["users"][0]["user"] == {"token": "sandbox"}


def test_an_entra_cluster_calls_kubelogin(arm: ArmServer) -> None:
    arm.state.cluster.entra = True

    called = _kubeconfig(arm)["users"][0]["user"]["exec"]

    assert called["command"] == "kubelogin"
    assert "6dae42f8-4368-4678-94ff-3960e28e3630" in called["args"]


def test_permissions_are_those_that_are_set(arm: ArmServer) -> None:
    arm.state.permissions[:] = [{"actions": ["*/read"], "notActions": []}]

    path = f"{CLUSTER}/providers/Microsoft.Authorization/permissions"

    assert call(arm, "GET", path).body == {"value": [{"actions": ["*/read"], "notActions": []}]}


@pytest.mark.parametrize(
    ("permissions", "status"),
    [
        ([{"actions": ["*"]}], 201),
        ([{"actions": ["Microsoft.ContainerService/managedClusters/*/write"]}], 201),
        ([{"actions": ["*/read"]}], 403),
        ([{"actions": ["*"], "notActions": ["microsoft.containerservice/*"]}], 403),
        ([{"actions": ["*"], "notActions": ["*/write"]}, {"actions": ["*"]}], 201),
        ([], 403),
    ],
)
def test_a_pool_is_written_only_by_who_may(
    arm: ArmServer, permissions: list[dict[str, Any]], status: int
) -> None:
    arm.state.permissions[:] = permissions

    assert put(arm).status == status


def test_who_may_not_delete_is_told_the_action(arm: ArmServer) -> None:
    put(arm)
    arm.state.permissions[:] = [{"actions": ["*/write"]}]

    found = call(arm, "DELETE", POOL)

    assert found.code == "AuthorizationFailed"
    assert "managedClusters/agentPools/delete" in found.body["error"]["message"]


def test_a_provider_has_to_be_registered_before_a_pool_is_made(arm: ArmServer) -> None:
    arm.state.providers["microsoft.containerservice"] = "NotRegistered"
    path = f"{SUBSCRIPTION}/{AKS}"

    assert call(arm, "GET", path).body["registrationState"] == "NotRegistered"
    assert put(arm).code == "MissingSubscriptionRegistration"
    assert call(arm, "POST", f"{path}/register").body["registrationState"] == "Registering"
    seen = [call(arm, "GET", path).body["registrationState"] for _ in range(2)]
    assert seen == ["Registering", "Registered"]
    assert put(arm).status == 201


def test_a_subnet_holds_an_address_for_each_node(arm: ArmServer) -> None:
    put(arm, count=3)

    properties = call(arm, "GET", SUBNET).body["properties"]

    assert properties["addressPrefix"] == "10.224.0.0/24"
    assert len(properties["ipConfigurations"]) == 2 + 3


def test_pods_take_addresses_of_the_subnet_unless_they_are_overlaid(arm: ArmServer) -> None:
    arm.state.cluster.overlay = False
    arm.state.cluster.pools.clear()
    put(arm, count=2, maxPods=20)

    assert len(call(arm, "GET", SUBNET).body["properties"]["ipConfigurations"]) == 2 * 21


def test_a_subnet_has_the_prefix_that_is_set(arm: ArmServer) -> None:
    arm.state.subnets[SUBNET.upper()] = "10.0.0.0/28"

    assert call(arm, "GET", SUBNET).body["properties"]["addressPrefix"] == "10.0.0.0/28"


def _kubeconfig(arm: ArmServer) -> Any:
    path = f"{CLUSTER}/listClusterUserCredential"
    found = call(arm, "POST", path, query=f"{VERSION}&format=exec").body["kubeconfigs"][0]
    return json.loads(b64decode(found["value"]))
