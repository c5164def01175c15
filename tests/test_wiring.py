"""A target becomes a world: real adapters against servers of this machine."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kaito_cli.adapters.azure.connection import LOOPBACK_TOKEN
from kaito_cli.errors import BadInput
from kaito_cli.model import Auth, AzureCloud, Target, TargetKind
from kaito_cli.sandbox.arm.server import serving
from kaito_cli.sandbox.arm.state import CLUSTER, RESOURCE_GROUP, SUBSCRIPTION, ArmState
from kaito_cli.wiring import connect
from tests import kube_server, sign_in
from tests.kube_server import KubeServer

PODS = "/api/v1/pods"
KUBECONFIG = Target(kind=TargetKind.KUBECONFIG, auth=Auth.CLI)
PRICES = "KAITO_PRICES_ENDPOINT"


@pytest.fixture
def state() -> ArmState:
    return ArmState()


@pytest.fixture
def aks(state: ArmState) -> Iterator[Target]:
    """A target that says of its cluster only where Resource Manager is."""
    with serving(state) as server:
        yield Target(kind=TargetKind.AKS, arm_endpoint=server.url)


def named(target: Target) -> Target:
    return replace(
        target, subscription=SUBSCRIPTION, resource_group=RESOURCE_GROUP, cluster=CLUSTER
    )


def paths(state: ArmState) -> list[str]:
    """The last parts of what was asked."""
    return [each.path.rstrip("/").rpartition("/")[2] for each in state.requests]


def test_a_port_is_made_once() -> None:
    world = connect(Target())

    assert world.hub is world.hub


def test_without_a_target_the_error_names_the_three() -> None:
    for port in ("cloud", "limits", "cluster"):
        with pytest.raises(BadInput) as caught:
            getattr(connect(Target()), port)

        assert all(kind in caught.value.hint for kind in ("aks", "kubeconfig", "sandbox"))


def test_a_cluster_named_in_full_is_asked_at_once(aks: Target, state: ArmState) -> None:
    assert connect(named(aks)).cloud.cluster().name == CLUSTER
    assert paths(state) == [CLUSTER]


def test_what_is_missing_is_looked_up_once(aks: Target, state: ArmState) -> None:
    world = connect(aks)

    world.cloud.cluster()
    world.limits.provider_state("Microsoft.ContainerService")

    assert paths(state) == [
        "subscriptions",
        "managedClusters",
        CLUSTER,
        "Microsoft.ContainerService",
    ]


def test_the_azure_clis_subscription_is_not_looked_up(
    aks: Target, state: ArmState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = {"id": SUBSCRIPTION, "isDefault": True, "environmentName": "AzureCloud"}
    (tmp_path / "azureProfile.json").write_text(json.dumps({"subscriptions": [chosen]}))
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(tmp_path))

    connect(aks).cloud.cluster()

    assert paths(state) == ["managedClusters", CLUSTER]


def test_the_cluster_is_the_one_the_context_points_at(
    aks: Target, state: ArmState, tmp_path: Path
) -> None:
    other = replace(state.clusters[0], name="dev", resource_group="research", pools={})
    state.clusters.append(other)
    file = tmp_path / "config"
    file.write_text(KubeServer(url=f"https://{other.fqdn}:443").kubeconfig())

    assert connect(replace(aks, kubeconfig=str(file))).cloud.cluster().name == "dev"


@pytest.mark.parametrize("port", ["cloud", "limits"])
def test_a_kubeconfig_has_no_node_pools(port: str) -> None:
    with pytest.raises(BadInput) as caught:
        getattr(connect(KUBECONFIG), port)

    assert "--target aks" in caught.value.hint


@pytest.mark.parametrize("port", ["cloud", "limits", "cluster"])
def test_the_sandbox_is_not_there_yet(port: str) -> None:
    with pytest.raises(BadInput, match="sandbox"):
        getattr(connect(Target(kind=TargetKind.SANDBOX)), port)


def pointed_at(server: KubeServer, *arguments: str) -> str:
    """A kubeconfig whose user signs in by kubelogin."""
    return server.kubeconfig(exec={"command": "kubelogin", "args": ["get-token", *arguments]})


class TestCluster:
    def test_the_users_own_kubeconfig_is_read(self, tmp_path: Path) -> None:
        with kube_server.serving(KubeServer(objects={PODS: []})) as server:
            (tmp_path / "config").write_text(server.kubeconfig())

            world = connect(replace(KUBECONFIG, kubeconfig=str(tmp_path / "config")))

            assert world.cluster.find("Pod") == ()

    @pytest.mark.parametrize(
        ("arguments", "resource"),
        [([], "6dae42f8-4368-4678-94ff-3960e28e3630"), (["--server-id", "of-ours"], "of-ours")],
    )
    def test_where_it_calls_kubelogin_kaito_signs_in(
        self,
        arguments: list[str],
        resource: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("PATH", f"{sign_in.fake_az(tmp_path)}:/usr/bin:/bin")
        with kube_server.serving(KubeServer(objects={PODS: []}, token="az-token")) as server:
            (tmp_path / "config").write_text(pointed_at(server, *arguments))
            world = connect(replace(KUBECONFIG, kubeconfig=str(tmp_path / "config")))

            assert world.cluster.find("Pod") == ()
            assert world.cluster.find("Pod") == ()

        runs = sign_in.runs(tmp_path)
        assert [each.split("--resource ")[1] for each in runs] == [resource]

    def test_a_server_of_this_machine_gets_no_token_of_the_users(
        self, aks: Target, state: ArmState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nor does the cluster that it names, which may be anywhere."""
        monkeypatch.setenv("PATH", f"{sign_in.fake_az(tmp_path)}:/usr/bin:/bin")
        with kube_server.serving(KubeServer(objects={PODS: []}, token=LOOPBACK_TOKEN)) as server:
            state.clusters[0].entra, state.clusters[0].server = True, server.url

            found = connect(replace(named(aks), auth=Auth.CLI)).cluster.find("Pod")

        assert found == ()
        assert sign_in.runs(tmp_path) == []


class TestPrices:
    def test_azures_own_are_asked_without_a_target(self) -> None:
        assert connect(Target()).prices

    @pytest.mark.parametrize("address", ["http://prices.example", "prices.example"])
    def test_another_address_is_https_or_on_this_machine(
        self, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(PRICES, address)

        with pytest.raises(BadInput, match=PRICES):
            _ = connect(Target()).prices

    def test_the_address_is_asked(
        self, aks: Target, state: ArmState, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(PRICES, aks.arm_endpoint)

        connect(Target()).prices.prices(["Standard_NC24ads_A100_v4"], "eastus2")

        assert paths(state) == ["prices"]

    @pytest.mark.parametrize("cloud", [AzureCloud.GOVERNMENT, AzureCloud.CHINA])
    def test_other_clouds_publish_none(self, cloud: AzureCloud) -> None:
        with pytest.raises(BadInput, match=cloud) as caught:
            _ = connect(Target(azure_cloud=cloud)).prices

        assert "--live-prices" in caught.value.hint
