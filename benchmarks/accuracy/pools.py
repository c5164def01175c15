"""The KV pool of the runs of vLLM 0.19 on H100, given each run's measured weights."""

from dataclasses import dataclass, replace

from benchmarks.accuracy.rows import model, rows
from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import device
from kaito_cli.model import Engine, Link, Serve
from kaito_cli.planner.ask import engine_for
from kaito_cli.sizing import budget
from kaito_cli.sizing.engine import defaults

VERSION = "0.19"
FILE = "h100_vllm_0.19.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One run: what the engine printed, and what it ran with. Sizes in GiB."""

    model: str
    tensor_parallel: int
    requested_gib: float
    weights_gib: float
    measured_gib: float

    def error(self, predicted_gib: float) -> float:
        """Relative error of a predicted pool, in percent."""
        return 100 * abs(predicted_gib - self.measured_gib) / self.measured_gib


def pools() -> list[Pool]:
    """Every row that printed a KV pool, also of starts that failed later."""
    return [
        Pool(
            model=row["model"],
            tensor_parallel=int(row["tp"]),
            requested_gib=float(row["gpu_memory_utilization"])
            * float(row["init_total_memory_gib"]),
            weights_gib=float(row["weights_memory_gib"]),
            measured_gib=float(row["kv_cache_memory_gib"]),
        )
        for row in rows(FILE)
        if row["kv_cache_memory_gib"]
    ]


def predicted(pool: Pool, engine: Engine | None = None) -> float:
    """The pool by kaito's own budget, the run's measured weights in place of its estimate."""
    rules = engine or engine_for(VERSION, engines())[0]
    card = replace(device("H100-SXM"), memory_gib=pool.requested_gib)
    usual = defaults(rules, device("H100-SXM"))
    serve = Serve(
        tensor_parallel=pool.tensor_parallel,
        context_length=8192,
        gpu_memory_utilization=1.0,
        max_num_seqs=usual.max_num_seqs,
        max_num_batched_tokens=usual.max_num_batched_tokens,
    )
    link = Link.NONE if pool.tensor_parallel == 1 else Link.NVLINK
    found = budget(model(pool.model), card, link, rules, serve, version=VERSION, loaded=0.0)
    return replace(found, weights_gib=pool.weights_gib).pool_gib


def by_kaito_operator(pool: Pool) -> float:
    """The KAITO operator's rule on the same row: budget − 1.02 W − 2.3 − 0.05 W."""
    return pool.requested_gib - 1.02 * pool.weights_gib - 2.3 - 0.05 * pool.weights_gib


def with_constants(engine: Engine, constants: tuple[float, ...]) -> Engine:
    """The engine with other constants, in the order of :func:`constants_of`."""
    a, b, base, c, forward, alone, joined = constants
    profile = replace(
        engine.activations,
        sampler_bytes_per_seq_and_word=a,
        sampler_bytes_per_token_and_hidden=b,
        sampler_base_gib=base,
        forward_bytes_per_token_and_hidden=c,
        forward_base_gib=forward,
    )
    rows_of = [
        replace(row, gib=alone if row.max_tensor_parallel == 1 else joined)
        for row in engine.non_torch
    ]
    return replace(engine, activations=profile, non_torch=tuple(rows_of))


def constants_of(engine: Engine) -> tuple[float, ...]:
    profile = engine.activations
    nvlink = next(row.gib for row in engine.non_torch if row.link is Link.NVLINK)
    return (
        profile.sampler_bytes_per_seq_and_word,
        profile.sampler_bytes_per_token_and_hidden,
        profile.sampler_base_gib,
        profile.forward_bytes_per_token_and_hidden,
        profile.forward_base_gib,
        engine.non_torch[0].gib,
        nvlink,
    )
