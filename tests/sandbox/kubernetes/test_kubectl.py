"""kubectl against the server, where there is one."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kaito_cli.sandbox.kubernetes.server import KubernetesServer, serving
from tests.sandbox.kubernetes.manifests import config_map, deployment, pod

pytestmark = pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl on PATH")
Kubectl = Callable[..., str]


@pytest.fixture(scope="module")
def alone() -> Iterator[KubernetesServer]:
    with serving() as found:
        yield found


@pytest.fixture
def kubectl(alone: KubernetesServer, tmp_path: Path) -> Kubectl:
    """Runs it and returns what it prints; fails where it fails."""
    settings = tmp_path / "kubeconfig"
    settings.write_text(json.dumps(alone.kubeconfig()))
    environment = {**os.environ, "KUBECONFIG": str(settings), "HOME": str(tmp_path)}

    def run(*arguments: str, sent: object = None) -> str:
        return subprocess.run(
            ["kubectl", *arguments],
            input=json.dumps(sent) if sent else "",
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stdout

    return run


def test_kubectl_applies_and_gets(kubectl: Kubectl) -> None:
    apply = ("apply", "--server-side", "--validate=false", "-f", "-")
    applied = kubectl(*apply, sent=deployment("web", replicas=2))
    shown = kubectl("get", "deploy", "web")

    assert applied == "deployment.apps/web serverside-applied\n"
    assert shown.splitlines()[0].split() == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]
    assert shown.splitlines()[1].split()[:2] == ["web", "0/2"]
    assert json.loads(kubectl("get", "deploy", "web", "-o", "json"))["spec"]["replicas"] == 2


def test_kubectl_reads_logs(kubectl: Kubectl, alone: KubernetesServer) -> None:
    kubectl("create", "--validate=false", "-f", "-", sent=pod("talks"))
    found = json.loads(kubectl("get", "pod", "talks", "-o", "json"))
    alone.state.logs.write(found["metadata"]["uid"], "model", "hello", "world")

    assert kubectl("logs", "talks") == "hello\nworld\n"
    assert kubectl("logs", "talks", "--tail=1") == "world\n"


def test_kubectl_deletes_and_waits(kubectl: Kubectl) -> None:
    kubectl("create", "--validate=false", "-f", "-", sent=config_map("gone"))

    assert kubectl("delete", "configmap", "gone") == 'configmap "gone" deleted\n'
    assert "gone" not in kubectl("get", "configmaps")


def test_kubectl_edits_scales_and_describes(kubectl: Kubectl) -> None:
    kubectl("create", "--validate=false", "-f", "-", sent=deployment("many"))
    kubectl("scale", "deploy", "many", "--replicas=4")
    kubectl("label", "deploy", "many", "team=ml")
    described = kubectl("describe", "deploy", "many")

    assert "4 desired" in described
    assert "team=ml" in described
    assert kubectl("get", "deploy", "-l", "team=ml", "-o", "name") == "deployment.apps/many\n"
