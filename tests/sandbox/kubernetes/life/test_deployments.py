"""Deployments: revisions, rollouts, deadlines."""

from kaito_cli.sandbox.kubernetes.collect import Deletion
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.problem import forbidden
from kaito_cli.sandbox.kubernetes.resource import Resource
from tests.sandbox.kubernetes.life.conftest import Town
from tests.sandbox.kubernetes.life.workloads import ONE_AT_A_TIME, images, serving
from tests.sandbox.kubernetes.manifests import with_pod


def test_a_deployment_becomes_available(town: Town) -> None:
    town.with_gpus(2).apply(serving(replicas=2))
    town.pass_time(60)
    status = town.status("deployments", "web")

    assert status["readyReplicas"] == status["updatedReplicas"] == 2
    assert town.condition("deployments", "web", "Available")[:2] == (
        "True",
        "MinimumReplicasAvailable",
    )
    assert town.condition("deployments", "web", "Progressing")[:2] == (
        "True",
        "NewReplicaSetAvailable",
    )
    assert town.get("deployments", "web")["metadata"]["annotations"] == {
        "deployment.kubernetes.io/revision": "1"
    }


def test_a_rolling_update_without_surge_never_needs_a_gpu_more(town: Town) -> None:
    town.with_gpus(2).apply(serving(replicas=2, strategy=ONE_AT_A_TIME))
    town.pass_time(60)
    town.apply(serving("registry.test/engine:2", replicas=2, strategy=ONE_AT_A_TIME))
    seen = []
    for _ in range(20):
        town.pass_time(5)
        seen.append((len(town.pods()), town.ready()))

    assert max(pods for pods, _ in seen) == 2
    assert min(ready for _, ready in seen) == 1
    assert seen[-1] == (2, 2)
    assert images(town) == ["2", "2"]


def test_a_surge_that_finds_no_gpu_waits_for_ever(town: Town) -> None:
    surge = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    town.with_gpus(1).apply(serving(strategy=surge))
    town.pass_time(60)
    town.apply(serving("registry.test/engine:2", strategy=surge))
    town.pass_time(3600)

    assert images(town) == ["1", "2"]
    assert town.ready() == 1
    assert town.condition("deployments", "web", "Progressing")[:2] == (
        "False",
        "ProgressDeadlineExceeded",
    )


def test_recreate_stops_the_old_before_the_new_comes(town: Town) -> None:
    recreate = {"type": "Recreate"}
    town.with_gpus(1).apply(serving(strategy=recreate))
    town.behave(stop_seconds=10)
    town.pass_time(60)
    town.apply(serving("registry.test/engine:2", strategy=recreate))
    town.pass_time(1)
    first = images(town)
    town.pass_time(60)

    assert first == ["1"]
    assert images(town) == ["2"]
    assert town.ready() == 1


def test_the_deadline_counts_from_the_last_progress(town: Town) -> None:
    town.apply(serving(progressDeadlineSeconds=100))
    town.pass_time(99)
    before = town.condition("deployments", "web", "Progressing")[0]
    town.pass_time(2)

    assert (before, town.condition("deployments", "web", "Progressing")) == (
        "True",
        (
            "False",
            "ProgressDeadlineExceeded",
            f'ReplicaSet "{town.all("replicasets")[0]["metadata"]["name"]}" has timed out '
            "progressing.",
        ),
    )


def test_a_deployment_recovers_after_its_deadline(town: Town) -> None:
    town.apply(serving(progressDeadlineSeconds=100))
    town.pass_time(200)
    town.with_gpus(1)

    assert town.condition("deployments", "web", "Progressing")[1] == "NewReplicaSetAvailable"


def test_going_back_takes_the_old_revision_up_again(town: Town) -> None:
    town.with_gpus(1)
    for image in ("1", "2", "1"):
        town.apply(serving(f"registry.test/engine:{image}", strategy=ONE_AT_A_TIME))
        town.pass_time(60)

    assert len(town.all("replicasets")) == 2
    annotations = town.get("deployments", "web")["metadata"]["annotations"]
    assert annotations["deployment.kubernetes.io/revision"] == "3"
    assert images(town) == ["1"]


def test_scaling_changes_the_pods_and_no_revision(town: Town) -> None:
    town.with_gpus(3).apply(serving(replicas=3))
    town.pass_time(60)
    town.apply(serving(replicas=1))
    town.pass_time(60)

    assert (len(town.pods()), town.ready(), len(town.all("replicasets"))) == (1, 1, 1)


def test_an_evicted_pod_is_replaced(town: Town) -> None:
    town.with_gpus(1).apply(serving())
    town.pass_time(60)
    name = town.pods()[0]["metadata"]["name"]
    town.life.evict("default", name, "The node was low on resource: memory.")
    town.pass_time(60)

    assert sorted(each["status"]["phase"] for each in town.pods()) == ["Failed", "Running"]
    assert town.ready() == 1


def test_a_refusal_of_pods_shows_on_the_deployment(town: Town) -> None:
    def refuse(resource: Resource, manifest: Manifest) -> None:
        if resource.kind == "Pod":
            raise forbidden(resource, manifest["metadata"]["name"], "exceeded quota: gpus")

    town.state.store.admission.append(refuse)
    town.apply(serving())
    town.pass_time(5)
    status, reason, message = town.condition("deployments", "web", "ReplicaFailure")

    assert (status, reason) == ("True", "FailedCreate")
    assert message.endswith("is forbidden: exceeded quota: gpus")


def test_pods_wait_for_their_service_account(town: Town) -> None:
    town.with_gpus(1).apply(with_pod(serving(), serviceAccountName="web"))
    town.pass_time(5)
    message = town.condition("deployments", "web", "ReplicaFailure")[2]
    town.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "web"}})
    town.pass_time(60)

    words = 'error looking up service account default/web: serviceaccount "web" not found'
    assert message.endswith(words)
    assert town.ready() == 1


def test_a_deleted_deployment_leaves_nothing(town: Town) -> None:
    town.with_gpus(1).apply(serving())
    town.pass_time(60)
    town.delete("deployments", "web")
    town.pass_time(60)

    assert (town.pods(), town.all("replicasets"), town.all("deployments")) == ([], [], [])


def test_foreground_deletion_waits_for_the_pods(town: Town) -> None:
    town.behave(stop_seconds=20)
    town.with_gpus(1).apply(serving())
    town.pass_time(60)
    town.delete("deployments", "web", Deletion(propagation="Foreground"))
    town.pass_time(10)
    waiting = len(town.all("deployments"))
    town.pass_time(20)

    assert (waiting, town.all("deployments"), town.pods()) == (1, [], [])
