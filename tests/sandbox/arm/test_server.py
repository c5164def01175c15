"""The server as such: what it lets in, what it writes down, how it starts and stops."""

import socket
import subprocess
import sys
import threading

import pytest

from kaito_cli.sandbox.arm import ArmServer, ArmState, serving
from tests.sandbox.arm.calls import CLUSTER, POOL, SUBSCRIPTION, call

IN_A_PROCESS = """
from kaito_cli.sandbox.arm import ArmState, serve_forever
serve_forever(ArmState(), ready=lambda url: print(url, flush=True))
"""


def test_a_call_without_a_token_is_refused(arm: ArmServer) -> None:
    found = call(arm, "GET", CLUSTER, token="")

    assert (found.status, found.code) == (401, "InvalidAuthenticationToken")


def test_only_the_token_that_is_set_is_accepted(arm: ArmServer) -> None:
    arm.state.token = "secret"

    assert call(arm, "GET", CLUSTER, token="other").status == 401
    assert call(arm, "GET", CLUSTER, token="secret").status == 200


def test_a_call_without_a_version_of_the_api_is_refused(arm: ArmServer) -> None:
    found = call(arm, "GET", CLUSTER, query="")

    assert (found.status, found.code) == (400, "MissingApiVersionParameter")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", f"{SUBSCRIPTION}/nothing", 404, "InvalidResourceType"),
        ("PUT", CLUSTER, 404, "InvalidResourceType"),
        ("GET", CLUSTER.replace("prod", "dev"), 404, "ResourceNotFound"),
        ("GET", POOL, 404, "ResourceNotFound"),
        ("GET", f"{SUBSCRIPTION[:-1]}9/resourceGroups/ml", 404, "SubscriptionNotFound"),
    ],
)
def test_what_is_not_there_is_not_found(
    arm: ArmServer, method: str, path: str, status: int, code: str
) -> None:
    found = call(arm, method, path, {} if method == "PUT" else None)

    assert (found.status, found.code) == (status, code)


def test_paths_are_the_same_in_any_case(arm: ArmServer) -> None:
    assert call(arm, "GET", CLUSTER.lower()).body["name"] == "prod"


def test_every_request_is_written_down_but_for_its_token(arm: ArmServer) -> None:
    call(arm, "PUT", POOL, {"properties": {"count": 7}}, token="very-secret")

    (written,) = arm.state.requests
    assert (written.method, written.path) == ("PUT", POOL)
    assert written.query == {"api-version": "2026-08-01"}
    assert written.body == {"properties": {"count": 7}}
    assert "very-secret" not in repr(written)


def test_a_body_that_is_no_json_is_refused(arm: ArmServer) -> None:
    assert call(arm, "PUT", POOL, None).code == "InvalidParameter"


def test_a_port_can_be_chosen() -> None:
    with serving() as first:
        port = int(first.url.rpartition(":")[2])

    with serving(port=port) as second:
        assert second.url == first.url


def test_stopping_ends_open_connections_and_threads() -> None:
    before = threading.active_count()

    with serving() as server, socket.create_connection(("127.0.0.1", _port(server))) as idle:
        call(server, "GET", CLUSTER)
        idle.sendall(b"GET /subscriptions HTTP/1.1\r\n")
        server.state.fault(hang="before")
        with pytest.raises(TimeoutError):
            call(server, "GET", CLUSTER, timeout_seconds=0.05)

    assert threading.active_count() == before


def test_a_process_of_its_own_says_where_it_serves() -> None:
    started = subprocess.Popen([sys.executable, "-c", IN_A_PROCESS], stdout=subprocess.PIPE)
    assert started.stdout
    try:
        url = started.stdout.readline().decode().strip()
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as connection:
            connection.sendall(b"GET /subscriptions HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 401")
    finally:
        started.terminate()
        started.wait()
        started.stdout.close()


def test_the_default_state_is_a_cluster_with_a_system_pool() -> None:
    cluster = ArmState().cluster

    assert (cluster.name, cluster.region, list(cluster.pools)) == ("prod", "eastus2", ["system"])


def _port(server: ArmServer) -> int:
    return int(server.url.rpartition(":")[2])
