"""Watches that are shared, looks that cost nothing, and nodes that are on their way."""

import threading
from datetime import UTC, datetime

import pytest

from kaito_cli.errors import ClusterFailed
from kaito_cli.manifests.render import render
from kaito_cli.model import LiveNodePool, Nodes
from kaito_cli.operations.mirrors import Mirrors
from kaito_cli.operations.nodes import lost_pool, nodes_coming
from kaito_cli.operations.watching import LOG_SECONDS, Watching
from kaito_cli.ports import Manifest
from tests.fakes import FakeClock, FakeCluster
from tests.workspaces import applied, chat, gpu_node, pool_of, ready, running, unscheduled

NOW = datetime(2026, 11, 23, 11, 5, tzinfo=UTC)  # five minutes after the nodes of these tests
CHAT = chat()
CODER = chat("coder")
POOL = CHAT.node_pool.name


def watching(cluster: FakeCluster, name: str = "chat", clock: FakeClock | None = None) -> Watching:
    return Watching(name=name, namespace="ml", mirrors=Mirrors(cluster), clock=clock or FakeClock())


class TestMirrors:
    def test_workspaces_of_one_namespace_share_them(self) -> None:
        cluster = FakeCluster(*ready(CHAT), *applied(CODER), running(CODER, ready=False))
        with Mirrors(cluster) as mirrors:
            looks = [
                Watching(name=name, namespace="ml", mirrors=mirrors, clock=FakeClock()).judged()
                for name in ("chat", "coder")
            ]

        assert [each.readiness.done for each in looks] == [True, False]
        assert [[pod.name for pod in each.pods] for each in looks] == [
            ["chat-7d9f-0"],
            ["coder-7d9f-0"],
        ]
        assert len(cluster.mirrors) == 5  # three kinds of workloads, pods, events
        assert all(each.closed for each in cluster.mirrors)

    def test_events_that_may_not_be_read_are_no_failure(self) -> None:
        cluster = FakeCluster(
            *ready(CHAT), failing={"watch Event": ClusterFailed("You may not list events.")}
        )

        assert watching(cluster).judged().readiness.done

    def test_workloads_that_may_not_be_read_are(self) -> None:
        cluster = FakeCluster(failing={"watch Deployment": ClusterFailed("You may not.")})

        with pytest.raises(ClusterFailed):
            watching(cluster).judged()


class TestLogs:
    def test_they_are_read_again_after_a_while_only(self) -> None:
        asked: list[str] = []
        cluster = FakeCluster(*applied(CHAT), running(CHAT, ready=False), interfere=asked.append)
        clock = FakeClock()
        follower = watching(cluster, clock=clock)
        for _ in range(4):
            follower.look()
        assert asked.count("before logs") == 1

        clock.sleep(LOG_SECONDS)
        follower.look()
        assert asked.count("before logs") == 2

    def test_those_of_the_run_before_come_first(self) -> None:
        pod = running(CHAT, ready=False)
        pod["status"]["containerStatuses"][0]["restartCount"] = 1
        cluster = FakeCluster(*applied(CHAT), pod)
        cluster.write("chat-7d9f-0", "now", container="model")
        cluster.write("chat-7d9f-0", "before", container="model", previous=True)

        assert watching(cluster).look().logs == {"chat-7d9f-0": ("before", "now")}

    def test_a_token_in_a_log_is_no_evidence(self) -> None:
        cluster = FakeCluster(*applied(CHAT), running(CHAT, ready=False))
        cluster.write("chat-7d9f-0", f"HF_TOKEN=hf_{'aB3' * 12}", container="model")

        assert watching(cluster).look().logs == {"chat-7d9f-0": ("HF_TOKEN=…",)}

    def test_a_log_that_cannot_be_read_is_no_failure(self) -> None:
        cluster = FakeCluster(
            *applied(CHAT),
            running(CHAT, ready=False),
            failing={"logs Pod chat-7d9f-0": ClusterFailed("You may not get pods/log.")},
        )

        assert watching(cluster).judged().readiness.ok


class TestNodesComing:
    @pytest.mark.parametrize(
        ("pool", "nodes", "coming"),
        [
            (pool_of(CHAT, provisioning_state="Creating"), [], True),
            (pool_of(CHAT, provisioning_state="Scaling"), [], True),
            (pool_of(CHAT, provisioning_state="Failed"), [], False),
            (pool_of(CHAT, provisioning_state="Deleting"), [], False),
            (pool_of(CHAT, stopped=True), [], False),
            (pool_of(CHAT), [], True),  # not registered yet
            (pool_of(CHAT), [gpu_node(POOL, gpus=0)], True),
            (pool_of(CHAT), [gpu_node(POOL, ready=False)], True),
            (pool_of(CHAT), [gpu_node(POOL)], False),
            (pool_of(CHAT), [gpu_node("other")], True),
            (pool_of(CHAT, min_count=1, max_count=3), [gpu_node(POOL)], True),
            (pool_of(CHAT, count=3, min_count=1, max_count=3), [gpu_node(POOL)] * 3, False),
        ],
    )
    def test_by_the_pool_and_its_nodes(
        self, pool: LiveNodePool, nodes: list[Manifest], coming: bool
    ) -> None:
        assert nodes_coming([pool], nodes, None, NOW) is coming

    def test_gpus_that_did_not_come_in_time_will_not(self) -> None:
        late = datetime(2026, 11, 23, 11, 20, tzinfo=UTC)

        assert not nodes_coming([pool_of(CHAT)], [gpu_node(POOL, gpus=0)], None, late)

    def test_karpenters_come_as_long_as_pods_ask(self) -> None:
        plan = chat(request={"nodes": Nodes.KARPENTER})
        workload = next(each for each in render(plan) if each["kind"] == "Deployment")

        assert nodes_coming([], [], workload, NOW)

    def test_one_failed_pool_beside_a_good_one_is_not_the_end(self) -> None:
        failed = pool_of(CHAT, provisioning_state="Failed")

        assert lost_pool([failed], ()) is not None
        assert lost_pool([failed, pool_of(CHAT)], ()) is None
        assert lost_pool([], ()) is None


def test_a_pod_without_a_node_may_wait_for_one() -> None:
    follower = watching(FakeCluster(*applied(CHAT), unscheduled(CHAT)))

    assert follower.judged(nodes_coming=True).readiness.ok


def test_all_watches_end_at_once() -> None:
    """Each may take a moment, as one whose server has not answered yet."""
    met = threading.Barrier(3, timeout=5)

    class Slow:
        def objects(self) -> tuple[()]:
            return ()

        def close(self) -> None:
            met.wait()

    class Watched(FakeCluster):
        def watch(self, kind: str, **asked: str) -> Slow:
            return Slow()

    with Mirrors(Watched()) as mirrors:
        for kind in ("Pod", "Node", "Event"):
            mirrors.objects(kind)

    assert not met.broken
