"""What a plan asks for beside its workload, and is not there: seen by wait, status and doctor."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kaito_cli.catalog.gpus import hardware
from kaito_cli.errors import ClusterFailed, NotPermitted, TimedOut
from kaito_cli.model import Phase, Plan, Progress, Ref, Status, Target, TargetKind
from kaito_cli.operations.drive import drive
from kaito_cli.operations.status import status_of
from kaito_cli.operations.wait import Goal, wait_for
from kaito_cli.ports import Manifest
from tests.fakes import FakeCloud, FakeCluster, FakeWorld
from tests.inventory import SYSTEM
from tests.workspaces import applied, chat, pool_of, ready, running

CHAT = chat()


def world(*objects: Manifest, plan: Plan = CHAT) -> FakeWorld:
    return FakeWorld(
        target=Target(kind=TargetKind.AKS),
        fake_cloud=FakeCloud(SYSTEM, pool_of(plan)),
        fake_cluster=FakeCluster(*objects),
    )


def without(kind: str, plan: Plan = CHAT) -> FakeWorld:
    """A workspace that answers, of which somebody took that away."""
    return world(*(each for each in ready(plan) if each["kind"] != kind), plan=plan)


def cluster(where: FakeWorld) -> FakeCluster:
    assert isinstance(where.fake_cluster, FakeCluster)
    return where.fake_cluster


def waited(where: FakeWorld, seconds: float = 60) -> str:
    """The last that is told."""
    waiting = wait_for("chat", "ml", Goal.READY, where)
    return list(drive([waiting], where.clock, seconds))[-1].message


def seen(where: FakeWorld) -> Status:
    return status_of("chat", "ml", where, hardware())


MISSING = [
    ("Service", "Service chat", "missing-service", "kaito deploy tiiuae/falcon-7b-instruct"),
    ("Secret", "Secret chat-api-key", "missing-secret", "kubectl create secret generic chat-api"),
]


@pytest.mark.parametrize(("kind", "subject", "cause", "fix"), MISSING)
def test_without_it_a_workspace_never_becomes_ready(
    kind: str, subject: str, cause: str, fix: str
) -> None:
    where = without(kind)

    with pytest.raises(ClusterFailed, match=cause) as stopped:
        waited(where)

    assert subject in stopped.value.message
    assert fix in stopped.value.hint
    assert where.clock.seconds() < 5


@pytest.mark.parametrize(("kind", "subject", "cause", "fix"), MISSING)
def test_status_names_it_with_what_brings_it_back(
    kind: str, subject: str, cause: str, fix: str
) -> None:
    found = seen(without(kind))

    assert (found.phase, found.diagnosis and found.diagnosis.cause) == (Phase.DEGRADED, cause)
    assert [each.subject for each in found.absent] == [subject]
    assert fix in found.absent[0].fix


def test_one_that_nobody_needs_to_be_answered_is_only_named() -> None:
    plan = chat(placement={"replicas": 2, "nodes": 2})
    objects = [*applied(plan, ready=2), running(plan), running(plan, 1, "gpu-1")]
    kept = [each for each in objects if each["kind"] != "PodDisruptionBudget"]
    where = world(*kept, plan=plan)

    found = seen(where)

    assert found.phase is Phase.READY
    (absent,) = found.absent
    assert absent.subject == "PodDisruptionBudget chat"
    assert "kaito scale chat --replicas 2 -n ml" in absent.fix
    assert waited(where) == "2 of 2 replicas ready"


def test_a_workspace_without_an_api_key_needs_no_secret() -> None:
    plan = chat(request={"api_key": False})
    where = world(*ready(plan), plan=plan)

    assert "Secret" not in {each["kind"] for each in cluster(where).objects}
    assert waited(where) == "1 of 1 replicas ready"
    assert seen(where).absent == ()


@pytest.mark.parametrize("kind", ["Service", "Secret"])
def test_what_may_not_be_read_is_not_missing(kind: str) -> None:
    where = without(kind)
    cluster(where).failing[f"get {kind}"] = NotPermitted("You may not.", hint="Ask.")

    assert waited(where) == "1 of 1 replicas ready"
    assert seen(where).absent == ()


def test_a_plan_that_cannot_be_read_misses_nothing() -> None:
    where = without("Service")
    for each in cluster(where).objects:
        each["metadata"].pop("annotations", None)

    assert waited(where) == "1 of 1 replicas ready"
    assert seen(where).absent == ()


def test_what_is_on_its_way_out_misses_nothing() -> None:
    where = without("Service")
    workload = next(each for each in cluster(where).objects if each["kind"] == "Deployment")
    workload["metadata"]["deletionTimestamp"] = "2026-11-23T12:00:00Z"

    found = seen(where)

    assert (found.phase, found.absent) == (Phase.DELETING, ())


def test_one_that_is_made_again_in_time_was_never_missed() -> None:
    where = without("Service")
    service = next(each for each in ready(CHAT) if each["kind"] == "Service")
    waiting = wait_for("chat", "ml", Goal.READY, where)
    assert next(each for each in waiting if each.subject.startswith("workspace")).progress is (
        Progress.WAITING
    )
    cluster(where).objects.append(service)
    where.clock.sleep(3)

    assert list(drive([waiting], where.clock, 60))[-1].progress is Progress.DONE


class TestLoadBalancer:
    @pytest.fixture
    def where(self) -> FakeWorld:
        found = world(*ready(CHAT))
        self._service(found)["spec"]["type"] = "LoadBalancer"
        return found

    def _service(self, where: FakeWorld) -> Manifest:
        return next(each for each in cluster(where).objects if each["kind"] == "Service")

    def test_its_address_is_waited_for_and_said_to_be(self, where: FakeWorld) -> None:
        with pytest.raises(TimedOut) as stopped:
            waited(where)

        assert "waiting for an address of the load balancer" in stopped.value.detail

    def test_with_its_address_it_is_ready(self, where: FakeWorld) -> None:
        given = {"loadBalancer": {"ingress": [{"ip": "20.1.2.3"}]}}
        steps: list[Callable[[], None] | None] = [None] * 20
        service = Ref(kind="Service", name="chat", namespace="ml")
        living = FakeCluster(*cluster(where).objects, life={"Pod": steps})
        steps.append(lambda: living.edit(service, {"status": given}))
        where = replace(where, fake_cluster=living)

        assert waited(where) == "1 of 1 replicas ready"
