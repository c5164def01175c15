"""How findings look: what was found, in whose words, and the command that mends it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kaito_cli.cli.view import printable
from kaito_cli.model import Finding, Verdict

if TYPE_CHECKING:
    from rich.console import RenderableType

MARKS = {Verdict.OK: "✓", Verdict.WARNING: "!", Verdict.BLOCKED: "✗", Verdict.UNKNOWN: "?"}


def findings_view(findings: Sequence[Finding]) -> "RenderableType":
    """One paragraph a finding."""
    from rich.console import Group

    return Group(*(part for each in findings for part in _paragraph(each)))


def _paragraph(finding: Finding) -> Iterator["RenderableType"]:
    from rich.padding import Padding
    from rich.text import Text

    said = Text(f"{MARKS[finding.verdict]} ", style="bold")
    said.append(printable(finding.message), style="not bold")
    yield said
    for line in (finding.detail, finding.hint and f"→ {finding.hint}"):
        if line:
            yield Padding(Text(printable(line), overflow="fold"), (0, 0, 0, 2))
