"""The `--log` half of `kaito doctor`: a saved log, event or error, explained offline."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kaito_cli.catalog.failures import failures
from kaito_cli.cli.view import card, printable, view
from kaito_cli.errors import BadInput
from kaito_cli.model import UNKNOWN, Diagnosis
from kaito_cli.readiness.diagnosis import diagnose

if TYPE_CHECKING:
    from rich.console import RenderableType

STDIN = "-"
MOST_BYTES = 256 * 2**20  # of a log; its first and last half of that are read


_EMPTY = Diagnosis(
    cause=UNKNOWN,
    message="It is empty: nothing is written there.",
    fix="See the last run's lines: `kubectl logs POD --previous`.",
)


def explained(log: str) -> Diagnosis:
    """What the file, or stdin for `-`, says is wrong. BadInput where it cannot be read."""
    if not log:
        raise BadInput("`--log` names no file.", hint="Name one, or `-` for stdin.")
    text = _text(log)
    return diagnose(text, failures()) if text.strip() else _EMPTY


def _text(log: str) -> str:
    try:
        read = sys.stdin.buffer.read(MOST_BYTES) if log == STDIN else _ends(Path(log))
    except OSError as error:
        raise BadInput(
            f"`{log}` cannot be read.",
            detail=error.strerror or str(error),
            hint="Save it first, as with `kubectl logs POD --previous > pod.log`, or pipe it "
            "into `kaito doctor --log -`.",
        ) from error
    return read.decode("utf-8", errors="replace")


def _ends(file: Path) -> bytes:
    with file.open("rb") as stream:
        first = stream.read(MOST_BYTES // 2)
        if file.is_file() and file.stat().st_size > MOST_BYTES:
            stream.seek(-MOST_BYTES // 2, 2)
        return first + stream.read(MOST_BYTES // 2)


@view.register(Diagnosis)
def view_diagnosis(diagnosis: Diagnosis) -> "RenderableType":
    """The cause, what shows it, and what to type."""
    from rich.console import Group
    from rich.text import Text

    summary = card(
        [
            ("cause", diagnosis.cause),
            ("", diagnosis.message),
            ("fix", diagnosis.fix),
            ("also", ", ".join(diagnosis.also)),
        ]
    )
    lines = "\n".join(f"  {printable(line)}" for line in diagnosis.evidence)
    return Group(summary, Text(f"\n{lines}", overflow="fold")) if lines else summary
