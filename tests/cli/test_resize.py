"""`kaito stop`, `start` and `scale`: nodes and price before, asked, and seen through."""

import io
import sys
from collections.abc import Callable

import pytest

from kaito_cli.model import Nodes, Target, TargetKind
from kaito_cli.operations.submit import submit
from tests.aks import DEPLOYMENT, NAMESPACE, POOL, Aks, chat
from tests.cli.conftest import Kaito
from tests.inventory import pool

WHERE = ("--target", "aks", "-n", NAMESPACE)
YES = ("--yes", *WHERE)
NEWER = {"metadata": {"annotations": {"kaito-cli.dev/plan": '{"version":99,"kaito":"9.9"}'}}}


class Terminal(io.StringIO):
    """Somebody who types, or looks."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def aks() -> Aks:
    aks = Aks()
    aks.deploy(chat(2))
    aks.cloud.asked.clear()
    return aks


def replicas(aks: Aks) -> int:
    found = aks.cluster.get(DEPLOYMENT)
    assert found
    return int(found["spec"]["replicas"])


def test_stopped_and_started_again(
    kaito: Kaito, aks: Aks, golden: Callable[[str, str], None]
) -> None:
    stopped = kaito("stop", "chat", *YES, world=aks.world)
    nodes = aks.pools()
    started = kaito("start", "chat", *YES, world=aks.world)

    assert (stopped.code, nodes, started.code, aks.pools()) == (0, {POOL: 0}, 0, {POOL: 2})
    golden(
        f"$ kaito stop chat\n{stopped.stderr}\n$ kaito start chat\n{started.stderr}", "cli/stop.txt"
    )


@pytest.mark.parametrize(
    ("command", "question"),
    [
        (("stop", "chat"), "Stop chat: 2 nodes fewer, $7.35 an hour less? [y/N]"),
        (
            ("scale", "chat", "--replicas", "3"),
            "Scale chat: 1 node more, $3.67 an hour more? [y/N]",
        ),
        (
            ("scale", "chat", "--replicas", "1"),
            "Scale chat: 1 node fewer, $3.67 an hour less? [y/N]",
        ),
        (("start", "chat"), "Start chat: no node comes or goes? [y/N]"),
    ],
)
def test_the_question_names_nodes_and_price(
    kaito: Kaito,
    aks: Aks,
    command: tuple[str, ...],
    question: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    monkeypatch.setattr(sys, "stderr", screen)

    ran = kaito(*command, *WHERE, world=aks.world)

    assert ran.code == 1
    assert question in screen.getvalue()
    assert (aks.cloud.asked, replicas(aks)) == ([], 2)


def test_scaled(kaito: Kaito, aks: Aks) -> None:
    ran = kaito("scale", "chat", "--replicas", "3", *YES, world=aks.world)

    assert ran.code == 0
    assert aks.pools() == {POOL: 3}
    assert "2 → 3" in ran.stderr
    assert "7.35 → 11.02" in ran.stderr
    assert "3 of 3 replicas ready" in ran.stdout


@pytest.mark.parametrize("command", ["stop", "start"])
def test_without_a_terminal_nothing_happens_without_yes(
    kaito: Kaito, aks: Aks, command: str
) -> None:
    ran = kaito(command, "chat", *WHERE, world=aks.world)

    assert ran.code == 2
    assert "Add --yes" in ran.stderr
    assert aks.cloud.asked == []


def test_no_wait_ends_when_azure_is_at_it(kaito: Kaito, aks: Aks) -> None:
    before = aks.clock.seconds()

    ran = kaito("stop", "chat", "--no-wait", *YES, world=aks.world)

    assert ran.code == 0
    assert aks.cloud.pools[POOL].provisioning_state == "Scaling"
    assert aks.clock.seconds() == before


def test_stop_goes_on_where_start_and_scale_need_what_a_newer_kaito_wrote(
    kaito: Kaito, aks: Aks
) -> None:
    aks.cluster.edit(DEPLOYMENT, NEWER, manager="kaito-cli")

    stopped = kaito("stop", "chat", *YES, world=aks.world)
    started = kaito("start", "chat", *YES, world=aks.world)
    scaled = kaito("scale", "chat", "--replicas", "3", *YES, world=aks.world)

    assert (stopped.code, started.code, scaled.code) == (0, 2, 2)
    assert "written by kaito 9.9" in started.stderr
    assert "pip install --upgrade" in scaled.stderr


def test_the_users_own_nodes_are_said_to_stay(kaito: Kaito) -> None:
    aks = Aks(pool("mine", tags=dict.fromkeys(("kaito-cli-workspace", "kaito-cli-cluster"))))
    plan = chat(
        request={"nodes": Nodes.EXISTING, "node_pool": "mine"},
        node_pool={"name": "mine", "existing": True, "tags": {}},
    )
    aks.deploy(plan)

    stopped = kaito("stop", "chat", *YES, world=aks.world)
    scaled = kaito("start", "chat", *YES, world=aks.world)

    assert "note: it has no nodes of its own" in stopped.stderr
    assert "note: its nodes are your own" in scaled.stderr


def test_a_second_stop_says_that_there_is_nothing_left_to_take(kaito: Kaito, aks: Aks) -> None:
    kaito("stop", "chat", *YES, world=aks.world)
    aks.cloud.asked.clear()

    again = kaito("stop", "chat", *YES, world=aks.world)

    assert again.code == 0
    assert "note: it is stopped already: there is nothing to take away" in again.stderr
    assert "no nodes of its own" not in again.stderr
    assert aks.cloud.asked == []


def test_an_autoscaler_that_goes_is_said(kaito: Kaito) -> None:
    aks = Aks()
    aks.deploy(chat(2, node_pool={"min_count": 1, "max_count": 3}))

    ran = kaito("stop", "chat", *YES, world=aks.world)

    assert f"note: the autoscaler of {POOL} is off until it starts" in ran.stderr


def test_karpenter_is_behind_a_kubeconfig(kaito: Kaito) -> None:
    aks = Aks(target=Target(kind=TargetKind.KUBECONFIG))
    plan = chat(request={"nodes": Nodes.KARPENTER}, node_pool={"name": "chat-a1b2c3"})
    aks.run(submit(plan, aks.world))
    where = ("--target", "kubeconfig", "-n", NAMESPACE, "--yes", "--no-wait")

    scaled = kaito("scale", "chat", "--replicas", "2", *where, world=aks.world)
    stopped = kaito("stop", "chat", *where, world=aks.world)

    assert (scaled.code, stopped.code) == (0, 0)
    assert "1 → 2" in scaled.stderr
    assert "note: Karpenter takes its nodes away once they are empty" in stopped.stderr
    again = kaito("stop", "chat", *where, world=aks.world)
    assert "note: it is stopped already: Karpenter takes empty nodes away" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("stop", "cht"), 3),
        (("start", "cht"), 3),
        (("scale", "cht", "--replicas", "2"), 3),
        (("scale", "chat"), 2),
        (("scale", "chat", "--replicas", "0"), 2),
        (("scale", "chat", "--replicas", "many"), 2),
        (("stop",), 2),
        (("start", "chat", "--timeout", "-1"), 2),
    ],
)
def test_wrong_input_changes_nothing(
    kaito: Kaito, aks: Aks, arguments: tuple[str, ...], code: int
) -> None:
    ran = kaito(*arguments, *YES, world=aks.world)

    assert ran.code == code
    assert (aks.cloud.asked, replicas(aks)) == ([], 2)


def test_out_of_time_is_7_and_what_never_will_be_is_6(kaito: Kaito, aks: Aks) -> None:
    kaito("stop", "chat", *YES, world=aks.world)
    late = kaito("start", "chat", "--timeout", "1", *YES, world=aks.world)
    aks.never = 'manifest for "vllm/vllm-openai:v0.99" not found: manifest unknown'
    never = kaito("start", "chat", *YES, world=aks.world)

    assert (late.code, never.code) == (7, 6)
    assert "manifest unknown" in never.stderr
