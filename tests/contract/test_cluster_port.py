"""What every Cluster does: the same suite on the fake and on the adapter over loopback."""

from collections.abc import Callable, Generator
from contextlib import closing

import pytest

from kaito_cli.adapters.kube.cluster import KubeCluster
from kaito_cli.adapters.kube.connection import from_text
from kaito_cli.errors import ClusterFailed
from kaito_cli.ports import Cluster, Manifest
from tests.fakes import FakeCluster
from tests.kube_server import KubeServer, serving, status

Make = Callable[[str], Generator[Cluster, None, None]]


def made(kind: str, name: str, api_version: str = "v1", **metadata: object) -> Manifest:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, **metadata}}


NODE = made("Node", "n1", labels={"agentpool": "kx"})
PODS = [made("Pod", f"p{number}", namespace="ml") for number in range(501)]
OURS = made("Deployment", "chat", "apps/v1", namespace="ml", labels={"by": "us", "tier": "1"})
THEIRS = made("Deployment", "web", "apps/v1", namespace="default", labels={"by": "them"})


def fake(refused: str) -> Generator[Cluster, None, None]:
    yield FakeCluster(NODE, *PODS, OURS, THEIRS, refused=refused)


def real(refused: str) -> Generator[Cluster, None, None]:
    def sent(*objects: Manifest) -> list[Manifest]:
        """As the API server lists them: without kind and version."""
        return [{"metadata": each["metadata"]} for each in objects]

    objects = {
        "/api/v1/nodes": sent(NODE),
        "/api/v1/pods": sent(*PODS),
        "/apis/apps/v1/deployments": sent(OURS, THEIRS),
    }
    failures = [(403, status(403, "Forbidden", "pods is forbidden"))] if refused else []
    with serving(KubeServer(objects=objects, failures=[*failures])) as server:
        yield KubeCluster(from_text(server.kubeconfig()))


@pytest.fixture(params=[fake, real])
def make(request: pytest.FixtureRequest) -> Make:
    chosen: Make = request.param
    return chosen


@pytest.fixture
def cluster(make: Make) -> Generator[Cluster, None, None]:
    yield from make("")


def test_objects_come_with_kind_and_version(cluster: Cluster) -> None:
    assert cluster.find("Node") == (NODE,)


def test_a_list_is_complete(cluster: Cluster) -> None:
    assert cluster.find("Pod") == tuple(PODS)


def test_all_namespaces_unless_one_is_named(cluster: Cluster) -> None:
    assert cluster.find("Deployment", api_version="apps/v1") == (OURS, THEIRS)
    assert cluster.find("Deployment", api_version="apps/v1", namespace="ml") == (OURS,)


@pytest.mark.parametrize(
    ("selector", "expected"), [("by=us", (OURS,)), ("by=us,tier=1", (OURS,)), ("by=us,tier=2", ())]
)
def test_labels_select(cluster: Cluster, selector: str, expected: tuple[Manifest, ...]) -> None:
    found = cluster.find("Deployment", api_version="apps/v1", label_selector=selector)

    assert found == expected


def test_what_may_not_be_listed_is_a_failure_and_not_an_empty_list(make: Make) -> None:
    with closing(make("Pod")) as clusters, pytest.raises(ClusterFailed) as caught:
        next(clusters).find("Pod")

    assert caught.value.hint
