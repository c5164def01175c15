"""`kaito plan` and `kaito render` for a cluster that is named, and at today's prices."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import pytest

from kaito_cli.cli import run
from kaito_cli.errors import Unreachable
from kaito_cli.model import LiveNodePool, PriceList
from tests.cli.conftest import Kaito
from tests.fake_cloud import CLUSTER, FakeCloud
from tests.fakes import FakeWorld

AKS = ("-g", "ml", "--cluster", "prod")
A100 = "Standard_NC24ads_A100_v4"


@dataclass
class FakePrices:
    """Prices of one day; ``asked`` are the regions asked about, and whether for spot."""

    usd_per_hour: dict[str, float]
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def prices(self, vm_sizes: Collection[str], region: str, *, spot: bool = False) -> PriceList:
        self.asked.append((region, spot))
        known = {size: usd for size, usd in self.usd_per_hour.items() if size in vm_sizes}
        return PriceList(
            date="2026-11-23",
            source="the test",
            usd_per_hour={size: {region: usd} for size, usd in known.items()},
        )


class Silent:
    def prices(self, vm_sizes: Collection[str], region: str, *, spot: bool = False) -> PriceList:
        raise Unreachable("prices.azure.com tells no prices.", hint="Leave --live-prices out.")


def world_in(region: str, *pools: LiveNodePool) -> FakeWorld:
    return FakeWorld(fake_cloud=FakeCloud(*pools, cluster=replace(CLUSTER, region=region)))


class TestCluster:
    def test_the_region_is_the_clusters(self, kaito: Kaito) -> None:
        ran = kaito("plan", "falcon-7b", *AKS, "-o", "json", world=world_in("westeurope"))

        assert ran.document["cost"]["region"] == "westeurope"
        assert ran.document["assumptions"] == ["pay-as-you-go prices of 2026-06-18"]

    def test_the_pool_bears_the_name_that_deploy_will_give_it(self, kaito: Kaito) -> None:
        offline = kaito("plan", "falcon-7b", "-o", "json").document["node_pool"]
        there = kaito("plan", "falcon-7b", *AKS, "-o", "json", world=world_in("eastus2"))

        assert there.document["node_pool"]["tags"]["kaito-cli-cluster"] == "prod"
        assert there.document["node_pool"]["name"] != offline["name"]

    def test_manifests_wait_for_the_same_pool(self, kaito: Kaito) -> None:
        plan = kaito("plan", "falcon-7b", *AKS, "-o", "json", world=world_in("eastus2"))
        ran = kaito("render", "falcon-7b", *AKS, world=world_in("eastus2"))

        assert plan.document["node_pool"]["name"] in ran.stdout

    def test_another_region_is_refused(self, kaito: Kaito) -> None:
        ran = kaito("plan", "falcon-7b", *AKS, "--region", "westus3", world=world_in("eastus2"))

        assert ran.code == 2
        assert "in eastus2" in ran.stderr

    def test_a_pool_that_is_named_tells_its_size(self, kaito: Kaito) -> None:
        pool = LiveNodePool(name="gpu", vm_size=A100, count=1, provisioning_state="Succeeded")

        ran = kaito(
            *("plan", "falcon-7b", *AKS, "--node-pool", "gpu", "-o", "json"),
            world=world_in("eastus2", pool),
        )

        assert ran.document["placement"]["vm_size"] == A100

    def test_why_not_is_about_the_clusters_region(self, kaito: Kaito) -> None:
        ran = kaito(
            *("plan", "falcon-7b", *AKS, "--why-not", A100, "-o", "json"),
            world=world_in("westeurope"),
        )

        assert ran.document["region"] == "westeurope"

    def test_a_kubeconfig_has_no_pools_to_make(self) -> None:
        assert run(["plan", "falcon-7b", "--target", "kubeconfig"]) == 2

    @pytest.mark.parametrize("nodes", ["existing", "karpenter"])
    def test_nodes_that_azure_does_not_bring_ask_no_azure(self, nodes: str, kaito: Kaito) -> None:
        where = ("--target", "kubeconfig", "--nodes", nodes, "--vm-size", A100)

        assert kaito("plan", "falcon-7b", *where).code == 0

    def test_without_a_target_nobody_is_asked(self, kaito: Kaito) -> None:
        assert kaito("plan", "falcon-7b").code == 0  # asking would fail


class TestLivePrices:
    def test_todays_are_taken_and_said_to_be(self, kaito: Kaito) -> None:
        prices = FakePrices({A100: 1.5})

        ran = kaito(
            *("plan", "falcon-7b", "--live-prices", "-o", "json"),
            world=FakeWorld(fake_prices=prices),
        )

        cost = ran.document["cost"]
        assert (cost["usd_per_hour"], cost["price_date"]) == (1.5, "2026-11-23")
        assert (cost["source"], cost["region"]) == ("the test", "eastus2")
        assert prices.asked == [("eastus2", False)]
        assert "pay-as-you-go prices of 2026-11-23" in ran.document["assumptions"]

    def test_with_a_cluster_they_are_its_regions(self, kaito: Kaito) -> None:
        prices = FakePrices({A100: 1.5})
        world = replace(world_in("westeurope"), fake_prices=prices)

        kaito("plan", "falcon-7b", *AKS, "--live-prices", world=world)

        assert prices.asked == [("westeurope", False)]

    def test_spot_nodes_have_spot_prices(self, kaito: Kaito) -> None:
        prices = FakePrices({A100: 0.5})

        ran = kaito(
            *("plan", "falcon-7b", "--spot", "--live-prices", "-o", "json"),
            world=FakeWorld(fake_prices=prices),
        )

        assert (ran.document["cost"]["usd_per_hour"], ran.document["cost"]["spot"]) == (0.5, True)
        assert prices.asked == [("eastus2", True)]
        assert "spot prices of 2026-11-23" in ran.document["assumptions"]
        assert "not in the price table" not in str(ran.document["notes"])

    def test_without_them_spot_says_that_its_prices_are_not_known(self, kaito: Kaito) -> None:
        ran = kaito("plan", "falcon-7b", "--spot", "-o", "json")

        assert "not in the price table" in str(ran.document["notes"])

    def test_why_not_compares_them(self, kaito: Kaito) -> None:
        prices = FakePrices({A100: 1.5, "Standard_NC4as_T4_v3": 0.1})

        ran = kaito(
            *("plan", "falcon-7b", "--live-prices", "--why-not", A100, "-o", "json"),
            world=FakeWorld(fake_prices=prices),
        )

        assert (ran.document["usd_per_hour"], ran.document["price_date"]) == (1.5, "2026-11-23")

    def test_prices_that_cannot_be_had_are_an_error_and_no_older_ones(self, kaito: Kaito) -> None:
        ran = kaito(
            *("plan", "falcon-7b", "--live-prices", "-o", "json"),
            world=FakeWorld(fake_prices=Silent()),
        )

        assert (ran.code, ran.stdout) == (5, "")
        assert "--live-prices" in ran.error["hint"]

    def test_a_region_without_any_is_told(self, kaito: Kaito) -> None:
        ran = kaito(
            *("plan", "falcon-7b", "--live-prices", "--region", "moon", "-o", "json"),
            world=FakeWorld(fake_prices=FakePrices({})),
        )

        assert ran.code == 3
        assert "`moon`" in ran.error["message"]
