"""Logs: lines as they come, whatever is in them, also across connections that break."""

import json
import threading
from collections.abc import Iterator

import pytest

from kaito_cli.adapters.kube.cluster import KubeCluster, Pace
from kaito_cli.adapters.kube.connection import from_text
from kaito_cli.errors import ClusterFailed
from kaito_cli.model import Ref
from kaito_cli.sandbox.kubernetes.server import KubernetesServer
from tests.clusters import create_pod, local_cluster
from tests.kube_server import KubeServer, status
from tests.raw_server import RawServer, chunked, http

POD = Ref(kind="Pod", name="chat", namespace="default")
PACE = Pace(pauses_seconds=(0.001, 0.002), patience_seconds=0.1)
QUIET = Pace(pauses_seconds=(0.001, 0.002), patience_seconds=0.1, quiet_seconds=0.05)
GONE = {**status(404, "NotFound", "no pod"), "details": {"name": "chat", "kind": "pods"}}


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[KubernetesServer, KubeCluster]]:
    with local_cluster() as pair:
        yield pair


def stamped(second: int, text: str, fraction: str = "5") -> bytes:
    return f"2026-11-23T12:00:{second:02}.{fraction}Z {text}\n".encode()


class Script:
    """Answers in turn; the last one for ever."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, request: str) -> bytes:
        self.asked.append(request.split(" ")[1])
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def read(*answers: bytes, follow: bool = True, pace: Pace = PACE) -> tuple[list[str], list[str]]:
    """The lines, and what was asked for."""
    script = Script(*answers)
    with RawServer(answer=script).serving() as server:
        cluster = KubeCluster(from_text(KubeServer(url=server.url).kubeconfig()), pace)
        return list(cluster.logs(POD, follow=follow)), script.asked


def test_a_line_comes_as_soon_as_it_is_written(
    both: tuple[KubernetesServer, KubeCluster],
) -> None:
    server, cluster = both
    uid = create_pod(server, "live")["metadata"]["uid"]
    server.state.logs.write(uid, "main", "one", "two")
    lines = cluster.logs(Ref(kind="Pod", name="live", namespace="default"), follow=True, tail=1)

    assert next(lines) == "two"
    threading.Timer(0.05, lambda: server.state.logs.write(uid, "main", "three")).start()
    assert next(lines) == "three"
    server.state.logs.end(uid, "main")
    assert list(lines) == []


def test_the_run_before_has_a_log_of_its_own(both: tuple[KubernetesServer, KubeCluster]) -> None:
    server, cluster = both
    uid = create_pod(server, "again")["metadata"]["uid"]
    server.state.logs.write(uid, "main", "out of memory")
    server.state.logs.start(uid, "main")
    server.state.logs.write(uid, "main", "hello")
    pod = Ref(kind="Pod", name="again", namespace="default")

    assert list(cluster.logs(pod)) == ["hello"]
    assert list(cluster.logs(pod, previous=True)) == ["out of memory"]


def test_a_container_that_has_not_started_is_told(
    both: tuple[KubernetesServer, KubeCluster],
) -> None:
    server, cluster = both
    create_pod(server, "early")

    with pytest.raises(ClusterFailed, match="no such log of Pod `early`") as caught:
        list(cluster.logs(Ref(kind="Pod", name="early", namespace="default")))

    assert "does not have a host assigned" in caught.value.detail
    assert "kubectl describe pods early -n default" in caught.value.hint


def test_who_may_not_read_logs_is_told_what_is_missing() -> None:
    with local_cluster() as (server, cluster):
        create_pod(server, "chat")
        server.state.access.deny("get", "pods/log")

        with pytest.raises(ClusterFailed, match="may not get `pods/log`") as caught:
            list(cluster.logs(POD))

    assert "kubectl auth can-i get pods --subresource=log -n default" in caught.value.hint


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        (b"\xff\xfe caf\xc3\xa9\n", ["�� café"]),
        (b"a\r\nb\n", ["a", "b"]),
        (b"10%\r20%\r\n", ["10%\r20%"]),
        (b"no end", ["no end"]),
        (b"\n\n", ["", ""]),
        ("a\u2028b\x0bc\n".encode(), ["a\u2028b\x0bc"]),
        (b"", []),
    ],
)
def test_a_log_may_hold_anything(written: bytes, lines: list[str]) -> None:
    assert read(http("200 OK", written), follow=False)[0] == lines


def test_a_character_may_come_in_two_pieces() -> None:
    assert read(chunked(b"caf\xc3", b"\xa9\n"), follow=False)[0] == ["café"]


def test_a_line_without_an_end_does_not_fill_the_memory() -> None:
    lines, _ = read(chunked(*[b"x" * 60_000] * 100), follow=False)

    assert sum(map(len, lines)) == 6_000_000
    assert max(map(len, lines)) < 5_000_000


def test_a_log_that_is_cut_off_is_a_failure() -> None:
    with pytest.raises(ClusterFailed, match="cannot be reached"):
        read(chunked(b"one\n", ended=False), follow=False)


class TestFollow:
    def test_it_goes_on_where_a_connection_broke(self) -> None:
        first = chunked(stamped(1, "a"), stamped(2, "b"), b"2026-11-23T12:00:03.1Z ha", ended=False)
        second = chunked(stamped(2, "b"), stamped(3, "half", "1"), stamped(4, "c"))

        lines, asked = read(first, second)

        assert lines == ["a", "b", "half", "c"]
        assert "timestamps=true" in asked[0]
        assert "sinceTime=2026-11-23T12%3A00%3A02Z" in asked[1]

    def test_lines_of_the_same_moment_are_told_apart(self) -> None:
        first = chunked(stamped(2, "a"), stamped(2, "a"), ended=False)
        second = chunked(stamped(2, "a"), stamped(2, "a"), stamped(2, "a"), stamped(2, "z", "50"))

        assert read(first, second)[0] == ["a", "a", "a", "z"]

    def test_fractions_are_numbers(self) -> None:
        first = chunked(stamped(2, "a", "5"), ended=False)
        second = chunked(stamped(2, "a", "5"), stamped(2, "b", "50001"), stamped(2, "c", "6"))

        assert read(first, second)[0] == ["a", "b", "c"]

    def test_a_server_whose_zone_is_another_is_understood(self) -> None:
        line = b"2026-11-23T14:00:02.000000001+02:00 a\n"
        lines, asked = read(chunked(line, ended=False), chunked(line))

        assert lines == ["a"]
        assert "sinceTime=2026-11-23T14%3A00%3A02%2B02%3A00" in asked[1]

    def test_the_servers_own_remarks_have_no_time(self) -> None:
        assert read(chunked(b"failed to watch file\n"))[0] == ["failed to watch file"]

    def test_a_pod_that_went_ends_its_log(self) -> None:
        gone = http("404 Not Found", json.dumps(GONE).encode())

        assert read(chunked(stamped(1, "a"), ended=False), gone)[0] == ["a"]

    def test_what_breaks_again_and_again_is_given_up(self) -> None:
        with pytest.raises(ClusterFailed, match="cannot be reached"):
            read(chunked(stamped(1, "a"), ended=False))

    def test_what_breaks_after_each_line_goes_on(self) -> None:
        answers = [chunked(stamped(second, "x"), ended=False) for second in range(20)]

        assert read(*answers, chunked(stamped(30, "end")))[0] == ["x"] * 20 + ["end"]


def test_a_log_that_is_silent_for_long_is_asked_for_anew() -> None:
    silent = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    line = stamped(1, "a")
    first = silent + b"%x\r\n%s\r\n" % (len(line), line)
    script = Script(first, silent, silent, silent, silent, chunked(stamped(9, "b")))
    with RawServer(answer=script, hang=True).serving() as server:
        cluster = KubeCluster(from_text(KubeServer(url=server.url).kubeconfig()), QUIET)

        assert list(cluster.logs(POD, follow=True)) == ["a", "b"]
