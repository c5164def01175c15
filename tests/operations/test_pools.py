"""Node pools made or gone on with, whatever is there already."""

from dataclasses import replace

import pytest

from kaito_cli.errors import (
    BadInput,
    Busy,
    CloudFailed,
    Conflict,
    KaitoError,
    NoCapacity,
    NotFound,
    Refused,
    Superseded,
    Unreachable,
)
from kaito_cli.model import (
    CREATED_TAG,
    AzureProblem,
    ProblemKind,
    Progress,
)
from kaito_cli.operations.drive import drive
from kaito_cli.operations.pools import ensure_pool
from tests.fakes import FakeClock, FakeCloud
from tests.operations.pooling import NO_ROOM, POOL, TAGS, ensure, live, raising, run


def test_a_pool_is_made_and_waited_for() -> None:
    cloud = FakeCloud()

    events = ensure(cloud)

    assert cloud.asked == ["create kchat1 1"]
    assert cloud.pools["kchat1"].provisioning_state == "Succeeded"
    assert cloud.pools["kchat1"].tags[CREATED_TAG] == "2026-11-23T12:00:00Z"
    assert (events[-1].progress, events[-1].message) == (Progress.DONE, "ready, 1 × Standard_A")


def test_a_pool_that_is_ready_is_left_alone() -> None:
    cloud = FakeCloud(live())

    ensure(cloud)

    assert cloud.asked == []


@pytest.mark.parametrize("state", ["Creating", "Updating", "Scaling"])
def test_a_pool_on_its_way_is_waited_for(state: str) -> None:
    cloud = FakeCloud(live(state=state))

    ensure(cloud)

    assert cloud.asked == []


def test_a_pool_being_deleted_is_made_anew_once_it_is_gone() -> None:
    cloud = FakeCloud(live(state="Deleting"))

    ensure(cloud)

    assert cloud.asked == ["create kchat1 1"]


def test_a_pool_that_failed_before_is_asked_once_more() -> None:
    cloud = FakeCloud(live(state="Failed", error=NO_ROOM))

    events = ensure(cloud)

    assert cloud.asked == ["scale kchat1 1"]
    assert "No room." in events[0].message


def test_a_pool_that_fails_under_our_eyes_raises_azures_words() -> None:
    cloud = FakeCloud(failing={"Standard_A": NO_ROOM})

    with pytest.raises(NoCapacity) as caught:
        ensure(cloud)

    assert "No room." in caught.value.detail


@pytest.mark.parametrize("count", [0, 3])
def test_another_number_of_nodes_is_asked_for(count: int) -> None:
    cloud = FakeCloud(live(count=2))

    ensure(cloud, replace(POOL, count=count))

    assert cloud.asked == [f"scale kchat1 {count}"]


def test_other_bounds_of_the_autoscaler_are_asked_for_and_its_count_is_not() -> None:
    cloud = FakeCloud(live(count=3, min_count=1, max_count=4))

    ensure(cloud, replace(POOL, min_count=1, max_count=4))
    assert cloud.asked == []

    ensure(cloud, replace(POOL, min_count=1, max_count=2))
    assert (cloud.pools["kchat1"].min_count, cloud.pools["kchat1"].max_count) == (1, 2)


def test_a_pool_with_the_name_and_without_the_tag_is_never_touched() -> None:
    cloud = FakeCloud(live(tags={}))

    with pytest.raises(Refused, match="does not carry kaito's tag"):
        ensure(cloud)

    assert cloud.asked == []


def test_a_second_pool_of_a_workspace_is_refused() -> None:
    cloud = FakeCloud(live("kchat2"))

    with pytest.raises(BadInput, match="has node pool `kchat2`"):
        ensure(cloud)

    assert cloud.asked == []


def test_another_pool_that_is_being_deleted_is_waited_for() -> None:
    cloud = FakeCloud(live("kchat2", state="Deleting"))

    ensure(cloud)

    assert list(cloud.pools) == ["kchat1"]


def test_a_stopped_pool_is_said_to_be_stopped() -> None:
    with pytest.raises(Refused, match="is stopped"):
        ensure(FakeCloud(live(stopped=True)))


def test_a_pool_deleted_while_we_wait_is_not_made_again() -> None:
    looks = iter(range(9))

    def deleted_at_the_third_look(moment: str) -> None:
        if moment == "before list" and next(looks) == 2:
            cloud.pools["kchat1"] = replace(cloud.pools["kchat1"], provisioning_state="Deleting")

    cloud = FakeCloud(looks=3, interfere=deleted_at_the_third_look)

    with pytest.raises(Superseded):
        ensure(cloud)

    assert cloud.asked == ["create kchat1 1"]


@pytest.mark.parametrize(
    "kind", [ProblemKind.THROTTLE, ProblemKind.CONFLICT, ProblemKind.UNREACHABLE]
)
def test_a_failure_that_azure_keeps_is_no_passing_thing(kind: ProblemKind) -> None:
    kept = AzureProblem(kind=kind, code="Throttled", message="Too many then.")

    with pytest.raises(CloudFailed, match="failed to make") as caught:
        ensure(FakeCloud(failing={"Standard_A": kept}))

    assert "Too many then." in caught.value.detail


def test_busy_without_a_time_is_not_asked_again_at_once() -> None:
    clock = FakeClock()
    cloud = FakeCloud(live(), interfere=raising(Busy("Too many."), "before list", 3))

    run(ensure_pool(POOL, cloud, clock), clock)

    assert clock.seconds() >= 3 * 60


def test_an_autoscaler_switched_on_by_hand_is_left_to_its_work() -> None:
    cloud = FakeCloud(live(count=3, min_count=1, max_count=4))

    ensure(cloud)

    assert cloud.asked == []


def test_an_autoscaler_that_cannot_bring_the_nodes_is_asked_once() -> None:
    cloud = FakeCloud(live(count=2, min_count=2, max_count=4))

    ensure(cloud)

    assert cloud.asked == ["scale kchat1 1"]


def test_an_answer_lost_at_the_creation_does_not_hide_that_the_pool_is_ours() -> None:
    older = replace(POOL, name="a", tags={**TAGS, CREATED_TAG: "2026-01-01T00:00:00Z"})

    def lost(moment: str) -> None:
        if moment == "after create" and "a" not in cloud.pools:
            cloud.create_node_pool(older)
            raise Conflict("There is a node pool kchat1.")

    cloud = FakeCloud(interfere=lost, looks=9)

    with pytest.raises(Superseded):
        ensure(cloud)

    assert cloud.pools["kchat1"].provisioning_state == "Deleting"


def test_the_pools_that_are_there_are_all_named_when_another_is_refused() -> None:
    cloud = FakeCloud(live("kchat2"), live())

    with pytest.raises(BadInput, match=r"`kchat2`.*`kchat1`"):
        ensure(cloud)


def test_existing_pools_are_only_looked_at() -> None:
    mine = replace(POOL, existing=True, count=7)
    cloud = FakeCloud(live(tags={}))

    ensure(cloud, mine)
    with pytest.raises(NotFound):
        ensure(FakeCloud(), mine)

    assert cloud.asked == []


def test_nodes_of_ones_own_need_no_pool() -> None:
    assert ensure(FakeCloud(), replace(POOL, name="", existing=True))[-1].progress is Progress.DONE


@pytest.mark.parametrize(("created", "stays"), [("2026-11-23T11:59:59Z", "b"), ("2027", "a")])
def test_of_two_runs_that_make_different_pools_the_later_gives_way(
    created: str, stays: str
) -> None:
    theirs = replace(POOL, name="b", tags={**TAGS, CREATED_TAG: created})

    def somebody_else(moment: str) -> None:
        if moment == "before create" and not cloud.pools:
            cloud.pools["x"] = live("x", tags={})  # so that this happens once
            cloud.create_node_pool(theirs)

    cloud = FakeCloud(interfere=somebody_else)
    try:
        ensure(cloud, replace(POOL, name="a"))
        lost = False
    except Superseded:
        lost = True

    assert lost == (stays == "b")
    assert cloud.pools[stays].provisioning_state in ("Creating", "Succeeded")
    assert lost == (cloud.pools["a"].provisioning_state == "Deleting")


def test_two_runs_with_the_same_pool_make_it_once() -> None:
    cloud, clock = FakeCloud(), FakeClock()

    events = list(drive([ensure_pool(POOL, cloud, clock) for _ in range(2)], clock, 3600))

    assert cloud.asked == ["create kchat1 1"]
    assert [each.progress for each in events].count(Progress.DONE) == 2


MOMENTS = [f"{when} {call}" for call in ("list", "create") for when in ("before", "after")]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    "error",
    [
        Unreachable("Azure did not answer."),
        Busy("Too many.", retry_after_seconds=60),
        Conflict("Another operation is in progress."),
    ],
)
def test_what_passes_is_waited_out_and_makes_no_second_pool(moment: str, error: KaitoError) -> None:
    cloud = FakeCloud(interfere=raising(error, moment, times=2))

    events = ensure(cloud)

    assert events[-1].progress is Progress.DONE
    assert cloud.asked == ["create kchat1 1"]


def test_retry_after_is_honoured() -> None:
    clock = FakeClock()
    busy = raising(Busy("Too many.", retry_after_seconds=300), "before list", 1)
    cloud = FakeCloud(live(), interfere=busy)

    run(ensure_pool(POOL, cloud, clock), clock)

    assert clock.seconds() == 300


def test_what_stays_unreachable_is_an_error_in_the_end() -> None:
    down = raising(Unreachable("Azure did not answer."), "before list", 99)

    with pytest.raises(Unreachable):
        ensure(FakeCloud(interfere=down))
