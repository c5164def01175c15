"""Node pools of one workspace scaled and removed."""

import pytest

from kaito_cli.errors import (
    Conflict,
    KaitoError,
    NotFound,
    Refused,
    Superseded,
)
from kaito_cli.model import (
    Autoscale,
    LiveNodePool,
    Progress,
)
from kaito_cli.operations.scaling import clear_pool, delete_pools, scale_pool, stop_pools
from tests.fakes import FakeCloud
from tests.operations.pooling import NO_ROOM, OWNER, live, raising, run


def test_all_pools_of_a_workspace_are_deleted_and_no_others() -> None:
    cloud = FakeCloud(live(), live("kchat2", state="Deleting"), live("other", tags={}))

    events = run(delete_pools(OWNER, cloud))

    assert list(cloud.pools) == ["other"]
    assert cloud.asked == ["delete kchat1"]
    assert events[-1].subject == "node pool kchat1, kchat2"


def test_a_pool_being_made_is_aborted_before_it_is_deleted() -> None:
    cloud = FakeCloud(live(state="Creating"), looks=9)

    run(delete_pools(OWNER, cloud))

    assert cloud.asked == ["abort kchat1", "delete kchat1"]


@pytest.mark.parametrize("looks", [1, 3, 9])
def test_a_pool_is_aborted_once_however_long_that_takes(looks: int) -> None:
    cloud = FakeCloud(live(state="Creating"), looks=looks)

    run(delete_pools(OWNER, cloud))

    assert cloud.asked in (["abort kchat1", "delete kchat1"], ["delete kchat1"])


def test_a_failed_pool_that_somebody_asked_for_again_is_not_cleared_away() -> None:
    cloud = FakeCloud(live(state="Scaling"), looks=9)

    with pytest.raises(Superseded):
        run(clear_pool("kchat1", cloud))

    assert cloud.asked == []


def test_deleting_what_is_not_there_is_done_at_once() -> None:
    assert [each.message for each in run(delete_pools(OWNER, FakeCloud()))] == ["none there"]


def test_a_pool_that_changed_meanwhile_is_looked_at_again_before_it_is_deleted() -> None:
    conflict = raising(Conflict("The pool has changed."), "before delete", 1)
    cloud = FakeCloud(live(), interfere=conflict)

    run(delete_pools(OWNER, cloud))

    assert cloud.pools == {}


def test_a_pool_is_scaled_and_waited_for() -> None:
    cloud = FakeCloud(live())

    events = run(scale_pool(OWNER, 3, cloud))

    assert (cloud.pools["kchat1"].count, events[-1].message) == (3, "has 3 nodes")


def test_an_autoscaler_gets_the_bounds_asked_for() -> None:
    cloud = FakeCloud(live(min_count=0, max_count=1))

    run(scale_pool(OWNER, 1, cloud, Autoscale(min_nodes=1, max_nodes=5)))

    assert (cloud.pools["kchat1"].min_count, cloud.pools["kchat1"].max_count) == (1, 5)


def test_a_pool_that_still_shows_its_old_failure_is_being_deleted_all_the_same() -> None:
    def shown_late(moment: str) -> None:
        if moment == "after delete":
            cloud.pools["kchat1"] = live(state="Failed", error=NO_ROOM, etag="9")

    cloud = FakeCloud(live(state="Failed", error=NO_ROOM), interfere=shown_late)
    steps = delete_pools(OWNER, cloud)

    assert [next(steps).progress for _ in range(3)] == [Progress.STEP, *[Progress.WAITING] * 2]


def test_a_removal_that_azure_gives_up_is_told_as_one() -> None:
    def gives_up(moment: str) -> None:
        if moment == "before list" and cloud.pools["kchat1"].provisioning_state == "Deleting":
            stuck = live(state="Failed", error=NO_ROOM)
            cloud.pools["kchat1"] = stuck if seen else cloud.pools["kchat1"]
            seen.append(1)

    seen: list[int] = []
    cloud = FakeCloud(live(), looks=9, interfere=gives_up)

    with pytest.raises(KaitoError, match="delete node pool `kchat1`"):
        run(delete_pools(OWNER, cloud))


def test_a_stopped_pool_is_not_said_to_have_nodes() -> None:
    with pytest.raises(Refused, match="is stopped"):
        run(scale_pool(OWNER, 1, FakeCloud(live(stopped=True))))


def test_a_pool_that_scales_by_itself_says_so() -> None:
    cloud = FakeCloud(live(count=3, min_count=0, max_count=4))

    events = run(scale_pool(OWNER, 0, cloud))

    assert events[-1].message == "scales by itself between 0 and 4 nodes, 3 now"


def test_a_workspace_without_a_pool_cannot_be_scaled() -> None:
    with pytest.raises(NotFound):
        run(scale_pool(OWNER, 3, FakeCloud(live(tags={}))))


class Stale(FakeCloud):
    """Answers for a while as if it had not been asked to scale."""

    def __init__(self, *pools: LiveNodePool, stale: int) -> None:
        super().__init__(*pools)
        self.stale = stale
        self.old = pools

    def node_pools(self) -> tuple[LiveNodePool, ...]:
        if self.asked and self.stale > 0:
            self.stale -= 1
            return self.old
        return super().node_pools()


@pytest.mark.parametrize("stale", [0, 1, 20])
def test_a_pool_is_asked_once_to_be_empty_however_long_azure_shows_the_old_count(
    stale: int,
) -> None:
    cloud = Stale(live(), live("kchat2"), stale=stale)

    events = run(stop_pools(OWNER, cloud))

    assert cloud.asked == ["scale kchat1 0", "scale kchat2 0"]
    assert [each.progress for each in events].count(Progress.STEP) == 2
    assert events[-1].message == "has no nodes"


def test_another_operation_on_a_pool_is_waited_for_before_kaito_lets_go() -> None:
    cloud = FakeCloud(live(), live("kchat2", state="Updating"), looks=3)
    events = []

    for each in stop_pools(OWNER, cloud):
        events.append(each)
        if each.goes_on:
            break

    assert cloud.asked == ["scale kchat1 0", "scale kchat2 0"]
