"""Deploy, stop, start, scale, logs and delete: real commands, adapters and SDKs against servers of
this machine, also where the process ends in between."""

from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import hardware
from kaito_cli.catalog.models import preset
from kaito_cli.cli import run
from kaito_cli.errors import ClusterFailed, NotFound
from kaito_cli.manifests.annotation import plan_of
from kaito_cli.model import Event, Plan, Ref, Request
from kaito_cli.operations.delete import delete
from kaito_cli.operations.drive import drive
from kaito_cli.operations.replicas import scale, start, stop
from kaito_cli.operations.steps import unattended
from kaito_cli.planner import make_plan
from kaito_cli.ports import World
from kaito_cli.sandbox.kubernetes.life.behaviour import Behaviour
from tests.aks import Killed, deployed
from tests.e2e.town import WHERE, Town, living, mortal

KINDS = ("Deployment", "Secret", "Service", "ServiceAccount", "PodDisruptionBudget", "Pod")
HERE = (*WHERE, "-n", "ml")
NAME = "chat"
TIMEOUT_SECONDS = 3000.0


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    with living() as found:
        monkeypatch.setenv("KAITO_ARM_ENDPOINT", found.arm.url)
        for each in ("KAITO_TARGET", "KAITO_NAMESPACE", "CI"):
            monkeypatch.delenv(each, raising=False)
        yield found


def planned(world: World, replicas: int = 1) -> Plan:
    request = Request(
        model="falcon-7b-instruct",
        name=NAME,
        namespace="ml",
        vm_size="Standard_NC24ads_A100_v4",
        replicas=replicas,
    )
    model = preset("falcon-7b-instruct")
    return make_plan(request, model, hardware(), engines(), world.cloud.cluster())


def done(operation: Iterator[Event], world: World) -> list[Event]:
    return list(drive([operation], world.clock, TIMEOUT_SECONDS))


def deploy(town: Town, replicas: int = 1) -> Plan:
    world = town.world()
    plan = planned(world, replicas)
    done(deployed(plan, world), world)
    return plan


def kaito(town: Town, *arguments: str) -> int:
    return run([*arguments, *HERE], lambda target: town.world(target))


def key(town: Town) -> str:
    ref = Ref(kind="Secret", name=f"{NAME}-api-key", namespace="ml")
    found = town.world().cluster.get(ref)
    return b64decode(found["data"]["VLLM_API_KEY"]).decode() if found else ""


def live(town: Town) -> dict[str, Any]:
    ref = Ref(kind="Deployment", api_version="apps/v1", name=NAME, namespace="ml")
    found = town.world().cluster.get(ref)
    assert found
    return found


def test_the_life_of_a_workspace(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    pool = deploy(town).node_pool.name
    first = key(town)
    assert len(first) == 64
    assert town.pools() == {pool: 1}

    assert kaito(town, "logs", NAME, "--tail", "1") == 0
    assert capsys.readouterr().out == "INFO Application startup complete.\n"

    assert kaito(town, "scale", NAME, "--replicas", "2", "--yes") == 0
    assert town.pools() == {pool: 2}
    assert plan_of(live(town)).placement.replicas == 2
    assert live(town)["status"]["availableReplicas"] == 2
    assert any(each.startswith("PodDisruptionBudget") for each in town.objects(*KINDS))

    template = live(town)["spec"]["template"]
    assert kaito(town, "stop", NAME, "--yes") == 0
    assert town.pools() == {pool: 0}
    assert not any(each.startswith("Pod ") for each in town.objects("Pod"))

    assert kaito(town, "logs", NAME) == 6
    assert kaito(town, "start", NAME, "--yes") == 0
    assert town.pools() == {pool: 2}
    assert live(town)["spec"]["template"] == template
    assert key(town) == first

    assert kaito(town, "delete", NAME, "--yes") == 0
    assert town.pools() == {}
    assert town.objects(*KINDS) == []
    assert kaito(town, "delete", NAME, "--yes") == 3
    assert first not in "".join(capsys.readouterr())


def test_a_second_deployment_writes_nothing(town: Town) -> None:
    deploy(town)
    version, puts = live(town)["metadata"]["resourceVersion"], town.asked("PUT")

    deploy(town)

    assert live(town)["metadata"]["resourceVersion"] == version
    assert town.asked("PUT") == puts


def test_what_never_will_be_ends_it(town: Town) -> None:
    wrong = "manifest for vllm/vllm-openai:v0.99 not found: manifest unknown"
    town.life.scripts.otherwise = lambda *_: Behaviour(pull_error=wrong, pull_seconds=1)

    with pytest.raises(ClusterFailed, match="cannot become ready") as caught:
        deploy(town)

    assert caught.value.exit_code == 6
    assert caught.value.hint


def test_a_key_that_was_made_meanwhile_is_kept(town: Town) -> None:
    world, other = town.world(), town.world()
    plan = planned(world)
    runs = [unattended(deployed(plan, each)) for each in (world, other)]

    list(drive(runs, world.clock, TIMEOUT_SECONDS))

    first = key(town)
    done(deployed(plan, world), world)
    assert key(town) == first
    assert len(town.asked("PUT")) == 1


Operation = Callable[[Plan, World], Iterator[Event]]
SWEPT: dict[str, tuple[int, Operation, int]] = {
    "deploy": (0, deployed, 1),
    "stop": (1, lambda plan, world: stop(NAME, "ml", world), 0),
    "start": (0, lambda plan, world: start(NAME, "ml", world), 1),
    "scale": (1, lambda plan, world: scale(NAME, "ml", 2, world), 2),
}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("swept", SWEPT)
def test_cut_off_at_any_call_and_run_again_it_converges(
    town: Town, swept: str, after: bool
) -> None:
    """One town for the whole sweep: each run finds what the one before left behind."""
    _, operation, nodes = SWEPT[swept]
    plan = planned(town.world())
    if swept != "deploy":
        deploy(town)
    if swept == "start":
        done(stop(NAME, "ml", town.world()), town.world())
    calls = 0
    while cut(operation, plan, town, calls, after=after):
        calls += 1
    world = town.world()

    done(operation(plan, world), world)

    assert town.pools() == {plan.node_pool.name: nodes}
    assert live(town)["spec"]["replicas"] == nodes
    assert sum(each.startswith("Pod ") for each in town.objects("Pod")) == nodes
    assert calls > 2


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("calls", [9, 10, 11, 12, 13])
def test_a_deletion_cut_off_is_gone_on_with(town: Town, calls: int, after: bool) -> None:
    plan = deploy(town)
    remove: Operation = lambda plan, world: delete(NAME, "ml", world)  # noqa: E731

    cut(remove, plan, town, calls, after=after)

    world = town.world()
    with suppress(NotFound):  # cut off when all of it was asked for
        done(remove(plan, world), world)

    world.clock.sleep(10)
    assert town.pools() == {}
    assert town.objects(*KINDS) == []


def cut(operation: Operation, plan: Plan, town: Town, calls: int, *, after: bool) -> bool:
    """Whether the process ended before it was done; it is not waited for what goes on."""
    world = mortal(town.world(), calls, after=after)
    try:
        done(unattended(operation(plan, world)), world)
    except Killed:
        return True
    return False
