"""How stop, start, scale and delete look before they are confirmed: what changes, and its price."""

from collections.abc import Sequence

from kaito_cli.cli.view import COLUMNS, Column, dollars, row
from kaito_cli.model import Removal, Resize

COLUMNS[Resize] = (
    Column(title="WORKSPACE"),
    Column(title="NAMESPACE"),
    Column(title="REPLICAS", right=True),
    Column(title="NODES", right=True),
    Column(title="VM SIZE"),
    Column(title="USD/HOUR", right=True),
)
COLUMNS[Removal] = (
    Column(title="WORKSPACE"),
    Column(title="NAMESPACE"),
    Column(title="GOES", narrowest=20),
    Column(title="STAYS", narrowest=12),
    Column(title="USD/HOUR", right=True),
)


@row.register(Resize)
def _resize_row(change: Resize) -> tuple[str, ...]:
    before, after = change.usd_per_hour_before, change.usd_per_hour_after
    return (
        change.workspace,
        change.namespace,
        _became(str(change.replicas_before), str(change.replicas_after)),
        _became(str(change.nodes_before), str(change.nodes_after)),
        change.vm_size,
        _became(_amount(before), _amount(after)),
    )


@row.register(Removal)
def _removal_row(removal: Removal) -> tuple[str, ...]:
    return (
        removal.workspace,
        removal.namespace,
        ", ".join(removal.goes) or "nothing",
        ", ".join(removal.stays),
        _amount(removal.usd_per_hour),
    )


def difference(change: Resize) -> str:
    """What it comes to in one phrase, as in `2 nodes fewer, $7.35 an hour less`."""
    nodes = change.nodes_after - change.nodes_before
    if nodes == 0:
        return "no node comes or goes"
    usd = change.change_usd_per_hour
    more, dearer = ("more", "more") if nodes > 0 else ("fewer", "less")
    price = "price unknown" if usd is None else f"{dollars(abs(usd))} an hour {dearer}"
    return f"{_nodes(abs(nodes))} {more}, {price}"


def going(removals: Sequence[Removal]) -> str:
    """All that deleting them takes away in one phrase, and what it stops costing."""
    objects = sum(each.objects for each in removals)
    volumes = [name for each in removals for name in each.volumes]
    karpenter = [name for each in removals for name in each.karpenter]
    pools = [name for each in removals for name in each.pools]
    return ", ".join(
        (
            *([f"{objects} object{'' if objects == 1 else 's'}"] if objects else []),
            *_listed("volume", volumes),
            *(f"Karpenter's NodePool {each} with its nodes" for each in karpenter),
            *_listed("node pool", pools),
            *_paid(removals, pools=bool(pools), karpenter=bool(karpenter)),
        )
    )


def _paid(removals: Sequence[Removal], *, pools: bool, karpenter: bool) -> list[str]:
    nodes = sum(each.nodes for each in removals)
    if nodes:
        known = [each.usd_per_hour for each in removals if each.usd_per_hour is not None]
        without = len(removals) - len(known)
        more = f"; the price of {without} is unknown" if without else ""
        return [_nodes(nodes), f"{dollars(sum(known))} an hour{more}"]
    if pools:
        return ["no running nodes"]
    return [] if karpenter else ["no node goes"]


def _listed(what: str, names: Sequence[str]) -> list[str]:
    """As in `node pools a, b and c`."""
    if len(names) < 2:
        return [f"{what} {each}" for each in names]
    return [f"{what}s {', '.join(names[:-1])} and {names[-1]}"]


def _became(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _amount(usd: float | None) -> str:
    return dollars(usd).removeprefix("$")


def _nodes(count: int) -> str:
    return f"{count} node{'' if count == 1 else 's'}"
