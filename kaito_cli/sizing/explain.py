"""The budget in words: one line a term, and one sentence for the verdict."""

from kaito_cli.model import Device, Engine, Model, Serve, Term
from kaito_cli.sizing.activations import forward_gib, sampler_gib
from kaito_cli.sizing.budget import Budget
from kaito_cli.sizing.units import GIB


def reason_of(found: Budget, serve: Serve, *, fits: bool) -> str:
    """Why it fits, or the first thing that does not."""
    context, many = serve.context_length, serve.concurrency
    needed = many * found.layout.bytes_of_sequence(context) / GIB
    safe = found.pool_gib - found.interval_gib
    asked = f"{many:,} × {context:,} tokens need {needed:.2f} GiB of KV cache"
    if fits:
        return f"{asked}; {found.pool_gib:.2f} GiB are left, {safe:.2f} at the pessimistic end"
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
    if found.blocks() < found.states_needed(serve):
        return (
            f"max_num_seqs {serve.max_num_seqs:,} needs as many recurrent states; "
            f"{found.blocks()} fit at the pessimistic end"
        )
    return f"{asked}; only {found.pool_gib:.2f} GiB are left, {safe:.2f} at the pessimistic end"


def terms_of(
    model: Model, device: Device, engine: Engine, serve: Serve, found: Budget
) -> tuple[Term, ...]:
    """Every term of the budget of one GPU, with the figures it came from."""
    tp, pp = serve.tensor_parallel, serve.pipeline_parallel
    sampler, forward = sampler_gib(model, engine, serve), forward_gib(model, engine, serve)
    peak = "sampling" if sampler >= forward else "forward pass"
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
            reason=f"{peak}: sampling {sampler:.2f}, forward pass {forward:.2f} "
            f"(S {serve.max_num_seqs}, T {serve.max_num_batched_tokens})",
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
