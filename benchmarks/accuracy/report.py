"""The accuracy report, as docs/explain/accuracy.md keeps it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import median, quantiles

from benchmarks.accuracy.pools import Pool, by_kaito_operator, constants_of, pools, predicted
from benchmarks.accuracy.refit import Refit, halves, refit
from benchmarks.accuracy.rows import LeftOut, runs
from benchmarks.accuracy.verdicts import Verdict, judge
from kaito_cli.catalog.engines import engines
from kaito_cli.planner.ask import engine_for

HEAD = """# How right the sizing is

For whoever wants to know how far a plan can be trusted. Written by `make accuracy`; do not edit.

Data: `benchmarks/accuracy/data`. Real start-ups of vLLM gathered from public logs, with the
source of each row. Nothing here was run by us on a GPU.
"""


def report() -> str:
    """The whole page."""
    return "\n".join([HEAD, _pool_part(pools()), _verdict_part()])


def _pool_part(found: Sequence[Pool]) -> str:
    own = [pool.error(predicted(pool)) for pool in found]
    theirs = [pool.error(by_kaito_operator(pool)) for pool in found]
    lines = [
        "## KV pool: vLLM 0.19 on H100 80 GB",
        "",
        f"{len(found)} runs that printed a pool, each run's measured weights given. "
        "Relative error of the pool:",
        "",
        "| rule | median | 90th percentile | worst |",
        "|---|---|---|---|",
        _error_row("kaito", own),
        _error_row("KAITO operator: budget − 1.02 W − 2.3 − 0.05 W", theirs),
        "",
        "| model | TP | measured GiB | kaito | error | KAITO operator | error |",
        "|---|---|---|---|---|---|---|",
        *(_pool_row(pool) for pool in found),
        "",
        _refit_part(found),
    ]
    return "\n".join(lines)


def _error_row(name: str, errors: Sequence[float]) -> str:
    tenths = quantiles(errors, n=10, method="inclusive")
    return f"| {name} | {median(errors):.2f} % | {tenths[-1]:.2f} % | {max(errors):.2f} % |"


def _pool_row(pool: Pool) -> str:
    own, theirs = predicted(pool), by_kaito_operator(pool)
    return (
        f"| {pool.model} | {pool.tensor_parallel} | {pool.measured_gib:.2f} | {own:.2f} | "
        f"{pool.error(own):.2f} % | {theirs:.2f} | {pool.error(theirs):.2f} % |"
    )


def _refit_part(found: Sequence[Pool]) -> str:
    first, second = halves(found)
    engine = engine_for("0.19", engines())[0]
    numbers = ", ".join(f"{value:g}" for value in constants_of(engine))
    lines = [
        "### Refitted on half of the models",
        "",
        "The documented constants have seen these rows, so their error above is that of a fit. "
        "Here they are fitted anew on half of the models, from a start that knows none, and "
        "judged on the other half, beside the documented ones on the same rows.",
        "",
        "Constants: sampler B per S·V, B per T·H, base GiB; forward B per T·H, base GiB; "
        f"non-torch at TP 1 and above. Documented: {numbers}.",
        "",
        "| fitted on | judged on | refit: median, worst | documented: median, worst | constants |",
        "|---|---|---|---|---|",
        _refit_row(refit(first, second)),
        _refit_row(refit(second, first)),
        "",
    ]
    return "\n".join(lines)


def _refit_row(found: Refit) -> str:
    numbers = ", ".join(f"{value:.3g}" for value in found.constants)
    return (
        f"| {found.fitted_on} runs | {found.judged_on} runs | "
        f"{found.median_percent:.2f} %, {found.worst_percent:.2f} % | "
        f"{found.documented_median_percent:.2f} %, {found.documented_worst_percent:.2f} % | "
        f"{numbers} |"
    )


def _verdict_part() -> str:
    usable, left_out = runs()
    verdicts = [judge(run) for run in usable]
    right = sum(each.right for each in verdicts)
    sure = [each for each in verdicts if each.sure]
    lines = [
        "## Verdicts: will it start",
        "",
        f"{right} of {len(verdicts)} usable rows judged right "
        f"({100 * right / len(verdicts):.1f} %). False *fits*: "
        f"{sum(each.false_fit for each in verdicts)}, of them "
        f"{sum(each.false_fit for each in sure)} where the confidence is measured or modelled "
        f"({len(sure)} rows).",
        "",
        "One sequence of the row's max_model_len is asked of the engine version of the row. Where "
        "it names none, the date of its source tells in "
        f"{sum(each.run.version_inferred for each in verdicts)} rows "
        "(data/inferred_versions.csv), and the newest is taken in the others. Weights are the "
        f"row's own in {sum(each.run.weights_measured for each in verdicts)} rows, else "
        "parameters × the width of the quantization.",
        "",
        *_caveats(verdicts),
        *_widths(verdicts),
        "### Misses",
        "",
        *(_miss(each) for each in verdicts if not each.right),
        "",
        *_left_out(left_out),
        "",
    ]
    return "\n".join(lines)


def _caveats(verdicts: Sequence[Verdict]) -> list[str]:
    """What keeps the figure above from being better than it is."""
    total = len(verdicts)
    ok = sum(each.expected for each in verdicts)
    plain = sum(each.fits_at_plain_widths == each.expected for each in verdicts)
    counted = [each for each in verdicts if not each.refused]
    failed = [each.run.id for each in verdicts if each.sure and not each.expected]
    printed = [each for each in verdicts if each.interval_holds is not None]
    outside = [each.run.id for each in printed if not each.interval_holds]
    return [
        "How to read that:",
        "",
        f"- Saying *ok* to every row would be right in {ok} of {total} ({100 * ok / total:.1f} %).",
        f"- Some intervals were earned on rows that are judged here. With the classes' own 2, 4 "
        f"and 10 % it is {plain} of {total} ({100 * plain / total:.1f} %).",
        f"- Where kaito refuses to count, the answer is no, right or not. Without those rows it is "
        f"{sum(each.right for each in counted)} of {len(counted)}.",
        f"- With the newest engine in place of the dates: {_undated(verdicts)}.",
        "- That no start that failed is called fitting where the confidence is measured or "
        f"modelled rests on {len(failed)} failed starts ({', '.join(failed)}).",
        f"- {len(printed)} rows printed their pool. It lies below the pessimistic end in "
        f"{len(outside)}: {', '.join(outside) or 'none'}.",
        "",
    ]


def _undated(verdicts: Sequence[Verdict]) -> str:
    """The headline without inferred versions."""
    again = [
        judge(replace(each.run, version="")) if each.run.version_inferred else each
        for each in verdicts
    ]
    right = sum(each.right for each in again)
    false = [each.run.id for each in again if each.false_fit and each.sure]
    named = f" ({', '.join(false)})" if false else ""
    return (
        f"{right} of {len(again)} ({100 * right / len(again):.1f} %), with {len(false)} false "
        f"*fits* where the confidence is measured or modelled{named}"
    )


def _widths(verdicts: Sequence[Verdict]) -> list[str]:
    errors = {each.run.id: each.over_estimate_percent for each in verdicts if each.text_before_017}
    known = {row: error for row, error in errors.items() if error is not None}
    worst, least = max(known, key=known.__getitem__), min(known, key=known.__getitem__)
    return [
        "### Pools before 0.17, text only, on NVIDIA cards",
        "",
        f"{len(known)} rows printed their pool. Error as a part of the budget: median "
        f"{median(abs(error) for error in known.values()):.2f} %, worst over-estimate "
        f"{known[worst]:.2f} % ({worst}), worst under-estimate {known[least]:.2f} % ({least}). "
        "The interval of such runs is ± 5 %.",
        "",
    ]


def _miss(each: Verdict) -> str:
    run, answer = each.run, each.answer
    said = "fits" if answer.fits else "does not fit"
    return (
        f"- {run.id} {run.model.name} on {run.device.name} (vLLM {run.version or 'not stated'}, "
        f"TP {run.tensor_parallel}, {run.context_length} tokens): {run.outcome}, kaito says "
        f"{said} ({answer.confidence}): {answer.reason}."
    )


def _left_out(found: Sequence[LeftOut]) -> list[str]:
    counts = Counter(each.reason for each in found)
    lines = ["### Rows left out", ""]
    for reason, count in counts.most_common():
        ids = ", ".join(each.id for each in found if each.reason == reason)
        lines.append(f"- {count}: {reason}: {ids}.")
    return lines
