"""The Azure Retail Prices API: kaito's own price table, with the rows a reader has to drop.

Fields: learn.microsoft.com/rest/api/cost-management/retail-prices. Prices of spot, low
priority, Windows and reservations are the sandbox's own shares of the table's, nobody's offer.
"""

import re
from collections.abc import Iterator

from kaito_cli.catalog import gpus
from kaito_cli.sandbox.arm.compute import next_link
from kaito_cli.sandbox.arm.state import Call
from kaito_cli.sandbox.arm.wire import Answer, Body, nested

PAGE = 100  # items a page, as the API has
SKIP = "$skip"
SHARES = {"": 1.0, " Spot": 0.25, " Low Priority": 0.2}
WINDOWS_SHARE = 1.5
RESERVED_SHARE = 0.6
_TERM = re.compile(r"\(?\s*(\w+)\s+eq\s+'([^']*)'\s*\)?")
_FIELDS = {"priceType": "type"}
_PLACE = ("armSkuName", "armRegionName")

Terms = list[list[tuple[str, str]]]  # of each inner list one has to hold


def list_prices(call: Call) -> Answer:
    """A page of rows that pass ``$filter``: terms `field eq 'value'`, joined by and, or."""
    terms = _terms(call.request.query.get("$filter", ""))
    found = [each for each in _rows(terms) if _passes(each, terms)]
    start = int(call.request.query.get(SKIP, 0))
    page = found[start : start + PAGE]
    more = next_link(call, SKIP, start + PAGE) if start + PAGE < len(found) else None
    body = {
        "BillingCurrency": "USD",
        "CustomerEntityId": "Default",
        "CustomerEntityType": "Retail",
        "Items": page,
        "NextPageLink": more,
        "Count": len(page),
    }
    return Answer(body=body)


def _terms(text: str) -> Terms:
    groups = [each.split(" or ") for each in text.split(" and ")] if text else []
    return [[_term(each) for each in group] for group in groups]


def _term(text: str) -> tuple[str, str]:
    found = _TERM.fullmatch(text.strip())
    if found is None:
        raise nested(400, "InvalidFilter", f"This is no term of a filter: {text}")
    return _FIELDS.get(found[1], found[1]), found[2]


def _passes(row: Body, terms: Terms) -> bool:
    return all(any(row.get(key) == value for key, value in group) for group in terms)


def _rows(terms: Terms) -> Iterator[Body]:
    """All rows of the sizes and regions that are asked for: there are thousands in all."""
    table = gpus.prices()
    where = [group for group in terms if all(key in _PLACE for key, _ in group)]
    for size, regions in table.usd_per_hour.items():
        for region, usd in regions.items():
            if _passes({"armSkuName": size, "armRegionName": region}, where):
                yield from _rows_of(size, region, usd, table.date)


def _rows_of(size: str, region: str, usd: float, date: str) -> Iterator[Body]:
    for kind, share in SHARES.items():
        yield _row(size, region, usd * share, date, kind=kind)
        yield _row(size, region, usd * share * WINDOWS_SHARE, date, kind=kind, system=" Windows")
    reserved = _row(size, region, usd * RESERVED_SHARE * 8760, date, sold="Reservation")
    yield {**reserved, "reservationTerm": "1 Year"}
    yield _row(size, region, usd, date, sold="DevTestConsumption")


def _row(
    size: str,
    region: str,
    usd: float,
    date: str,
    *,
    kind: str = "",
    system: str = "",
    sold: str = "Consumption",
) -> Body:
    name = size.removeprefix("Standard_").replace("_", " ")
    return {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": round(usd, 6),
        "unitPrice": round(usd, 6),
        "armRegionName": region,
        "location": region,
        "effectiveStartDate": f"{date}T00:00:00Z",
        "meterName": f"{name}{kind}",
        "productName": f"Virtual Machines {name} Series{system}",
        "skuName": f"{name}{kind}",
        "serviceName": "Virtual Machines",
        "serviceFamily": "Compute",
        "unitOfMeasure": "1 Hour",
        "type": sold,
        "isPrimaryMeterRegion": True,
        "armSkuName": size,
    }
