"""StatefulSets go in turn, Jobs come to an end."""

from typing import Any

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from tests.sandbox.kubernetes.life.conftest import Town
from tests.sandbox.kubernetes.life.workloads import ANY, PROBE, images
from tests.sandbox.kubernetes.manifests import deployment


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
    phases = [each["status"]["phase"] for each in town.all("persistentvolumeclaims")]
    assert phases == ["Bound", "Bound"]


def test_parallel_stateful_pods_come_together(town: Town) -> None:
    town.with_gpus(1).apply(stateful(policy="Parallel"))
    town.pass_time(1)

    assert [each["metadata"]["name"] for each in town.pods()] == ["db-0", "db-1"]


def test_a_stateful_update_goes_from_the_last_to_the_first(town: Town) -> None:
    town.with_gpus(1).apply(stateful())
    town.pass_time(120)
    town.apply(stateful(image="x:2"))
    town.pass_time(10)
    first = images(town)
    town.pass_time(120)

    assert first == ["1", "2"]
    assert images(town) == ["2", "2"]


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
