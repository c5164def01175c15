"""Servers that are broken, slow, or none at all: one clear error each, and never a token."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from kaito_cli.adapters.kube.cluster import KubeCluster, Pace
from kaito_cli.adapters.kube.connection import from_text
from kaito_cli.errors import BadManifest, ClusterFailed
from kaito_cli.model import Ref
from tests.kube_server import KubeServer, status
from tests.raw_server import RawServer, chunked, http

TOKEN = "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl"
PAUSES = (0.001, 0.002)
PATIENT = Pace(pauses_seconds=PAUSES)
HASTY = Pace(
    connect_seconds=0.05,
    read_seconds=0.05,
    patience_seconds=0.1,
    pauses_seconds=PAUSES,
    quiet_seconds=0.05,
)
POD = Ref(kind="Pod", name="chat", namespace="ml")
SETTINGS = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "ml"}}

Ask = Callable[[KubeCluster], object]


def forwarded(cluster: KubeCluster) -> None:
    with cluster.forward(POD, 8000):
        raise AssertionError("the way to the pod should not have opened")


def watched(cluster: KubeCluster) -> None:
    with closing(cluster.watch("Pod")):
        raise AssertionError("there should be nothing to watch")


ASKED: dict[str, Ask] = {
    "find": lambda cluster: cluster.find("Pod"),
    "find of an unknown kind": lambda cluster: cluster.find("Thing", api_version="a.b/v1"),
    "get": lambda cluster: cluster.get(POD),
    "apply": lambda cluster: cluster.apply([SETTINGS]),
    "dry run": lambda cluster: cluster.apply([SETTINGS], dry_run=True),
    "delete": lambda cluster: cluster.delete([POD]),
    "watch": watched,
    "logs": lambda cluster: list(cluster.logs(POD)),
    "follow": lambda cluster: list(cluster.logs(POD, follow=True)),
    "forward": forwarded,
    "proxied": lambda cluster: cluster.proxied(POD, 80, "/metrics"),
}
ECHO = json.dumps(status(500, "InternalError", f"header Authorization: Bearer {TOKEN}")).encode()
BROKEN = {
    "nothing": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "half a head": b"HTTP/1.1 503 Service Unavail",
    "bad request": http("400 Bad Request", b"<html>400</html>"),
    "expired": http("401 Unauthorized", json.dumps(status(401, "Unauthorized", "no")).encode()),
    "log in": http("403 Forbidden", b"<html>log in</html>"),
    "redirect": http("302 Found", b"", f"Location: https://evil.example/?t={TOKEN}"),
    "busy": http("429 Too Many Requests", b"slow down", "Retry-After: 60"),
    "echo": http("500 Internal Server Error", ECHO),
    "no text": http("500 Internal Server Error", b"\xff\xfe\x00" * 1000),
    "unavailable": http("503 Service Unavailable", b"{"),
}
NO_JSON = {
    "garbage": http("200 OK", b"\x00\xff{{{"),
    "html": http("200 OK", b"<html>log in</html>"),
    "a list": http("200 OK", b"[1, 2]"),
    "a number": http("200 OK", b"7"),
    "null": http("200 OK", b"null"),
    "empty": http("200 OK", b""),
    "no object": http("200 OK", b"{}"),
    "items that are none": http("200 OK", b'{"kind": "PodList", "metadata": [], "items": [7]}'),
    "deep": http("200 OK", b"[" * 100_000),
    "cut off": http("200 OK", b'{"kind": "Po', length=5000),
    "cut off in pieces": chunked(b'{"kind": ', ended=False),
    "pieces of no size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "no gzip": http("200 OK", b"plain", "Content-Encoding: gzip"),
}
TEXT = ("logs", "follow", "proxied")  # whose answers may be anything
LAX = ("delete",)  # for which any success will do


def cluster(server: RawServer) -> KubeCluster:
    config = KubeServer(url=server.url, token=TOKEN).kubeconfig()
    return KubeCluster(from_text(config), HASTY if server.hang else PATIENT)


@pytest.fixture(params=list(ASKED))
def ask(request: pytest.FixtureRequest) -> Ask:
    return ASKED[request.param]


def failure(answer: bytes, ask: Ask, *, hang: bool = False) -> ClusterFailed:
    with (
        RawServer(answer=answer, hang=hang).serving() as server,
        pytest.raises(ClusterFailed) as caught,
    ):
        ask(cluster(server))
    return caught.value


def told(error: BaseException) -> Iterator[str]:
    """Everything a user may ever see of an error, -v included."""
    chain: BaseException | None = error
    while chain:
        yield str(chain)
        if isinstance(chain, ClusterFailed):
            yield f"{chain.detail} {chain.hint}"
        chain = chain.__cause__


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_one_clear_error(answer: bytes, ask: Ask) -> None:
    error = failure(answer, ask)

    assert error.message
    assert error.hint
    assert TOKEN not in "".join(told(error))


@pytest.mark.parametrize("answer", NO_JSON.values(), ids=NO_JSON)
@pytest.mark.parametrize("name", [each for each in ASKED if each not in (*TEXT, *LAX)])
def test_an_answer_that_is_no_kubernetes_api_is_told(answer: bytes, name: str) -> None:
    error = failure(answer, ASKED[name])

    assert error.hint
    assert "\n" not in error.detail


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n"], ids=["at once", "in the head"])
def test_a_server_that_hangs_is_given_up(answer: bytes, ask: Ask) -> None:
    error = failure(answer, ask, hang=True)

    assert "cannot be reached" in error.message


def test_a_body_that_never_ends_is_given_up() -> None:
    answer = b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"kind"'

    assert "cannot be reached" in failure(answer, ASKED["find"], hang=True).message


def test_a_redirect_is_not_followed_and_not_quoted() -> None:
    with RawServer(answer=b"").serving() as elsewhere:
        answer = http("307 Temporary Redirect", b"", f"Location: {elsewhere.url}/?t={TOKEN}")
        error = failure(answer, ASKED["find"])

        assert "does not answer as a Kubernetes API" in error.message
        assert elsewhere.asked == []


def test_a_busy_server_says_when_to_come_again() -> None:
    error = failure(BROKEN["busy"], ASKED["find"])

    assert "too many requests" in error.message
    assert "60 seconds" in error.hint


def test_an_expired_token_is_shown_once() -> None:
    with RawServer(answer=BROKEN["expired"]).serving() as server:
        with pytest.raises(ClusterFailed, match="does not accept the credentials"):
            cluster(server).find("Pod")

        assert len(server.asked) == 1


@pytest.mark.parametrize("code", [413, 422])
def test_a_refused_list_is_no_ones_manifest(code: int) -> None:
    answer = http(f"{code} No", json.dumps(status(code, "Invalid", "no")).encode())
    with RawServer(answer=lambda request: answer).serving() as server:
        config = KubeServer(url=server.url).kubeconfig()

        with pytest.raises(ClusterFailed) as caught:
            KubeCluster(from_text(config), PATIENT).watch("Pod")

    assert not isinstance(caught.value, BadManifest)
    assert "``" not in caught.value.message


def test_what_cannot_be_unpacked_is_an_odd_answer() -> None:
    answer = http("200 OK", b"no gzip", "Content-Encoding: gzip")
    with RawServer(answer=lambda request: answer).serving() as server:
        config = KubeServer(url=server.url).kubeconfig()

        with pytest.raises(ClusterFailed, match="does not answer as a Kubernetes"):
            KubeCluster(from_text(config), PATIENT).find("Pod")
