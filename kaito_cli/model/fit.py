"""The answer of the memory arithmetic: what one GPU holds, and for how many."""

from dataclasses import dataclass
from enum import StrEnum

from kaito_cli.model.preset import Runtime


class Confidence(StrEnum):
    """How much of the arithmetic was measured on hardware like this."""

    MEASURED = "measured"
    MODELLED = "modelled"
    EXTRAPOLATED = "extrapolated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """How one engine is run: everything besides model and GPU that memory depends on.

    ``concurrency`` is of this engine, not of the workspace.
    """

    runtime: Runtime = Runtime.VLLM
    tensor_parallel: int = 1
    pipeline_parallel: int = 1
    data_parallel: int = 1
    dtype: str = "auto"
    quantization: str = ""
    kv_cache_dtype: str = "auto"
    context_length: int
    concurrency: int = 1
    gpu_memory_utilization: float
    max_num_seqs: int
    max_num_batched_tokens: int
    enforce_eager: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuMemory:
    """One GPU of the fullest rank, in GiB. ``usable_gib`` is what CUDA reports of the card;
    ``headroom_gib`` is left beyond what was asked, at the pessimistic end of the confidence
    interval; negative: missing."""

    usable_gib: float
    budget_gib: float
    weights_gib: float
    activations_gib: float
    cuda_graphs_gib: float
    non_torch_gib: float
    kv_cache_gib: float
    headroom_gib: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """``kv_bytes_per_token`` is of one rank, averaged over the asked context."""

    per_gpu: GpuMemory
    kv_bytes_per_token: int
    kv_cache_tokens: int
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One line of the budget, with the figures it came from."""

    name: str
    gib: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Whether one engine starts and holds what was asked, and every term of the answer.

    ``max_concurrency`` is what the KV cache holds of the asked context at the pessimistic end;
    the engine runs at most its max_num_seqs of them at once.
    """

    fits: bool
    reason: str
    memory: Memory
    max_context_length: int
    max_concurrency: int
    interval_gib: float
    terms: tuple[Term, ...]
    unknowns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """``kaito estimate``: one model on one placement the user has."""

    model: str
    gpu: str
    engine_version: str
    tensor_parallel: int
    pipeline_parallel: int
    context_length: int
    concurrency: int
    max_num_seqs: int
    max_num_batched_tokens: int
    fits: bool
    reason: str
    memory: Memory | None
    max_context_length: int
    max_concurrency: int
    confidence: Confidence
    terms: tuple[Term, ...] = ()
    notes: tuple[str, ...] = ()
