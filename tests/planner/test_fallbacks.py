"""What is tried next when Azure has no room."""

from dataclasses import replace

import pytest

from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import hardware
from kaito_cli.catalog.models import preset
from kaito_cli.model import Fallback, Nodes, Plan, Request, SkuOffer
from kaito_cli.planner import make_plan
from kaito_cli.planner.fallbacks import driver_only, fallbacks
from tests.fakes import CLUSTER

ASKED = Request(model="falcon-7b")
CHOSEN = make_plan(ASKED, preset("falcon-7b"), hardware(), engines(), CLUSTER)
SKUS = tuple(
    SkuOffer(name=each.name, family="f", vcpus=each.vcpus, zones=("1", "2"))
    for each in hardware().sizes
)


def tried(request: Request = ASKED, skus: tuple[SkuOffer, ...] = SKUS) -> tuple[Plan, ...]:
    return fallbacks(request, preset("falcon-7b"), hardware(), engines(), CLUSTER, skus)


def test_zones_come_before_sizes() -> None:
    first, second, third, *_ = tried()

    assert [each.node_pool.zones for each in (first, second, third)] == [("1",), ("2",), ()]
    assert first.placement == second.placement == CHOSEN.placement != third.placement


def test_every_choice_is_another_pool_of_the_same_workspace_and_request() -> None:
    plans = (CHOSEN, *tried(replace(ASKED, fallback=Fallback.ANY)))

    assert len({each.node_pool.name for each in plans}) == len(plans)
    assert {tuple(each.node_pool.tags.items()) for each in plans} == {
        tuple(CHOSEN.node_pool.tags.items())
    }


def test_by_default_the_gpu_stays_the_same() -> None:
    assert {each.placement.gpu for each in tried()} == {CHOSEN.placement.gpu}


def test_any_takes_other_gpus_cheapest_first() -> None:
    plans = tried(replace(ASKED, fallback=Fallback.ANY), skus=())
    costs = [each.cost.usd_per_hour or 0 for each in plans]

    assert len({each.placement.gpu for each in plans}) > 1
    assert costs == sorted(costs)


def test_none_is_above_the_most_that_may_be_spent() -> None:
    plans = tried(replace(ASKED, fallback=Fallback.ANY, max_cost_usd_per_hour=8.0))

    assert plans
    assert all((each.cost.usd_per_hour or 99) <= 8.0 for each in plans)


def test_nothing_is_tried_when_nothing_may_be() -> None:
    assert tried(replace(ASKED, fallback=Fallback.NONE)) == ()


def test_nodes_of_ones_own_have_no_fallback() -> None:
    mine = Request(model="falcon-7b", nodes=Nodes.EXISTING, vm_size="Standard_NC24ads_A100_v4")

    assert tried(mine) == ()


def test_a_size_that_was_named_is_left_only_when_any_may_be_tried() -> None:
    named = replace(ASKED, vm_size=CHOSEN.placement.vm_size)

    assert {each.placement.vm_size for each in tried(named)} == {CHOSEN.placement.vm_size}
    assert (
        len({each.placement.vm_size for each in tried(replace(named, fallback=Fallback.ANY))}) > 1
    )


@pytest.mark.parametrize(
    "change", [{"restriction": "NotAvailableForSubscription"}, {"zones": ()}, {"spot": False}]
)
def test_sizes_that_are_not_offered_so_are_left_out(change: dict[str, object]) -> None:
    refused = tuple(replace(each, **change) for each in SKUS)  # type: ignore[arg-type]
    asked = replace(ASKED, fallback=Fallback.ANY, zones=("1",), spot=True)

    assert tried(asked)
    assert tried(asked, refused) == ()


@pytest.mark.parametrize(("restricted", "left"), [((), True), (("1",), False)])
def test_a_size_whose_zones_azure_does_not_tell_is_left_out_only_where_it_is_refused(
    restricted: tuple[str, ...], left: bool
) -> None:
    silent = tuple(replace(each, zones=None, restricted_zones=restricted) for each in SKUS)

    assert bool(tried(replace(ASKED, zones=("1",)), silent)) is left


def test_zones_that_azure_does_not_tell_are_not_tried_one_by_one() -> None:
    silent = tuple(replace(each, zones=None) for each in SKUS)

    assert {each.node_pool.zones for each in tried(skus=silent)} == {()}


def test_zones_that_were_named_are_never_left() -> None:
    asked = replace(ASKED, zones=("1", "2"), fallback=Fallback.ANY)

    assert {zone for each in tried(asked) for zone in each.node_pool.zones} == {"1", "2"}


def test_the_driver_alone_is_another_pool_with_our_device_plugins_label() -> None:
    plain = driver_only(CHOSEN, CLUSTER)

    assert plain.node_pool.name != CHOSEN.node_pool.name
    assert plain.node_pool.labels["kaito-cli.dev/device-plugin"] == "true"
    assert driver_only(plain, CLUSTER) == plain
