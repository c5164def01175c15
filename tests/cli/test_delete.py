"""`kaito delete --orphans`: shown with their price, asked about, and removed."""

import io
import sys
from dataclasses import replace

import pytest

from kaito_cli.model import LiveNodePool
from tests.cli.conftest import Kaito
from tests.fakes import FakeCloud, FakeCluster, FakeWorld
from tests.inventory import SYSTEM, aks, node, pool, workload

DELETE = ("delete", "--orphans", "--target", "aks")
OLD, OLDER = (pool(name, tags={"kaito-cli-workspace": f"ml.{name}"}) for name in ("kold", "kolder"))
FOREIGN = pool("kdev", tags={"kaito-cli-workspace": "ml.dev", "kaito-cli-cluster": "dev"})


class Terminal(io.StringIO):
    """Somebody who types, or looks."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def cloud() -> FakeCloud:
    return FakeCloud(SYSTEM, pool(), OLD, OLDER, FOREIGN, cluster=aks())


@pytest.fixture
def world(cloud: FakeCloud) -> FakeWorld:
    return FakeWorld(fake_cloud=cloud, fake_cluster=FakeCluster(node("system"), workload()))


def left(cloud: FakeCloud) -> list[str]:
    return [name for name in cloud.pools if name != "system"]


def types(answer: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal on which that is typed; what it shows."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", screen)
    return screen


def test_orphans_are_removed_and_nothing_else(
    kaito: Kaito, world: FakeWorld, cloud: FakeCloud
) -> None:
    ran = kaito(*DELETE, "--yes", world=world)

    assert ran.code == 0
    assert left(cloud) == ["kchatabc123", "kdev"]
    assert ran.stdout.split() == [
        *("WHAT", "HOW", "IT", "ENDED"),
        *("node", "pool", "kold", "deleted"),
        *("node", "pool", "kolder", "deleted"),
    ]
    assert "2 node pools, $14.69 an hour" in ran.stderr
    assert "whether 1 node pool can go is unknown: kaito doctor says why" in ran.stderr
    assert "✓ node pool kold: deleted" in ran.stderr


def test_without_a_terminal_nothing_goes_without_yes(
    kaito: Kaito, world: FakeWorld, cloud: FakeCloud
) -> None:
    ran = kaito(*DELETE, world=world)

    assert ran.code == 2
    assert "Add --yes" in ran.stderr
    assert cloud.asked == []


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("YES\n", 0), ("n\n", 1), ("", 1)])
def test_a_terminal_is_asked_with_the_price(
    kaito: Kaito,
    world: FakeWorld,
    cloud: FakeCloud,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
) -> None:
    screen = types(answer, monkeypatch)

    ran = kaito(*DELETE, world=world)

    assert ran.code == code
    assert "Delete kold, kolder: 2 node pools, $14.69 an hour? [y/N]" in screen.getvalue()
    assert (left(cloud) == ["kchatabc123", "kdev"]) == (code == 0)
    assert ("Nothing was done." in screen.getvalue()) == (code == 1)


def test_no_wait_only_asks(kaito: Kaito, world: FakeWorld, cloud: FakeCloud) -> None:
    items = kaito(*DELETE, "--yes", "--no-wait", "-o", "json", world=world).document["items"]

    assert [each["message"] for each in items] == ["asked Azure to delete it"] * 2
    assert cloud.asked == ["delete kold", "delete kolder"]


def test_a_document_is_all_that_programs_get(kaito: Kaito, world: FakeWorld) -> None:
    ran = kaito(*DELETE, "--yes", "-o", "json", world=world)

    assert ran.stderr == ""
    assert {(each["kind"], each["subject"], each["message"]) for each in ran.document["items"]} == {
        ("Event", "node pool kold", "deleted"),
        ("Event", "node pool kolder", "deleted"),
    }


def test_out_of_time_is_7_and_what_was_asked_goes_on(
    kaito: Kaito, world: FakeWorld, cloud: FakeCloud
) -> None:
    ran = kaito(*DELETE, "--yes", "--timeout", "1", world=world)

    assert ran.code == 7
    assert cloud.asked == ["delete kold", "delete kolder"]


def test_without_orphans_no_live_view_begins(kaito: Kaito, monkeypatch: pytest.MonkeyPatch) -> None:
    none = FakeWorld(
        fake_cloud=FakeCloud(SYSTEM, cluster=aks()), fake_cluster=FakeCluster(node("system"))
    )
    screen = types("", monkeypatch)

    assert kaito(*DELETE, world=none, TERM="xterm").code == 0
    assert screen.getvalue() == "note: no orphans\n"
    assert kaito(*DELETE, "-o", "json", world=none).document == {"kind": "List", "items": []}


def test_without_orphans_nothing_is_asked(kaito: Kaito) -> None:
    used = FakeWorld(
        fake_cloud=FakeCloud(SYSTEM, pool(), cluster=aks()),
        fake_cluster=FakeCluster(node("system"), workload()),
    )

    ran = kaito(*DELETE, world=used)

    assert (ran.code, ran.stdout) == (0, "")
    assert "no orphans" in ran.stderr


def test_what_is_to_be_deleted_has_to_be_said(kaito: Kaito) -> None:
    ran = kaito("delete", "--target", "aks")

    assert ran.code == 2
    assert "kaito delete --orphans" in ran.stderr


def test_one_that_got_used_between_question_and_answer_stays(
    kaito: Kaito, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = FakeCluster(node("system"))

    class Slow(Terminal):
        def isatty(self) -> bool:
            """Asked for right before the question: somebody deploys meanwhile."""
            cluster.objects.append(workload("kold"))
            return True

    cloud = FakeCloud(SYSTEM, OLD, OLDER, cluster=aks())
    types("", monkeypatch)
    monkeypatch.setattr(sys, "stdin", Slow("y\n"))

    ran = kaito(*DELETE, world=FakeWorld(fake_cloud=cloud, fake_cluster=cluster))

    assert "left alone: its workspace is there" in ran.stdout
    assert left(cloud) == ["kold"]


def test_ctrl_c_says_that_the_work_goes_on(kaito: Kaito, cloud: FakeCloud) -> None:
    cluster = FakeCluster(node("system"), workload())

    def interfere(moment: str) -> None:
        if moment == "before get" and interrupted.asked:
            raise KeyboardInterrupt

    pools: list[LiveNodePool] = [replace(each) for each in cloud.pools.values()]
    interrupted = FakeCloud(*pools, cluster=aks(), interfere=interfere)

    ran = kaito(*DELETE, "--yes", world=FakeWorld(fake_cloud=interrupted, fake_cluster=cluster))

    assert ran.code == 130
    assert "What was started goes on" in ran.stderr
