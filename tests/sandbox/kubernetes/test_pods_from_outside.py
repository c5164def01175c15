"""Logs, proxies, port-forward: what reaches into a pod."""

import http.client
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from kubernetes import config
from kubernetes.client import ApiClient, CoreV1Api
from kubernetes.client.exceptions import ApiException
from kubernetes.stream import portforward

from kaito_cli.sandbox.kubernetes.server import KubernetesServer
from tests.sandbox.kubernetes.conftest import Cluster, raw, status_of
from tests.sandbox.kubernetes.manifests import pod, service


class _Echo(BaseHTTPRequestHandler):
    """Answers with the path and the Authorization it got."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = f"{self.path} {self.headers.get('Authorization')}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def backend(server: KubernetesServer) -> Iterator[ThreadingHTTPServer]:
    listener = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    address = ("127.0.0.1", listener.server_port)
    server.state.reach = lambda pod, port: address if port == 8000 else None
    yield listener
    listener.shutdown()
    listener.server_close()
    thread.join()


@pytest.fixture
def running(cluster: Cluster) -> str:
    """The name of a pod that is up."""
    cluster.create(pod())
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    cluster.resource("Pod").status.patch(
        body={"status": status},
        name="one",
        namespace=cluster.namespace,
        content_type="application/merge-patch+json",
    )
    return "one"


@pytest.fixture
def uid(cluster: Cluster, running: str) -> str:
    return str(cluster.get("Pod", running)["metadata"]["uid"])


def test_logs_come_whole_and_by_their_tail(
    server: KubernetesServer, api: ApiClient, cluster: Cluster, uid: str
) -> None:
    server.state.logs.write(uid, "model", "one", "two", "three")
    core = CoreV1Api(api)

    assert core.read_namespaced_pod_log("one", cluster.namespace) == "one\ntwo\nthree\n"
    assert core.read_namespaced_pod_log("one", cluster.namespace, tail_lines=1) == "three\n"
    stamped = core.read_namespaced_pod_log("one", cluster.namespace, timestamps=True)
    assert stamped.startswith("20")


def test_the_log_of_the_run_before_is_kept(
    server: KubernetesServer, api: ApiClient, cluster: Cluster, uid: str
) -> None:
    core, logs = CoreV1Api(api), server.state.logs
    logs.write(uid, "model", "crashed")
    with pytest.raises(ApiException) as caught:
        core.read_namespaced_pod_log("one", cluster.namespace, previous=True)
    logs.start(uid, "model")
    logs.write(uid, "model", "again")

    assert status_of(caught.value)["message"] == (
        'previous terminated container "model" in pod "one" not found'
    )
    previous = core.read_namespaced_pod_log("one", cluster.namespace, previous=True)
    assert previous == "crashed\n"


def test_a_log_is_followed_until_the_container_ends(
    server: KubernetesServer, api: ApiClient, cluster: Cluster, uid: str
) -> None:
    logs = server.state.logs
    logs.write(uid, "model", "first")

    def go_on() -> None:
        time.sleep(0.1)
        logs.write(uid, "model", "second")
        logs.end(uid, "model")

    thread = threading.Thread(target=go_on)
    thread.start()
    found: Any = CoreV1Api(api).read_namespaced_pod_log(
        "one", cluster.namespace, follow=True, _preload_content=False
    )
    lines = b"".join(found.stream()).split()
    thread.join()

    assert lines == [b"first", b"second"]


def test_a_container_that_waits_has_no_log(api: ApiClient, cluster: Cluster) -> None:
    cluster.create(pod("two"))
    with pytest.raises(ApiException) as caught:
        CoreV1Api(api).read_namespaced_pod_log("two", cluster.namespace)

    assert caught.value.status == 400


def test_one_of_several_containers_has_to_be_named(api: ApiClient, cluster: Cluster) -> None:
    containers = [{"name": each, "image": "x:1"} for each in "ab"]
    cluster.create(pod("two", containers=containers))
    with pytest.raises(ApiException) as caught:
        CoreV1Api(api).read_namespaced_pod_log("two", cluster.namespace)

    assert status_of(caught.value)["message"] == (
        "a container name must be specified for pod two, choose one of: [a b]"
    )


@pytest.mark.parametrize("target", ["pods/one:8000", "services/one:80", "services/http:one:web"])
def test_a_proxy_strips_the_authorization(
    backend: ThreadingHTTPServer, api: ApiClient, cluster: Cluster, running: str, target: str
) -> None:
    ports = [{"name": "web", "port": 80, "targetPort": 8000}]
    cluster.create(service("one", ports=ports))
    path = f"/api/v1/namespaces/{cluster.namespace}/{target}/proxy/v1/models?x=1"
    found = raw(api, "GET", path, {"Authorization": "Bearer secret"})

    assert found.data == b"/v1/models?x=1 None"


def test_a_service_without_pods_is_a_503(
    backend: ThreadingHTTPServer, api: ApiClient, cluster: Cluster
) -> None:
    cluster.create(service("none"))
    path = f"/api/v1/namespaces/{cluster.namespace}/services/none:80/proxy/"
    found = raw(api, "GET", path, {})

    assert found.status == 503
    assert found.json()["message"] == 'no endpoints available for service "none"'


class _Tunnelled(http.client.HTTPConnection):
    """HTTP over a socket that is there already."""

    def __init__(self, tunnel: Any) -> None:
        super().__init__("pod")
        self.sock = tunnel


def test_a_port_forward_keeps_the_authorization(
    backend: ThreadingHTTPServer, server: KubernetesServer, cluster: Cluster, running: str
) -> None:
    # a client of its own: stream() changes the one it is given
    core = CoreV1Api(config.new_client_from_config_dict(server.kubeconfig()))
    forward = portforward(
        core.connect_get_namespaced_pod_portforward, running, cluster.namespace, ports="8000"
    )
    tunnel = forward.socket(8000)
    tunnel.settimeout(5)
    connection = _Tunnelled(tunnel)
    connection.request("GET", "/v1/models", headers={"Authorization": "Bearer key"})
    answer = connection.getresponse().read()
    connection.close()
    forward.close()

    assert answer == b"/v1/models Bearer key"


def test_a_port_nobody_listens_on_is_an_error_of_its_channel(
    backend: ThreadingHTTPServer, server: KubernetesServer, cluster: Cluster, running: str
) -> None:
    core = CoreV1Api(config.new_client_from_config_dict(server.kubeconfig()))
    forward = portforward(
        core.connect_get_namespaced_pod_portforward, running, cluster.namespace, ports="9"
    )
    tunnel = forward.socket(9)
    tunnel.settimeout(5)
    end = tunnel.recv(1)
    error = forward.error(9)
    forward.close()

    assert (end, "connection refused" in error) == (b"", True)
