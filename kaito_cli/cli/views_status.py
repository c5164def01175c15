"""How workspaces look: a line each in lists, a card with pods, nodes and drift for one."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kaito_cli.cli.view import COLUMNS, Column, card, dollars, row, table, view
from kaito_cli.cli.views_pools import age, pool_cards
from kaito_cli.model import (
    Absent,
    Drift,
    NodeStatus,
    Phase,
    PodStatus,
    PoolState,
    PoolStatus,
    Status,
)
from kaito_cli.operations.status import Survey

if TYPE_CHECKING:
    from rich.console import RenderableType

COLUMNS[Status] = (
    Column(title="WORKSPACE"),
    Column(title="NAMESPACE"),
    Column(title="PHASE"),
    Column(title="READY", right=True),
    Column(title="MODEL", narrowest=20),
    Column(title="NODES", right=True),
    Column(title="VM SIZE"),
    Column(title="USD/HOUR", right=True),
    Column(title="AGE", right=True),
)
COLUMNS[PodStatus] = (
    Column(title="POD"),
    Column(title="PHASE"),
    Column(title="RESTARTS", right=True),
    Column(title="NODE"),
    Column(title="HOW IT IS", narrowest=24),
)
COLUMNS[NodeStatus] = (Column(title="NODE"), Column(title="HOW IT IS", narrowest=24))
COLUMNS[Absent] = (Column(title="MISSING"), Column(title="WHAT MENDS IT", narrowest=24))
COLUMNS[Drift] = (
    Column(title="CHANGED BY HAND"),
    Column(title="BY"),
    Column(title="PLANNED", narrowest=16),
    Column(title="FOUND", narrowest=16),
)
_TROUBLED = (Phase.FAILED, Phase.DEGRADED, Phase.UNKNOWN)


@row.register(Status)
def _status_row(status: Status) -> tuple[str, ...]:
    return (
        status.name,
        status.namespace,
        status.phase,
        f"{status.replicas_ready}/{status.replicas_wanted}",
        status.model or "?",
        _nodes(status),
        status.vm_size or "?",
        dollars(status.usd_per_hour).removeprefix("$"),
        age(status.age_seconds),
    )


@row.register(PodStatus)
def _pod_row(pod: PodStatus) -> tuple[str, ...]:
    return pod.name, pod.phase, str(pod.restarts), pod.node or "none yet", pod.message


@row.register(NodeStatus)
def _node_row(node: NodeStatus) -> tuple[str, ...]:
    return node.name, node.message or "unknown: nodes may not be listed"


@row.register(Absent)
def _absent_row(absent: Absent) -> tuple[str, ...]:
    return absent.subject, absent.fix


@row.register(Drift)
def _drift_row(drift: Drift) -> tuple[str, ...]:
    wanted, found = _value(drift.wanted), _value(drift.found)
    return f"{drift.subject} {drift.path}", drift.manager or "somebody", wanted, found


@view.register(Status)
def view_status(status: Status) -> "RenderableType":
    """Everything known of one workspace."""
    from rich.console import Group

    parts: list[RenderableType] = [card(list(_facts(status)))]
    for several in (status.pods, status.nodes, status.absent, status.drift):
        if several:
            parts += ["", table(several)]
    return Group(*parts)


def survey_view(seen: Survey) -> "RenderableType":
    """All workspaces, then the node pools that have none, and what they cost together."""
    from rich.console import Group

    parts: list[RenderableType] = []
    for several in (seen.statuses, seen.others):
        if several:
            parts += [table(several), ""]
    return Group(*parts, total(seen)) if parts else Group()


def survey_cards(seen: Survey) -> "RenderableType":
    """The same with everything known of each."""
    from rich.console import Group

    parts: list[RenderableType] = []
    for each in seen.statuses:
        parts += ["", view_status(each)]
    if seen.others:
        parts += ["", pool_cards(seen.others)]
    return Group(*parts[1:])


def total(seen: Survey) -> str:
    """What all of it costs together, and how many have no known price."""
    costs = [each.usd_per_hour for each in seen.statuses]
    costs += [each.usd_per_hour for each in seen.others]
    known = [each for each in costs if each is not None]
    without = len(costs) - len(known)
    alone = not seen.others
    counted = [_count(len(seen.statuses), "workspace")] if seen.statuses or alone else []
    counted += [_count(len(seen.others), "node pool") + " without one"] if seen.others else []
    more = f"; the price of {without} is unknown" if without else ""
    return f"{' and '.join(counted)}, {dollars(sum(known))} an hour{more}"


def troubles(statuses: Sequence[Status]) -> list[str]:
    """What lists have no room for: why some are not well."""
    return [
        f"{each.name} is {each.phase}: {each.message}; kaito doctor {each.name} -n {each.namespace}"
        for each in statuses
        if each.phase in _TROUBLED
    ]


def elsewhere(seen: Survey, namespace: str) -> list[str]:
    """Money is not hidden by a namespace: what is elsewhere, or that there is nothing."""
    nothing = not (seen.statuses or seen.others)
    where = f"namespace {namespace}" if namespace else "the cluster"
    none = [f"no workspace and no node pool of kaito's in {where}"] if nothing else []
    there = f"{_count(seen.elsewhere, 'node pool')} elsewhere: kaito list -A"
    return [*none, *([there] if seen.elsewhere else []), *seen.unread]


def line(status: Status) -> str:
    """One workspace in one line, for logs that cannot be redrawn."""
    counted = f"{status.replicas_ready}/{status.replicas_wanted} ready"
    return f"{status.namespace}/{status.name}: {status.phase}, {counted}: {status.message}"


def _facts(status: Status) -> Iterator[tuple[str, str]]:
    yield "workspace", f"{status.name} in namespace {status.namespace}"
    yield "phase", f"{status.phase}: {status.message}"
    if found := status.diagnosis:
        yield "cause", f"{found.message} ({found.cause})"
        for number, each in enumerate(e for e in found.evidence if not _repeats(e, status.message)):
            yield ("" if number else "evidence"), each
        yield "fix", found.fix
    yield "model", status.model
    yield "replicas", _replicas(status)
    yield "runs on", f"{_nodes(status)} nodes ready, {status.vm_size}" if status.vm_size else ""
    for pool in status.pools:
        yield "node pool", _pool(pool)
    yield from _reached(status)
    yield "cost", f"{dollars(status.usd_per_hour)} an hour{_dated(status)}"
    yield "age", age(status.age_seconds)
    yield "plan", _plan(status)
    for each in status.unread:
        repeated = (each.partition(": ")[2] or each) in status.message
        yield "unread", "" if repeated else each


def _repeats(line: str, message: str) -> bool:
    return line in message or message in line


def _replicas(status: Status) -> str:
    if not (status.replicas_wanted or status.pods):
        return ""
    return f"{status.replicas_ready} of {status.replicas_wanted} ready"


def _nodes(status: Status) -> str:
    """Ready ones of those that are paid for; where no pool is ours, of those that are used."""
    paid = sum(each.nodes for each in status.pools) if status.pools else len(status.nodes)
    known = all(each.ready is not None for each in status.nodes)
    return f"{status.nodes_ready if known else '?'}/{paid}"


def _pool(pool: PoolStatus) -> str:
    state = "stopped" if pool.stopped else pool.state
    what = f"{pool.pool}, {pool.nodes} × {pool.vm_size}{', spot' if pool.spot else ''}: {state}"
    error = pool.error if pool.state is PoolState.FAILED else None
    told = ": ".join(filter(None, (error.code, error.message))) if error else ""
    return f"{what}, {told}" if told else f"{what}; {pool.verdict}: {pool.reason}"


def _reached(status: Status) -> Iterator[tuple[str, str]]:
    if end := status.endpoint:
        yield "endpoint", end.url + (f", and at {end.address}" if end.address else "")
        yield "from here", end.reach
        yield "API key", f"in Secret {end.api_key_secret}" if end.api_key_secret else ""


def _dated(status: Status) -> str:
    return f" (list price of {status.price_date})" if status.price_date else ""


def _plan(status: Status) -> str:
    if status.plan_problem:
        return f"cannot be read: {status.plan_problem}"
    if not status.plan_readable:
        return ""
    changed = _count(len(status.drift), "field") + " changed by hand" if status.drift else ""
    return f"written by kaito {status.kaito}, {changed or 'unchanged'}"


def _value(value: Any) -> str:
    return "not set" if value is None else value if isinstance(value, str) else repr(value)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
