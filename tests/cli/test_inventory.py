"""`kaito list`, `status` and `doctor`: what runs, what it costs, and what costs for nothing."""

from dataclasses import replace

import pytest

from kaito_cli.model import AzureProblem, LiveNodePool, ProblemKind
from kaito_cli.ports import Manifest
from tests.cli.conftest import Kaito
from tests.fake_prices import FakePrices
from tests.fakes import FakeCloud, FakeCluster, FakeWorld
from tests.inventory import SYSTEM, aks, node, pool, workload

WHERE = ("--target", "aks")
PROBLEM = AzureProblem(
    kind=ProblemKind.CAPACITY, code="AllocationFailed", message="No room for two of them."
)
CHAT = pool()
ORPHAN = pool("koldabc123", count=1, tags={"kaito-cli-workspace": "ml.old"})
FAILED = pool(
    "kcoderabc12",
    provisioning_state="Failed",
    error=PROBLEM,
    tags={"kaito-cli-workspace": "default.coder"},
)
SPOT = pool(
    "kspotabc123",
    spot=True,
    tags={"kaito-cli-workspace": "ml.gone", "kaito-cli-cluster": "dev"},
)


def world(*pools: LiveNodePool, objects: tuple[Manifest, ...] = ()) -> FakeWorld:
    there = (node("system"), workload(), workload("coder", "default"), *objects)
    return FakeWorld(
        fake_cloud=FakeCloud(SYSTEM, *pools, cluster=aks()), fake_cluster=FakeCluster(*there)
    )


ALL = world(CHAT, ORPHAN, FAILED)
NOTHING = FakeWorld(fake_cloud=FakeCloud(SYSTEM, cluster=aks()), fake_cluster=FakeCluster())


class TestList:
    def test_workspaces_of_one_namespace_and_pools_without_one(self, kaito: Kaito) -> None:
        ran = kaito("list", *WHERE, "-n", "ml", world=ALL, COLUMNS="120")

        assert ran.code == 0
        lines = ran.stdout.splitlines()
        assert lines[0].split()[:3] == ["WORKSPACE", "NAMESPACE", "PHASE"]
        assert lines[1].split() == [
            *("chat", "ml", "progressing", "0/1", "?", "0/2"),
            *("Standard_NC24ads_A100_v4", "7.35", "1d"),
        ]
        assert lines[4].split()[-2:] == ["3.67", "orphan"]
        assert lines[-1] == "1 workspace and 1 node pool without one, $11.02 an hour"
        assert "note: 1 node pool elsewhere: kaito list -A" in ran.stderr
        assert "prices of eastus2, Linux, 2026" in ran.stderr

    def test_all_namespaces(self, kaito: Kaito) -> None:
        items = kaito("list", *WHERE, "-A", "-o", "json", world=ALL).document["items"]

        assert [(each["kind"], each.get("name") or each["workspace"]) for each in items] == [
            ("Status", "coder"),
            ("Status", "chat"),
            ("PoolStatus", "old"),
        ]
        assert items[0]["pools"][0]["error"]["message"] == "No room for two of them."

    def test_the_namespace_of_the_environment(self, kaito: Kaito) -> None:
        ran = kaito("list", *WHERE, "-o", "json", world=ALL, KAITO_NAMESPACE="ml")

        assert len(ran.document["items"]) == 2

    def test_a_price_nobody_knows_is_no_zero(self, kaito: Kaito) -> None:
        ran = kaito("list", *WHERE, "-n", "ml", world=world(CHAT, SPOT), COLUMNS="120")

        assert "1 node pool without one, $7.35 an hour; the price of 1 is unknown" in ran.stdout
        assert "  ?  " in ran.stdout

    def test_why_one_is_not_well_is_said_beside_the_table(self, kaito: Kaito) -> None:
        ran = kaito("list", *WHERE, world=ALL, COLUMNS="120")

        assert "note: coder is failed: node pool kcoderabc12 failed: AllocationFailed: No room" in (
            ran.stderr
        )
        assert "kaito doctor coder -n default" in ran.stderr

    def test_spot_prices_are_not_called_pay_as_you_go(self, kaito: Kaito) -> None:
        size = CHAT.vm_size
        prices = FakePrices({size: {"eastus2": 4.0}}, spot={size: {"eastus2": 0.5}})
        there = replace(world(CHAT, SPOT), fake_prices=prices)

        ran = kaito("list", *WHERE, "-n", "ml", "--live-prices", world=there, COLUMNS="120")

        assert "1 workspace and 1 node pool without one, $9.00 an hour" in ran.stdout
        assert ran.stderr.splitlines() == [
            "note: pay-as-you-go prices of eastus2, Linux, 2026-11-23",
            "note: spot prices of eastus2, Linux, 2026-11-23",
        ]

    @pytest.mark.parametrize(
        ("flags", "said"),
        [
            (["-A"], "no workspace and no node pool of kaito's in the cluster"),
            ([], "no workspace and no node pool of kaito's in namespace default"),
        ],
    )
    def test_an_empty_list_says_so_on_stderr(
        self, kaito: Kaito, flags: list[str], said: str
    ) -> None:
        ran = kaito("list", *WHERE, *flags, world=NOTHING)

        assert (ran.code, ran.stdout) == (0, "")
        assert said in ran.stderr

    def test_an_empty_list_is_a_document_all_the_same(self, kaito: Kaito) -> None:
        ran = kaito("list", *WHERE, "-o", "json", world=NOTHING)

        assert (ran.document, ran.stderr) == ({"kind": "List", "items": []}, "")


class TestStatus:
    def test_a_workspace_with_azures_own_words(self, kaito: Kaito) -> None:
        ran = kaito("status", "coder", *WHERE, world=ALL, COLUMNS="120")

        assert ran.code == 0
        assert "AllocationFailed: No room for two of them." in ran.stdout
        assert "failed: node pool kcoderabc12 failed" in ran.stdout

    def test_all_of_the_namespace(self, kaito: Kaito) -> None:
        ran = kaito("status", *WHERE, "-n", "ml", "-o", "json", world=ALL)

        kinds = [each["kind"] for each in ran.document["items"]]
        assert kinds == ["Status", "PoolStatus"]

    def test_a_near_miss(self, kaito: Kaito) -> None:
        ran = kaito("status", "chatt", *WHERE, "-n", "ml", world=ALL)

        assert ran.code == 3
        assert "Did you mean `chat`?" in ran.stderr


class TestDoctor:
    def test_findings_say_what_mends_them(self, kaito: Kaito) -> None:
        ran = kaito("doctor", *WHERE, world=world(CHAT, ORPHAN, FAILED, SPOT), COLUMNS="200")

        assert ran.code == 0
        assert ran.stdout.splitlines() == [
            "! Node pool koldabc123 costs $3.67 an hour for nothing: no workspace is left, "
            "and no pod runs on its nodes.",
            "  → kaito delete --orphans",
            "✗ Node pool kcoderabc12 of default.coder failed, and costs $7.35 an hour; "
            "its workspace is there.",
            "  AllocationFailed: No room for two of them.",
            "  → kaito status coder -n default",
            "? Node pool kspotabc123 costs an unknown price (2 × Standard_NC24ads_A100_v4 "
            "spot); whether ml.gone still needs it is unknown: its tag kaito-cli-cluster is `dev`.",
            "  → az aks nodepool show --nodepool-name kspotabc123 --cluster-name prod -g ml",
        ]

    def test_it_exits_0_whatever_it_finds_unless_asked(self, kaito: Kaito) -> None:
        assert kaito("doctor", *WHERE, world=ALL).code == 0
        assert kaito("doctor", *WHERE, "--exit-code", world=ALL).code == 1
        assert kaito("doctor", *WHERE, "--exit-code", world=world(CHAT)).code == 0

    def test_nothing_found_is_said(self, kaito: Kaito) -> None:
        ran = kaito("doctor", *WHERE, world=world(CHAT))

        assert ran.stdout == ""
        assert "nothing found that is wrong" in ran.stderr
        assert "looked at 2 workspaces, $7.35 an hour; the price of 1 is unknown" in ran.stderr

    def test_findings_as_a_document(self, kaito: Kaito) -> None:
        (found,) = kaito("doctor", *WHERE, "-o", "json", world=world(ORPHAN)).document["items"]

        assert (found["kind"], found["check"], found["verdict"]) == (
            "Finding",
            "node-pool",
            "warning",
        )
