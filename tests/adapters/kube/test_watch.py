"""A mirror when things go wrong: what it does, what it shows, and that it ends."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from kaito_cli.adapters.kube.cluster import KubeCluster, Pace
from kaito_cli.adapters.kube.connection import from_text
from kaito_cli.errors import ClusterFailed
from kaito_cli.ports import Manifest
from tests.clusters import eventually, local_cluster
from tests.kube_server import KubeServer, status
from tests.raw_server import RawServer, chunked, http

PACE = Pace(pauses_seconds=(0.001, 0.002), poll_seconds=0.01, patience_seconds=0.1)
QUIET = Pace(pauses_seconds=(), poll_seconds=0.01, quiet_seconds=0.05)
GONE = status(410, "Expired", "too old resource version: 5 (9)")


def pod(name: str, version: int) -> Manifest:
    metadata = {"name": name, "namespace": "ml", "resourceVersion": str(version)}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}


def listed(version: int, *names: str) -> bytes:
    body = {
        "kind": "PodList",
        "metadata": {"resourceVersion": str(version)},
        "items": [pod(name, version) for name in names],
    }
    return http("200 OK", json.dumps(body).encode())


def event(kind: str, found: Manifest) -> bytes:
    return json.dumps({"type": kind, "object": found}).encode() + b"\n"


def refusal(code: int, body: Manifest) -> bytes:
    return http(f"{code} No", json.dumps(body).encode())


@dataclass(slots=True)
class Script:
    """Answers to lists and to watches, in turn; the last one for ever."""

    lists: list[bytes]
    watches: list[bytes]
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: str) -> bytes:
        target = request.split(" ")[1]
        self.asked.append(target)
        answers = self.watches if "watch=true" in target else self.lists
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def count(self, what: str) -> int:
        watched = sum("watch=true" in each for each in self.asked)
        return watched if what == "watch" else len(self.asked) - watched


def names(mirror: Any) -> list[str]:
    return [each["metadata"]["name"] for each in mirror.objects()]


def threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith("kaito-watch")]


def played(script: Script, pace: Pace, test: Callable[[Any], None], *, hang: bool = False) -> None:
    with RawServer(answer=script, hang=hang).serving() as server:
        config = KubeServer(url=server.url).kubeconfig()
        with closing(KubeCluster(from_text(config), pace).watch("Pod")) as mirror:
            test(mirror)
    assert threads() == []


def test_a_watch_that_breaks_goes_on_where_it_was() -> None:
    told = [event("ADDED", pod("b", 7)), event("BOOKMARK", pod("", 9))]
    script = Script([listed(5, "a")], [chunked(*told, ended=False), chunked(ended=False)])

    def test(mirror: Any) -> None:
        eventually(lambda: script.count("watch") > 1)
        assert names(mirror) == ["a", "b"]
        assert script.count("list") == 1
        assert ["resourceVersion=5" in script.asked[1], "=9&" in script.asked[2]] == [True, True]

    played(script, Pace(poll_seconds=60), test)


@pytest.mark.parametrize(
    "gone",
    [refusal(410, GONE), chunked(event("ERROR", GONE))],
    ids=["at once", "later"],
)
def test_a_version_that_is_too_old_is_listed_anew(gone: bytes) -> None:
    script = Script([listed(5, "a"), listed(20, "b")], [gone, chunked(ended=False)])

    played(script, PACE, lambda mirror: eventually(lambda: names(mirror) == ["b"]))

    assert "resourceVersion=20" in next(each for each in script.asked[3:])


@pytest.mark.parametrize("code", [403, 405])
def test_who_may_not_watch_lists_now_and_then(code: int) -> None:
    script = Script([listed(5, "a"), listed(6, "a", "b")], [refusal(code, {})])

    played(script, PACE, lambda mirror: eventually(lambda: script.count("list") > 3))

    assert script.count("watch") == 1


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        http("500 No", b"{}"),
        chunked(b"no json\n"),
        chunked(b'{"type": "ADDED", "object": 7}\n'),
        chunked(b'{"type": "ADDED", "object": {}}\n'),
        chunked(event("ADDED", pod("odd", 7) | {"status": {"conditions": 5}})),
        chunked(event("ERROR", status(500, "InternalError", "etcd"))),
        chunked(b"[" * 5000 + b"\n"),
        chunked(),
        http("200 OK", b"<html>log in</html>"),
    ],
)
def test_a_watch_that_never_works_is_a_list_now_and_then(broken: bytes) -> None:
    script = Script([listed(5, "a"), listed(6, "b")], [broken])

    played(script, PACE, lambda mirror: eventually(lambda: names(mirror) == ["b"]))


def test_what_a_watch_tells_is_of_its_kind() -> None:
    told = event("ADDED", pod("b", 7) | {"kind": "Odd"})
    script = Script([listed(5, "a")], [chunked(told, ended=False)])

    def test(mirror: Any) -> None:
        eventually(lambda: names(mirror) == ["a", "b"])
        assert {each["kind"] for each in mirror.objects()} == {"Pod"}

    played(script, PACE, test)


def test_a_watch_that_says_nothing_for_long_is_asked_for_anew() -> None:
    silent = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    script = Script([listed(5, "a")], [silent])

    played(script, QUIET, lambda mirror: eventually(lambda: script.count("watch") > 2), hang=True)


def test_it_says_so_when_nothing_works_any_more_and_recovers() -> None:
    script = Script([listed(5, "a"), refusal(503, {})], [refusal(503, {})])

    def fails(mirror: Any) -> bool:
        try:
            mirror.objects()
        except ClusterFailed as error:
            return "did not list `pods`" in error.message
        return False

    def test(mirror: Any) -> None:
        eventually(lambda: fails(mirror))
        script.lists[:] = [listed(9, "c")]
        eventually(lambda: not fails(mirror))
        assert names(mirror) == ["c"]

    played(script, PACE, test)


def test_what_cannot_be_listed_at_all_is_told_at_once() -> None:
    script = Script([refusal(403, {})], [b""])
    with RawServer(answer=script).serving() as server:
        cluster = KubeCluster(from_text(KubeServer(url=server.url).kubeconfig()), PACE)

        with pytest.raises(ClusterFailed, match="may not list"):
            cluster.watch("Pod")

    assert threads() == []


@pytest.mark.parametrize("many", [1, 20])
def test_closing_ends_a_watch_over_tls_at_once(many: int) -> None:
    with local_cluster(Pace()) as (_, cluster):
        mirrors = [cluster.watch("Pod") for _ in range(many)]
        eventually(lambda: len(threads()) == many)
        time.sleep(0.05)  # they are reading by now
        started = time.monotonic()
        for each in mirrors:
            each.close()

        assert time.monotonic() - started < 1.5
        assert threads() == []


def test_closing_twice_and_looking_afterwards_is_no_trouble() -> None:
    with local_cluster() as (_, cluster):
        mirror = cluster.watch("Namespace")
        mirror.close()
        mirror.close()

        assert "default" in names(mirror)


def test_a_server_that_stops_is_told() -> None:
    with local_cluster(PACE) as (_, cluster):
        mirror = cluster.watch("Namespace")
    with closing(mirror):

        def fails() -> bool:
            try:
                mirror.objects()
            except ClusterFailed as error:
                return "cannot be reached" in error.message
            return False

        eventually(fails)
