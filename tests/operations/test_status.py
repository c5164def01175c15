"""How workspaces are: phase, nodes, cost and plan, from the cluster and Azure together."""

import json
from dataclasses import replace
from typing import Any

import pytest

from kaito_cli.catalog.gpus import hardware
from kaito_cli.errors import ClusterFailed, NotAllowed, NotFound
from kaito_cli.manifests.annotation import PLAN_ANNOTATION
from kaito_cli.model import (
    AzureProblem,
    LiveNodePool,
    Phase,
    PoolVerdict,
    ProblemKind,
    Ref,
    Stage,
    Status,
    Target,
    TargetKind,
)
from kaito_cli.operations.status import status_of, statuses, survey
from kaito_cli.ports import Manifest
from tests.fakes import CLUSTER, FakeCloud, FakeCluster, FakeWorld
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
DEPLOYMENT = Ref(kind="Deployment", name="chat", api_version="apps/v1", namespace="ml")
FAILED = AzureProblem(kind=ProblemKind.CAPACITY, code="AllocationFailed", message="No room.")


def world(
    *objects: Manifest, pools: tuple[LiveNodePool, ...] = (POOL,), kind: TargetKind | None = None
) -> FakeWorld:
    return FakeWorld(
        target=Target(kind=kind or TargetKind.AKS),
        fake_cloud=FakeCloud(SYSTEM, *pools, cluster=CLUSTER),
        fake_cluster=FakeCluster(*objects),
    )


def fake(where: FakeWorld) -> FakeCluster:
    assert isinstance(where.fake_cluster, FakeCluster)
    return where.fake_cluster


def seen(where: FakeWorld) -> Status:
    return status_of("chat", "ml", where, hardware())


def with_replicas(count: int, available: int) -> list[Manifest]:
    objects = applied(chat(placement={"replicas": count}), ready=available)
    return [*objects, *(running(CHAT, number) for number in range(available))]


class TestPhase:
    @pytest.mark.parametrize(
        ("objects", "pools", "phase", "message"),
        [
            pytest.param(ready(CHAT), (POOL,), "ready", "1 of 1 replicas available", id="ready"),
            pytest.param(
                [*applied(CHAT), waiting(CHAT, "ContainerCreating")],
                (POOL,),
                "progressing",
                "0 of 1 replicas available; being created",
                id="starting",
            ),
            pytest.param(
                [*applied(CHAT), unscheduled(CHAT)],
                (pool_of(CHAT, provisioning_state="Creating"),),
                "progressing",
                "0 of 1 replicas available; 0/3 nodes are available: 3 Insufficient "
                "nvidia.com/gpu. preemption: not eligible",
                id="nodes come",
            ),
            pytest.param(
                [*applied(CHAT), waiting(CHAT, "ImagePullBackOff", 'image "x:v9": not found')],
                (POOL,),
                "failed",
                'ImagePullBackOff: image "x:v9": not found',
                id="image",
            ),
            pytest.param(
                [
                    *with_replicas(2, 1),
                    waiting(CHAT, "ImagePullBackOff", 'image "x:v9": not found'),
                ],
                (POOL,),
                "degraded",
                'ImagePullBackOff: image "x:v9": not found',
                id="one of two",
            ),
            pytest.param(
                [*applied(CHAT), unscheduled(CHAT)],
                (pool_of(CHAT, provisioning_state="Failed", error=FAILED),),
                "failed",
                "node pool kfalcoa1b2c3 failed: AllocationFailed: No room.",
                id="pool",
            ),
            pytest.param(
                [], (POOL,), "unknown", "only its node pool is left", id="only its pool"
            ),
            pytest.param(
                [],
                (pool_of(CHAT, provisioning_state="Deleting"),),
                "deleting",
                "its node pool is being deleted",
                id="pool goes",
            ),
            pytest.param([running(CHAT)], (), "deleting", "its pods are ending", id="pods end"),
        ],
    )  # fmt: skip
    def test_it_quotes_the_cluster_or_azure(
        self, objects: list[Manifest], pools: tuple[LiveNodePool, ...], phase: str, message: str
    ) -> None:
        found = seen(world(*objects, pools=pools))

        assert (found.phase, found.message[: len(message)]) == (phase, message)

    def test_stopped_and_deleting_are_seen_on_the_workload(self) -> None:
        where = world(*applied(CHAT))
        workload = next(each for each in fake(where).objects if each["kind"] == "Deployment")
        workload["spec"]["replicas"] = 0
        assert seen(where).phase is Phase.STOPPED

        workload["metadata"]["deletionTimestamp"] = "2026-11-23T12:00:00Z"
        assert seen(where).phase is Phase.DELETING

    def test_the_engines_stage_and_progress_come_from_its_log(self) -> None:
        where = world(*applied(CHAT), running(CHAT, ready=False), gpu_node(POOL.name))
        line = "model-00001-of-00002.safetensors:  45%|####  | 4.5G/9.9G [00:10<00:12, 210MB/s]"
        fake(where).write("chat-7d9f-0", line, container="model")

        found = seen(where)

        assert found.stage is Stage.DOWNLOADING
        assert found.message.endswith("downloading weights 45%, 210 MB/s")
        (pod,) = found.pods
        assert pod.progress is not None
        assert pod.progress.fraction == 0.45

    def test_an_event_says_why_no_pod_is_made(self) -> None:
        failed = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": "chat.1", "namespace": "ml"},
            "type": "Warning",
            "reason": "FailedCreate",
            "involvedObject": {"kind": "ReplicaSet", "name": "chat-7d9f"},
            "message": 'Error creating: pods "chat-7d9f-x" is forbidden: exceeded quota: gpus, '
            "requested: requests.nvidia.com/gpu=1, used: requests.nvidia.com/gpu=4, limited: 4",
        }

        found = seen(world(*applied(CHAT), failed))

        assert found.phase is Phase.FAILED
        assert found.diagnosis is not None
        assert "quota" in found.diagnosis.cause


class TestWhatItHolds:
    def test_nodes_pods_pool_and_what_they_cost(self) -> None:
        found = seen(world(*ready(CHAT)))

        assert [(each.name, each.ready) for each in found.nodes] == [("gpu-0", True)]
        assert [(each.name, each.node, each.ready) for each in found.pods] == [
            ("chat-7d9f-0", "gpu-0", True)
        ]
        (pool,) = found.pools
        assert (pool.pool, pool.verdict) == ("kfalcoa1b2c3", PoolVerdict.IN_USE)
        assert (found.usd_per_hour, found.price_date) == (pool.usd_per_hour, pool.price_date)
        assert (found.replicas_ready, found.replicas_wanted) == (1, 1)
        assert found.age_seconds == 3600
        assert found.model == "tiiuae/falcon-7b-instruct"

    def test_how_it_is_reached(self) -> None:
        end = seen(world(*ready(CHAT))).endpoint

        assert end is not None
        assert end.url == "http://chat.ml.svc/v1"
        assert end.reach == "kubectl port-forward -n ml service/chat 8000:80"
        assert end.api_key_secret == "chat-api-key"

    def test_the_address_of_a_load_balancer(self) -> None:
        where = world(*ready(CHAT))
        service = next(each for each in fake(where).objects if each["kind"] == "Service")
        service["spec"]["type"] = "LoadBalancer"
        service["status"] = {"loadBalancer": {"ingress": [{"ip": "20.1.2.3"}]}}

        found = seen(where).endpoint
        assert found is not None
        assert found.address == "20.1.2.3"

    def test_before_its_pool_is_there_it_costs_nothing(self) -> None:
        assert seen(world(*applied(CHAT), pools=())).usd_per_hour == 0.0

    def test_a_pool_without_a_known_price_makes_the_sum_unknown(self) -> None:
        spot = pool_of(CHAT, spot=True)

        assert seen(world(*ready(CHAT), pools=(spot,))).usd_per_hour is None

    def test_the_command_that_mends_it_names_cluster_group_and_pool(self) -> None:
        where = world(*applied(CHAT), running(CHAT, ready=False))
        old = "RuntimeError: The NVIDIA driver on your system is too old (found version 11040)."
        fake(where).write("chat-7d9f-0", old, container="model")

        found = seen(where).diagnosis

        assert found is not None
        assert f"-g {CLUSTER.resource_group} --cluster-name prod -n {POOL.name}" in found.fix


class TestPlan:
    def test_who_wrote_it(self) -> None:
        found = seen(world(*ready(CHAT)))

        assert found.plan_readable
        assert found.kaito
        assert found.drift == ()

    def test_one_of_a_newer_kaito_stops_nothing(self) -> None:
        where = world(*ready(CHAT))
        _rewrite(where, version=99, kaito="9.1")

        found = seen(where)

        assert found.phase is Phase.READY
        assert not found.plan_readable
        assert "written by kaito 9.1" in found.plan_problem
        assert found.kaito == "9.1"
        assert found.model == "tiiuae/falcon-7b-instruct"  # an annotation of its own
        assert found.vm_size == POOL.vm_size
        assert found.usd_per_hour is not None

    def test_a_field_changed_by_hand_with_who_did_it(self) -> None:
        where = world(*ready(CHAT))
        fake(where).edit(DEPLOYMENT, {"spec": {"replicas": 3}}, manager="kubectl-scale")

        (drift,) = seen(where).drift

        assert (drift.subject, drift.path) == ("Deployment chat", "spec.replicas")
        assert (drift.manager, drift.wanted, drift.found) == ("kubectl-scale", 1, 3)

    def test_other_objects_of_it_drift_too(self) -> None:
        where = world(*ready(CHAT))
        service = Ref(kind="Service", name="chat", namespace="ml")
        fake(where).edit(service, {"spec": {"type": "LoadBalancer"}})

        (drift,) = seen(where).drift
        assert (drift.subject, drift.found) == ("Service chat", "LoadBalancer")


class TestWhatCannotBeRead:
    def test_azure(self) -> None:
        where = replace(world(*ready(CHAT)), fake_cloud=_Locked())

        found = seen(where)

        assert found.phase is Phase.READY
        assert found.pools == ()
        assert found.unread == ("Azure cannot be read: You may not read the cluster.",)
        assert found.usd_per_hour == CHAT.cost.usd_per_hour  # what the plan expects

    def test_the_cluster(self) -> None:
        where = replace(world(), fake_cluster=FakeCluster(refused="Deployment"))

        found = seen(where)

        assert found.phase is Phase.UNKNOWN
        assert found.message == "the cluster cannot be read: You may not list Deployments."
        assert found.pools[0].verdict is PoolVerdict.UNKNOWN
        assert found.usd_per_hour is not None

    def test_neither_is_an_error(self) -> None:
        where = replace(
            world(kind=TargetKind.KUBECONFIG), fake_cluster=FakeCluster(refused="Deployment")
        )

        with pytest.raises(ClusterFailed, match="may not list"):
            seen(where)

    def test_nodes(self) -> None:
        where = replace(world(), fake_cluster=FakeCluster(*ready(CHAT), refused="Node"))

        found = seen(where)

        assert found.phase is Phase.READY
        assert [(each.name, each.ready) for each in found.nodes] == [("gpu-0", None)]
        assert found.unread == ("You may not list Nodes.",)

    def test_a_kubeconfig_has_no_azure_part(self) -> None:
        where = replace(world(*ready(CHAT), kind=TargetKind.KUBECONFIG), fake_cloud=None)

        found = seen(where)

        assert (found.phase, found.pools, found.unread) == (Phase.READY, (), ())
        assert found.vm_size == "Standard_NC24ads"  # by its node
        assert found.usd_per_hour == CHAT.cost.usd_per_hour


class TestMany:
    def test_all_of_a_namespace_and_pools_without_a_workspace(self) -> None:
        coder = chat("coder", "default", node_pool={"name": "kcoder"})
        old = pool_of(chat("old", node_pool={"name": "kold"}))
        objects = [*ready(CHAT), *applied(coder)]
        where = world(*objects, pools=(POOL, old, pool_of(coder)))

        found = survey(where, hardware(), "ml")

        assert [each.name for each in found.statuses] == ["chat"]
        assert [each.pool for each in found.others] == ["kold"]
        assert found.elsewhere == 1
        assert [each.name for each in statuses(where, hardware())] == ["coder", "chat"]

    def test_a_job_is_found_by_its_pods(self) -> None:
        objects = applied(CHAT)
        job = next(each for each in objects if each["kind"] == "Deployment")
        job |= {"apiVersion": "batch/v1", "kind": "Job", "status": {"ready": 1, "active": 1}}

        (found,) = survey(world(job, running(CHAT)), hardware(), "ml").statuses

        assert (found.phase, found.endpoint) == (Phase.PROGRESSING, None)

    @pytest.mark.parametrize(
        ("kind", "pools", "how"),
        [
            pytest.param("kubeconfig", (), {}, id="no Azure part: there is room to ask"),
            pytest.param("aks", (POOL,), {}, id="its node pool tells of it"),
            pytest.param("aks", (), {"every_kind": True}, id="list and doctor always ask"),
        ],
    )
    @pytest.mark.parametrize("workload", ["Job", "StatefulSet"])
    def test_another_workload_without_pods(
        self, workload: str, kind: str, pools: tuple[LiveNodePool, ...], how: dict[str, bool]
    ) -> None:
        version = "batch/v1" if workload == "Job" else "apps/v1"
        live = next(each for each in applied(CHAT) if each["kind"] == "Deployment")
        live |= {"apiVersion": version, "kind": workload, "status": {}}
        where = world(live, pools=pools, kind=TargetKind(kind))

        found = survey(where, hardware(), "ml", **how)

        assert [(each.name, each.phase) for each in found.statuses] == [("chat", "progressing")]
        assert found.others == ()

    def test_no_logs_and_no_events_are_read_for_all(self) -> None:
        asked: list[str] = []
        cluster = FakeCluster(*applied(CHAT), running(CHAT, ready=False), interfere=asked.append)
        survey(replace(world(), fake_cluster=cluster), hardware())

        assert "before logs" not in asked
        assert asked.count("before find") == 3


class TestNowhere:
    def test_a_near_miss(self) -> None:
        with pytest.raises(NotFound) as error:
            status_of("chatt", "ml", world(*ready(CHAT)), hardware())

        assert error.value.hint == "Did you mean `chat`?"

    def test_another_namespace(self) -> None:
        with pytest.raises(NotFound) as error:
            status_of("chat", "default", world(*ready(CHAT)), hardware())

        assert error.value.hint == "Did you mean `-n ml`?"


def test_a_rollout_is_judged_by_the_newest_generation() -> None:
    where = world(*ready(CHAT))
    workload = next(each for each in fake(where).objects if each["kind"] == "Deployment")
    workload["metadata"]["generation"] = 2

    assert seen(where).phase is Phase.PROGRESSING

    workload["status"] = rolled(1, generation=2)
    assert seen(where).phase is Phase.READY


class _Locked(FakeCloud):
    def cluster(self) -> Any:
        raise NotAllowed("You may not read the cluster.")


def _rewrite(where: FakeWorld, **changes: Any) -> None:
    """The same plan, as another kaito might have written it."""
    for each in fake(where).objects:
        notes = each["metadata"].get("annotations", {})
        if PLAN_ANNOTATION in notes:
            notes[PLAN_ANNOTATION] = json.dumps({**json.loads(notes[PLAN_ANNOTATION]), **changes})


def test_a_copy_with_our_labels_is_no_workspace() -> None:
    plan = chat()
    there = list(ready(plan))
    copy = next(each for each in applied(plan) if each["kind"] == "Deployment")
    copy["metadata"] |= {"name": "a-users-copy", "uid": "copy"}
    pod = running(plan, 7)
    pod["metadata"]["ownerReferences"] = [{"kind": "ReplicaSet", "name": "a-users-copy-5f"}]
    world = FakeWorld(
        target=Target(kind=TargetKind.KUBECONFIG), fake_cluster=FakeCluster(copy, pod, *there)
    )

    found = status_of("chat", "ml", world, hardware())

    assert found.phase is Phase.READY
    assert [each.name for each in found.pods] == ["chat-7d9f-0"]
    assert len(survey(world, hardware()).statuses) == 1
