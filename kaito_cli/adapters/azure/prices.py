"""The Prices port: the Azure Retail Prices API, which asks for no sign-in.

https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from kaito_cli import __version__
from kaito_cli.adapters.answers import bounded
from kaito_cli.adapters.azure.endpoints import checked
from kaito_cli.adapters.azure.pools import region_name
from kaito_cli.adapters.azure.problems import translated
from kaito_cli.adapters.azure.retries import Patience, ShortRetries
from kaito_cli.adapters.azure.transport import transport
from kaito_cli.adapters.loopback import LOOPBACK
from kaito_cli.errors import CloudFailed, Unreachable
from kaito_cli.model import PriceList

if TYPE_CHECKING:
    from azure.core import PipelineClient
    from azure.core.rest import HttpRequest, HttpResponse

ENDPOINT = "https://prices.azure.com"
ENVIRONMENT = "KAITO_PRICES_ENDPOINT"
_PATH = "/api/retail/prices"
_SIZES_PER_REQUEST = 20  # keeps the address below 2,000 characters
_OK = 200
_SPOT = "Spot"
_OTHER_OFFERS = ("Low Priority", "DevTest")

Row = Mapping[str, Any]


def _today() -> date:
    return datetime.now(UTC).date()


class RetailPrices:
    """Prices as they are on the day they are asked for.

    ``endpoint`` empty: Azure's own. ``date`` of what is returned is that day in UTC, on which
    Azure stated the prices as current; ``source`` is the address that was asked.
    """

    def __init__(
        self,
        endpoint: str = "",
        *,
        patience: Patience | None = None,
        today: Callable[[], date] = _today,
    ) -> None:
        self._endpoint = checked(endpoint, ENVIRONMENT) if endpoint else ENDPOINT
        self._patience = patience or Patience()
        self._today = today

    def prices(self, vm_sizes: Collection[str], region: str, *, spot: bool = False) -> PriceList:
        """See :class:`kaito_cli.ports.Prices`. Names are matched whatever their case."""
        region, day = region_name(region), self._today()
        return PriceList(
            date=day.isoformat(),
            source=f"Azure Retail Prices API, {self._endpoint}{_PATH}",
            usd_per_hour={
                name: {region: price}
                for name, price in sorted(self._current(vm_sizes, region, spot, day).items())
            },
        )

    def close(self) -> None:
        """Close the connections that are open."""
        if "_client" in self.__dict__:
            self._client.close()

    def _current(
        self, vm_sizes: Collection[str], region: str, spot: bool, day: date
    ) -> dict[str, float]:
        names = {each.lower(): each for each in vm_sizes}
        try:
            with translated(f"read the prices of {region}"):
                rows = [
                    row
                    for some in _chunks(sorted(names.values()))
                    for page in bounded(self._pages(some, region), self._patience.bounds)
                    for row in page["Items"]
                    if _is_offer(row, spot, day)
                ]
                return _latest(rows, names)
        except CloudFailed as error:
            raise Unreachable(
                f"{urlsplit(self._endpoint).hostname} tells no prices.",
                detail=error.detail or error.message,
                hint="Leave --live-prices out: kaito then takes its own table, and says of "
                "which day it is.",
            ) from error

    def _pages(self, sizes: Sequence[str], region: str) -> Iterator[Row]:
        """The pages."""
        address, params = f"{self._endpoint}{_PATH}", {"$filter": _filter(sizes, region)}
        while address:
            page = self._page(address, params)
            yield page
            address, params = _next(page, self._endpoint), {}

    def _page(self, address: str, params: dict[str, str]) -> Row:
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest

        response = self._client.send_request(HttpRequest("GET", address, params=params))
        if response.status_code != _OK:
            raise HttpResponseError(response=response)
        return cast("Row", response.json())

    @cached_property
    def _client(self) -> "PipelineClient[HttpRequest, HttpResponse]":
        from azure.core import PipelineClient
        from azure.core.pipeline.policies import HttpLoggingPolicy, UserAgentPolicy

        elsewhere = urlsplit(self._endpoint).hostname not in LOOPBACK
        policies: list[Any] = [
            UserAgentPolicy(base_user_agent=f"kaito-cli/{__version__}"),
            ShortRetries(self._patience),
            HttpLoggingPolicy(),
        ]
        way = transport(self._patience, use_environment=elsewhere)
        return PipelineClient(self._endpoint, policies=policies, transport=way)


def _chunks(sizes: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(sizes), _SIZES_PER_REQUEST):
        yield sizes[start : start + _SIZES_PER_REQUEST]


def _filter(sizes: Iterable[str], region: str) -> str:
    named = " or ".join(f"armSkuName eq {_quoted(each)}" for each in sizes)
    return (
        "serviceName eq 'Virtual Machines' and priceType eq 'Consumption' "
        f"and armRegionName eq {_quoted(region)} and ({named})"
    )


def _quoted(text: str) -> str:
    """A string of an OData filter."""
    return "'" + text.replace("'", "''") + "'"


def _next(page: Row, endpoint: str) -> str:
    """The address of the next page; none that leads to another server."""
    address = str(page.get("NextPageLink") or "")
    asked, own = urlsplit(address), urlsplit(endpoint)
    default = {"https": 443, "http": 80}.get(own.scheme)
    same = (asked.scheme, asked.hostname) == (own.scheme, own.hostname)
    return address if same and (asked.port or default) == (own.port or default) else ""


def _is_offer(row: Row, spot: bool, day: date) -> bool:
    """An hour of a Linux VM, pay-as-you-go or spot, in dollars, that holds today."""
    offer = f"{row['meterName']} {row.get('skuName', '')} {row.get('type', '')}"
    return (
        row.get("unitOfMeasure") == "1 Hour"
        and row.get("currencyCode", "USD") == "USD"
        and row.get("type", "Consumption") == "Consumption"
        and "Windows" not in str(row.get("productName", ""))
        and not any(each in offer for each in _OTHER_OFFERS)
        and (_SPOT in offer) is spot
        and str(row["effectiveStartDate"])[:10] <= day.isoformat()
        and float(row["retailPrice"]) > 0
    )


def _latest(rows: Iterable[Row], names: Mapping[str, str]) -> dict[str, float]:
    """The price that holds since last, by size as it was asked for."""
    since_last = sorted(rows, key=lambda row: str(row["effectiveStartDate"]))
    prices = {str(row["armSkuName"]).lower(): float(row["retailPrice"]) for row in since_last}
    return {names[size]: price for size, price in prices.items() if size in names}
