"""`kaito wait`: what is told on the way, and what is never waited for."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from kaito_cli.errors import ClusterFailed, KaitoError, NotFound, TimedOut
from kaito_cli.model import (
    AzureProblem,
    Event,
    LiveNodePool,
    ProblemKind,
    Progress,
    Ref,
    Target,
    TargetKind,
)
from kaito_cli.operations.drive import drive
from kaito_cli.operations.judging import WORDS
from kaito_cli.operations.wait import Goal, patience_of, wait_for
from kaito_cli.ports import Manifest
from kaito_cli.readiness.progress import progress
from tests.fake_cluster import Step
from tests.fakes import FakeCloud, FakeCluster, FakeWorld
from tests.inventory import SYSTEM
from tests.workspaces import (
    applied,
    chat,
    gpu_node,
    pool_of,
    ready,
    rolled,
    running,
    unscheduled,
    waiting,
)

CHAT = chat()
POOL = pool_of(CHAT)
NOT_FOUND = (
    'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/vllm/vllm-openai'
    ':v9": failed to resolve reference: docker.io/vllm/vllm-openai:v9: not found'
)
DOWNLOAD = "model-00001-of-00002.safetensors:  45%|####  | 4.5G/9.9G [00:10<00:12, 210MB/s]"


def world(*objects: Manifest, pools: tuple[LiveNodePool, ...] = (POOL,), **life: Any) -> FakeWorld:
    return FakeWorld(
        target=Target(kind=TargetKind.AKS),
        fake_cloud=FakeCloud(SYSTEM, *pools),
        fake_cluster=FakeCluster(*objects, **life),
    )


def fake(where: FakeWorld) -> FakeCluster:
    assert isinstance(where.fake_cluster, FakeCluster)
    return where.fake_cluster


def waited(where: FakeWorld, goal: Goal = Goal.READY, seconds: float = 3600) -> list[Event]:
    """All that is told on the way to the goal."""
    return list(drive([wait_for("chat", "ml", goal, where)], where.clock, seconds))


def news(events: list[Event]) -> Iterator[tuple[str, str]]:
    """Subject and message, once for each change."""
    said: dict[str, str] = {}
    for each in events:
        if said.get(each.subject) != each.message:
            said[each.subject] = each.message
            yield each.subject, each.message


class TestReady:
    def test_what_is_ready_is_told_at_once(self) -> None:
        where = world(*ready(CHAT))

        events = waited(where)

        assert events[-1].subject == "workspace chat"
        assert events[-1].progress is Progress.DONE
        assert events[-1].message == "1 of 1 replicas ready"
        assert where.clock.seconds() == 0

    def test_each_step_of_a_pod_is_told_once(self) -> None:
        def write(line: str) -> Callable[[], None]:
            return lambda: cluster.write("chat-7d9f-0", line, container="model")

        steps: list[Step] = [
            None,
            {"status": running(CHAT, ready=False)["status"]},
            write(DOWNLOAD),
            write("Capturing CUDA graphs: 10%|#  | 1/10"),
            {"status": running(CHAT)["status"]},
        ]
        cluster = FakeCluster(
            *applied(CHAT),
            waiting(CHAT, "ContainerCreating"),
            gpu_node(POOL.name),
            life={
                "Pod": [step for each in steps for step in (each, *[None] * 5)],
                "Deployment": [*[None] * 28, {"status": rolled(1)}],
            },
        )

        told = list(news(waited(replace(world(), fake_cluster=cluster))))

        assert [message for subject, message in told if subject.startswith("pod")] == [
            "being created",
            "started, not ready yet",
            "downloading weights",
            "capturing CUDA graphs",
            "ready",
        ]

    def test_steps_between_two_looks_are_told_too(self) -> None:
        """A small image is pulled, and small weights are loaded, in less than a look takes."""

        def come_far() -> None:
            cluster.objects.append(_pulling("chat-7d9f-0"))
            lines = ("Starting to load model chat", "Dynamo bytecode transform time: 1 s")
            cluster.write("chat-7d9f-0", *lines, container="model")

        cluster = FakeCluster(
            *applied(CHAT),
            waiting(CHAT, "ContainerCreating"),
            gpu_node(POOL.name),
            life={
                "Pod": [*[None] * 3, come_far, {"status": running(CHAT, ready=False)["status"]}],
                "Deployment": [*[None] * 8, {"status": rolled(1)}],
            },
        )

        told = list(news(waited(replace(world(), fake_cluster=cluster))))

        assert [message for subject, message in told if subject.startswith("pod")] == [
            "being created",
            "pulling the image",
            "loading weights",
            "compiling",
        ]

    def test_what_was_long_before_the_first_look_is_past(self) -> None:
        where = world(*ready(CHAT), _pulling("chat-7d9f-0"))

        assert "pulling the image" not in {each.message for each in waited(where)}

    def test_a_download_tells_how_far_and_how_fast(self) -> None:
        where = world(*applied(CHAT), running(CHAT, ready=False), gpu_node(POOL.name))
        fake(where).write("chat-7d9f-0", DOWNLOAD, container="model")

        steps = wait_for("chat", "ml", Goal.READY, where)
        found = next(each for each in steps if each.subject == "pod chat-7d9f-0")

        assert (found.message, found.fraction) == ("downloading weights", 0.45)
        assert found.bytes_per_second == 210e6

    def test_nodes_that_come_are_waited_for(self) -> None:
        growing = pool_of(CHAT, provisioning_state="Creating")
        where = world(*applied(CHAT), unscheduled(CHAT), pools=(growing,))

        with pytest.raises(KaitoError) as stopped:
            waited(where, seconds=5)

        assert stopped.value.exit_code == 7

    def test_gpus_that_are_not_offered_yet_are_waited_for(self) -> None:
        young = gpu_node(POOL.name, gpus=0)
        young["metadata"]["creationTimestamp"] = "2026-11-23T11:59:00Z"
        where = world(*applied(CHAT), unscheduled(CHAT), young)

        with pytest.raises(KaitoError) as stopped:
            waited(where, seconds=120)

        assert stopped.value.exit_code == 7

    def test_mirrors_are_closed_whatever_happens(self) -> None:
        where = world(*ready(CHAT))
        waited(where)

        assert all(each.closed for each in fake(where).mirrors)

    def test_logs_are_read_only_of_pods_that_need_it(self) -> None:
        asked: list[str] = []
        where = world(*ready(CHAT), interfere=asked.append)
        waited(where)

        assert "before logs" not in asked


class TestNever:
    @pytest.mark.parametrize(
        ("live", "cause", "within"),
        [
            pytest.param(waiting(CHAT, "ImagePullBackOff", NOT_FOUND), "image-", 5, id="image"),
            pytest.param(
                unscheduled(CHAT, "0/3 nodes are available: 3 node(s) didn't match Pod's node "
                "affinity/selector."),
                "node-selector-mismatch",
                40,
                id="no match",
            ),
        ],
    )  # fmt: skip
    def test_it_stops_with_cause_evidence_and_fix(
        self, live: Manifest, cause: str, within: float
    ) -> None:
        where = world(*applied(CHAT), live, gpu_node(POOL.name))

        with pytest.raises(ClusterFailed) as stopped:
            waited(where)

        assert stopped.value.exit_code == 6
        assert "`chat` cannot become ready" in stopped.value.message
        assert f"({cause}" in stopped.value.message
        assert stopped.value.detail
        assert stopped.value.hint
        assert where.clock.seconds() <= within

    def test_a_pool_full_of_its_own_pods(self) -> None:
        """Somebody scaled the Deployment by hand, and no node comes for the second pod."""
        spec = next(each for each in applied(CHAT) if each["kind"] == "Deployment")["spec"]
        there, more = running(CHAT), unscheduled(CHAT)
        more["metadata"]["name"] = "chat-7d9f-1"
        for each in (there, more):
            each["spec"] = {**spec["template"]["spec"], **each["spec"]}
        objects = [*applied(CHAT, ready=1), there, more, gpu_node(POOL.name)]
        deployment = next(each for each in objects if each["kind"] == "Deployment")
        deployment["spec"]["replicas"] = 2

        where = world(*objects)
        with pytest.raises(ClusterFailed, match="node-pool-full") as stopped:
            waited(where)

        assert "kaito scale chat -n ml --replicas 2" in stopped.value.hint
        assert 25 < where.clock.seconds() < 60

    def test_the_command_names_cluster_group_and_pool(self) -> None:
        target = Target(kind=TargetKind.AKS, cluster="prod", resource_group="ml rg")
        where = replace(world(*applied(CHAT), running(CHAT, ready=False)), target=target)
        old = "RuntimeError: The NVIDIA driver on your system is too old (found version 11040)."
        fake(where).write("chat-7d9f-0", old, container="model")

        with pytest.raises(ClusterFailed) as stopped:
            waited(where)

        assert f"-g 'ml rg' --cluster-name prod -n {POOL.name}" in stopped.value.hint

    def test_a_log_says_why_an_engine_cannot_start(self) -> None:
        where = world(*applied(CHAT), running(CHAT, ready=False), gpu_node(POOL.name))
        fake(where).write(
            "chat-7d9f-0",
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a "
            "total capacity of 79.15 GiB of which 1.20 GiB is free.",
            container="model",
        )

        with pytest.raises(ClusterFailed, match=r"cuda-o") as stopped:
            waited(where)

        assert "Tried to allocate 2.00 GiB" in stopped.value.detail

    def test_what_looks_lost_for_a_moment_is_not(self) -> None:
        old = waiting(CHAT, "ImagePullBackOff", NOT_FOUND)
        old["metadata"]["name"] = "chat-old-0"
        cluster = FakeCluster(
            *applied(CHAT),
            old,
            life={
                "Pod chat-old-0": [None, lambda: cluster.objects.remove(old)],
                "Deployment": [*[None] * 9, {"status": rolled(1)}],
            },
        )

        events = waited(replace(world(), fake_cluster=cluster))

        assert events[-1].progress is Progress.DONE

    def test_a_node_pool_that_azure_gave_up_on(self) -> None:
        problem = AzureProblem(
            kind=ProblemKind.CAPACITY, code="AllocationFailed", message="No room for it."
        )
        failed = pool_of(CHAT, provisioning_state="Failed", error=problem)
        where = world(*applied(CHAT), unscheduled(CHAT), pools=(failed,))

        with pytest.raises(ClusterFailed) as stopped:
            waited(where)

        assert "AllocationFailed: No room for it." in stopped.value.detail

    def test_a_stopped_workspace_is_not_waited_for(self) -> None:
        objects = applied(CHAT)
        next(each for each in objects if each["kind"] == "Deployment")["spec"]["replicas"] = 0

        with pytest.raises(ClusterFailed, match="stopped") as stopped:
            waited(world(*objects))

        assert stopped.value.hint == "`kaito start chat` starts it again."

    def test_a_name_that_is_nowhere(self) -> None:
        with pytest.raises(NotFound):
            waited(world(pools=()))

    def test_a_pool_without_its_workspace(self) -> None:
        with pytest.raises(ClusterFailed, match="a deletion that was cut off"):
            waited(world())

    def test_one_that_is_deleted_meanwhile(self) -> None:
        cluster = FakeCluster(
            *applied(CHAT),
            waiting(CHAT, "ContainerCreating"),
            life={"Deployment": [*[None] * 6, lambda: cluster.objects.clear()]},
        )

        with pytest.raises(ClusterFailed, match="deleted while kaito waited"):
            waited(replace(world(), fake_cluster=cluster))

    def test_a_deployment_never_completes(self) -> None:
        with pytest.raises(ClusterFailed, match="never completes"):
            waited(world(*ready(CHAT)), Goal.COMPLETE)


class TestComplete:
    def test_a_job_that_ended_well(self) -> None:
        events = waited(world(_job(Complete="True")), Goal.COMPLETE)

        assert events[-1].message == "complete"

    def test_why_a_job_waits_is_told_when_time_is_up(self) -> None:
        job = _job()
        job["spec"]["selector"] = {"matchLabels": {"kaito-cli.dev/workspace": "chat"}}
        where = world(job, unscheduled(CHAT), pools=(pool_of(CHAT, provisioning_state="Creating"),))

        with pytest.raises(TimedOut) as stopped:
            waited(where, Goal.COMPLETE, seconds=5)

        assert stopped.value.message == "Not done in time; what was started goes on."
        assert "0 of 1 complete, 0 running; 0/3 nodes are available" in stopped.value.detail

    def test_a_suspended_job_says_so(self) -> None:
        job = _job()
        job["spec"]["suspend"] = True

        with pytest.raises(TimedOut) as stopped:
            waited(world(job), Goal.COMPLETE, seconds=5)

        assert stopped.value.detail == "workspace chat: suspended"

    def test_a_job_that_failed(self) -> None:
        with pytest.raises(ClusterFailed) as stopped:
            waited(world(_job(Failed="True")), Goal.COMPLETE)

        assert "BackoffLimitExceeded" in stopped.value.detail


class TestDeleted:
    def test_it_waits_for_objects_pods_and_pool(self) -> None:
        where = world(*ready(CHAT), lingering=3)
        cloud, cluster = where.cloud, fake(where)
        events = wait_for("chat", "ml", Goal.DELETED, where)
        told = [next(events).message]
        cluster.delete([_ref(each) for each in cluster.objects])
        cloud.delete_node_pool(cloud.node_pools()[1])

        told += [each.message for each in drive([events], where.clock, 600)]

        assert told[0].startswith("still there: Deployment chat, Service chat, Pod chat-7d9f-0")
        assert "still there: node pool kfalcoa1b2c3" in told
        assert told[-1] == "deleted"

    def test_what_is_nowhere_is_deleted(self) -> None:
        assert waited(world(pools=()), Goal.DELETED)[-1].message == "deleted"


def test_stages_are_called_alike_in_logs_and_in_events() -> None:
    assert progress([DOWNLOAD]).message.startswith(WORDS[progress([DOWNLOAD]).stage])
    assert progress([]).message == WORDS[progress([]).stage]


class TestPatience:
    """Of a plan whose weights take long, and of one that cannot be read."""

    LARGE = chat(timing={"weights_seconds": 3000, "load_seconds": 3000})

    def test_it_is_the_plans_own_deadline(self) -> None:
        assert self.LARGE.timing.deadline_seconds > 1800
        deadline = self.LARGE.timing.deadline_seconds

        assert patience_of("chat", "ml", Goal.READY, world(*applied(self.LARGE))) == deadline

    @pytest.mark.parametrize("goal", [Goal.DELETED, Goal.COMPLETE])
    def test_other_goals_have_the_least(self, goal: Goal) -> None:
        assert patience_of("chat", "ml", goal, world(*applied(self.LARGE))) == 1800

    def test_without_a_plan_it_is_the_least(self) -> None:
        objects = applied(self.LARGE)
        for each in objects:
            each["metadata"].pop("annotations", None)

        assert patience_of("chat", "ml", Goal.READY, world(*objects)) == 1800
        assert patience_of("chat", "ml", Goal.READY, world()) == 1800


def _pulling(pod: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{pod}.1", "namespace": "ml"},
        "type": "Normal",
        "reason": "Pulling",
        "involvedObject": {"kind": "Pod", "name": pod},
        "message": 'Pulling image "vllm/vllm-openai:v0.33.0"',
    }


def _job(**conditions: str) -> Manifest:
    found = next(each for each in applied(CHAT) if each["kind"] == "Deployment")
    listed = [
        {"type": kind, "status": status, "reason": "BackoffLimitExceeded", "message": "too often"}
        for kind, status in conditions.items()
    ]
    succeeded = 1 if "Complete" in conditions else 0
    return {
        **found,
        "apiVersion": "batch/v1",
        "kind": "Job",
        "spec": {"completions": 1},
        "status": {"conditions": listed, "succeeded": succeeded},
    }


def _ref(live: Manifest) -> Ref:
    metadata = live["metadata"]
    return Ref(
        kind=live["kind"],
        name=metadata["name"],
        api_version=live["apiVersion"],
        namespace=metadata.get("namespace", ""),
    )
