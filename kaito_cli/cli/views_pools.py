"""How node pools look: a line each with the price of an hour, and what they come to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kaito_cli.cli.view import COLUMNS, Column, card, dollars, row, table
from kaito_cli.model import PoolStatus, PoolVerdict

if TYPE_CHECKING:
    from rich.console import RenderableType

COLUMNS[PoolStatus] = (
    Column(title="WORKSPACE", narrowest=9),
    Column(title="NAMESPACE", narrowest=9),
    Column(title="NODE POOL"),
    Column(title="NODES", narrowest=17),
    Column(title="USD/HOUR", right=True),
    Column(title="VERDICT"),
)
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"))


@row.register(PoolStatus)
def _pool_row(pool: PoolStatus) -> tuple[str, ...]:
    """What fits 80 columns: --vm-size takes the name without its prefix, and `kaito status`
    shows the rest."""
    return (
        pool.workspace or "?",
        pool.namespace or "?",
        pool.pool,
        f"{pool.nodes} × {pool.vm_size.removeprefix('Standard_')}",
        dollars(pool.usd_per_hour).removeprefix("$"),
        pool.state if pool.verdict is PoolVerdict.BUSY else pool.verdict,
    )


def pools_with_total(pools: Sequence[PoolStatus]) -> "RenderableType":
    """All pools, and what they cost together."""
    from rich.console import Group

    return Group(table(pools), "", total(pools)) if pools else Group()


def pool_cards(pools: Sequence[PoolStatus]) -> "RenderableType":
    """Everything known of each pool, with Azure's own words where it failed."""
    from rich.console import Group

    cards: list[RenderableType] = []
    for each in pools:
        cards += ["", _card(each)]
    return Group(*cards[1:])


def total(pools: Sequence[PoolStatus]) -> str:
    """What the pools cost together, and how many have no known price."""
    known = [each.usd_per_hour for each in pools if each.usd_per_hour is not None]
    without = len(pools) - len(known)
    more = f"; the price of {without} is unknown" if without else ""
    return f"{_pools(len(pools))}, {dollars(sum(known))} an hour{more}"


def price_notes(pools: Sequence[PoolStatus]) -> list[str]:
    """Where and when the prices hold, and for what kind of nodes."""
    dated = {(each.spot, each.region, each.price_date) for each in pools if each.price_date}
    return [
        f"{'spot' if spot else 'pay-as-you-go'} prices of {region}, Linux, {date}"
        for spot, region, date in sorted(dated)
    ]


def remarks(pools: Sequence[PoolStatus]) -> list[str]:
    """What is to be known before orphans are removed."""
    orphans = [each for each in pools if each.verdict is PoolVerdict.ORPHAN]
    unknown = [each for each in pools if each.verdict is PoolVerdict.UNKNOWN]
    none = [] if orphans else ["no orphans"]
    left = f"whether {_pools(len(unknown))} can go is unknown: kaito doctor says why"
    return [*none, *([left] if unknown else []), *price_notes(orphans)]


def _pools(count: int) -> str:
    return f"{count} node pool{'' if count == 1 else 's'}"


def _card(pool: PoolStatus) -> "RenderableType":
    dated = f" (list price of {pool.price_date})" if pool.price_date else ""
    error = pool.error
    return card(
        [
            ("workspace", f"{pool.workspace} in namespace {pool.namespace}"),
            ("node pool", pool.pool),
            ("runs on", f"{pool.nodes} × {pool.vm_size}{', spot' if pool.spot else ''}"),
            ("state", _state(pool)),
            ("error", ": ".join(filter(None, (error.code, error.message))) if error else ""),
            ("price", f"{dollars(pool.usd_per_hour)} an hour{dated}"),
            ("age", age(pool.age_seconds)),
            ("verdict", f"{pool.verdict}: {pool.reason}"),
        ]
    )


def _state(pool: PoolStatus) -> str:
    return "stopped" if pool.stopped else pool.state


def age(seconds: int | None) -> str:
    """In the two largest units, as kubectl shows ages."""
    if seconds is None or seconds < 0:
        return "?"
    parts, left = [], seconds
    for length, unit in _UNITS:
        count, left = divmod(left, length)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts[:2]) or f"{seconds}s"
