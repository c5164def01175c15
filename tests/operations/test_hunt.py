"""The hunt for a pool: where Azure has room, told step by step, and never two pools."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kaito_cli.errors import BadInput, Busy, NoCapacity, OutOfQuota, Refused
from kaito_cli.model import (
    WORKSPACE_TAG,
    AzureProblem,
    Event,
    GpuDriver,
    LiveNodePool,
    Plan,
    ProblemKind,
    Progress,
)
from kaito_cli.operations.drive import drive
from kaito_cli.operations.hunt import MOST_SECONDS, MOST_TRIES, Field, hunt
from tests.builders import plan
from tests.fakes import CLUSTER, FakeClock, FakeCloud

TAGS = {WORKSPACE_TAG: "default.falcon-7b-instruct"}
NO_ROOM = AzureProblem(kind=ProblemKind.CAPACITY, code="AllocationFailed", message="No room.")
NO_QUOTA = AzureProblem(kind=ProblemKind.QUOTA, code="QuotaExceeded", message="No quota left.")


def on(name: str, vm_size: str, usd: float = 3.0) -> Plan:
    pool = {"name": name, "vm_size": vm_size, "tags": TAGS, "gpu_driver": GpuDriver.DRIVER}
    return replace(
        plan(placement={"vm_size": vm_size}, cost={"usd_per_hour": usd}),
        node_pool=replace(plan().node_pool, **pool),  # type: ignore[arg-type]
    )


CHOICES = [on("ka", "Standard_A"), on("kb", "Standard_B", 4.0), on("kc", "Standard_C", 5.0)]


def live(name: str, vm_size: str, state: str = "Creating") -> LiveNodePool:
    return LiveNodePool(name=name, vm_size=vm_size, count=1, provisioning_state=state, tags=TAGS)


def hunted(
    cloud: FakeCloud, choices: list[Plan] = CHOICES, field: Field | None = None
) -> tuple[Plan, list[Event]]:
    """The plan that got its pool, and what was told on the way."""
    found: list[Plan] = []

    def whole() -> Iterator[Event]:
        found.append((yield from hunt(choices, field or at(cloud))))

    clock = field.clock if field else FakeClock()
    events = list(drive([whole()], clock, 10**6))
    return found[0], events


def at(cloud: FakeCloud) -> Field:
    return Field(cloud=cloud, cluster=CLUSTER, clock=FakeClock())


def test_the_choice_is_made_when_azure_has_it() -> None:
    cloud = FakeCloud()

    found, _ = hunted(cloud)

    assert (found, cloud.asked) == (CHOICES[0], ["create ka 1"])


def test_without_room_the_failed_pool_goes_and_the_next_is_asked_for() -> None:
    cloud = FakeCloud(failing={"Standard_A": NO_ROOM, "Standard_B": NO_QUOTA})

    found, events = hunted(cloud)

    assert found == CHOICES[2]
    assert cloud.asked == [
        *("create ka 1", "delete ka"),
        *("create kb 1", "delete kb"),
        "create kc 1",
    ]
    said = [each.message for each in events if each.progress is Progress.STEP]
    assert any("No room." in each for each in said)
    assert any("next: 1 × Standard_B, $4.00 an hour" in each for each in said)


def test_with_no_room_anywhere_all_that_was_tried_is_listed_and_nothing_stays() -> None:
    cloud = FakeCloud(failing=dict.fromkeys(("Standard_A", "Standard_B", "Standard_C"), NO_ROOM))

    with pytest.raises(NoCapacity, match="none of the 3 placements") as caught:
        hunted(cloud)

    assert caught.value.detail.count("No room.") == 3
    assert cloud.pools == {}


def test_a_single_refusal_keeps_its_own_words() -> None:
    with pytest.raises(OutOfQuota, match="quota does not let Azure"):
        hunted(FakeCloud(failing={"Standard_A": NO_QUOTA}), CHOICES[:1])


def test_no_more_than_six_are_tried() -> None:
    many = [on(f"k{number}", f"Standard_{number}") for number in range(9)]
    cloud = FakeCloud(failing={each.node_pool.vm_size: NO_ROOM for each in many})

    with pytest.raises(NoCapacity):
        hunted(cloud, many)

    assert len([each for each in cloud.asked if each.startswith("create")]) == MOST_TRIES


def test_the_hunt_ends_after_an_hour() -> None:
    cloud = FakeCloud(failing={"Standard_A": NO_ROOM})
    field = at(cloud)

    def slow(moment: str) -> None:
        if moment == "after create":
            field.clock.sleep(MOST_SECONDS + 1)

    slow_cloud = FakeCloud(failing={"Standard_A": NO_ROOM}, interfere=slow)

    with pytest.raises(NoCapacity):
        hunted(slow_cloud, field=replace(field, cloud=slow_cloud))


@pytest.mark.parametrize("state", ["Creating", "Succeeded", "Updating"])
def test_a_later_run_goes_on_where_the_earlier_was(state: str) -> None:
    cloud = FakeCloud(live("kb", "Standard_B", state))

    found, _ = hunted(cloud)

    assert (found, cloud.asked) == (CHOICES[1], [])


def test_a_failed_pool_that_may_hold_working_nodes_stays_and_is_said_to() -> None:
    cloud = FakeCloud(live("ka", "Standard_A", "Failed"), failing={"Standard_A": NO_ROOM})

    with pytest.raises(NoCapacity, match="node pool ka stays: it may hold nodes that work"):
        hunted(cloud)

    assert "ka" in cloud.pools


def test_a_failed_pool_seen_to_be_empty_is_removed() -> None:
    cloud = FakeCloud(live("ka", "Standard_A", "Failed"), failing={"Standard_A": NO_ROOM})

    found, _ = hunted(cloud, field=replace(at(cloud), has_nodes=lambda name: False))

    assert (found, sorted(cloud.pools)) == (CHOICES[1], ["kb"])


def test_where_gpus_are_not_managed_the_driver_alone_is_asked_for() -> None:
    managed = replace(
        CHOICES[0], node_pool=replace(CHOICES[0].node_pool, gpu_driver=GpuDriver.MANAGED)
    )
    cloud = FakeCloud(managed_gpus=False)

    found, _ = hunted(cloud, [managed])

    assert found.node_pool.gpu_driver is GpuDriver.DRIVER
    assert list(cloud.pools) == [found.node_pool.name]
    again, _ = hunted(cloud, [managed])
    assert (again, len(cloud.asked)) == (found, 1)


def test_another_refusal_of_azure_is_final() -> None:
    def refuse(moment: str) -> None:
        if moment == "before create":
            raise Refused("Azure refuses.", detail="InvalidParameter: vnetSubnetID")

    with pytest.raises(Refused, match="Azure refuses"):
        hunted(FakeCloud(interfere=refuse))


def test_manifests_follow_before_the_pool_is_asked_for() -> None:
    cloud = FakeCloud(failing={"Standard_A": NO_ROOM})
    order: list[str] = []

    def before(plan: Plan) -> Iterator[Event]:
        order.append(f"{plan.node_pool.name} after {len(cloud.asked)} requests")
        return iter(())

    hunted(cloud, field=replace(at(cloud), before=before))

    assert order == ["ka after 0 requests", "kb after 2 requests"]


def test_a_pool_of_another_request_is_not_replaced() -> None:
    with pytest.raises(BadInput, match="has node pool `kz`"):
        hunted(FakeCloud(live("kz", "Standard_Z", "Succeeded")))


A100, H100 = "Standard_NC24ads_A100_v4", "Standard_NC40ads_H100_v5"


def test_without_quota_no_other_zone_and_no_larger_size_of_the_family_is_tried() -> None:
    zoned = [on(f"kz{zone}", A100) for zone in range(3)]
    larger, other = on("kl", "Standard_NC48ads_A100_v4"), on("ko", H100)
    cloud = FakeCloud(failing={A100: NO_QUOTA})

    found, _ = hunted(cloud, [*zoned, larger, other])

    assert (found, cloud.asked[2:]) == (other, ["create ko 1"])


def test_gpus_refused_only_once_the_pool_is_being_made_are_done_without() -> None:
    refused = AzureProblem(
        kind=ProblemKind.REQUEST, code="InvalidParameter", message="gpuProfile.nvidia is not on."
    )
    managed = replace(
        CHOICES[0], node_pool=replace(CHOICES[0].node_pool, gpu_driver=GpuDriver.MANAGED)
    )
    cloud = FakeCloud(failing={"Standard_A": refused})

    with pytest.raises(Refused):
        hunted(cloud, [managed])

    made = [each.split()[1] for each in cloud.asked if each.startswith("create")]
    assert made[0] == "ka"
    assert (len(made), len(set(made))) == (2, 2)


@pytest.mark.parametrize("moment", ["before list", "after list", "before delete", "after delete"])
@pytest.mark.parametrize("number", range(1, 9))
def test_what_passes_at_any_moment_does_not_end_the_hunt(moment: str, number: int) -> None:
    looks = iter(range(1, 99))

    def busy(now: str) -> None:
        if now == moment and next(looks) == number:
            raise Busy("Too many.")

    cloud = FakeCloud(failing={"Standard_A": NO_ROOM}, interfere=busy)

    found, _ = hunted(cloud)

    assert (found, list(cloud.pools)) == (CHOICES[1], ["kb"])


def test_a_failed_pool_of_the_users_own_is_left_alone() -> None:
    mine = replace(CHOICES[0], node_pool=replace(CHOICES[0].node_pool, existing=True, tags={}))
    cloud = FakeCloud(replace(live("ka", "Standard_A", "Failed"), error=NO_ROOM, tags={}))

    with pytest.raises(NoCapacity, match="stays"):
        hunted(cloud, [mine], replace(at(cloud), has_nodes=lambda name: False))

    assert cloud.asked == []


def test_two_hunts_at_once_end_with_one_pool() -> None:
    cloud = FakeCloud(failing={"Standard_A": NO_ROOM}, looks=3)
    field = at(cloud)

    list(drive([hunt(CHOICES, field), hunt(CHOICES, field)], field.clock, 10**6))

    assert [each.name for each in cloud.pools.values() if each.state != "deleting"] == ["kb"]
