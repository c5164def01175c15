"""A cluster with more pods than a page holds, and the adapter that reads it."""

from collections.abc import Iterator

import pytest

from kaito_cli.adapters.kube.cluster import KubeCluster, Pace
from kaito_cli.adapters.kube.connection import Token, from_text
from tests.kube_server import KubeServer, serving

PODS = "/api/v1/pods"
KUBELOGIN = {
    "exec": {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "kubelogin",
        "args": ["get-token", "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630"],
    }
}


@pytest.fixture
def server() -> Iterator[KubeServer]:
    pods = [{"metadata": {"name": f"p{number}", "namespace": "ml"}} for number in range(1100)]
    with serving(KubeServer(objects={PODS: pods})) as serves:
        yield serves


def cluster(server: KubeServer, entra: Token | None = None, **user: object) -> KubeCluster:
    quick = Pace(pauses_seconds=(0.001, 0.002))
    return KubeCluster(from_text(server.kubeconfig(**user), entra), quick)
