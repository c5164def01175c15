"""Deployments, StatefulSets, Jobs, services, claims, budgets: what controllers make of them."""

from typing import Any

import pytest

from kaito_cli.sandbox.kubernetes.collect import Deletion
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.problem import forbidden
from kaito_cli.sandbox.kubernetes.resource import Resource
from tests.sandbox.kubernetes.life.conftest import Town
from tests.sandbox.kubernetes.manifests import deployment, service, with_container, with_pod

ANY = [{"operator": "Exists"}]
PROBE = {"httpGet": {"path": "/health", "port": 8000}}
ONE_AT_A_TIME = {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}


def serving(image: str = "registry.test/engine:1", **spec: Any) -> Manifest:
    """A Deployment that takes a whole GPU node for each replica."""
    limits = {"limits": {"nvidia.com/gpu": 1}}
    manifest = with_container(
        deployment(**spec), image=image, resources=limits, readinessProbe=PROBE
    )
    return with_pod(manifest, tolerations=ANY)


def images(town: Town) -> list[str]:
    return sorted(each["spec"]["containers"][0]["image"][-1] for each in town.pods())


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


def stateful(replicas: int = 2, image: str = "x:1", policy: str = "OrderedReady") -> Manifest:
    template = deployment("db")["spec"]
    template["template"]["spec"] |= {
        "tolerations": ANY,
        "containers": [{"name": "db", "image": image, "readinessProbe": PROBE}],
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "10Gi"}},
        },
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db"},
        "spec": {
            **template,
            "replicas": replicas,
            "serviceName": "db",
            "podManagementPolicy": policy,
            "volumeClaimTemplates": [claim],
        },
    }


def test_stateful_pods_come_in_turn_with_their_claims(town: Town) -> None:
    town.with_gpus(1).apply(stateful())
    town.pass_time(10)
    first = [each["metadata"]["name"] for each in town.pods()]
    town.pass_time(120)

    assert first == ["db-0"]
    assert town.status("statefulsets", "db")["readyReplicas"] == 2
    claims = {
        each["metadata"]["name"]: each["status"]["phase"]
        for each in town.all("persistentvolumeclaims")
    }
    assert claims == {"data-db-0": "Bound", "data-db-1": "Bound"}


def test_parallel_stateful_pods_come_together(town: Town) -> None:
    town.with_gpus(1).apply(stateful(policy="Parallel"))
    town.pass_time(1)

    assert [each["metadata"]["name"] for each in town.pods()] == ["db-0", "db-1"]


def test_a_stateful_update_goes_from_the_last_to_the_first(town: Town) -> None:
    town.with_gpus(1).apply(stateful())
    town.pass_time(120)
    town.apply(stateful(image="x:2"))
    town.pass_time(10)
    first = {
        each["metadata"]["name"]: each["spec"]["containers"][0]["image"] for each in town.pods()
    }
    town.pass_time(120)

    assert first == {"db-0": "x:1", "db-1": "x:2"}
    assert {each["spec"]["containers"][0]["image"] for each in town.pods()} == {"x:2"}


def job(**spec: Any) -> Manifest:
    pod = {
        "restartPolicy": "Never",
        "tolerations": ANY,
        "containers": [{"name": "j", "image": "x:1"}],
    }
    meta = {"name": "tune"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": meta,
        "spec": {"template": {"spec": pod}, **spec},
    }


def test_a_job_completes(town: Town) -> None:
    town.behave(ready_seconds=0, exit_seconds=30)
    town.with_gpus(1).apply(job())
    town.pass_time(40)
    running = town.status("jobs", "tune").get("active")
    town.pass_time(30)
    status = town.status("jobs", "tune")

    assert (running, status["succeeded"], "completionTime" in status) == (1, 1, True)
    assert town.condition("jobs", "tune", "Complete")[0] == "True"


def test_a_job_gives_up_after_its_back_off_limit(town: Town) -> None:
    town.behave(exit_seconds=5, exit_code=1)
    town.with_gpus(1).apply(job(backoffLimit=1))
    town.pass_time(120)

    assert town.condition("jobs", "tune", "Failed")[1] == "BackoffLimitExceeded"
    assert [each["status"]["phase"] for each in town.pods()] == ["Failed", "Failed"]


def test_a_job_that_restarts_in_place_completes_once(town: Town) -> None:
    manifest = job()
    manifest["spec"]["template"]["spec"]["restartPolicy"] = "OnFailure"
    town.with_gpus(1).apply(manifest)
    town.pass_time(60)

    assert town.status("jobs", "tune")["succeeded"] == 1
    assert town.container(town.pods()[0])["restartCount"] == 0


def test_a_finished_job_goes_when_its_time_is_over(town: Town) -> None:
    town.with_gpus(1).apply(job(ttlSecondsAfterFinished=60))
    town.pass_time(60)
    there = len(town.all("jobs"))
    town.pass_time(60)

    assert (there, town.all("jobs"), town.pods()) == (1, [], [])


def test_a_service_knows_its_ready_pods(town: Town) -> None:
    town.with_gpus(1).apply(serving())
    town.apply(service())
    town.behave(pull_seconds=0, ready_seconds=50)
    seen = []
    for seconds in (30, 60):
        town.pass_time(seconds)
        endpoints = town.all("endpointslices")[0]["endpoints"]
        seen.append([each["conditions"]["ready"] for each in endpoints])

    assert seen == [[False], [True]]
    assert town.all("endpointslices")[0]["ports"][0]["port"] == 8000
    assert len(town.get("endpoints", "web")["subsets"][0]["addresses"]) == 1


@pytest.mark.parametrize(
    ("annotations", "network"),
    [
        ({}, "203.0.113."),
        ({"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}, "10.224.0."),
    ],
)
def test_a_load_balancer_gets_an_address_after_a_while(
    town: Town, annotations: Manifest, network: str
) -> None:
    manifest = service(type="LoadBalancer")
    manifest["metadata"]["annotations"] = annotations
    town.apply(manifest)
    town.pass_time(10)
    early = town.status("services", "web")["loadBalancer"]
    town.pass_time(60)
    ingress = town.status("services", "web")["loadBalancer"]["ingress"]

    assert early == {}
    assert ingress[0]["ip"].startswith(network)


def claim(storage_class: str | None) -> Manifest:
    spec: Manifest = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
    }
    named = {"storageClassName": storage_class} if storage_class is not None else {}
    meta = {"name": "weights"}
    kind = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta}
    return {**kind, "spec": {**spec, **named}}


@pytest.mark.parametrize(
    ("storage_class", "phase"),
    [("azurefile-csi", "Bound"), ("managed-csi", "Pending"), (None, "Pending"), ("no", "Pending")],
)
def test_a_claim_is_bound_as_its_class_says(
    town: Town, storage_class: str | None, phase: str
) -> None:
    town.apply(claim(storage_class))
    town.pass_time(60)

    assert town.status("persistentvolumeclaims", "weights")["phase"] == phase


def test_a_claim_nobody_can_bind_holds_its_pod_back(town: Town) -> None:
    volume = {"name": "w", "persistentVolumeClaim": {"claimName": "weights"}}
    town.apply(claim("no"))
    town.with_gpus(1).apply(with_pod(serving(), volumes=[volume]))
    town.pass_time(60)

    assert "pod has unbound immediate PersistentVolumeClaims" in town.told("FailedScheduling")[0]
    assert town.told("ProvisioningFailed") == ['storageclass.storage.k8s.io "no" not found']


def test_a_budget_counts_what_may_be_missed(town: Town) -> None:
    selector = {"matchLabels": {"app": "web"}}
    budget = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget"}
    spec = {"minAvailable": 1, "selector": selector}
    town.with_gpus(2).apply(serving(replicas=2))
    town.apply({**budget, "metadata": {"name": "web"}, "spec": spec})
    town.pass_time(60)
    status = town.status("poddisruptionbudgets", "web")

    assert (status["currentHealthy"], status["disruptionsAllowed"]) == (2, 1)
