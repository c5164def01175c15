"""What a text must contain for a pattern to find anything in it.

Only for the patterns of presets/failures: groups, classes, escapes and quantifiers of regular
expressions, without regard to case.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

_BREAKS = ".^$[](){}|*+?"
_CLASSES = "dDwWsSbBAZ"
_OPTIONAL = ("?", "*", "{0")
_OPENING = re.compile(r"\((?:\?(?:P<\w+>|:))?")


@cache
def branches(pattern: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The pattern's outermost alternatives, each with literals in lower case, one of which is in
    every text where it finds something."""
    return tuple((_needles(each), each) for each in _split(pattern))


def _needles(branch: str) -> tuple[str, ...]:
    """Of all that must be there, what is rarest: the longest by its shortest alternative."""
    return max(_required(branch), key=lambda each: min(map(len, each)), default=("",))


def _required(branch: str) -> Iterator[tuple[str, ...]]:
    """Runs of characters, and the alternatives of groups, that no text can do without."""
    run = ""
    signs = [*_signs(branch), ""]
    for sign, after in pairwise(signs):
        optional = after.startswith(_OPTIONAL)
        if sign[0] == "(":
            yield (run.lower(),)
            run = ""
            if not optional and not sign.startswith(("(?!", "(?=", "(?<", "(?i")):
                inner = sign[_OPENING.match(sign).end() : -1]  # type: ignore[union-attr]
                yield tuple(each for part in _split(inner) for each in _needles(part))
        elif optional or _breaks(sign):
            yield (run.lower(),)
            run = ""
        else:
            run += sign[-1]
    yield (run.lower(),)


def _split(pattern: str) -> Iterator[str]:
    """`a|b(c|d)` as `a` and `b(c|d)`."""
    branch = ""
    for sign in _signs(pattern):
        if sign == "|":
            yield branch
            branch = ""
        else:
            branch += sign
    yield branch


def _signs(pattern: str) -> Iterator[str]:
    """Characters, escapes, classes, counts in braces, and groups as a whole."""
    place = 0
    while place < len(pattern):
        end = _end(pattern, place)
        yield pattern[place:end]
        place = end


def _end(pattern: str, start: int) -> int:
    sign = pattern[start]
    if sign == "\\":
        return start + 2
    if sign == "{":
        return pattern.index("}", start) + 1
    if sign == "[":
        return _class_end(pattern, start)
    if sign == "(":
        place = start + 1
        while pattern[place] != ")":
            place = _end(pattern, place)
        return place + 1
    return start + 1


def _class_end(pattern: str, start: int) -> int:
    place = start + 2 if pattern[start + 1] != "^" else start + 3
    while pattern[place] != "]":
        place += 2 if pattern[place] == "\\" else 1
    return place + 1


def _breaks(sign: str) -> bool:
    if len(sign) == 2 and sign[0] == "\\":
        return sign[1] in _CLASSES
    return len(sign) > 1 or sign in _BREAKS
