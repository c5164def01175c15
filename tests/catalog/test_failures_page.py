"""The page of all causes keeps up with the corpus, or the build fails."""

from collections.abc import Callable

from kaito_cli.catalog.failures import failures
from kaito_cli.model import HEALTHY, UNKNOWN, Failure

Golden = Callable[[str, str], None]


def row(cause: str, ways: list[Failure]) -> str:
    first = ways[0]
    waits = "yes" if first.passes else ""
    sources = dict.fromkeys(one.source for each in ways for one in each.samples)
    return f"| `{cause}` | {first.says} | {waits} | {'; '.join(sources)} |"


def test_every_cause_has_a_row(golden: Golden) -> None:
    ways: dict[str, list[Failure]] = {}
    for each in failures():
        ways.setdefault(each.cause, []).append(each)
    told = sorted(set(ways) - {HEALTHY, UNKNOWN})
    samples = sum(len(each.samples) for each in failures())
    page = [
        "# Causes",
        "",
        "For scripts, and for whoever met one. Written by `make golden`; do not edit.",
        "",
        f"{len(told)} causes, beside `{HEALTHY}` and `{UNKNOWN}`, from {samples} messages. A code "
        "never changes its name.",
        "How they are told apart: [Failures](../explain/failures.md).",
        "",
        "| cause | meaning | may pass by itself | met in |",
        "|---|---|---|---|",
        *(row(each, ways[each]) for each in told),
        "",
    ]
    golden("\n".join(page), "../../docs/reference/failures.md")
