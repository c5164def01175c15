"""The two ways to what a pod serves: port-forward, which keeps the key, and the proxy."""

import socket
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kaito_cli.adapters.kube.cluster import KubeCluster
from kaito_cli.errors import ClusterFailed, NotPermitted
from kaito_cli.model import Ref
from kaito_cli.sandbox.kubernetes.server import KubernetesServer
from tests.clusters import create_pod, eventually, local_cluster

POD = Ref(kind="Pod", name="chat", namespace="default")
SERVICE = Ref(kind="Service", name="chat", namespace="default")


class Engine(BaseHTTPRequestHandler):
    """Says whether a key came along; answers long paths at length, and echoes what it gets."""

    def do_GET(self) -> None:
        code = 500 if self.path == "/broken" else 200
        size = int(self.path[5:]) if self.path.startswith("/big/") else 0
        self._answer(code, b"x" * size or str(self.headers.get("Authorization")).encode())

    def do_POST(self) -> None:
        self._answer(200, self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def engine() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Engine)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def both(engine: int) -> Iterator[tuple[KubernetesServer, KubeCluster]]:
    with local_cluster() as (server, cluster):
        create_pod(server, "chat")
        server.state.reach = lambda pod, port: ("127.0.0.1", engine) if port == 8000 else None
        ready = {"type": "Ready", "status": "True"}
        store = server.state.store
        pods = store.resources.of("", "pods")
        found = dict(store.get(pods, "default", "chat") or {})
        labelled = {**found["metadata"], "labels": {"app": "chat"}}
        alive = {"phase": "Running", "conditions": [ready], "podIP": "10.0.0.1"}
        store.put(pods, {**found, "metadata": labelled, "status": alive})
        cluster.apply(
            [
                {
                    "apiVersion": "v1",
                    "kind": "Service",
                    "metadata": {"name": "chat", "namespace": "default"},
                    "spec": {
                        "selector": {"app": "chat"},
                        "ports": [{"port": 80, "targetPort": 8000}],
                    },
                }
            ]
        )
        yield server, cluster


@pytest.fixture
def cluster(both: tuple[KubernetesServer, KubeCluster]) -> KubeCluster:
    return both[1]


def asked(port: int, path: str, body: bytes | None = None) -> bytes:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", body, {"Authorization": "Bearer key"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bytes(answer.read())


class TestForward:
    def test_the_key_arrives(self, cluster: KubeCluster) -> None:
        with cluster.forward(POD, 8000) as port:
            assert asked(port, "/v1/models") == b"Bearer key"

    def test_several_connections_at_once(self, cluster: KubeCluster) -> None:
        with cluster.forward(POD, 8000) as port, ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: asked(port, "/"), range(24)))

        assert answers == [b"Bearer key"] * 24

    def test_much_goes_both_ways(self, cluster: KubeCluster) -> None:
        sent = bytes(range(256)) * 8000

        with cluster.forward(POD, 8000) as port:
            assert len(asked(port, "/big/3000000")) == 3_000_000
            assert asked(port, "/", sent) == sent

    def test_nothing_is_left_when_the_block_ends(self, cluster: KubeCluster) -> None:
        before = threading.active_count()
        with cluster.forward(POD, 8000) as port:
            idle = socket.create_connection(("127.0.0.1", port))
            asked(port, "/")
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port))

        idle.close()
        eventually(lambda: threading.active_count() <= before + 1)

    def test_a_port_on_which_nobody_listens_is_told(self, cluster: KubeCluster) -> None:
        with pytest.raises(ClusterFailed) as caught, cluster.forward(POD, 9999) as port:
            asked(port, "/")

        assert "does not answer on port 9999" in caught.value.message
        assert "connection refused" in caught.value.detail

    def test_what_fails_in_the_block_for_another_reason_stays_what_it_is(
        self, cluster: KubeCluster
    ) -> None:
        with pytest.raises(ValueError, match="mine"), cluster.forward(POD, 8000):
            raise ValueError("mine")

    def test_who_may_not_is_told_before(self, both: tuple[KubernetesServer, KubeCluster]) -> None:
        server, cluster = both
        server.state.access.deny("*", "pods/portforward")

        with pytest.raises(NotPermitted, match="pods/portforward") as caught:
            cluster.forward(POD, 8000).__enter__()

        assert "--subresource=portforward -n default" in caught.value.hint

    def test_no_pod_no_way(self, cluster: KubeCluster) -> None:
        nobody = Ref(kind="Pod", name="nobody", namespace="default")

        with pytest.raises(ClusterFailed, match="There is no Pod `nobody`"):
            cluster.forward(nobody, 8000).__enter__()


class TestProxy:
    def test_the_key_stays_behind(self, cluster: KubeCluster) -> None:
        assert cluster.proxied(SERVICE, 80, "/metrics") == b"None"

    def test_what_the_service_says_itself_is_told(self, cluster: KubeCluster) -> None:
        with pytest.raises(ClusterFailed, match="answers `/broken` on port 80 with 500"):
            cluster.proxied(SERVICE, 80, "/broken")

    def test_a_service_without_pods_is_told_and_asked_once(
        self, both: tuple[KubernetesServer, KubeCluster]
    ) -> None:
        server, cluster = both
        cluster.delete([POD])
        server.state.faults.requests.clear()

        with pytest.raises(ClusterFailed, match="with 503") as caught:
            cluster.proxied(SERVICE, 80, "/health")

        assert "no endpoints available" in caught.value.detail
        assert len(server.state.faults.requests) == 1

    def test_who_may_not_is_told(self, both: tuple[KubernetesServer, KubeCluster]) -> None:
        server, cluster = both
        server.state.access.deny("*", "services/proxy")

        with pytest.raises(NotPermitted, match="services/proxy"):
            cluster.proxied(SERVICE, 80, "/health")
