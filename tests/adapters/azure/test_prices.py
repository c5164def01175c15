"""Prices of the Azure Retail Prices API: which of its rows are a VM's price today."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kaito_cli.adapters.answers import Bounds
from kaito_cli.adapters.azure.prices import RetailPrices
from kaito_cli.adapters.azure.retries import Patience
from kaito_cli.catalog import gpus
from kaito_cli.errors import BadInput, Unreachable
from kaito_cli.sandbox.arm import ArmState
from tests.adapters.azure.conftest import QUICK
from tests.adapters.azure.wire import Said, Wire, answering

T4 = "Standard_NC4as_T4_v3"
A100 = "Standard_NC24ads_A100_v4"
DAY = date(2026, 11, 23)


def row(usd: float, **more: Any) -> dict[str, Any]:
    common = {
        "currencyCode": "USD",
        "retailPrice": usd,
        "armRegionName": "eastus",
        "effectiveStartDate": "2026-01-01T00:00:00Z",
        "meterName": "NC4as T4 v3",
        "productName": "Virtual Machines NCasT4 v3 Series",
        "skuName": "NC4as T4 v3",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        "armSkuName": T4,
    }
    return {**common, **more}


def page(*rows: dict[str, Any], more: str | None = None) -> Said:
    return Said(200, {"Items": list(rows), "NextPageLink": more})


@pytest.fixture
def prices(url: str) -> Iterator[RetailPrices]:
    made = RetailPrices(url, patience=QUICK, today=lambda: DAY)
    yield made
    made.close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    with answering(lambda path: page()) as wire:
        yield wire


def asked(wire: Wire, *, spot: bool = False, sizes: tuple[str, ...] = (T4,)) -> dict[str, float]:
    made = RetailPrices(wire.url, patience=QUICK, today=lambda: DAY)
    found = made.prices(sizes, "eastus", spot=spot)
    made.close()
    return {size: of_size["eastus"] for size, of_size in found.usd_per_hour.items()}


def test_live_prices_are_those_of_the_table_where_nothing_changed(prices: RetailPrices) -> None:
    table = gpus.prices()

    found = prices.prices([T4, A100, "Standard_Unknown"], "eastus")

    assert found.usd_per_hour == {
        size: {"eastus": table.usd_per_hour[size]["eastus"]} for size in (A100, T4)
    }
    assert found.date == "2026-11-23"
    assert "/api/retail/prices" in found.source


def test_spot_prices_are_other_rows(prices: RetailPrices) -> None:
    common = prices.prices([T4], "eastus").of(T4, "eastus")
    spot = prices.prices([T4], "eastus", spot=True).of(T4, "eastus")

    assert common
    assert spot
    assert spot < common


def test_no_token_is_sent(wire: Wire) -> None:
    asked(wire)

    assert wire.tokens == [""]


@pytest.mark.parametrize(
    "other",
    [
        {"productName": "Virtual Machines NCasT4 v3 Series Windows"},
        {"meterName": "NC4as T4 v3 Low Priority", "skuName": "NC4as T4 v3 Low Priority"},
        {"meterName": "NC4as T4 v3 Spot", "skuName": "NC4as T4 v3 Spot"},
        {"type": "DevTestConsumption"},
        {"type": "Reservation"},
        {"unitOfMeasure": "1/Month"},
        {"currencyCode": "EUR"},
        {"effectiveStartDate": "2026-12-01T00:00:00Z"},
        {"armSkuName": "Standard_NC4as_T4_v3x"},
        {"retailPrice": 0.0},
    ],
    ids=str,
)
def test_rows_that_are_another_offer_are_dropped(wire: Wire, other: dict[str, Any]) -> None:
    wire.answers = lambda path: page(row(0.5), {**row(0.1), **other})

    assert asked(wire) == {T4: 0.5}


def test_of_two_rows_the_one_that_holds_since_last_counts(wire: Wire) -> None:
    newer = row(0.6, effectiveStartDate="2026-10-01T00:00:00Z")
    wire.answers = lambda path: page(newer, row(0.5))

    assert asked(wire) == {T4: 0.6}


def test_pages_are_put_together_and_lead_to_no_other_server(wire: Wire) -> None:
    spot = {"meterName": "Spot"}
    pages = {
        "2": page(row(0.2, **spot), more="https://prices.example.com/api/retail/prices?p=3"),
        "1": page(row(0.9), more=f"{wire.url}/api/retail/prices?p=2"),
    }
    wire.answers = lambda path: pages["2" if "p=2" in path else "1"]

    assert asked(wire, spot=True) == {T4: 0.2}
    assert len(wire.paths) == 2


def test_many_sizes_take_few_requests_with_short_addresses(wire: Wire) -> None:
    asked(wire, sizes=tuple(f"Standard_NC{each}ads_RTXPRO6000BSE_v6" for each in range(45)))

    assert len(wire.paths) == 3
    assert max(map(len, wire.paths)) < 2000


def test_names_are_quoted_in_the_filter(wire: Wire) -> None:
    asked(wire, sizes=("o'x",))

    sent = parse_qs(urlsplit(wire.paths[0]).query)["$filter"][0]
    assert sent.endswith("and armRegionName eq 'eastus' and (armSkuName eq 'o''x')")


def test_no_size_is_no_request(wire: Wire) -> None:
    assert asked(wire, sizes=()) == {}
    assert not wire.paths


@pytest.mark.parametrize(
    "said",
    [
        Said(429, b"", {"Retry-After": "60"}),
        Said(500, b""),
        Said(404, {"error": {"code": "NotFound", "message": "no"}}),
        Said(200, b"<html>"),
        Said(200, {"Items": [{"unitOfMeasure": "1 Hour"}]}),
        Said(200, page(row(0.5, retailPrice="free")).body),
        Said(200, {}),
        Said(302, b"", {"Location": "http://127.0.0.1:9/"}),
    ],
    ids=lambda each: str(each)[:40],
)
def test_no_price_for_whatever_reason_is_unreachable(wire: Wire, said: Said) -> None:
    wire.answers = lambda path: said

    with pytest.raises(Unreachable) as caught:
        asked(wire)

    assert "--live-prices" in caught.value.hint


def test_an_address_that_is_none_is_bad_input(state: ArmState) -> None:
    with pytest.raises(BadInput, match="KAITO_PRICES_ENDPOINT"):
        RetailPrices("http://prices.azure.com")


@pytest.mark.parametrize("pages", [1, 2])
def test_pages_that_lead_in_circles_are_given_up(wire: Wire, pages: int) -> None:
    wire.answers = lambda path: page(
        row(0.5), more=f"{wire.url}/api/retail/prices?p={len(wire.paths) % pages}"
    )
    made = RetailPrices(wire.url, patience=Patience(bounds=Bounds(pages=5)))

    with pytest.raises(Unreachable) as caught:
        made.prices([T4], "eastus")
    made.close()

    assert len(wire.paths) == 6
    assert "does not come to an end" in caught.value.detail
