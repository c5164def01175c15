"""Orphans are looked at again right before they are removed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kaito_cli.errors import Busy, CloudFailed, NoCapacity, Unreachable
from kaito_cli.model import AzureProblem, Event, ProblemKind
from kaito_cli.operations.drive import drive
from kaito_cli.operations.orphans import remove_orphan, submit_removal
from tests.fakes import FakeCloud, FakeCluster, FakeWorld
from tests.inventory import SYSTEM, aks, node, pod, pool, workload

NAME = "kchatabc123"


def world(cloud: FakeCloud | None = None, cluster: FakeCluster | None = None) -> FakeWorld:
    return FakeWorld(
        fake_cloud=cloud or FakeCloud(SYSTEM, pool(), cluster=aks()),
        fake_cluster=cluster or FakeCluster(node("system"), node(NAME)),
    )


def ran(operation: Iterator[Event], there: FakeWorld) -> list[str]:
    return [each.message for each in drive([operation], there.clock, 1800)]


def asked(there: FakeWorld) -> list[str]:
    assert isinstance(there.fake_cloud, FakeCloud)
    return there.fake_cloud.asked


def test_an_orphan_is_deleted_and_waited_for() -> None:
    there = world()

    told = ran(remove_orphan(NAME, there), there)

    assert told[0] == "asked Azure to delete it"
    assert told[1:-1] == ["being deleted"] * (len(told) - 2)
    assert told[-1] == "deleted"
    assert there.cloud.node_pool(NAME) is None


def test_without_waiting_it_is_asked_for_and_no_more() -> None:
    there = world()

    assert ran(submit_removal(NAME, there), there) == ["asked Azure to delete it"]
    assert asked(there) == [f"delete {NAME}"]


def test_a_pool_that_is_gone_is_told() -> None:
    there = world(FakeCloud(SYSTEM, cluster=aks()))

    assert ran(remove_orphan(NAME, there), there) == ["already gone"]
    assert ran(submit_removal(NAME, there), there) == ["already gone"]


@pytest.mark.parametrize(
    ("cluster", "told"),
    [
        (FakeCluster(node("system"), workload()), "left alone: its workspace is there"),
        (FakeCluster(node("system"), node(NAME), pod(f"aks-{NAME}-0")), "left alone: pod"),
        (FakeCluster(node("system"), refused="Pod"), "left alone: the cluster cannot be read"),
    ],
)
def test_what_is_needed_by_now_is_left_alone(cluster: FakeCluster, told: str) -> None:
    there = world(cluster=cluster)

    (said,) = ran(remove_orphan(NAME, there), there)

    assert said.startswith(told)
    assert asked(there) == []


def test_without_an_etag_it_is_left_alone() -> None:
    """Whoever deploys to it between our look and the request would lose the nodes."""
    cloud = FakeCloud(SYSTEM, pool(), cluster=aks())
    cloud.pools[NAME] = replace(cloud.pools[NAME], etag="")
    there = world(cloud)

    (said,) = ran(remove_orphan(NAME, there), there)

    assert said.startswith("left alone: Azure sends no etag")
    assert cloud.asked == []


def test_a_pool_that_changes_while_it_is_judged_is_judged_again() -> None:
    """Somebody deploys to it after we looked at the cluster, before we delete."""
    cluster = FakeCluster(node("system"), node(NAME))
    moments = iter(["changed"])

    def interfere(moment: str) -> None:
        if moment == "before delete" and next(moments, None):
            cloud.pools[NAME] = replace(cloud.pools[NAME], etag="99")
            cluster.objects.append(workload())

    cloud = FakeCloud(SYSTEM, pool(), cluster=aks(), interfere=interfere)
    there = world(cloud, cluster)

    told = ran(remove_orphan(NAME, there), there)

    assert told[-1] == "left alone: its workspace is there"
    assert cloud.asked == []


def test_what_passes_is_waited_out() -> None:
    failures = iter([Busy("Too many.", retry_after_seconds=7), Unreachable("No answer."), None])

    def interfere(moment: str) -> None:
        if moment == "before delete" and (failure := next(failures)):
            raise failure

    there = world(FakeCloud(SYSTEM, pool(), cluster=aks(), interfere=interfere))

    assert ran(remove_orphan(NAME, there), there)[-1] == "deleted"
    assert asked(there) == [f"delete {NAME}"]


def failing(error: AzureProblem | None, before: str = "Succeeded") -> FakeWorld:
    """A pool whose deletion fails once Azure has begun with it."""

    def interfere(moment: str) -> None:
        live = cloud.pools[NAME]
        if moment == "after get" and live.provisioning_state == "Deleting":
            cloud.pools[NAME] = replace(live, provisioning_state="Failed", error=error)

    cloud = FakeCloud(
        SYSTEM, pool(provisioning_state=before), cluster=aks(), looks=9, interfere=interfere
    )
    return world(cloud)


def test_a_deletion_that_fails_is_told_in_azures_words() -> None:
    problem = AzureProblem(
        kind=ProblemKind.CAPACITY, code="AllocationFailed", message="The sky is full."
    )
    there = failing(problem)

    with pytest.raises(NoCapacity) as caught:
        ran(remove_orphan(NAME, there), there)

    assert "The sky is full." in caught.value.detail
    assert f"delete node pool `{NAME}`" in caught.value.message


def test_a_deletion_that_fails_without_a_word_is_told_too() -> None:
    there = failing(None, before="Failed")

    with pytest.raises(CloudFailed, match="keeps no reason"):
        ran(remove_orphan(NAME, there), there)


def test_a_pool_that_had_failed_may_show_it_a_moment_longer() -> None:
    def interfere(moment: str) -> None:
        """The first look after the request still sees Failed, the second one Deleting."""
        late = {"after delete": "Failed", "after get": "Deleting"}
        if moment in late and cloud.asked and NAME in cloud.pools:
            cloud.pools[NAME] = replace(cloud.pools[NAME], provisioning_state=late[moment])

    failed = pool(provisioning_state="Failed")
    cloud = FakeCloud(SYSTEM, failed, cluster=aks(), interfere=interfere)
    there = world(cloud)

    told = ran(remove_orphan(NAME, there), there)

    assert told == ["asked Azure to delete it", "being deleted", "being deleted", "deleted"]
