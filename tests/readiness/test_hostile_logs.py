"""Any bytes, any size: an answer, soon. And patterns that cannot run away."""

import re
import time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaito_cli.catalog.failures import failures
from kaito_cli.model import UNKNOWN
from kaito_cli.readiness.diagnosis import diagnose
from kaito_cli.readiness.literals import branches
from kaito_cli.readiness.matching import compiled

ALL = failures()
PATTERNS = sorted(
    {one for each in ALL for one in (*each.match, *each.near, *each.unless, *each.absent)}
)
MEBI = 2**20
SOON = 20.0  # seconds; 1 to 2 on an idle machine, what matters is that it is not minutes


def line(number: int) -> str:
    return (
        f"(EngineCore pid=6880) INFO 10-13 [loggers.py:4] Engine 000: {number * 1.7:.1f} tokens/s"
    )


HOSTILE = {
    "nothing": "",
    "blanks": " \n\t\n" * 1000,
    "nulls": "\0" * MEBI,
    "bytes": bytes(range(256)).decode("latin-1") * 4000,
    "one line of 50 MiB": "a" * 50 * MEBI,
    "one line of words": "error failed to pull image huggingface.co timeout " * MEBI,
    "one object of 20 MiB": '{"a": "' + "b" * 20 * MEBI + '"}',
    "braces": "{" * MEBI,
    "brackets": "[" * MEBI,
    "nested": '{"error":' * 50_000,
    "returns": "\r" * MEBI,
    "yaml bomb": "kind: Pod\napiVersion: v1\na: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b,*b]\n",
    "escapes": "\x1b[" * MEBI,
    "logs": "\n".join(map(line, range(100_000))),
    "long lines of our words": "\n".join(
        f"{number} error failed to pull image registry huggingface.co quota zone " * 12
        for number in range(300)
    ),
    "surrogates": "error \ud800 failed",
    "capitals that grow": "İ" * 1000 + " CUDA out of memory",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_any_input_is_answered_soon(name: str) -> None:
    started = time.perf_counter()

    found = diagnose(HOSTILE[name], ALL)

    assert found.cause
    assert time.perf_counter() - started < SOON


def test_one_error_in_the_middle_of_a_long_log_is_found() -> None:
    lines = list(map(line, range(100_000)))
    lines[50_000] = "ERROR ValueError: No available memory for the cache blocks."

    assert diagnose("\n".join(lines), ALL).cause == "kv-cache-too-small"


@given(text=st.text(max_size=400))
@settings(max_examples=60, deadline=None)
def test_no_text_is_too_odd(text: str) -> None:
    assert diagnose(text, ALL).cause


@pytest.mark.parametrize("sign", ["a", " ", "1", "[", ".", "/", "error ", "pull image "])
def test_no_pattern_runs_away(sign: str) -> None:
    text = (sign * 2000)[:2000]
    started = time.perf_counter()

    for pattern in PATTERNS:
        compiled(pattern).search(text)

    assert time.perf_counter() - started < SOON


def test_repetitions_are_bounded() -> None:
    """`.*` twice in a pattern is quadratic; `.{0,80}` is not."""
    unbounded = [each for each in PATTERNS if re.search(r"(?<!\\)\.[*+]", each)]

    assert unbounded == []


def test_a_text_that_a_pattern_finds_holds_one_of_its_literals() -> None:
    for each in ALL:
        for sample in each.samples:
            for pattern in each.match:
                for needles, branch in branches(pattern):
                    if compiled(branch).search(sample.text):
                        assert any(needle in sample.text.lower() for needle in needles)


@pytest.mark.parametrize(
    ("pattern", "needles"),
    [
        ("abc|de", [("abc",), ("de",)]),
        (r"x(one|three) y+", [("one", "three")]),
        (r"(?:a b)?[cd]longer\d+", [("longer",)]),
        (r"ab{0,3}c?d", [("a",)]),
        (r"(?!no)yes\.yes", [("yes.yes",)]),
        (r"Errno 28\b", [("errno 28",)]),
    ],
)
def test_literals_of_a_pattern(pattern: str, needles: list[tuple[str, ...]]) -> None:
    assert [found for found, _ in branches(pattern)] == needles


def test_every_pattern_has_a_literal_to_look_for() -> None:
    slow = [
        branch
        for each in ALL
        for pattern in (*each.match, *each.near)
        for needles, branch in branches(pattern)
        if min(map(len, needles)) < 2
    ]

    assert slow == []


def test_what_is_no_text_has_no_cause() -> None:
    random = Random(7).randbytes(MEBI).decode(errors="replace")

    assert diagnose(random + " xid 5 \n Xid (PCI:1): 79", ALL).cause == UNKNOWN
    assert diagnose("\ufffd\n(*xid\x01~ 7", ALL).cause == UNKNOWN
