"""A workspace goes in the order in which nothing that costs is forgotten; what is the user's
stays."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from kaito_cli.errors import BadInput, NotAllowed, NotFound
from kaito_cli.model import Event, Nodes, Progress, Ref, Target, TargetKind
from kaito_cli.operations.delete import delete
from kaito_cli.operations.steps import unattended
from kaito_cli.operations.submit import submit
from tests.aks import DEPLOYMENT, NAME, NAMESPACE, POOL, SECRET, Aks, chat
from tests.inventory import pool

LABELS = {"app.kubernetes.io/managed-by": "kaito-cli", "kaito-cli.dev/workspace": NAME}


def served(**changes: Any) -> Aks:
    aks = Aks()
    aks.deploy(chat(2, **changes))
    aks.cloud.asked.clear()
    return aks


def gone(aks: Aks, **how: Any) -> Iterator[Event]:
    return delete(NAME, NAMESPACE, aks.world, **how)


def volume(name: str = "chat-weights") -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": LABELS},
    }


def own_secret(name: str, **labels: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels},
        "data": {"HF_TOKEN": "eA=="},
    }


def test_objects_pool_and_key_go_and_the_namespace_stays() -> None:
    aks = served()

    events = aks.run(gone(aks))

    assert (aks.kinds(), aks.pools()) == ([], {})
    assert events[-1] == Event(subject="workspace chat", progress=Progress.DONE, message="deleted")
    assert aks.cluster.get(Ref(kind="Namespace", name=NAMESPACE))


def test_azure_has_accepted_before_the_object_with_the_plan_goes() -> None:
    aks = served()
    order: list[str] = []
    aks.interfere = order.append

    aks.run(gone(aks))

    assert order.index("cloud after delete") < order.index("cluster before delete")


def test_a_pool_azure_does_not_let_go_leaves_everything() -> None:
    aks = served()
    before = aks.kinds()

    def interfere(moment: str) -> None:
        if moment == "cloud before delete":
            raise NotAllowed("You may not delete node pools.")

    aks.interfere = interfere

    with pytest.raises(NotAllowed):
        aks.run(gone(aks))

    assert aks.kinds() == before


def test_what_is_not_there_is_not_found_with_the_name_that_was_meant() -> None:
    aks = served()

    with pytest.raises(NotFound) as caught:
        aks.run(delete("chatt", NAMESPACE, aks.world))
    assert caught.value.hint == "Did you mean `chat`?"
    with pytest.raises(NotFound) as caught:
        aks.run(delete(NAME, "default", aks.world))

    assert caught.value.hint == "Did you mean `-n ml`?"
    assert aks.cloud.asked == []


def test_a_pool_is_found_by_its_tag_when_no_object_is_left() -> None:
    aks = Aks(pool(), pool("kother", tags={"kaito-cli-workspace": "ml.other"}))

    aks.run(gone(aks))

    assert aks.pools() == {"kother": 2}


@pytest.mark.parametrize("kind", ["Deployment", "Service", "ServiceAccount", "Secret"])
def test_one_object_that_is_left_is_enough_to_go_on(kind: str) -> None:
    aks = served()
    aks.cloud.pools.pop(POOL)
    kept = [each for each in aks.cluster.objects if each["kind"] in (kind, "Namespace")]
    aks.cluster.objects[:] = kept

    aks.run(gone(aks))

    assert aks.kinds() == []


def test_nodes_stay_when_asked_and_their_price_is_told() -> None:
    aks = served()

    events = aks.run(gone(aks, keep_nodes=True))

    assert (aks.kinds(), aks.pools()) == ([], {POOL: 2})
    assert any("costs as before: 2 × Standard_NC24ads_A100_v4" in each.message for each in events)
    aks.run(gone(aks))
    assert aks.pools() == {}


def test_volumes_go_with_purge_alone() -> None:
    aks = served()
    aks.cluster.objects.append(volume())

    events = aks.run(gone(aks))

    assert aks.kinds() == ["PersistentVolumeClaim"]
    assert any("--purge" in each.message for each in events)
    with pytest.raises(NotFound, match="Nothing but volumes") as caught:
        aks.run(gone(aks))
    assert "--purge" in caught.value.hint
    aks.run(gone(aks, purge=True))
    assert aks.kinds() == []


def test_secrets_of_the_users_stay() -> None:
    aks = served()
    aks.cluster.objects.extend([own_secret("chat-hf-token"), own_secret("mine", **LABELS)])

    aks.run(gone(aks))

    assert aks.kinds() == ["Secret", "Secret"]


def test_a_key_of_the_users_own_stays() -> None:
    aks = Aks()
    mine = own_secret(SECRET.name)
    aks.cluster.objects.append({**mine, "data": {"VLLM_API_KEY": "eA=="}})
    aks.deploy()

    aks.run(gone(aks))

    assert aks.kinds() == ["Secret"]


def test_other_workspaces_and_what_is_not_kaitos_stay() -> None:
    aks = served()
    other = chat(
        workspace="chat-2", node_pool={"name": "k2", "tags": {"kaito-cli-workspace": "ml.chat-2"}}
    )
    aks.deploy(other)
    labelled = {**LABELS, "app.kubernetes.io/managed-by": "Helm"}
    aks.cluster.objects.append(own_secret("chat-api-key-2", **labelled))

    aks.run(gone(aks))

    assert aks.pools() == {"k2": 1}
    assert {each["metadata"]["name"] for each in aks.cluster.objects} >= {
        "chat-2",
        "chat-2-api-key",
        "chat-api-key-2",
    }


def test_a_pool_of_the_users_is_left_alone() -> None:
    aks = Aks(pool("mine", tags=dict.fromkeys(("kaito-cli-workspace", "kaito-cli-cluster"))))
    aks.deploy(
        chat(
            request={"nodes": Nodes.EXISTING, "node_pool": "mine"},
            node_pool={"name": "mine", "existing": True, "tags": {}},
        )
    )

    aks.run(gone(aks))

    assert (aks.kinds(), aks.pools()) == ([], {"mine": 2})
    assert aks.cloud.asked == []


def test_karpenters_objects_go_before_the_object_with_the_plan() -> None:
    aks = Aks(target=Target(kind=TargetKind.KUBECONFIG))
    plan = chat(request={"nodes": Nodes.KARPENTER}, node_pool={"name": "chat-a1b2c3"})
    aks.run(submit(plan, aks.world))
    order: list[str] = []
    aks.interfere = order.append

    aks.run(gone(aks))

    assert aks.kinds() == []
    deleted = [each for each in order if each.startswith("cluster before delete ")]
    assert deleted[0] == "cluster before delete NodePool chat-a1b2c3"


def test_without_azure_its_pool_is_not_forgotten() -> None:
    aks = served()
    aks.target = Target(kind=TargetKind.KUBECONFIG)

    with pytest.raises(BadInput, match=POOL) as caught:
        aks.run(gone(aks))
    assert "--target aks" in caught.value.hint
    assert "Deployment" in aks.kinds()
    aks.run(gone(aks, keep_nodes=True))

    assert "Deployment" not in aks.kinds()


def test_a_plan_of_a_newer_kaito_is_no_obstacle() -> None:
    aks = served()
    newer = {"metadata": {"annotations": {"kaito-cli.dev/plan": '{"version":99}'}}}
    aks.cluster.edit(DEPLOYMENT, newer, manager="kaito-cli")

    aks.run(gone(aks))

    assert (aks.kinds(), aks.pools()) == ([], {})


def test_it_waits_until_pods_have_ended() -> None:
    aks = served()
    aks.cluster.objects.append(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "chat-x", "namespace": NAMESPACE, "labels": LABELS},
        }
    )
    aks.live = lambda: None  # type: ignore[method-assign]
    looks = 0

    def interfere(moment: str) -> None:
        nonlocal looks
        looks += moment == "cluster after find"
        if looks > 30:
            aks.cluster.objects[:] = [e for e in aks.cluster.objects if e["kind"] != "Pod"]

    aks.interfere = interfere

    told = [each.message for each in aks.run(gone(aks))]

    assert "still there: 1 pod" in told
    assert told[-1] == "deleted"


def test_without_waiting_objects_are_gone_and_azure_is_at_the_pool() -> None:
    aks = served()

    events = aks.run(unattended(gone(aks)))

    assert aks.kinds() == []
    assert aks.cloud.pools[POOL].provisioning_state == "Deleting"
    assert events[-1].message == "being deleted"


def test_a_pool_that_is_being_made_is_stopped_first() -> None:
    aks = Aks(looks=5)
    aks.run(submit(chat(), aks.world))

    aks.run(gone(aks))

    assert aks.cloud.asked == [f"create {POOL} 1", f"abort {POOL}", f"delete {POOL}"]
    assert (aks.kinds(), aks.pools()) == ([], {})


def test_killed_at_any_moment_and_run_again_nothing_is_left() -> None:
    moment = 0
    while True:
        aks = served()
        aks.unscheduled = ""
        cut = aks.killed(unattended(gone(aks)), moment)
        with suppress(NotFound):  # cut off when all of it was asked for
            aks.run(gone(aks))

        assert (aks.kinds(), aks.pools()) == ([], {}), moment
        assert aks.cloud.asked == [f"delete {POOL}"], moment
        if not cut:
            break
        moment += 1
    assert moment > 20


def test_after_a_deletion_it_can_be_deployed_anew() -> None:
    aks = served()
    aks.run(gone(aks))
    aks.deploy(chat(2))

    assert aks.pools() == {POOL: 2}
    assert len(aks.pods()) == 2


def labelled(kind: str, name: str, api_version: str = "v1") -> dict[str, Any]:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": LABELS},
        "spec": {"replicas": 0, "template": {"metadata": {"labels": LABELS}}},
    }


def test_what_others_labelled_as_ours_stays_and_is_told() -> None:
    aks = served()
    theirs = [
        labelled("ConfigMap", "a-users"),
        labelled("ConfigMap", NAME),
        labelled("Service", "a-users"),
        labelled("Deployment", "a-users-copy", "apps/v1"),
    ]
    aks.cluster.objects[:0] = theirs

    events = aks.run(gone(aks))

    assert aks.kinds() == sorted(each["kind"] for each in theirs)
    assert any(
        each.message.startswith("not kaito's, so it stays: ConfigMap a-users, ConfigMap chat")
        for each in events
    )


def test_what_kaito_applied_goes_whatever_its_name() -> None:
    aks = served()
    aks.cluster.apply([labelled("ConfigMap", "chat-of-another-kaito")])

    aks.run(gone(aks))

    assert aks.kinds() == []


def test_what_others_labelled_is_no_workspace() -> None:
    aks = Aks(objects=(labelled("Deployment", "a-users-copy", "apps/v1"),))

    with pytest.raises(NotFound) as caught:
        aks.run(gone(aks))

    assert "chat" not in caught.value.hint
    assert aks.kinds() == ["Deployment"]
