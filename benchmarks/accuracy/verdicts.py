"""Verdicts: would `kaito estimate` have said ok where the engine did, and no where it did not."""

from dataclasses import dataclass

from benchmarks.accuracy.rows import Run
from kaito_cli.catalog.engines import engines
from kaito_cli.model import Confidence, Estimate
from kaito_cli.planner.estimate import EstimateRequest, estimate
from kaito_cli.sizing.confidence import HALF_WIDTH, MODELLED_SINCE, version_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    run: Run
    answer: Estimate

    @property
    def expected(self) -> bool:
        return self.run.outcome == "ok"

    @property
    def right(self) -> bool:
        return self.answer.fits == self.expected

    @property
    def false_fit(self) -> bool:
        return self.answer.fits and not self.expected

    @property
    def over_estimate_percent(self) -> float | None:
        """How much of the budget the pool was over-estimated by; None: no pool was printed."""
        memory, printed = self.answer.memory, self.run.pool_gib
        if memory is None or printed is None or printed < 0:
            return None
        per_gpu = memory.per_gpu
        return 100 * (per_gpu.kv_cache_gib - printed) / per_gpu.budget_gib

    @property
    def refused(self) -> bool:
        """Whether the answer is that kaito has no arithmetic for it, or the engine no loader."""
        return self.answer.memory is None

    @property
    def fits_at_plain_widths(self) -> bool:
        """The verdict with the class's own interval, nothing earned on these rows."""
        memory = self.answer.memory
        if memory is None:
            return False
        interval = next(term.gib for term in self.answer.terms if term.name == "interval")
        plain = HALF_WIDTH[self.answer.confidence] * memory.per_gpu.budget_gib
        return memory.per_gpu.headroom_gib + interval - plain >= 0

    @property
    def interval_holds(self) -> bool | None:
        """Whether the printed pool lies above the pessimistic end; None: no pool was printed."""
        error, memory = self.over_estimate_percent, self.answer.memory
        if error is None or memory is None:
            return None
        interval = next(term.gib for term in self.answer.terms if term.name == "interval")
        return error <= 100 * interval / memory.per_gpu.budget_gib

    @property
    def text_before_017(self) -> bool:
        """The rows that `text_half_width` of the older engine files was earned on."""
        dated = self.run.version and version_key(self.run.version) < MODELLED_SINCE
        return bool(dated) and not self.run.model.multimodal and self.run.device.vendor == "nvidia"

    @property
    def sure(self) -> bool:
        return self.answer.confidence is not Confidence.EXTRAPOLATED


def judge(run: Run) -> Verdict:
    """The estimate of one sequence of the run's max_model_len, given its weights."""
    request = EstimateRequest(
        tensor_parallel=run.tensor_parallel,
        pipeline_parallel=run.pipeline_parallel,
        dtype=run.dtype,
        kv_cache_dtype=run.kv_cache_dtype,
        context_length=run.context_length,
        gpu_memory_utilization=run.utilization,
        max_num_seqs=run.max_num_seqs,
        max_num_batched_tokens=run.max_num_batched_tokens,
        enforce_eager=run.enforce_eager,
        engine_version=run.version,
        weights_gib=run.weights_gib,
    )
    return Verdict(run=run, answer=estimate(request, run.model, run.device, engines()))
