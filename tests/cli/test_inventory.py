"""`kaito list`, `status` and `doctor`: what runs, what it costs, and what costs for nothing."""

from dataclasses import replace

import pytest
import yaml

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


class TestList:
    def test_pools_of_one_namespace_and_what_they_cost(self, kaito: Kaito) -> None:
        ran = kaito("list", *WHERE, "-n", "ml", world=ALL, COLUMNS="120")

        assert ran.code == 0
        lines = ran.stdout.splitlines()
        assert lines[0].split()[:4] == ["WORKSPACE", "NAMESPACE", "NODE", "POOL"]
        assert lines[1].split() == [
            *("chat", "ml", "kchatabc123", "2", "×", "NC24ads_A100_v4", "7.35", "in-use"),
        ]
        assert lines[2].split()[-2:] == ["3.67", "orphan"]
        assert lines[-1] == "2 node pools, $11.02 an hour"
        assert "note: 1 node pool elsewhere: kaito list -A" in ran.stderr
        assert "prices of eastus2, Linux, 2026" in ran.stderr

    @pytest.mark.parametrize("workspace", ["old", "default.falcon-7b-instruct"])
    def test_it_is_a_table_on_a_terminal_of_80_columns(self, kaito: Kaito, workspace: str) -> None:
        named = pool("kfalco1a2b3c", tags={"kaito-cli-workspace": f"ml.{workspace}"})

        lines = kaito("list", *WHERE, "-A", world=world(CHAT, named)).stdout.splitlines()

        assert lines[0].split()[-2:] == ["USD/HOUR", "VERDICT"]
        assert max(map(len, lines)) <= 80

    def test_what_azure_is_busy_with_is_said(self, kaito: Kaito) -> None:
        made = pool(provisioning_state="Creating")

        assert (
            kaito("list", *WHERE, "-A", world=world(made))
            .stdout.split("\n")[1]
            .endswith("7.35  creating")
        )

    @pytest.mark.parametrize("form", ["table", "json", "yaml"])
    def test_half_a_character_spoils_no_document(self, kaito: Kaito, form: str) -> None:
        odd = pool("k\ud800", vm_size="Standard_\udfffX")

        ran = kaito("list", *WHERE, "-A", "-o", form, world=world(odd))

        assert ran.code == 0
        if form != "table":
            assert yaml.safe_load(ran.stdout)["items"][0]["pool"] == "k�"

    def test_all_namespaces(self, kaito: Kaito) -> None:
        items = kaito("list", *WHERE, "-A", "-o", "json", world=ALL).document["items"]

        assert [(each["kind"], each["workspace"]) for each in items] == [
            ("PoolStatus", "coder"),
            ("PoolStatus", "chat"),
            ("PoolStatus", "old"),
        ]
        assert items[0]["error"]["message"] == "No room for two of them."

    def test_the_namespace_of_the_environment(self, kaito: Kaito) -> None:
        ran = kaito("list", *WHERE, "-o", "json", world=ALL, KAITO_NAMESPACE="ml")

        assert len(ran.document["items"]) == 2

    def test_a_price_nobody_knows_is_no_zero(self, kaito: Kaito) -> None:
        ran = kaito("list", *WHERE, "-A", world=world(CHAT, SPOT), COLUMNS="120")

        assert "2 node pools, $7.35 an hour; the price of 1 is unknown" in ran.stdout
        assert "  ?  " in ran.stdout

    def test_spot_prices_are_not_called_pay_as_you_go(self, kaito: Kaito) -> None:
        size = CHAT.vm_size
        prices = FakePrices({size: {"eastus2": 4.0}}, spot={size: {"eastus2": 0.5}})
        there = replace(world(CHAT, SPOT), fake_prices=prices)

        ran = kaito("list", *WHERE, "-A", "--live-prices", world=there, COLUMNS="120")

        assert "2 node pools, $9.00 an hour" in ran.stdout
        assert ran.stderr.splitlines() == [
            "note: pay-as-you-go prices of eastus2, Linux, 2026-11-23",
            "note: spot prices of eastus2, Linux, 2026-11-23",
        ]

    @pytest.mark.parametrize(
        ("pools", "said"),
        [
            ((), "no node pool of kaito's in the cluster"),
            ((CHAT,), "no node pool of kaito's in namespace default"),
        ],
    )
    def test_an_empty_list_says_so_on_stderr(
        self, kaito: Kaito, pools: tuple[LiveNodePool, ...], said: str
    ) -> None:
        ran = kaito("list", *WHERE, world=world(*pools))

        assert (ran.code, ran.stdout) == (0, "")
        assert said in ran.stderr

    def test_an_empty_list_is_a_document_all_the_same(self, kaito: Kaito) -> None:
        ran = kaito("list", *WHERE, "-o", "json", world=world())

        assert (ran.document, ran.stderr) == ({"kind": "List", "items": []}, "")


class TestStatus:
    def test_a_workspace_with_azures_own_words(self, kaito: Kaito) -> None:
        ran = kaito("status", "coder", *WHERE, world=ALL)

        assert ran.code == 0
        assert "AllocationFailed: No room for two of them." in ran.stdout
        assert "failed: its workspace is there" in ran.stdout

    def test_all_of_the_namespace(self, kaito: Kaito) -> None:
        ran = kaito("status", *WHERE, "-n", "ml", "-o", "json", world=ALL)

        assert [each["pool"] for each in ran.document["items"]] == ["kchatabc123", "koldabc123"]

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
            "  → az aks nodepool show --nodepool-name kspotabc123 --cluster-name prod -g GROUP",
        ]

    def test_it_exits_0_whatever_it_finds_unless_asked(self, kaito: Kaito) -> None:
        assert kaito("doctor", *WHERE, world=ALL).code == 0
        assert kaito("doctor", *WHERE, "--exit-code", world=ALL).code == 1
        assert kaito("doctor", *WHERE, "--exit-code", world=world(CHAT)).code == 0

    def test_nothing_found_is_said(self, kaito: Kaito) -> None:
        ran = kaito("doctor", *WHERE, world=world(CHAT))

        assert ran.stdout == ""
        assert "nothing found that is wrong" in ran.stderr
        assert "looked at 1 node pool, $7.35 an hour" in ran.stderr

    def test_findings_as_a_document(self, kaito: Kaito) -> None:
        (found,) = kaito("doctor", *WHERE, "-o", "json", world=world(ORPHAN)).document["items"]

        assert (found["kind"], found["check"], found["verdict"]) == (
            "Finding",
            "node-pool",
            "warning",
        )
