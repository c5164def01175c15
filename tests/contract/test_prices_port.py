"""What every Prices does: the same suite on the fake and on the adapter over a local server."""

from collections.abc import Callable, Iterator

import pytest

from kaito_cli.adapters.azure.prices import RetailPrices
from kaito_cli.adapters.azure.retries import Patience
from kaito_cli.catalog import gpus
from kaito_cli.errors import Unreachable
from kaito_cli.ports import Prices
from kaito_cli.sandbox.arm import ArmState, serving
from tests.fake_prices import FakePrices

T4 = "Standard_NC4as_T4_v3"
A100 = "Standard_NC24ads_A100_v4"
TABLE = gpus.prices().usd_per_hour


def fake(broken: bool) -> Iterator[Prices]:
    spot = {
        size: {region: usd / 4 for region, usd in of_size.items()}
        for size, of_size in TABLE.items()
    }
    yield FakePrices(TABLE, spot=spot, failing=Unreachable("no prices") if broken else None)


def real(broken: bool) -> Iterator[Prices]:
    state = ArmState()
    if broken:
        state.fault(status=500, times=None)
    with serving(state) as server:
        made = RetailPrices(server.url, patience=Patience(retry_within_seconds=0.1))
        yield made
        made.close()


@pytest.fixture(params=[fake, real])
def make(request: pytest.FixtureRequest) -> Callable[[bool], Iterator[Prices]]:
    made: Callable[[bool], Iterator[Prices]] = request.param
    return made


@pytest.fixture
def prices(make: Callable[[bool], Iterator[Prices]]) -> Iterator[Prices]:
    yield from make(False)


@pytest.fixture
def no_prices(make: Callable[[bool], Iterator[Prices]]) -> Iterator[Prices]:
    yield from make(True)


def test_each_size_that_has_a_price_is_told_by_the_name_it_was_asked_for(prices: Prices) -> None:
    found = prices.prices([T4, A100, "Standard_Unknown"], "eastus2")

    assert {size: found.of(size, "eastus2") for size in found.usd_per_hour} == {
        size: TABLE[size]["eastus2"] for size in (T4, A100)
    }
    assert len(found.date) == len("2026-11-23")
    assert found.source


def test_spot_has_prices_of_its_own(prices: Prices) -> None:
    common, spot = (prices.prices([T4], "eastus2", spot=each) for each in (False, True))

    assert (spot.of(T4, "eastus2") or 0) < (common.of(T4, "eastus2") or 0)


def test_a_region_without_prices_has_none(prices: Prices) -> None:
    assert prices.prices([T4], "atlantis").usd_per_hour == {}


def test_no_answer_is_unreachable(no_prices: Prices) -> None:
    with pytest.raises(Unreachable):
        no_prices.prices([T4], "eastus2")
