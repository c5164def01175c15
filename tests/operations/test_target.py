"""Which cluster is meant, and what Azure is asked to find out."""

from dataclasses import dataclass, field, replace

import pytest

from kaito_cli.errors import BadInput, NotFound
from kaito_cli.model import AksCluster, Subscription, Target, TargetKind
from kaito_cli.operations.target import Location, located

ID = "00000000-0000-0000-0000-000000000001"
NAMED = Target(kind=TargetKind.AKS, subscription=ID, resource_group="ml", cluster="prod")
HERE = Location(subscription=ID, resource_group="ml", cluster="prod")


def cluster(name: str, group: str = "ml", fqdn: str = "", private_fqdn: str = "") -> AksCluster:
    return AksCluster(
        id=f"/subscriptions/{ID}/resourceGroups/{group}/…/{name}",
        name=name,
        subscription=ID,
        resource_group=group,
        region="eastus2",
        kubernetes_version="1.35.2",
        fqdn=fqdn,
        private_fqdn=private_fqdn,
    )


PROD = cluster("prod", fqdn="Prod-abc.hcp.eastus2.azmk8s.io")
DEV = cluster("dev", "research", private_fqdn="dev-def.privatelink.eastus2.azmk8s.io")


@dataclass
class FakeAzure:
    """What can be seen; ``asked`` lists what was looked at."""

    seen: tuple[Subscription, ...] = (Subscription(id=ID, name="Machine Learning"),)
    there: tuple[AksCluster, ...] = (PROD, DEV)
    asked: list[str] = field(default_factory=list)

    def subscriptions(self) -> tuple[Subscription, ...]:
        self.asked.append("subscriptions")
        return self.seen

    def clusters(self, subscription: str, resource_group: str = "") -> tuple[AksCluster, ...]:
        self.asked.append(f"clusters {subscription} {resource_group}".strip())
        return tuple(each for each in self.there if resource_group in ("", each.resource_group))


def test_a_cluster_that_is_named_in_full_asks_nothing() -> None:
    azure = FakeAzure()

    assert located(NAMED, azure, "another", "another.example") == HERE
    assert azure.asked == []


def test_the_azure_clis_subscription_is_taken_without_asking() -> None:
    azure = FakeAzure()

    assert located(replace(NAMED, subscription=""), azure, ID) == HERE
    assert azure.asked == []


def test_without_one_it_is_the_only_one() -> None:
    assert located(replace(NAMED, subscription=""), FakeAzure()) == HERE


def test_a_subscription_may_be_called_by_its_name() -> None:
    assert located(replace(NAMED, subscription="machine learning"), FakeAzure()) == HERE


def test_several_subscriptions_are_listed() -> None:
    many = tuple(Subscription(id=f"0-{each}", name=f"number {each}") for each in range(12))

    with pytest.raises(BadInput, match="Which Azure subscription") as caught:
        located(replace(NAMED, subscription=""), FakeAzure(seen=many))

    assert "--subscription 0-9  (number 9)" in caught.value.detail
    assert caught.value.detail.endswith("and 2 more")
    assert "--subscription 0-0" in caught.value.hint


def test_no_subscription_is_told() -> None:
    with pytest.raises(NotFound, match="can see no Azure subscription"):
        located(replace(NAMED, subscription=""), FakeAzure(seen=()))


def test_a_subscription_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(NotFound) as caught:
        located(replace(NAMED, subscription="Machine Leaning"), FakeAzure())

    assert "`--subscription Machine Learning`" in caught.value.hint


def test_a_cluster_without_its_group_is_looked_up() -> None:
    azure = FakeAzure()

    assert located(replace(NAMED, resource_group="", cluster="PROD"), azure) == HERE
    assert azure.asked == [f"clusters {ID}"]


def test_clusters_of_one_name_are_listed_with_their_groups() -> None:
    azure = FakeAzure(there=(PROD, cluster("prod", "research")))

    with pytest.raises(BadInput, match="Several clusters") as caught:
        located(replace(NAMED, resource_group=""), azure)

    assert "-g research --cluster prod" in caught.value.detail


def test_a_cluster_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(NotFound) as caught:
        located(replace(NAMED, resource_group="", cluster="pord"), FakeAzure())

    assert "`--cluster prod`" in caught.value.hint
    assert "-g research --cluster dev" in caught.value.detail


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("prod-abc.hcp.eastus2.azmk8s.io", "prod"),
        ("DEV-def.privatelink.eastus2.azmk8s.io", "dev"),
    ],
)
def test_without_a_name_it_is_the_one_the_context_points_at(host: str, found: str) -> None:
    asked = replace(NAMED, resource_group="", cluster="")

    assert located(asked, FakeAzure(), "", host).cluster == found


def test_a_group_narrows_what_is_looked_at() -> None:
    azure = FakeAzure()

    assert located(replace(NAMED, cluster=""), azure) == HERE
    assert azure.asked == [f"clusters {ID} ml"]


@pytest.mark.parametrize("host", ["", "elsewhere.example"])
def test_several_clusters_are_listed_with_the_flags_to_type(host: str) -> None:
    with pytest.raises(BadInput, match="Which AKS cluster") as caught:
        located(replace(NAMED, resource_group="", cluster=""), FakeAzure(), "", host)

    assert "-g ml --cluster prod  (eastus2)" in caught.value.detail
    assert "-g ml --cluster prod" in caught.value.hint
    assert ("points at elsewhere.example" in caught.value.message) is bool(host)


def test_the_only_cluster_is_not_taken_when_the_context_points_elsewhere() -> None:
    asked = replace(NAMED, resource_group="", cluster="")

    with pytest.raises(BadInput, match=r"points at elsewhere\.example"):
        located(asked, FakeAzure(there=(PROD,)), "", "elsewhere.example")


def test_no_cluster_at_all_is_told() -> None:
    with pytest.raises(NotFound, match="no AKS cluster in resource group `none`"):
        located(replace(NAMED, resource_group="none", cluster=""), FakeAzure())


@pytest.mark.parametrize("host", ["", "elsewhere.example"])
def test_no_cluster_is_pointed_at_by_an_empty_address(host: str) -> None:
    """A private cluster has no public FQDN, and the other way round."""
    without = cluster("bare", "bare")

    with pytest.raises(BadInput):
        located(
            replace(NAMED, resource_group="", cluster=""),
            FakeAzure(there=(without, PROD)),
            "",
            host,
        )
