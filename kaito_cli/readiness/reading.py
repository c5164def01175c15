"""From what somebody pasted to lines that can be compared: whatever its form and size."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import unescape
from string import ascii_letters, digits

from kaito_cli.readiness.documents import lines_of_document, lines_of_json
from kaito_cli.readiness.redaction import without_keys

MOST_CHARACTERS = 2_000  # of one line; longer ones keep both ends
MOST_LINES = 4_000  # that are looked at one by one
EDGE = 1_000  # lines kept whole at either end of a longer text
SHAPE = 200  # characters by which a line is known to be of a kind
MOST_TEXT = 64 * 2**20
MOST_DOCUMENT = 16 * 2**20

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[@-Z\\-_])"
)
_WORD = f"{ascii_letters}{digits}._~+/=%:@-"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# What makes a line of a long log worth comparing; the rest is talk
_TELLING = (
    "error", "fail", "warn", "exception", "fatal", "denied", "not found", "cannot", "can't",
    "killed", "exceed", "insufficient", "unable", "invalid", "unsupported", "not supported",
    "refused", "timed out", "timeout", "oom", "out of memory", "no such", "unrecognized",
    "raise ", "missing", "critical", "larger than", "greater than", "must be", "startup complete",
    "running on", "no space", "unauthorized", "forbidden", "nan", "does not", "didn't",
    "load_model", "profile_run", "capture_model", "dummy", "training_step", "trainer.py",
    "is not", "too ", "evict", "unhealthy", "exiting", "signal", "starting vllm", "disabled",
)  # fmt: skip
_LEVELS = re.compile(
    r"\b(DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL|FATAL)\b"
    r"|^(?:\S+\s){0,3}([IWEF])\d{4}\s"
    r"|\[([WEIF])\d* "
    r"|level\"?[=:]\s*\"?(debug|info|warn|error|fatal)"
    r"|\b((?:\w*Warning|warn)):\s"
)


class Level(StrEnum):
    """What a line says of itself. NONE: nothing, as lines of tracebacks and events."""

    QUIET = "quiet"
    LOUD = "loud"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """``lines`` as people see them, ``lowered`` the same in lower case."""

    lines: tuple[str, ...]
    lowered: tuple[str, ...]


def read(text: str) -> Reading:
    """Logs, `kubectl describe`, lists of events, objects in YAML or JSON, errors of Azure: as
    lines without colours and control characters, of bounded length and number."""
    text = _bounded(text, MOST_TEXT)
    text = without_keys(text)
    if "&lt;" in text or "&quot;" in text:  # copied from a web page
        text = unescape(text)
    whole = lines_of_document(text) if len(text) <= MOST_DOCUMENT else ()
    lines = list(whole or _lines(text))
    kept = tuple(lines if len(lines) <= MOST_LINES else _telling(lines))
    return Reading(lines=kept, lowered=tuple(line.lower() for line in kept))


def _lines(text: str) -> Iterator[str]:
    # a progress bar goes over its own line with carriage returns
    for line in text.replace("\r", "\n").split("\n"):
        if not line or line.isspace():
            continue
        if _is_plain(line):
            yield line
        else:
            yield from _readable(_bounded(line, MOST_CHARACTERS * 8))


def _is_plain(line: str) -> bool:
    return (
        len(line) < MOST_CHARACTERS and line[0] != "{" and "\\" not in line and line.isprintable()
    )


def _readable(line: str) -> Iterator[str]:
    if line.startswith("{") and line.rstrip().endswith("}"):
        told = lines_of_json(line)
        if told:
            yield from (_bounded(each, MOST_CHARACTERS) for each in told)
            return
    if "\x1b" in line:
        line = _ESCAPES.sub("", line)
    line = line.replace('\\"', '"')  # quoted once more, as in logfmt
    yield _bounded(line if line.isprintable() else _CONTROLS.sub(" ", line), MOST_CHARACTERS)


def _bounded(text: str, most: int) -> str:
    """Its two ends, without the words that were cut: half a token is not recognized as one."""
    if len(text) <= most:
        return text
    return f"{text[: most // 2].rstrip(_WORD)} … {text[-most // 2 :].lstrip(_WORD)}"


def _telling(lines: Sequence[str]) -> list[str]:
    """The ends of a long log, and what stands out between them, each kind of line once."""
    shapes: dict[str, str] = {}
    for line in lines[EDGE:-EDGE]:
        shapes.setdefault(line[:SHAPE].translate(_COUNTED), line)
    kept = [line for line in shapes.values() if _tells(line.lower())]
    half = (MOST_LINES - 2 * EDGE) // 2
    middle = kept if len(kept) <= 2 * half else kept[:half] + kept[-half:]
    return [*lines[:EDGE], *middle, *lines[-EDGE:]]


# lines that differ in figures and ids alone are one kind
_COUNTED = {ord(sign): None for sign in "0123456789abcdef"}


def _tells(lowered: str) -> bool:
    return any(word in lowered for word in _TELLING)


def level(line: str) -> Level:
    """Whether a line calls itself an error, or no more than a warning."""
    found = _LEVELS.search(line, 0, 240)
    if not found:
        return Level.NONE
    told = next(each for each in found.groups() if each).upper()
    loud = told in {"ERROR", "CRITICAL", "FATAL", "E", "F"}
    return Level.LOUD if loud else Level.QUIET
