"""How a preflight looks: a verdict a line, then what to do about each that is not fine."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kaito_cli.cli.view import Column, Grid, card, printable, view
from kaito_cli.cli.views_plan import placed, priced
from kaito_cli.model import Finding, Nearest, Preflight, Verdict

if TYPE_CHECKING:
    from rich.console import RenderableType

MARKS = {
    Verdict.OK: "✓ ok",
    Verdict.WARNING: "! warning",
    Verdict.BLOCKED: "✗ blocked",
    Verdict.UNKNOWN: "? unknown",
}
FINDINGS = (
    Column(title="VERDICT"),
    Column(title="CHECK"),
    Column(title="WHAT WAS FOUND", narrowest=24),
)


@view.register(Preflight)
def view_preflight(found: Preflight) -> "RenderableType":
    """What was looked at, worst first, how to solve it, and the nearest way out."""
    from rich.console import Group

    parts: list[RenderableType] = [_subject(found), "", _findings(found.findings)]
    if open_ones := [each for each in found.findings if each.hint or each.detail]:
        parts += ["", *_hints(open_ones)]
    if found.nearest:
        parts += ["", _nearest(found.nearest)]
    return Group(*parts)


def _subject(found: Preflight) -> "RenderableType":
    return card(
        [
            ("workspace", f"{found.workspace} in namespace {found.namespace}"),
            ("cluster", found.cluster),
            ("runs on", placed(found.placement)),
            ("price", priced(found.cost)),
        ]
    )


def _findings(findings: Sequence[Finding]) -> Grid:
    rows = ((MARKS[each.verdict], str(each.check), each.message) for each in findings)
    return Grid(columns=FINDINGS, rows=tuple(rows))


def _hints(findings: Sequence[Finding]) -> Iterator["RenderableType"]:
    """Under the table, where a long command keeps its line; those that share one, together."""
    from rich.padding import Padding
    from rich.text import Text

    checks: dict[tuple[str, str], list[str]] = {}
    for each in findings:
        checks.setdefault((each.detail, each.hint), []).append(each.check)
    for (detail, hint), names in checks.items():
        yield Text(f"{', '.join(names)}:", style="bold")
        for line in (detail, hint):
            if line:
                yield Padding(Text(printable(line), overflow="fold"), (0, 0, 0, 2))


def _nearest(near: Nearest) -> "RenderableType":
    zones = f" in zone {', '.join(near.zones)}" if near.zones else ""
    return card(
        [
            ("nearest", f"{placed(near.placement)}{zones}"),
            ("price", priced(near.cost)),
            ("flags", near.flags),
            ("because", near.reason),
            ("unchecked", near.unchecked),
        ]
    )
