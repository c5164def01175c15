"""The budget in words: one line a term, and one sentence for the verdict."""

from kaito_cli.model import Device, Engine, Model, Serve, Term
from kaito_cli.sizing.activations import forward_gib, sampler_gib
from kaito_cli.sizing.budget import Budget
from kaito_cli.sizing.units import GIB


def reason_of(found: Budget, serve: Serve, *, fits: bool) -> str:
    """Why it fits, or the first thing that does not."""
    if found.starves_outside:
        return (
            f"CUDA graphs of {found.graphs_outside_gib:.2f} GiB are captured outside the budget, "
            f"where {found.outside_gib:.2f} GiB are left"
        )
    if found.pool_gib <= 0:
        return (
            f"weights, activations and overheads exceed the budget of {found.budget_gib:.2f} GiB "
            f"by {-found.pool_gib:.2f} GiB before any KV cache"
        )
    if serve.concurrency > serve.max_num_seqs:
        return (
            f"{serve.concurrency:,} sequences are asked of an engine that runs "
            f"{serve.max_num_seqs:,} at once"
        )
    needed = found.layout.blocks_of_sequence(serve.context_length) * serve.concurrency
    if not fits and found.blocks() >= needed:
        return (
            f"max_num_seqs {serve.max_num_seqs:,} needs as many recurrent states; "
            f"{found.blocks():,} fit at the pessimistic end"
        )
    asked = f"{serve.concurrency:,} × {serve.context_length:,} tokens"
    gib = needed * found.layout.block_bytes / GIB
    safe = max(0.0, found.pool_gib - found.interval_gib)
    return (
        f"{asked} need {gib:,.2f} GiB of KV cache; {'' if fits else 'only '}{safe:.2f} GiB are "
        f"left at the pessimistic end, {found.pool_gib:.2f} are expected"
    )


def terms_of(
    model: Model, device: Device, engine: Engine, serve: Serve, found: Budget
) -> tuple[Term, ...]:
    """Every term of the budget of one GPU, with the figures it came from."""
    tp, pp = serve.tensor_parallel, serve.pipeline_parallel
    sampler, forward = sampler_gib(model, engine, serve), forward_gib(model, engine, serve)
    graphs = "inside" if found.graphs_inside else "outside"
    return (
        Term(
            name="budget",
            gib=round(found.budget_gib, 3),
            reason=f"{serve.gpu_memory_utilization} × {found.total_gib:.2f} GiB of {device.name}",
        ),
        Term(
            name="weights",
            gib=round(found.weights_gib, 3),
            reason=f"of {found.loaded_gib:.2f} GiB once loaded, over TP {tp} × PP {pp}",
        ),
        Term(
            name="activations",
            gib=round(found.activations_gib, 3),
            reason=f"the larger of sampling {sampler:.2f} and forward pass {forward:.2f} "
            f"({serve.max_num_seqs:,} sequences, {serve.max_num_batched_tokens:,} tokens a step)",
        ),
        Term(
            name="non-torch",
            gib=round(found.non_torch_gib, 3),
            reason=f"CUDA context and NCCL at TP {tp}",
        ),
        Term(
            name="CUDA graphs",
            gib=round(found.cuda_graphs_gib, 3),
            reason="eager" if serve.enforce_eager else f"captured {graphs} the budget",
        ),
        Term(
            name="KV cache",
            gib=round(max(0.0, found.pool_gib), 3),
            reason=f"{found.blocks(pessimistic=False):,} blocks of "
            f"{found.layout.block_bytes / 1024**2:.2f} MiB; a sequence of "
            f"{serve.context_length:,} tokens takes "
            f"{found.layout.blocks_of_sequence(serve.context_length):,}",
        ),
        Term(
            name="interval",
            gib=round(found.interval_gib, 3),
            reason=f"± of the {found.confidence} class",
        ),
    )
