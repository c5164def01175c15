"""Pods and nodes together: more, fewer, none, and back to what was."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kaito_cli.errors import BadInput, NoCapacity, NotAllowed, NotFound
from kaito_cli.manifests.annotation import plan_of
from kaito_cli.model import (
    STOPPED_ANNOTATION,
    AzureProblem,
    Event,
    Nodes,
    ProblemKind,
    Progress,
    Target,
    TargetKind,
)
from kaito_cli.operations.remains import bound_to
from kaito_cli.operations.replicas import scale, start, stop
from kaito_cli.operations.steps import unattended
from kaito_cli.operations.submit import submit
from kaito_cli.ports import Manifest, World
from tests.aks import DEPLOYMENT, NAME, NAMESPACE, POOL, Aks, chat
from tests.inventory import pool

AUTOSCALED: dict[str, Any] = {"node_pool": {"min_count": 1, "max_count": 3}}
Change = Callable[..., Iterator[Event]]
NEWER = {"metadata": {"annotations": {"kaito-cli.dev/plan": '{"version":99,"kaito":"9.9"}'}}}


def served(replicas: int = 2, **changes: Any) -> Aks:
    aks = Aks()
    aks.deploy(chat(replicas, **changes))
    aks.cloud.asked.clear()
    aks.cluster.asked.clear()
    return aks


def stopped(replicas: int = 2, **changes: Any) -> Aks:
    aks = served(replicas, **changes)
    aks.run(stop(NAME, NAMESPACE, aks.world))
    aks.cloud.asked.clear()
    aks.cluster.asked.clear()
    return aks


def live(aks: Aks) -> Manifest:
    found = aks.cluster.get(DEPLOYMENT)
    assert found
    return found


def replicas(aks: Aks) -> int:
    return int(live(aks)["spec"]["replicas"])


def mark(aks: Aks) -> str | None:
    found = live(aks)["metadata"]["annotations"].get(STOPPED_ANNOTATION)
    return None if found is None else str(found)


def without_status(aks: Aks) -> list[Manifest]:
    aside = ("status",)
    server = ("managedFields", "resourceVersion", "uid", "annotations")
    return [
        {
            **{key: each[key] for key in each if key not in aside},
            "metadata": {
                key: each["metadata"][key] for key in each["metadata"] if key not in server
            },
        }
        for each in aks.cluster.objects
        if each["kind"] not in ("Pod", "Namespace")
    ]


def test_stop_takes_pods_and_nodes_and_leaves_the_rest() -> None:
    aks = served()
    kinds = [each for each in aks.kinds() if each != "Pod"]

    events = aks.run(stop(NAME, NAMESPACE, aks.world))

    assert aks.kinds() == kinds
    assert aks.pools() == {POOL: 0}
    assert (replicas(aks), mark(aks)) == (0, "2")
    assert plan_of(live(aks)) == chat(2)
    assert events[-1].progress is Progress.DONE


def test_start_brings_back_what_was() -> None:
    aks = served()
    before = without_status(aks)
    aks.run(stop(NAME, NAMESPACE, aks.world))

    events = aks.run(start(NAME, NAMESPACE, aks.world))

    assert aks.pools() == {POOL: 2}
    assert without_status(aks) == before
    assert (replicas(aks), mark(aks)) == (2, None)
    assert events[-1].message == "2 of 2 replicas ready"


def test_pods_are_told_to_go_before_their_nodes() -> None:
    aks = served()
    order: list[str] = []
    aks.interfere = order.append

    aks.run(stop(NAME, NAMESPACE, aks.world))

    assert order.index("cluster after apply") < order.index("cloud before scale")


def test_start_asks_for_pods_before_nodes_that_would_cost_unseen() -> None:
    aks = stopped()
    order: list[str] = []
    aks.interfere = order.append

    aks.run(start(NAME, NAMESPACE, aks.world))

    assert order.index("cluster after apply") < order.index("cloud before scale")


def test_stopping_twice_remembers_the_replicas_of_before() -> None:
    aks = stopped(3)

    aks.run(stop(NAME, NAMESPACE, aks.world))
    aks.run(start(NAME, NAMESPACE, aks.world))

    assert (replicas(aks), aks.pools()) == (3, {POOL: 3})


def test_an_autoscaler_is_off_while_stopped_and_back_after() -> None:
    aks = served(**AUTOSCALED)

    aks.run(stop(NAME, NAMESPACE, aks.world))
    off = aks.cloud.pools[POOL]
    aks.run(start(NAME, NAMESPACE, aks.world))
    on = aks.cloud.pools[POOL]

    assert (off.count, off.min_count, off.max_count) == (0, None, None)
    assert (on.min_count, on.max_count) == (1, 3)


def test_replicas_somebody_else_set_are_taken_over_and_nothing_else() -> None:
    aks = served()
    theirs = {"spec": {"replicas": 7, "template": {"spec": {"priorityClassName": "theirs"}}}}
    aks.cluster.edit(DEPLOYMENT, theirs)

    aks.run(stop(NAME, NAMESPACE, aks.world))

    assert replicas(aks) == 0
    assert live(aks)["spec"]["template"]["spec"]["priorityClassName"] == "theirs"
    assert mark(aks) == "7"


def test_stop_goes_on_with_a_plan_of_a_newer_kaito() -> None:
    aks = served()
    aks.cluster.edit(DEPLOYMENT, NEWER, manager="kaito-cli")

    aks.run(stop(NAME, NAMESPACE, aks.world))

    assert (replicas(aks), aks.pools()) == (0, {POOL: 0})
    kept = live(aks)["metadata"]["annotations"]["kaito-cli.dev/plan"]
    assert kept == '{"version":99,"kaito":"9.9"}'


@pytest.mark.parametrize(
    "operation",
    [
        lambda aks: start(NAME, NAMESPACE, aks.world),
        lambda aks: scale(NAME, NAMESPACE, 3, aks.world),
    ],
)
def test_start_and_scale_need_the_plan(operation: Callable[[Aks], Iterator[Event]]) -> None:
    aks = served()
    aks.cluster.edit(DEPLOYMENT, NEWER, manager="kaito-cli")

    with pytest.raises(BadInput, match=r"written by kaito 9\.9"):
        aks.run(operation(aks))

    assert aks.cluster.asked == []
    assert aks.cloud.asked == []


@pytest.mark.parametrize(
    "operation",
    [
        lambda name, aks: start(name, NAMESPACE, aks.world),
        lambda name, aks: stop(name, NAMESPACE, aks.world),
        lambda name, aks: scale(name, NAMESPACE, 3, aks.world),
    ],
)
def test_what_is_not_there_is_not_found(operation: Callable[[str, Aks], Iterator[Event]]) -> None:
    aks = served()

    with pytest.raises(NotFound) as caught:
        aks.run(operation("cht", aks))

    assert caught.value.hint == "Did you mean `chat`?"


def test_more_replicas_bring_more_nodes_and_the_plan_stays_the_truth() -> None:
    aks = served(1)

    aks.run(scale(NAME, NAMESPACE, 3, aks.world))

    plan = plan_of(live(aks))
    assert (replicas(aks), aks.pools()) == (3, {POOL: 3})
    assert (plan.placement.replicas, plan.placement.nodes, plan.node_pool.count) == (3, 3, 3)
    assert plan.cost.usd_per_hour == pytest.approx(3 * 3.673)
    assert plan.request.replicas is None
    assert "PodDisruptionBudget" in aks.kinds()
    assert live(aks)["spec"]["strategy"]["type"] == "RollingUpdate"


def test_a_number_that_was_asked_for_is_asked_for_anew() -> None:
    aks = served(2, request={"replicas": 2})

    aks.run(scale(NAME, NAMESPACE, 3, aks.world))

    assert plan_of(live(aks)).request.replicas == 3


def test_fewer_replicas_take_nodes_away_after_pods() -> None:
    aks = served(3)
    order: list[str] = []
    aks.interfere = order.append

    aks.run(scale(NAME, NAMESPACE, 1, aks.world))

    assert (replicas(aks), aks.pools()) == (1, {POOL: 1})
    assert order.index("cluster after apply") < order.index("cloud before scale")
    assert "PodDisruptionBudget" not in aks.kinds()
    assert live(aks)["spec"]["strategy"] == {"type": "Recreate"}


def test_a_deployment_after_scaling_finds_its_plan_and_changes_nothing() -> None:
    aks = served(1)
    aks.run(scale(NAME, NAMESPACE, 2, aks.world))
    aks.cluster.asked.clear()
    aks.cloud.asked.clear()

    aks.deploy(plan_of(live(aks)))

    assert (aks.cluster.asked, aks.cloud.asked) == ([], [])


def test_the_same_number_again_changes_nothing() -> None:
    aks = served(2)

    aks.run(scale(NAME, NAMESPACE, 2, aks.world))

    assert (aks.cluster.asked, aks.cloud.asked) == ([], [])


def test_replicas_that_share_a_node_take_no_more_of_them() -> None:
    two_gpus = {"vm_size": "Standard_NC48ads_A100_v4", "gpus_per_node": 2}
    aks = Aks()
    aks.run(submit(chat(2, placement={**two_gpus, "nodes": 1}, node_pool={"count": 1}), aks.world))

    aks.run(unattended(scale(NAME, NAMESPACE, 3, aks.world)))

    assert aks.cloud.asked == [f"create {POOL} 1", f"scale {POOL} 2"]


def test_a_disk_made_for_one_replica_holds_no_second_one() -> None:
    eight = {"vm_size": "Standard_ND96isr_H100_v5", "gpus_per_node": 8}
    aks = served(1, placement=eight, node_pool={"os_disk_gib": 100})

    with pytest.raises(BadInput, match="disk of 100 GiB") as caught:
        aks.run(scale(NAME, NAMESPACE, 2, aks.world))

    assert "kaito deploy falcon-7b-instruct --replicas 2" in caught.value.hint
    assert (aks.cluster.asked, aks.cloud.asked) == ([], [])


def test_nodes_beyond_the_autoscalers_bounds_are_refused() -> None:
    aks = served(**AUTOSCALED)

    with pytest.raises(BadInput, match="--autoscale 1:3") as caught:
        aks.run(scale(NAME, NAMESPACE, 4, aks.world))

    assert "--autoscale 1:4" in caught.value.hint


def test_within_its_bounds_the_autoscaler_brings_the_nodes() -> None:
    aks = served(**AUTOSCALED)

    aks.run(unattended(scale(NAME, NAMESPACE, 3, aks.world)))

    assert replicas(aks) == 3
    assert aks.cloud.asked == []


@pytest.mark.parametrize("number", [0, -1])
def test_no_replicas_are_a_stop(number: int) -> None:
    aks = served()

    with pytest.raises(BadInput) as caught:
        aks.run(scale(NAME, NAMESPACE, number, aks.world))

    assert "kaito stop chat" in caught.value.hint


def test_a_stopped_workspace_is_started_before_it_is_scaled() -> None:
    aks = stopped()

    with pytest.raises(BadInput, match="is stopped") as caught:
        aks.run(scale(NAME, NAMESPACE, 3, aks.world))

    assert "kaito start chat" in caught.value.hint
    assert (aks.cluster.asked, aks.cloud.asked) == ([], [])


def test_a_start_without_room_says_so_and_can_be_stopped_again() -> None:
    aks = stopped()
    aks.cloud._failing = {  # azure ran out of it meanwhile
        "Standard_NC24ads_A100_v4": AzureProblem(
            kind=ProblemKind.CAPACITY, code="AllocationFailed", message="No room."
        )
    }
    with pytest.raises(NoCapacity):
        aks.run(start(NAME, NAMESPACE, aks.world))
    aks.cloud._failing = {}

    aks.run(stop(NAME, NAMESPACE, aks.world))

    assert (replicas(aks), mark(aks), aks.pools()) == (0, "2", {POOL: 0})


def test_start_makes_a_pool_that_is_gone_anew() -> None:
    aks = stopped()
    del aks.cloud.pools[POOL]

    aks.run(start(NAME, NAMESPACE, aks.world))

    assert aks.pools() == {POOL: 2}


def test_nodes_of_the_users_stay() -> None:
    aks = Aks(pool("mine", tags=dict.fromkeys(("kaito-cli-workspace", "kaito-cli-cluster"))))
    aks.deploy(
        chat(
            request={"nodes": Nodes.EXISTING, "node_pool": "mine"},
            node_pool={"name": "mine", "existing": True, "tags": {}},
        )
    )

    aks.run(stop(NAME, NAMESPACE, aks.world))
    aks.run(start(NAME, NAMESPACE, aks.world))

    assert aks.pools() == {"mine": 2}
    assert aks.cloud.asked == []


def test_karpenters_limit_follows_the_replicas() -> None:
    aks = Aks(target=Target(kind=TargetKind.KUBECONFIG))
    name = "chat-a1b2c3"
    plan = chat(request={"nodes": Nodes.KARPENTER}, node_pool={"name": name})
    aks.run(submit(plan, aks.world))

    aks.run(unattended(scale(NAME, NAMESPACE, 4, aks.world)))

    found = next(each for each in aks.cluster.objects if each["kind"] == "NodePool")
    assert found["spec"]["limits"] == {"nvidia.com/gpu": "5"}
    assert found["spec"]["template"]["spec"]["expireAfter"] == "Never"


def test_stop_waits_until_karpenter_has_taken_its_nodes_away() -> None:
    aks = Aks(target=Target(kind=TargetKind.KUBECONFIG))
    plan = chat(request={"nodes": Nodes.KARPENTER}, node_pool={"name": "chat-a1b2c3"})
    aks.run(submit(plan, aks.world))
    labels = {"karpenter.sh/nodepool": "chat-a1b2c3"}
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "labels": labels}}
    aks.cluster.objects.append(node)
    looks = 0

    def interfere(moment: str) -> None:
        nonlocal looks
        looks += moment == "cluster before find"
        if looks > 10 and node in aks.cluster.objects:
            aks.cluster.objects.remove(node)

    aks.interfere = interfere

    told = [each.message for each in aks.run(stop(NAME, NAMESPACE, aks.world))]

    assert "Karpenter takes its 1 empty node away" in told


def test_without_azure_nodes_that_cost_are_not_left_unseen() -> None:
    aks = served()
    aks.target = Target(kind=TargetKind.KUBECONFIG)

    with pytest.raises(BadInput, match="Azure") as caught:
        aks.run(stop(NAME, NAMESPACE, aks.world))

    assert "--target aks" in caught.value.hint
    assert replicas(aks) == 2


def test_what_azure_refuses_is_raised_and_goes_on_later() -> None:
    aks = served()

    def interfere(moment: str) -> None:
        if moment == "cloud before scale":
            raise NotAllowed("You may not scale node pools.")

    aks.interfere = interfere
    with pytest.raises(NotAllowed):
        aks.run(stop(NAME, NAMESPACE, aks.world))
    aks.interfere = lambda moment: None

    aks.run(stop(NAME, NAMESPACE, aks.world))

    assert (aks.pools(), mark(aks)) == ({POOL: 0}, "2")


def test_without_waiting_stop_ends_as_soon_as_azure_is_at_it() -> None:
    aks = served()

    aks.run(unattended(stop(NAME, NAMESPACE, aks.world)))

    assert aks.cloud.asked == [f"scale {POOL} 0"]
    assert aks.cloud.pools[POOL].provisioning_state == "Scaling"


SWEPT: dict[str, tuple[Callable[[], Aks], Callable[[Aks], Iterator[Event]], Any]] = {
    "stop": (served, lambda aks: stop(NAME, NAMESPACE, aks.world), ({POOL: 0}, 0, "2")),
    "start": (stopped, lambda aks: start(NAME, NAMESPACE, aks.world), ({POOL: 2}, 2, None)),
    "more": (served, lambda aks: scale(NAME, NAMESPACE, 4, aks.world), ({POOL: 4}, 4, None)),
    "fewer": (served, lambda aks: scale(NAME, NAMESPACE, 1, aks.world), ({POOL: 1}, 1, None)),
}


@pytest.mark.parametrize("swept", SWEPT)
def test_killed_at_any_moment_and_run_again_it_converges(swept: str) -> None:
    begin, operation, end = SWEPT[swept]
    moment = 0
    while True:
        aks = begin()
        aks.unscheduled = ""
        key = aks.secret()
        cut = aks.killed(unattended(operation(aks)), moment)

        aks.run(operation(aks))

        assert (aks.pools(), replicas(aks), mark(aks)) == end, moment
        assert aks.secret() == key
        assert len(aks.pods()) == end[1]
        if not cut:
            break
        moment += 1
    assert moment > 8


def test_a_deployment_starts_what_was_stopped() -> None:
    aks = stopped()

    aks.deploy(chat(2))

    assert (replicas(aks), mark(aks), aks.pools()) == (2, None, {POOL: 2})


def to_one(name: str, namespace: str, world: World) -> Iterator[Event]:
    return scale(name, namespace, 1, world)


def copied(aks: Aks, **changes: Any) -> Manifest:
    """A user's copy of the workload, with all its labels, which the cluster shows first."""
    found = json.loads(json.dumps(live(aks)))
    found["metadata"] = {
        "name": "a-users-copy",
        "namespace": NAMESPACE,
        "labels": found["metadata"]["labels"],
        "uid": "of-the-copy",
    }
    found["spec"] |= changes
    aks.cluster.objects.insert(0, found)
    return dict(found)


@pytest.mark.parametrize("change", [stop, start, to_one])
def test_a_copy_with_our_labels_is_left_alone(change: Change) -> None:
    aks = served()
    copied(aks)

    next(change(NAME, NAMESPACE, aks.world))

    assert "apply Deployment a-users-copy" not in aks.cluster.asked
    assert "apply Deployment chat" in aks.cluster.asked or change is start


def test_stopping_waits_for_no_pod_of_a_copy() -> None:
    aks = served()
    copied(aks, replicas=0)
    owner = {"kind": "ReplicaSet", "name": "a-users-copy-7d9f", "uid": "1"}
    pod = {**aks.pods()[0], "metadata": {**aks.pods()[0]["metadata"], "name": "theirs"}}
    pod["metadata"]["ownerReferences"] = [owner]

    def brought_back(moment: str) -> None:
        if moment == "cluster before find" and pod not in aks.cluster.objects:
            aks.cluster.objects.append(pod)

    aks.interfere = brought_back

    assert aks.run(stop(NAME, NAMESPACE, aks.world))[-1].progress is Progress.DONE


def test_copies_alone_are_named() -> None:
    aks = served()
    copied(aks)
    aks.cluster.objects.remove(
        next(
            each
            for each in aks.cluster.objects
            if (each["kind"], each["metadata"]["name"]) == ("Deployment", NAME)
        )
    )

    with pytest.raises(BadInput, match="Deployment `a-users-copy`") as caught:
        next(stop(NAME, NAMESPACE, aks.world))

    assert "kaito-cli.dev/workspace" in caught.value.hint
    assert aks.cluster.asked == []


@pytest.mark.parametrize(
    "workload",
    [
        {"spec": None},
        {"spec": {"template": None}},
        {"spec": {"template": {"spec": {"affinity": None}}}},
        {"spec": {"template": {"spec": {"affinity": {"nodeAffinity": None}}}}},
    ],
)
def test_nulls_bind_to_no_node(workload: Manifest) -> None:
    assert bound_to(workload) == {}


@pytest.mark.parametrize(
    "terms",
    [None, [None], [{"matchExpressions": None}], [{"matchExpressions": [{"key": "a"}, None]}]],
)
def test_a_null_among_node_terms_binds_to_no_node(terms: Any) -> None:
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    spec = {"affinity": {"nodeAffinity": required}}

    assert bound_to({"spec": {"template": {"spec": spec}}}) == {}
