"""What can be made to go wrong."""

import time
from collections.abc import Iterator

import pytest
from kubernetes.client import ApiClient
from urllib3.exceptions import ProtocolError

from kaito_cli.sandbox.kubernetes.problem import unavailable
from kaito_cli.sandbox.kubernetes.server import KubernetesServer
from kaito_cli.sandbox.kubernetes.wire import Answer
from tests.sandbox.kubernetes.conftest import Cluster
from tests.sandbox.kubernetes.manifests import config_map


@pytest.fixture
def server_to_break(server: KubernetesServer) -> Iterator[KubernetesServer]:
    yield server
    server.state.faults.listed.clear()


def test_a_fault_answers_once(server_to_break: KubernetesServer, api: ApiClient) -> None:
    answer = Answer(status=503, body=unavailable("not now").status)
    server_to_break.state.faults.add(path="/version", answer=answer)
    pool = api.rest_client.pool_manager
    statuses = [pool.request("GET", server_to_break.url + "/version").status for _ in range(2)]

    assert statuses == [503, 200]


@pytest.mark.parametrize(("moment", "names"), [("before", []), ("after", ["settings"])])
def test_a_connection_breaks_before_or_after_the_effect(
    server_to_break: KubernetesServer,
    api: ApiClient,
    cluster: Cluster,
    moment: str,
    names: list[str],
) -> None:
    server_to_break.state.faults.add(method="POST", path="configmaps", reset=moment)
    with pytest.raises(ProtocolError):
        api.rest_client.pool_manager.request(
            "POST",
            f"{server_to_break.url}/api/v1/namespaces/{cluster.namespace}/configmaps",
            json=config_map(),
            retries=False,
        )

    assert cluster.names("ConfigMap") == names


def test_an_answer_comes_late(server_to_break: KubernetesServer, api: ApiClient) -> None:
    server_to_break.state.faults.add(path="/version", latency_seconds=0.2)
    start = time.monotonic()
    api.rest_client.pool_manager.request("GET", server_to_break.url + "/version")

    assert time.monotonic() - start >= 0.2


def test_requests_are_remembered(server: KubernetesServer, cluster: Cluster) -> None:
    cluster.apply(config_map())
    last = server.state.faults.requests[-1]

    assert (last.method, last.query["fieldManager"]) == ("PATCH", "kaito-cli")
