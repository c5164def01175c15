"""Will it start, with what context, for how many."""

from kaito_cli.model import Device, Engine, Fit, GpuMemory, Link, Memory, Model, Serve
from kaito_cli.sizing.budget import Budget, budget
from kaito_cli.sizing.explain import reason_of, terms_of


def fit(
    model: Model,
    device: Device,
    link: Link,
    engine: Engine,
    serve: Serve,
    *,
    version: str = "",
    loaded: float | None = None,
) -> Fit:
    """The whole answer for one engine: verdict, every term, and the limits beyond the ask.

    ``fits`` is at the pessimistic end of the interval. Arguments as of :func:`budget`.
    """
    found = budget(model, device, link, engine, serve, version=version, loaded=loaded)
    return answer(model, device, engine, serve, found)


def answer(model: Model, device: Device, engine: Engine, serve: Serve, found: Budget) -> Fit:
    """The same for a budget that was made already."""
    per_sequence = found.layout.blocks_of_sequence(serve.context_length)
    fits = found.holds(serve)
    return Fit(
        fits=fits,
        reason=reason_of(found, serve, fits=fits),
        memory=_memory(found, serve),
        max_context_length=max_context_length(
            found, serve, max(model.context_length, serve.context_length)
        ),
        max_concurrency=found.blocks_usable(serve) // per_sequence,
        interval_gib=round(found.interval_gib, 3),
        terms=terms_of(model, device, engine, serve, found),
        unknowns=found.doubts,
    )


def max_context_length(found: Budget, serve: Serve, limit: int) -> int:
    """The longest context, up to ``limit``, that the asked concurrency fits with; 0: none."""
    blocks = found.blocks_usable(serve) if serve.concurrency <= serve.max_num_seqs else 0
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if found.layout.blocks_of_sequence(middle) * serve.concurrency <= blocks:
            low = middle
        else:
            high = middle - 1
    return low


def _memory(found: Budget, serve: Serve) -> Memory:
    sequence = found.layout.bytes_of_sequence(serve.context_length)
    pool = max(0.0, found.pool_gib)
    held = found.blocks(pessimistic=False) / found.layout.blocks_of_sequence(serve.context_length)
    return Memory(
        per_gpu=GpuMemory(
            usable_gib=round(found.total_gib, 3),
            budget_gib=round(found.budget_gib, 3),
            weights_gib=round(found.weights_gib, 3),
            activations_gib=round(found.activations_gib, 3),
            cuda_graphs_gib=round(found.cuda_graphs_gib, 3),
            non_torch_gib=round(found.non_torch_gib, 3),
            kv_cache_gib=round(pool, 3),
            headroom_gib=round(-found.missing_gib(serve), 3),
        ),
        kv_bytes_per_token=round(sequence / serve.context_length),
        kv_cache_tokens=int(held * serve.context_length),
        confidence=found.confidence,
    )
