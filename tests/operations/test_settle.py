"""What was submitted is seen through, and what never will be ends it at once."""

import pytest

from kaito_cli.errors import ClusterFailed, TimedOut
from kaito_cli.model import Event, Progress
from kaito_cli.operations.drive import drive
from kaito_cli.operations.steps import unattended
from tests.aks import AKS, DEPLOYMENT, NAME, POOL, TIMEOUT_SECONDS, Aks, chat, deployed
from tests.fakes import FakeWorld

REFUSED = 'pods "chat-1" is forbidden: exceeded quota: gpus, requested: nvidia.com/gpu=1, used: 2'


@pytest.fixture
def aks() -> Aks:
    return Aks()


def test_nodes_and_pods_are_told_until_all_answer(aks: Aks) -> None:
    events = aks.deploy(chat(2))

    told = {each.subject: each for each in events}
    assert told[f"node pool {POOL}"].progress is Progress.DONE
    assert told[f"workspace {NAME}"] == Event(
        subject="workspace chat", progress=Progress.DONE, message="2 of 2 replicas ready"
    )
    assert all(mirror.closed for mirror in aks.cluster.mirrors)


def test_what_never_will_be_is_told_with_cause_evidence_and_fix(aks: Aks) -> None:
    aks.never = 'manifest for "vllm/vllm-openai:v0.99" not found: manifest unknown'

    with pytest.raises(ClusterFailed, match="cannot become ready") as caught:
        aks.deploy()

    assert caught.value.exit_code == 6
    assert "manifest unknown" in caught.value.detail
    assert caught.value.hint
    assert aks.clock.seconds() < 120


def test_what_keeps_pods_from_being_made_ends_it_while_nodes_still_come() -> None:
    aks = Aks(looks=50)
    refused = {
        "type": "ReplicaFailure",
        "status": "True",
        "reason": "FailedCreate",
        "message": REFUSED,
    }

    def live() -> None:
        found = next(each for each in aks.cluster.objects if each["kind"] == "Deployment")
        found["status"] = {"conditions": [refused]}

    aks.live = live  # type: ignore[method-assign]

    with pytest.raises(ClusterFailed, match="quota"):
        aks.deploy()

    assert aks.cloud.pools[POOL].provisioning_state == "Creating"


def test_out_of_time_says_that_work_goes_on(aks: Aks) -> None:
    with pytest.raises(TimedOut) as caught:
        list(drive([deployed(chat(), aks.world)], aks.clock, 5))

    assert caught.value.exit_code == 7
    assert aks.pools() == {POOL: 1}


def test_without_waiting_it_ends_as_soon_as_azure_is_at_it(aks: Aks) -> None:
    events = aks.run(unattended(deployed(chat(), aks.world)))

    assert aks.cloud.pools[POOL].provisioning_state == "Creating"
    assert events[-1].progress is Progress.STEP
    assert aks.clock.seconds() == 0


def test_without_waiting_a_pool_in_the_way_is_waited_for_all_the_same(aks: Aks) -> None:
    """Nothing would go on without kaito: the pool could not even be asked for."""
    aks.deploy()
    aks.cloud.delete_node_pool(aks.cloud.pools[POOL])

    aks.run(unattended(deployed(chat(), aks.world)))

    assert aks.cloud.pools[POOL].provisioning_state == "Creating"
    assert aks.clock.seconds() > 0


def test_many_wait_together() -> None:
    aks = Aks()
    plans = [
        chat(
            workspace=f"w{number}",
            node_pool={"name": f"kw{number}", "tags": {"kaito-cli-workspace": f"ml.w{number}"}},
        )
        for number in range(5)
    ]
    alone = Aks()
    alone.deploy(plans[0])

    list(drive([deployed(each, aks.world) for each in plans], aks.clock, TIMEOUT_SECONDS))

    assert len(aks.pools()) == 5
    assert aks.clock.seconds() <= 1.3 * alone.clock.seconds()
    assert [each.split()[0] for each in aks.cloud.asked] == ["create"] * 5


def test_one_that_fails_lets_the_others_finish() -> None:
    aks = Aks()
    fine = chat(
        workspace="fine", node_pool={"name": "kfine", "tags": {"kaito-cli-workspace": "ml.fine"}}
    )
    lost = chat(model={"gated": True})

    with pytest.raises(Exception, match="gated"):
        list(
            drive(
                [deployed(lost, aks.world), deployed(fine, aks.world)],
                aks.clock,
                TIMEOUT_SECONDS,
            )
        )

    assert aks.pools() == {"kfine": 1}


def test_killed_at_any_moment_and_run_again_it_converges() -> None:
    whole = Aks()
    whole.deploy(chat(2))
    moment, key = 0, ""
    while True:
        aks = Aks()
        aks.unscheduled = ""
        cut = aks.killed(unattended(deployed(chat(2), aks.world)), moment)
        key = aks.secret() if "Secret" in aks.kinds() else ""
        assert "Deployment" in aks.kinds() or not aks.pools()  # no pool without its object

        aks.deploy(chat(2))

        assert (aks.kinds(), aks.pools()) == (whole.kinds(), whole.pools())
        assert key in ("", aks.secret())
        assert sum(each.startswith("create") for each in aks.cloud.asked) == 1
        if not cut:
            break
        moment += 1
    assert moment > 15


def test_two_runs_at_once_converge() -> None:
    aks = Aks()

    runs = [deployed(chat(2), aks.world) for _ in range(2)]
    list(drive(runs, aks.clock, TIMEOUT_SECONDS))

    assert aks.pools() == {POOL: 2}
    assert len(aks.pods()) == 2
    assert aks.cluster.get(DEPLOYMENT)


def test_a_world_without_azure_is_not_asked_for_it() -> None:
    aks = Aks(target=AKS)
    world = FakeWorld(target=AKS, fake_cluster=aks.cluster, clock=aks.clock)
    with pytest.raises(AssertionError):
        aks.run(deployed(chat(), world))

    assert aks.cluster.asked == []
