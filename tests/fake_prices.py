"""Prices from memory."""

from collections.abc import Collection, Mapping

from kaito_cli.errors import KaitoError
from kaito_cli.model import PriceList


class FakePrices:
    """The Prices port from memory: USD an hour, by VM size and region. ``asked`` lists the
    sizes of each question; ``failing`` is raised instead of an answer."""

    def __init__(
        self,
        usd_per_hour: Mapping[str, Mapping[str, float]],
        *,
        spot: Mapping[str, Mapping[str, float]] | None = None,
        date: str = "2026-11-23",
        failing: KaitoError | None = None,
    ) -> None:
        self.asked: list[tuple[str, ...]] = []
        self._usd_per_hour = {False: usd_per_hour, True: spot or {}}
        self._date = date
        self._failing = failing

    def prices(self, vm_sizes: Collection[str], region: str, *, spot: bool = False) -> PriceList:
        self.asked.append(tuple(vm_sizes))
        if self._failing:
            raise self._failing
        known = self._usd_per_hour[spot]
        return PriceList(
            date=self._date,
            source="from memory",
            usd_per_hour={
                size: {region: known[size][region]}
                for size in vm_sizes
                if region in known.get(size, {})
            },
        )
