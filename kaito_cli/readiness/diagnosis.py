"""What a log, an event, an object or an error says is wrong; or that nothing is."""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from string import Formatter
from typing import Any

from kaito_cli.model import HEALTHY, UNKNOWN, Diagnosis, Failure, ProblemKind, Rank
from kaito_cli.readiness.azure import classify
from kaito_cli.readiness.matching import Match, matches
from kaito_cli.readiness.reading import Level, Reading, level, read
from kaito_cli.readiness.redaction import redacted

_SUBJECT = re.compile(r"(?:\bpods?/|assigned [\w.-]+/)([\w.-]+)")
LAST_LINES = 10
MOST_REJOINED = 2_000  # lines; longer texts come from files, where nothing is wrapped
MOST_EVIDENCE = 3
MOST_ALSO = 4
MOST_UNREADABLE = 0.1  # of all characters; logs in another encoding have fewer
MOST_SHOWN = 600  # characters of a line of evidence
_STRENGTH = {Rank.ROOT: 0, Rank.GENERAL: 1, Rank.CONSEQUENCE: 2}
_TROUBLE = re.compile(
    r"\w*(?:Error|Exception|Errno|Fault)\b|Traceback|(?i:\b(?:error|fatal|panic|critical|fail(?:ed|ure|s)?"
    r"|killed|abort(?:ed)?|crash\w*|denied|refused|unable|cannot|can't|unauthorized|forbidden"
    r"|core dumped|segmentation fault|not found|timed out|unhealthy)\b)"
)


def diagnose(
    said: str | Mapping[str, Any] | Sequence[Any], failures: Sequence[Failure]
) -> Diagnosis:
    """The root cause that a text, an object or a list of objects shows.

    `healthy` for a healthy start and its warnings, `unknown` with the last lines where it shows
    neither. ``failures`` are the known ones.
    """
    if isinstance(said, str) and _is_no_text(said):
        return _binary()
    reading = read(said if isinstance(said, str) else json.dumps(said, default=str))
    found = diagnosed(reading, failures)
    if found.cause == UNKNOWN and len(reading.lines) <= MOST_REJOINED:
        for glue in (" ", ""):
            again = diagnosed(_rejoined(reading, glue), failures)
            if again.cause not in (UNKNOWN, HEALTHY):
                return again
    return found


def _is_no_text(said: str) -> bool:
    """Whether much of it is none: bytes that are no UTF-8, or NUL, as of an archive."""
    return said.count("\ufffd") + said.count("\0") > len(said) * MOST_UNREADABLE


def _binary() -> Diagnosis:
    return Diagnosis(
        cause=UNKNOWN,
        message="This is no text: much of it cannot be read.",
        fix="Give the log itself: unpack it first, as with `gunzip`, or save it as UTF-8.",
    )


def _rejoined(reading: Reading, glue: str) -> Reading:
    """Each line with the next: what a terminal had wrapped is whole again in one of them."""
    pairs = tuple(glue.join(pair) for pair in pairwise(reading.lines))
    return Reading(lines=pairs, lowered=tuple(each.lower() for each in pairs))


def diagnose_lines(lines: Sequence[str], failures: Sequence[Failure]) -> Diagnosis:
    """The same of lines that are at hand already."""
    return diagnose("\n".join(lines), failures)


def diagnosed(reading: Reading, failures: Sequence[Failure]) -> Diagnosis:
    """The verdict on lines that were read."""
    every = matches(reading, failures)
    passed = {each.line for each in every if each.failure.rank is Rank.BENIGN and _mild(each)}
    up = max((each.line for each in every if each.failure.rank is Rank.READY), default=-1)
    telling = [each for each in every if _tells(each, passed, up)]
    telling = unsettled(telling, every, reading)
    at_work = any(each.failure.rank in (Rank.RUNNING, Rank.READY) for each in every)
    serious = [
        each for each in telling if each.level is not Level.QUIET or each.failure.even_as_warning
    ]
    if serious or (telling and not at_work):
        return _verdict(serious or telling, reading)
    quiet = any(level(line) is Level.QUIET for line in reading.lines)
    if (at_work or passed or quiet) and not _troubled(reading, passed, up):
        return _healthy(every, reading)
    return _by_azure(reading) or _unknown(every, reading)


def _mild(match: Match) -> bool:
    """A warning's words in a line that calls itself an error are no comfort."""
    return match.level is not Level.LOUD


def _tells(match: Match, passed: set[int], up: int) -> bool:
    """Whether a line says what is wrong now; a root cause is heard through a warning's words."""
    heard = match.line not in passed or (
        match.failure.rank is Rank.ROOT and match.level is not Level.QUIET
    )
    return match.failure.rank in _STRENGTH and match.line > up and heard


def unsettled(telling: Sequence[Match], every: Sequence[Match], reading: Reading) -> list[Match]:
    """Without what a later line shows to be past, as a pod's FailedScheduling once it is placed."""
    settling = [each for each in every if each.failure.settles]
    return [
        each
        for each in telling
        if not any(
            each.failure.cause in later.failure.settles
            and later.line > each.line
            and _same_subject(reading.lines[each.line], reading.lines[later.line])
            for later in settling
        )
    ]


def _same_subject(line: str, other: str) -> bool:
    one, two = _SUBJECT.search(line), _SUBJECT.search(other)
    return not (one and two) or one[1] == two[1]


def _verdict(telling: Sequence[Match], reading: Reading) -> Diagnosis:
    beaten = {cause for each in telling for cause in each.failure.over}
    mutual = {each.failure.cause for each in telling} - beaten
    left = [each for each in telling if each.failure.cause in mutual] or list(telling)
    left.sort(key=_weight)
    first = left[0]
    causes = dict.fromkeys(each.failure.cause for each in left)
    return Diagnosis(
        cause=first.failure.cause,
        message=first.failure.says,
        evidence=_evidence(first, left, reading),
        fix=filled(first.failure.fix, _figures(first, left)),
        passes=first.failure.passes,
        also=tuple(each for each in causes if each != first.failure.cause)[:MOST_ALSO],
        figures=_figures(first, left),
    )


def _weight(match: Match) -> tuple[int, bool, int, int]:
    quiet = match.level is Level.QUIET
    return _STRENGTH[match.failure.rank], quiet, match.line, match.order


def _evidence(first: Match, left: Sequence[Match], reading: Reading) -> tuple[str, ...]:
    same = (each.line for each in left if each.failure.cause == first.failure.cause)
    numbers = list(dict.fromkeys((first.line, *same)))[:MOST_EVIDENCE]
    return tuple(dict.fromkeys(shown(reading.lines[number]) for number in numbers))


def _figures(first: Match, left: Sequence[Match]) -> dict[str, str]:
    figures: dict[str, str] = {}
    for each in (*reversed(left), first):
        if each.failure.cause == first.failure.cause:
            figures |= each.figures
    return {name: redacted(said) for name, said in figures.items()}


def shown(line: str) -> str:
    """A line of evidence, without what looks like a secret, at its most telling length."""
    line = redacted(line.strip())
    return line if len(line) <= MOST_SHOWN else f"{line[:MOST_SHOWN]} …"


def filled(fix: str, figures: Mapping[str, str]) -> str:
    """``fix`` with its figures; what is not known stays as a word to replace, in capitals."""
    parts = []
    for text, name, _, _ in Formatter().parse(fix):
        parts.append(text)
        if name is not None:
            parts.append(figures.get(name) or name.upper())
    return "".join(parts)


def _troubled(reading: Reading, passed: set[int], up: int) -> bool:
    """Whether a line that is no known warning speaks of trouble after the start."""
    return any(
        level(line) is Level.LOUD or (level(line) is Level.NONE and _TROUBLE.search(line))
        for number, line in enumerate(reading.lines)
        if number > up and number not in passed
    )


def _healthy(every: Sequence[Match], reading: Reading) -> Diagnosis:
    signs = (Rank.READY, Rank.RUNNING, Rank.BENIGN)
    found = sorted(
        (each for each in every if each.failure.rank in signs),
        key=lambda each: (signs.index(each.failure.rank), -each.line),
    )
    if not found:
        last = tuple(shown(line) for line in reading.lines[-1:])
        return Diagnosis(cause=HEALTHY, message="It says nothing of trouble.", evidence=last)
    return Diagnosis(
        cause=HEALTHY,
        message=found[0].failure.says,
        evidence=(shown(reading.lines[found[0].line]),),
    )


def _unknown(every: Sequence[Match], reading: Reading) -> Diagnosis:
    trailers = [each for each in every if each.failure.rank is Rank.TRAILER]
    said = trailers[0].failure if trailers else None
    return Diagnosis(
        cause=UNKNOWN,
        message=said.says if said else "Nothing in it is known to kaito; these are its last lines.",
        evidence=tuple(shown(line) for line in reading.lines[-LAST_LINES:]),
        fix=said.fix
        if said
        else "See more of it: `kubectl logs POD --previous --tail=2000`, "
        "`kubectl describe pod POD`.",
    )


_AZURE = {
    ProblemKind.QUOTA: "quota-vcpu-family",
    ProblemKind.CAPACITY: "allocation-failed",
    ProblemKind.OFFER: "sku-restricted",
    ProblemKind.CONFLICT: "operation-in-progress",
    ProblemKind.THROTTLE: "azure-throttled",
    ProblemKind.AUTH: "azure-permission",
}


def _by_azure(reading: Reading) -> Diagnosis | None:
    """What the rules for answers of Azure make of it, where no pattern knew it."""
    for line in reading.lines[-200:]:
        found = re.match(r"\W{0,3}(?:\w+: )?\(?([A-Z][A-Za-z]{5,60})\)?:? (.{10,})", line)
        problem = classify(found[1], found[2]) if found else None
        if problem and problem.kind in _AZURE:
            return Diagnosis(
                cause=_AZURE[problem.kind],
                message="Azure refuses or fails.",
                evidence=(shown(line),),
            )
    return None
