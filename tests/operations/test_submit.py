"""What a plan needs is made, in the order in which nothing is lost, and nothing is waited for."""

from base64 import b64decode
from typing import Any

import pytest

from kaito_cli.errors import FieldConflict, Gated, NoCapacity, NotFound, NotPermitted
from kaito_cli.manifests.annotation import plan_of
from kaito_cli.model import (
    AzureProblem,
    Nodes,
    ProblemKind,
    Progress,
    Ref,
    SecretKey,
    Target,
    TargetKind,
)
from kaito_cli.operations.settle import settle
from kaito_cli.operations.steps import unattended
from kaito_cli.operations.submit import submit
from tests.aks import DEPLOYMENT, NAMESPACE, POOL, SECRET, Aks, chat, deployed

NO_ROOM = AzureProblem(kind=ProblemKind.CAPACITY, code="AllocationFailed", message="No room.")
ELSEWHERE = chat(
    placement={"vm_size": "Standard_NC40ads_H100_v5"},
    node_pool={"name": "kchatxyz789", "vm_size": "Standard_NC40ads_H100_v5"},
)


@pytest.fixture
def aks() -> Aks:
    return Aks()


def secret(name: str, *keys: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "data": dict.fromkeys(keys, "eA=="),
    }


def test_everything_is_made_and_nothing_is_waited_for(aks: Aks) -> None:
    events = aks.run(unattended(deployed(chat(), aks.world)))

    assert aks.kinds() == ["Deployment", "Secret", "Service", "ServiceAccount"]
    assert aks.cloud.asked == [f"create {POOL} 1"]
    assert aks.cloud.pools[POOL].provisioning_state == "Creating"
    assert aks.clock.seconds() == 0
    assert Progress.WAITING not in {each.progress for each in events}
    assert events[-1].message == "asked Azure for 1 × Standard_NC24ads_A100_v4"


def test_the_object_with_the_plan_is_there_before_the_pool_is_asked_for(aks: Aks) -> None:
    order: list[str] = []
    aks.interfere = order.append

    aks.run(submit(chat(), aks.world))

    assert order.index("cluster before apply Deployment chat") < order.index("cloud before create")


def test_the_api_key_is_random_and_told_to_nobody(aks: Aks) -> None:
    events = aks.run(submit(chat(), aks.world))

    key = b64decode(aks.secret()).decode()
    assert len(key) == 64
    assert not any(key in each.message for each in events)
    other = Aks()
    other.run(submit(chat(), other.world))
    assert other.secret() != aks.secret()


def test_a_key_that_is_there_is_never_overwritten(aks: Aks) -> None:
    aks.deploy()
    before = aks.secret()

    aks.deploy()
    aks.deploy(chat(2))

    assert aks.secret() == before


def test_of_two_runs_at_once_the_second_keeps_the_firsts_key(aks: Aks) -> None:
    theirs = secret(SECRET.name, "VLLM_API_KEY")
    refusal = NotPermitted("The Secret is immutable.")

    def interfere(moment: str) -> None:
        if moment == f"cluster before apply Secret {SECRET.name}":
            aks.interfere = lambda moment: None
            aks.cluster.objects.append(theirs)
            aks.cluster.failing["apply Secret"] = refusal

    aks.interfere = interfere

    aks.run(submit(chat(), aks.world))

    assert aks.secret() == "eA=="


def test_the_key_is_immutable_so_that_the_server_takes_no_second_one(aks: Aks) -> None:
    aks.run(submit(chat(), aks.world))

    found = aks.cluster.get(SECRET)
    assert found
    assert found["immutable"] is True


def test_a_key_without_the_name_the_engine_reads_is_an_error(aks: Aks) -> None:
    aks.cluster.objects.append(secret(SECRET.name, "other"))

    with pytest.raises(NotFound, match="has no key `VLLM_API_KEY`"):
        aks.run(submit(chat(), aks.world))

    assert aks.cloud.asked == []


def test_an_endpoint_without_a_key_gets_no_secret(aks: Aks) -> None:
    aks.run(submit(chat(request={"api_key": False}), aks.world))

    assert "Secret" not in aks.kinds()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"request": {"hf_token_secret": "mine"}}, "`mine`"),
        ({"request": {"api_key_secret": "mine"}}, "`mine`"),
        ({"engine": {"env_from": {"X": SecretKey(secret="mine", key="k")}}}, "`mine`"),
    ],
)
def test_a_secret_of_the_users_has_to_be_there(aks: Aks, changes: Any, said: str) -> None:
    with pytest.raises(NotFound, match=said) as caught:
        aks.run(submit(chat(**changes), aks.world))

    assert "kubectl create secret generic mine" in caught.value.hint
    assert aks.cloud.asked == []
    assert "Deployment" not in aks.kinds()


def test_gated_weights_need_a_token_before_anything_costs(aks: Aks) -> None:
    with pytest.raises(Gated, match="need a token") as caught:
        aks.run(submit(chat(model={"gated": True}), aks.world))

    assert "HF_TOKEN" in caught.value.hint
    assert aks.cloud.asked == []


def test_gated_weights_with_a_token_go_on(aks: Aks) -> None:
    aks.cluster.objects.append(secret("chat-hf-token", "HF_TOKEN"))

    aks.run(submit(chat(model={"gated": True}), aks.world))

    assert aks.cloud.asked == [f"create {POOL} 1"]


def test_a_secret_that_may_not_be_read_stops_nobody(aks: Aks) -> None:
    aks.cluster.failing["get Secret mine"] = NotPermitted("You may not get secrets.")

    events = aks.run(submit(chat(request={"hf_token_secret": "mine"}), aks.world))

    assert any("not looked at" in each.message for each in events)
    assert aks.cloud.asked == [f"create {POOL} 1"]


def test_a_pull_secret_that_is_missing_is_a_warning(aks: Aks) -> None:
    events = aks.run(submit(chat(request={"image_pull_secret": "mine"}), aks.world))

    assert any(each.subject == "Secret mine" for each in events)
    assert aks.cloud.asked == [f"create {POOL} 1"]


def test_a_namespace_that_is_missing_is_made_only_when_asked(aks: Aks) -> None:
    plan = chat(namespace="new")
    with pytest.raises(NotFound, match="`new`") as caught:
        aks.run(submit(plan, aks.world))
    assert "--create-namespace" in caught.value.hint
    assert aks.cluster.asked == []

    aks.run(submit(plan, aks.world, create_namespace=True))

    made = aks.cluster.get(Ref(kind="Namespace", name="new"))
    assert made
    assert "labels" not in made["metadata"]


def test_who_may_not_read_the_namespace_works_in_it_all_the_same(aks: Aks) -> None:
    aks.cluster.failing["get Namespace"] = NotPermitted("You may not get namespaces.")

    aks.run(submit(chat(), aks.world))

    assert aks.cloud.asked == [f"create {POOL} 1"]


def test_a_field_of_somebody_elses_is_taken_over_only_by_force(aks: Aks) -> None:
    aks.deploy()
    aks.cluster.edit(DEPLOYMENT, {"spec": {"replicas": 5}})

    with pytest.raises(FieldConflict) as caught:
        aks.run(submit(chat(), aks.world))
    assert "--force-conflicts" in caught.value.hint
    aks.run(submit(chat(), aks.world, force=True))

    found = aks.cluster.get(DEPLOYMENT)
    assert found
    assert found["spec"]["replicas"] == 1


@pytest.mark.parametrize("nodes", [Nodes.EXISTING, Nodes.KARPENTER])
def test_nodes_that_are_there_or_karpenters_ask_azure_for_nothing(nodes: Nodes) -> None:
    aks = Aks(target=Target(kind=TargetKind.KUBECONFIG))
    existing = nodes is Nodes.EXISTING
    pool = {"existing": existing, "name": "" if existing else "chat-a1b2c3"}
    world = aks.world
    world.fake_cloud = None

    aks.run(submit(chat(request={"nodes": nodes}, node_pool=pool), world))

    assert "Deployment" in aks.kinds()
    assert ("NodePool" in aks.kinds()) is not existing


def test_without_room_the_objects_change_before_the_next_pool_is_asked_for() -> None:
    aks = Aks(failing={"Standard_NC24ads_A100_v4": NO_ROOM})
    order: list[str] = []
    aks.interfere = order.append

    aks.deploy(chat(), fallbacks=[ELSEWHERE])

    found = aks.cluster.get(DEPLOYMENT)
    assert found
    assert plan_of(found) == ELSEWHERE
    assert aks.pools() == {"kchatxyz789": 1}
    second = len(order) - order[::-1].index("cluster before apply Deployment chat") - 1
    assert second < len(order) - order[::-1].index("cloud before create") - 1


def test_without_room_anywhere_the_refusal_is_raised() -> None:
    aks = Aks(failing={"Standard_NC24ads_A100_v4": NO_ROOM})

    with pytest.raises(NoCapacity):
        aks.deploy()


def test_where_azure_manages_no_gpus_the_plan_in_the_cluster_says_so() -> None:
    aks = Aks(managed_gpus=False)

    aks.deploy()

    found = aks.cluster.get(DEPLOYMENT)
    assert found
    kept = plan_of(found).node_pool
    assert aks.pools() == {kept.name: 1}
    assert kept.labels["kaito-cli.dev/device-plugin"] == "true"


def test_a_disruption_budget_goes_with_the_second_replica(aks: Aks) -> None:
    aks.deploy(chat(2))
    assert "PodDisruptionBudget" in aks.kinds()

    aks.deploy(chat(1))

    assert "PodDisruptionBudget" not in aks.kinds()
    assert aks.pools() == {POOL: 1}


def test_a_second_run_changes_nothing(aks: Aks) -> None:
    aks.deploy()
    objects, pools = list(aks.cluster.asked), list(aks.cloud.asked)

    aks.deploy()

    assert (aks.cluster.asked, aks.cloud.asked) == (objects, pools)


def test_what_was_submitted_is_settled_by_another_call(aks: Aks) -> None:
    """The operation in progress is handed over: the pool is not looked at as if anew."""
    world = aks.world
    submission = submit(chat(), world)
    try:
        while True:
            next(submission)
    except StopIteration as end:
        made = end.value

    aks.run(settle(made, world))

    assert aks.cloud.asked == [f"create {POOL} 1"]
