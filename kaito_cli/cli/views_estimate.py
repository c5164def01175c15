"""How an estimate looks: the verdict first, then what it rests on."""

from typing import TYPE_CHECKING

from kaito_cli.cli.memory_bar import legend, memory_bar
from kaito_cli.cli.view import card, view
from kaito_cli.cli.views_plan import budget
from kaito_cli.model import Estimate

if TYPE_CHECKING:
    from rich.console import RenderableType


@view.register(Estimate)
def view_estimate(estimate: Estimate) -> "RenderableType":
    """Does it fit, why, how much more would, and the memory term by term."""
    from rich.console import Group

    per_gpu = estimate.memory.per_gpu if estimate.memory else None
    summary = card(
        [
            ("model", estimate.model),
            ("on", _where(estimate)),
            ("fits", f"{'yes' if estimate.fits else 'no'}: {estimate.reason}"),
            ("asked", f"{estimate.concurrency} × {estimate.context_length:,} tokens"),
            ("at most", _most(estimate)),
            ("memory", memory_bar(per_gpu) if per_gpu else ""),
            ("", legend(per_gpu) if per_gpu else ""),
            ("confidence", estimate.confidence),
        ]
    )
    return Group(summary, "", budget(estimate.terms)) if estimate.terms else summary


def _where(estimate: Estimate) -> str:
    tp, pp = estimate.tensor_parallel, estimate.pipeline_parallel
    gpus = f"{tp * pp} × {estimate.gpu}"
    spread = f", tensor parallel {tp}, pipeline parallel {pp}" if tp * pp > 1 else ""
    return f"{gpus}{spread}, vllm {estimate.engine_version}"


def _most(estimate: Estimate) -> str:
    if not estimate.memory:
        return ""
    sequences = "one sequence" if estimate.concurrency == 1 else f"each of {estimate.concurrency:,}"
    many = estimate.max_concurrency
    enough = f" with --max-num-seqs {many}" if many > estimate.max_num_seqs else ""
    return (
        f"{estimate.max_context_length:,} tokens for {sequences}, "
        f"or {many:,} sequences of {estimate.context_length:,}{enough}"
    )
