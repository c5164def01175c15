"""From the command line to HTTP and back: the real SDKs against servers on this machine."""

import logging
from collections.abc import Iterator

import pytest

from kaito_cli.cli import run
from kaito_cli.sandbox.arm import ArmServer, serving
from kaito_cli.sandbox.arm.kubeconfig import TOKEN
from kaito_cli.sandbox.arm.state import SUBSCRIPTION
from tests import kube_server
from tests.inventory import Manifest, node, pod, workload
from tests.kube_server import KubeServer
from tests.sandbox.arm.calls import put, state_of

TARGET = ("--target", "aks", "-s", SUBSCRIPTION, "-g", "ml")
CLUSTER = ("--cluster", "prod")
GROUP = "MC_ml_prod_eastus2"
NODES = tuple(node(each, group=GROUP, subscription=SUBSCRIPTION) for each in ("nodepool1", "kchat"))


@pytest.fixture
def kube() -> Iterator[KubeServer]:
    objects: dict[str, list[Manifest]] = {
        "/api/v1/nodes": [*NODES],
        "/api/v1/pods": [pod("aks-nodepool1-0"), pod("aks-kchat-0", owner="DaemonSet")],
        "/apis/apps/v1/deployments": [],
        "/apis/apps/v1/statefulsets": [],
        "/apis/batch/v1/jobs": [],
    }
    with kube_server.serving(KubeServer(objects=objects, token=TOKEN)) as server:
        yield server


@pytest.fixture
def arm(kube: KubeServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArmServer]:
    """One node pool of ours, made long ago."""
    with serving() as server:
        server.state.cluster.server = kube.url
        monkeypatch.setenv("KAITO_ARM_ENDPOINT", server.url)
        tags = {
            "kaito-cli-workspace": "ml.chat",
            "kaito-cli-cluster": "prod",
            "kaito-cli-created": "2026-01-01T00:00:00Z",
        }
        assert put(server, tags=tags).status in (200, 201)
        assert state_of(server) == "Succeeded"
        yield server


def test_an_orphan_is_listed_found_and_removed(
    arm: ArmServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["list", "-A", *TARGET, *CLUSTER]) == 0
    assert "orphan" in capsys.readouterr().out
    assert run(["doctor", "--exit-code", *TARGET, *CLUSTER]) == 1
    assert "Node pool kchat costs $3.67 an hour for nothing" in capsys.readouterr().out

    assert run(["delete", "--orphans", "--yes", *TARGET, *CLUSTER]) == 0

    assert state_of(arm) == "gone"


def test_a_workspace_keeps_its_pool(
    arm: ArmServer, kube: KubeServer, capsys: pytest.CaptureFixture[str]
) -> None:
    kube.objects["/apis/apps/v1/deployments"].append(workload())

    assert run(["delete", "--orphans", "--yes", *TARGET, *CLUSTER]) == 0

    assert "no orphans" in capsys.readouterr().err
    assert state_of(arm) == "Succeeded"


def test_a_cluster_that_may_not_be_read_is_no_failure_and_no_proof(
    arm: ArmServer, kube: KubeServer, capsys: pytest.CaptureFixture[str]
) -> None:
    forbidden = kube_server.status(403, "Forbidden", "deployments is forbidden")
    kube.failures = [(403, forbidden)] * 2

    assert run(["status", "chat", "-n", "ml", *TARGET, *CLUSTER]) == 0
    assert "You may not list `deployments`" in capsys.readouterr().out
    assert run(["delete", "--orphans", "--yes", *TARGET, *CLUSTER]) == 0

    assert state_of(arm) == "Succeeded"


def test_one_look_is_one_request_to_azure_and_one_for_the_kubeconfig(arm: ArmServer) -> None:
    arm.state.requests.clear()

    run(["list", *TARGET, *CLUSTER])

    asked = [(each.method, each.path.rpartition("/")[2]) for each in arm.state.requests]
    assert asked == [("GET", "prod"), ("POST", "listClusterUserCredential")]


def test_what_is_sent_is_logged_without_a_token(
    arm: ArmServer, kube: KubeServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        run(["list", *TARGET, *CLUSTER])

    assert f"GET {kube.url}/api/v1/namespaces/default/pods" in caplog.text
    assert "Bearer" not in caplog.text
    assert f"'{TOKEN}'" not in caplog.text
