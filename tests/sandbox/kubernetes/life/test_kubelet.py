"""What becomes of a pod on its node."""

import pytest

from kaito_cli.sandbox.kubernetes.life.behaviour import FINISHES
from tests.sandbox.kubernetes.life.conftest import Town, gpu_pool
from tests.sandbox.kubernetes.manifests import Manifest, pod

PROBE = {"httpGet": {"path": "/health", "port": 8000}, "periodSeconds": 10}


def probed(**probes: Manifest) -> Manifest:
    manifest = pod(tolerations=[{"operator": "Exists"}])
    manifest["spec"]["containers"][0] |= {f"{name}Probe": each for name, each in probes.items()}
    return manifest


@pytest.fixture
def gpus(town: Town) -> Town:
    return town.with_gpus()


def state(town: Town) -> tuple[str, str]:
    """The step its container is at, and why."""
    found = town.container(town.get("pods", "one"))["state"]
    step = next(iter(found))
    return step, found[step].get("reason", "")


def test_a_pod_is_pulled_started_and_ready(gpus: Town) -> None:
    gpus.behave(pull_seconds=30, ready_seconds=40)
    gpus.apply(probed(readiness=PROBE))
    seen = []
    for seconds in (10, 30, 60):
        gpus.pass_time(seconds)
        seen.append((gpus.status("pods", "one")["phase"], gpus.ready()))

    assert seen == [("Pending", 0), ("Running", 0), ("Running", 1)]
    reasons = [each["reason"] for each in gpus.all("events") if each["type"] == "Normal"]
    assert {"Scheduled", "Pulling", "Pulled", "Created", "Started"} <= set(reasons)


def test_an_image_is_pulled_once_a_node(gpus: Town) -> None:
    gpus.behave(pull_seconds=100)
    gpus.apply(probed())
    gpus.pass_time(100)
    gpus.delete("pods", "one")
    gpus.pass_time(10)
    gpus.apply(probed())
    gpus.pass_time(1)

    assert gpus.status("pods", "one")["phase"] == "Running"


def test_an_image_that_cannot_be_pulled_backs_off(gpus: Town) -> None:
    gpus.behave(pull_seconds=5, pull_error="not found")
    gpus.apply(probed())
    seen = []
    for seconds in (6, 4, 8):
        gpus.pass_time(seconds)
        seen.append(state(gpus))

    assert seen[:2] == [("waiting", "ErrImagePull"), ("waiting", "ImagePullBackOff")]
    assert 'Failed to pull image "registry.test/engine:1": not found' in gpus.told("Failed")


def test_an_image_that_is_there_after_all_is_pulled(gpus: Town) -> None:
    gpus.behave(pull_seconds=5, pull_error="not found")
    gpus.apply(probed())
    gpus.pass_time(30)
    gpus.behave(pull_seconds=5)
    gpus.pass_time(120)

    assert gpus.status("pods", "one")["phase"] == "Running"


def test_a_crash_is_followed_by_a_restart_and_then_by_back_off(gpus: Town) -> None:
    gpus.behave(log=((1, "boom"),), exit_seconds=5, exit_code=1)
    gpus.apply(probed())
    gpus.pass_time(27)
    first = gpus.container(gpus.get("pods", "one"))
    gpus.pass_time(5)
    second = gpus.container(gpus.get("pods", "one"))

    assert first["restartCount"] == 1
    assert first["lastState"]["terminated"]["exitCode"] == 1
    assert second["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert second["state"]["waiting"]["message"].startswith("back-off 10s restarting failed")


def test_the_log_of_the_crash_is_kept(gpus: Town) -> None:
    gpus.behave(log=((1, "boom"),), exit_seconds=5, exit_code=1)
    gpus.apply(probed())
    gpus.pass_time(27)
    uid = gpus.get("pods", "one")["metadata"]["uid"]
    previous = gpus.state.logs.previous(uid, "model")

    assert previous is not None
    assert [text for _, text in previous.lines] == ["boom"]


def test_out_of_memory_is_said(gpus: Town) -> None:
    gpus.behave(exit_seconds=5, exit_code=137, exit_reason="OOMKilled")
    gpus.apply(probed())
    gpus.pass_time(30)
    last = gpus.container(gpus.get("pods", "one"))["lastState"]["terminated"]

    assert (last["reason"], last["exitCode"]) == ("OOMKilled", 137)


def test_a_startup_probe_kills_what_never_answers(gpus: Town) -> None:
    gpus.behave(ready_seconds=None)
    gpus.apply(probed(startup={**PROBE, "failureThreshold": 6}))
    gpus.pass_time(20 + 59)
    before = gpus.container(gpus.get("pods", "one"))["restartCount"]
    gpus.pass_time(2)

    assert (before, gpus.container(gpus.get("pods", "one"))["restartCount"]) == (0, 1)
    assert "Container model failed startup probe, will be restarted" in gpus.told("Killing")


def test_a_startup_probe_lets_a_slow_one_come(gpus: Town) -> None:
    gpus.behave(ready_seconds=300)
    gpus.apply(probed(startup={**PROBE, "failureThreshold": 60}, readiness=PROBE, liveness=PROBE))
    gpus.pass_time(200)
    container = gpus.container(gpus.get("pods", "one"))
    gpus.pass_time(200)

    assert (container["started"], container["restartCount"]) == (False, 0)
    assert gpus.ready() == 1


def test_a_liveness_probe_kills_what_falls_ill(gpus: Town) -> None:
    gpus.behave(ready_seconds=10, unhealthy_seconds=100)
    gpus.apply(probed(readiness=PROBE, liveness=PROBE))
    gpus.pass_time(20 + 110)
    ill = gpus.ready()
    gpus.pass_time(25)

    assert ill == 0
    assert gpus.container(gpus.get("pods", "one"))["restartCount"] == 1


def test_lines_are_written_when_their_time_comes(gpus: Town) -> None:
    gpus.behave(pull_seconds=0, log=((1, "loading"), (10, "ready")))
    gpus.apply(probed())
    uid = gpus.get("pods", "one")["metadata"]["uid"]
    seen = []
    for seconds in (5, 10):
        gpus.pass_time(seconds)
        log = gpus.state.logs.current(uid, "model")
        seen.append([text for _, text in log.lines] if log else [])

    assert seen == [["loading"], ["loading", "ready"]]


def test_a_missing_secret_stops_the_container_until_it_is_there(gpus: Town) -> None:
    manifest = probed()
    reference = {"secretKeyRef": {"name": "hf", "key": "token"}}
    manifest["spec"]["containers"][0]["env"] = [{"name": "HF_TOKEN", "valueFrom": reference}]
    gpus.apply(manifest)
    gpus.pass_time(30)
    waiting = gpus.container(gpus.get("pods", "one"))["state"]["waiting"]
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "hf"}}
    gpus.apply({**secret, "stringData": {"other": "x"}})
    gpus.pass_time(30)
    other = gpus.container(gpus.get("pods", "one"))["state"]["waiting"]["message"]
    gpus.apply({**secret, "stringData": {"token": "x"}})
    gpus.pass_time(30)

    assert waiting == {
        "reason": "CreateContainerConfigError",
        "message": 'secret "hf" not found',
    }
    assert other == "couldn't find key token in Secret default/hf"
    assert gpus.ready() == 1


def test_a_missing_config_map_volume_is_told_and_waited_for(gpus: Town) -> None:
    volume = {"name": "settings", "configMap": {"name": "engine"}}
    gpus.apply(pod(tolerations=[{"operator": "Exists"}], volumes=[volume]))
    gpus.pass_time(30)
    told = gpus.told("FailedMount")
    gpus.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "engine"}})
    gpus.pass_time(60)

    assert told == ['MountVolume.SetUp failed for volume "settings" : configmap "engine" not found']
    assert gpus.ready() == 1


def test_init_containers_come_first(gpus: Town) -> None:
    manifest = probed()
    manifest["spec"]["initContainers"] = [{"name": "fetch", "image": "registry.test/fetch:1"}]
    gpus.life.scripts.cue(FINISHES, container="fetch")
    gpus.apply(manifest)
    gpus.pass_time(25)
    first = state(gpus)
    gpus.pass_time(90)

    assert first == ("waiting", "PodInitializing")
    assert gpus.ready() == 1


def test_an_evicted_pod_stays_failed(gpus: Town) -> None:
    gpus.apply(probed())
    gpus.pass_time(60)
    message = "The node was low on resource: ephemeral-storage."
    gpus.life.evict("default", "one", message)
    gpus.pass_time(60)
    status = gpus.status("pods", "one")

    assert (status["phase"], status["reason"], status["message"]) == ("Failed", "Evicted", message)


def test_a_pod_ends_within_its_grace_period(gpus: Town) -> None:
    gpus.behave(stop_seconds=20)
    gpus.apply(probed())
    gpus.pass_time(60)
    gpus.delete("pods", "one")
    gpus.pass_time(10)
    ending = gpus.get("pods", "one")["metadata"]
    gpus.pass_time(15)

    assert "deletionTimestamp" in ending
    assert gpus.pods() == []


def test_a_pod_goes_with_its_node(gpus: Town) -> None:
    gpus.apply(probed())
    gpus.pass_time(60)
    gpus.life.scale_pool(gpu_pool(), 0)
    gpus.pass_time(1)

    assert gpus.pods() == []
