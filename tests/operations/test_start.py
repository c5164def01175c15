"""A start brings what there was when it was stopped, also what somebody had set by hand."""

from typing import Any

import pytest

from kaito_cli.errors import BadInput
from kaito_cli.manifests.annotation import plan_of
from kaito_cli.model import Nodes, Plan, Target, TargetKind
from kaito_cli.operations.replicas import scale, start, stop
from kaito_cli.operations.resizing import to_start
from kaito_cli.operations.steps import unattended
from kaito_cli.operations.submit import submit
from kaito_cli.ports import Manifest
from tests.aks import DEPLOYMENT, NAME, NAMESPACE, POOL, Aks, chat


def stopped_after_hand(replicas: int, before: int = 2, **changes: Any) -> Aks:
    """Scaled with kubectl, then stopped."""
    aks = Aks()
    aks.deploy(chat(before, **changes))
    aks.cluster.edit(DEPLOYMENT, {"spec": {"replicas": replicas}}, manager="kubectl")
    aks.run(stop(NAME, NAMESPACE, aks.world))
    aks.cloud.asked.clear()
    aks.cluster.asked.clear()
    return aks


def live(aks: Aks) -> Manifest:
    found = aks.cluster.get(DEPLOYMENT)
    assert found
    return found


def plan(aks: Aks) -> Plan:
    return plan_of(live(aks))


@pytest.mark.parametrize(("number", "strategy"), [(3, "RollingUpdate"), (1, "Recreate")])
def test_as_many_nodes_as_replicas_and_the_plan_says_so(number: int, strategy: str) -> None:
    aks = stopped_after_hand(number)

    shown = to_start(NAME, NAMESPACE, aks.world)
    events = aks.run(start(NAME, NAMESPACE, aks.world))

    assert (shown.replicas_after, shown.nodes_after) == (number, number)
    assert shown.usd_per_hour_after == pytest.approx(number * 3.673)
    assert aks.pools() == {POOL: number}
    assert live(aks)["spec"]["replicas"] == number
    assert live(aks)["spec"]["strategy"]["type"] == strategy
    placement = plan(aks).placement
    assert (placement.replicas, placement.nodes, plan(aks).node_pool.count) == (number,) * 3
    assert ("PodDisruptionBudget" in aks.kinds()) is (number > 1)
    assert events[-1].message.startswith(f"{number} of {number} replica")


def test_a_deployment_after_it_changes_nothing() -> None:
    aks = stopped_after_hand(3)
    aks.run(start(NAME, NAMESPACE, aks.world))
    aks.cloud.asked.clear()
    aks.cluster.asked.clear()

    aks.deploy(plan(aks))

    assert (aks.cluster.asked, aks.cloud.asked) == ([], [])


@pytest.mark.parametrize(
    ("number", "changes", "said"),
    [
        (4, {"node_pool": {"min_count": 1, "max_count": 3}}, "--autoscale 1:3"),
        (
            2,
            {
                "placement": {"vm_size": "Standard_ND96isr_H100_v5", "gpus_per_node": 8},
                "node_pool": {"os_disk_gib": 100},
            },
            "disk of 100 GiB",
        ),
    ],
)
def test_what_the_placement_cannot_hold_is_refused_as_by_scale(
    number: int, changes: dict[str, Any], said: str
) -> None:
    aks = stopped_after_hand(number, 1, **changes)

    for refuse in (
        lambda: aks.run(start(NAME, NAMESPACE, aks.world)),
        lambda: to_start(NAME, NAMESPACE, aks.world),
    ):
        with pytest.raises(BadInput, match=said) as caught:
            refuse()
        assert "kaito deploy" in caught.value.hint

    assert (aks.cluster.asked, aks.cloud.asked) == ([], [])
    assert live(aks)["spec"]["replicas"] == 0


def test_karpenters_limit_holds_the_nodes() -> None:
    aks = Aks(target=Target(kind=TargetKind.KUBECONFIG))
    aks.run(
        submit(
            chat(request={"nodes": Nodes.KARPENTER}, node_pool={"name": "chat-a1b2c3"}), aks.world
        )
    )
    aks.cluster.edit(DEPLOYMENT, {"spec": {"replicas": 4}}, manager="kubectl")
    aks.run(stop(NAME, NAMESPACE, aks.world))

    aks.run(unattended(start(NAME, NAMESPACE, aks.world)))

    found = next(each for each in aks.cluster.objects if each["kind"] == "NodePool")
    assert found["spec"]["limits"] == {"nvidia.com/gpu": "5"}


def test_of_the_planned_number_only_the_number_changes() -> None:
    """What somebody set beside it is theirs."""
    aks = stopped_after_hand(2)
    theirs = {"spec": {"strategy": {"rollingUpdate": {"maxSurge": 1}}}}
    aks.cluster.edit(DEPLOYMENT, theirs)

    aks.run(start(NAME, NAMESPACE, aks.world))

    assert live(aks)["spec"]["strategy"]["rollingUpdate"]["maxSurge"] == 1
    assert aks.cluster.asked == ["apply Deployment chat"]


def test_killed_at_any_moment_and_run_again_it_converges() -> None:
    moment = 0
    while True:
        aks = stopped_after_hand(1, 3)
        aks.unscheduled = ""
        cut = aks.killed(unattended(start(NAME, NAMESPACE, aks.world)), moment)

        aks.run(start(NAME, NAMESPACE, aks.world))

        assert (aks.pools(), plan(aks).placement.replicas) == ({POOL: 1}, 1), moment
        assert "PodDisruptionBudget" not in aks.kinds(), moment
        if not cut:
            break
        moment += 1
    assert moment > 8


def test_what_runs_by_hand_gets_its_nodes_and_its_plan() -> None:
    aks = Aks()
    aks.deploy(chat(1))
    aks.cluster.edit(DEPLOYMENT, {"spec": {"replicas": 2}}, manager="kubectl")

    aks.run(start(NAME, NAMESPACE, aks.world))
    aks.cloud.asked.clear()
    aks.run(scale(NAME, NAMESPACE, 2, aks.world))

    assert (aks.pools(), aks.cloud.asked) == ({POOL: 2}, [])
