"""`kaito delete NAME`: shown with what it stops costing, asked about once, and gone."""

import io
import sys
from collections.abc import Callable
from typing import Any

import pytest

from kaito_cli.model import Nodes, Target, TargetKind
from kaito_cli.operations.submit import submit
from tests.aks import NAMESPACE, POOL, Aks, chat
from tests.cli.conftest import Kaito

WHERE = ("--target", "aks", "-n", NAMESPACE)
OTHER = chat(
    workspace="coder",
    node_pool={"name": "kcoder", "tags": {"kaito-cli-workspace": "ml.coder"}},
)


class Terminal(io.StringIO):
    """Somebody who types, or looks."""

    def isatty(self) -> bool:
        return True


def volume() -> dict[str, Any]:
    labels = {"app.kubernetes.io/managed-by": "kaito-cli", "kaito-cli.dev/workspace": "chat"}
    metadata = {"name": "chat-weights", "namespace": NAMESPACE, "labels": labels}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata}


@pytest.fixture
def aks() -> Aks:
    aks = Aks()
    aks.deploy(chat(2))
    aks.deploy(OTHER)
    aks.cloud.asked.clear()
    return aks


def test_a_workspace_goes_with_its_pool_and_no_other(kaito: Kaito, aks: Aks) -> None:
    ran = kaito("delete", "chat", "--yes", *WHERE, world=aks.world)

    assert ran.code == 0
    assert aks.pools() == {"kcoder": 1}
    assert "✓ workspace chat: deleted" in ran.stderr
    assert "workspace chat" in ran.stdout


def test_what_goes_is_shown_with_its_price(
    kaito: Kaito, aks: Aks, golden: Callable[[str, str], None]
) -> None:
    ran = kaito("delete", "chat", "coder", "--yes", *WHERE, world=aks.world)

    golden(ran.stderr, "cli/delete.txt")


def test_a_terminal_is_asked_once_for_all(
    kaito: Kaito, aks: Aks, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    monkeypatch.setattr(sys, "stderr", screen)

    ran = kaito("delete", "chat", "coder", *WHERE, world=aks.world)

    assert ran.code == 1
    question = f"9 objects, node pools {POOL} and kcoder, 3 nodes, $11.02 an hour"
    assert f"Delete chat, coder: {question}? [y/N]" in screen.getvalue()
    assert aks.cloud.asked == []


@pytest.mark.parametrize(
    ("flags", "question"),
    [
        ((), f"5 objects, node pool {POOL}, 2 nodes, $7.35 an hour"),
        (("--keep-nodes",), "5 objects, no node goes"),
        (
            ("--purge",),
            f"5 objects, volume chat-weights, node pool {POOL}, 2 nodes, $7.35 an hour",
        ),
    ],
)
def test_the_question_names_what_goes(
    kaito: Kaito,
    aks: Aks,
    flags: tuple[str, ...],
    question: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    aks.cluster.objects.append(volume())
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    monkeypatch.setattr(sys, "stderr", screen)

    kaito("delete", "chat", *flags, *WHERE, world=aks.world)

    assert f"Delete chat: {question}? [y/N]" in screen.getvalue()


def test_an_empty_pool_and_nothing_else_is_named(
    kaito: Kaito, aks: Aks, monkeypatch: pytest.MonkeyPatch
) -> None:
    kaito("stop", "chat", "--yes", *WHERE, world=aks.world)
    aks.cluster.objects[:] = []
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    monkeypatch.setattr(sys, "stderr", screen)

    kaito("delete", "chat", *WHERE, world=aks.world)

    assert f"Delete chat: node pool {POOL}, no running nodes? [y/N]" in screen.getvalue()


def test_karpenters_nodes_are_not_said_to_stay(
    kaito: Kaito, monkeypatch: pytest.MonkeyPatch
) -> None:
    aks = Aks(target=Target(kind=TargetKind.KUBECONFIG))
    plan = chat(request={"nodes": Nodes.KARPENTER}, node_pool={"name": "chat-a1b2c3"})
    aks.run(submit(plan, aks.world))
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    monkeypatch.setattr(sys, "stderr", screen)

    kaito("delete", "chat", "--target", "kubeconfig", "-n", NAMESPACE, world=aks.world)

    assert "objects, Karpenter's NodePool chat-a1b2c3 with its nodes? [y/N]" in screen.getvalue()


def test_without_a_terminal_nothing_goes_without_yes(kaito: Kaito, aks: Aks) -> None:
    ran = kaito("delete", "chat", *WHERE, world=aks.world)

    assert ran.code == 2
    assert "Add --yes" in ran.stderr
    assert aks.cloud.asked == []


def test_what_is_not_there_is_3_or_nothing(kaito: Kaito, aks: Aks) -> None:
    missing = kaito("delete", "cht", "--yes", *WHERE, world=aks.world)
    ignored = kaito("delete", "cht", "--yes", "--ignore-not-found", *WHERE, world=aks.world)

    assert (missing.code, ignored.code) == (3, 0)
    assert "Did you mean `chat`?" in missing.stderr
    assert "note: There is no workspace `cht`" in ignored.stderr
    assert aks.cloud.asked == []


def test_one_that_is_missing_lets_the_others_go(kaito: Kaito, aks: Aks) -> None:
    ran = kaito("delete", "chat", "gone", "--yes", *WHERE, world=aks.world)

    assert ran.code == 3
    assert aks.pools() == {"kcoder": 1}


def test_a_half_deleted_one_is_gone_on_with(kaito: Kaito, aks: Aks) -> None:
    aks.cluster.objects[:] = [e for e in aks.cluster.objects if e["kind"] == "Namespace"]

    ran = kaito("delete", "chat", "--yes", *WHERE, world=aks.world)

    assert ran.code == 0
    assert aks.pools() == {"kcoder": 1}


def test_several_go_side_by_side(kaito: Kaito, aks: Aks) -> None:
    before = aks.clock.seconds()
    kaito("delete", "chat", "coder", "chat", "--yes", *WHERE, world=aks.world)

    assert aks.pools() == {}
    assert aks.cloud.asked == [f"delete {POOL}", "delete kcoder"]
    assert aks.clock.seconds() - before < 30


def test_no_wait_ends_when_azure_is_at_it(kaito: Kaito, aks: Aks) -> None:
    before = aks.clock.seconds()
    ran = kaito("delete", "chat", "--yes", "--no-wait", *WHERE, world=aks.world)

    assert ran.code == 0
    assert aks.cloud.pools[POOL].provisioning_state == "Deleting"
    assert "Deployment" in aks.kinds()  # of coder
    assert aks.clock.seconds() == before


def test_keep_nodes_says_what_stays(kaito: Kaito, aks: Aks) -> None:
    ran = kaito("delete", "chat", "--yes", "--keep-nodes", *WHERE, world=aks.world)

    assert ran.code == 0
    assert POOL in aks.pools()
    assert f"· node pool {POOL}: stays, and costs as before" in ran.stderr


def test_programs_get_one_document(kaito: Kaito, aks: Aks) -> None:
    ran = kaito("delete", "chat", "--yes", "-o", "json", *WHERE, world=aks.world)

    assert ran.stderr == ""
    ended = {each["subject"]: each["message"] for each in ran.document["items"]}
    assert ended["workspace chat"] == "deleted"


def test_out_of_time_is_7(kaito: Kaito, aks: Aks) -> None:
    ran = kaito("delete", "chat", "--yes", "--timeout", "1", *WHERE, world=aks.world)

    assert ran.code == 7


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Name workspaces"),
        (("chat", "--orphans"), "Give one or the other"),
        (("--orphans", "--purge"), "Give one or the other"),
        (("--orphans", "--keep-nodes"), "Give one or the other"),
        (("chat", "--timeout", "-1"), "--timeout"),
    ],
)
def test_what_makes_no_sense_is_2(kaito: Kaito, arguments: Any, said: str, aks: Aks) -> None:
    ran = kaito("delete", *arguments, *WHERE, world=aks.world)

    assert ran.code == 2
    assert said in ran.stderr
    assert aks.cloud.asked == []


def test_each_object_is_named_before_anybody_says_yes(kaito: Kaito, aks: Aks) -> None:
    labels = {"app.kubernetes.io/managed-by": "kaito-cli", "kaito-cli.dev/workspace": "chat"}
    metadata = {"name": "a-users", "namespace": NAMESPACE, "labels": labels}
    aks.cluster.objects.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})

    ran = kaito("delete", "chat", *WHERE, world=aks.world)

    assert ran.code == 2
    for each in ("Deployment chat", "Service chat", "ServiceAccount", "chat-api-key", "a-users"):
        assert each in ran.stderr
