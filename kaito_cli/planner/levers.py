"""What would make a placement fit: each lever tried by the sizing engine, none guessed."""

from collections.abc import Iterator
from dataclasses import replace

from kaito_cli.model import Hardware, Lever
from kaito_cli.planner.ask import Ask
from kaito_cli.planner.candidate import Candidate, admit
from kaito_cli.planner.search import price, shapes
from kaito_cli.planner.settle import at_sequences
from kaito_cli.sizing.fit import max_context_length

# The flag to type, the ask it makes, and the nodes of one replica.
Change = tuple[str, Ask, int]


def levers(ask: Ask, hardware: Hardware, miss: Candidate) -> tuple[Lever, ...]:
    """Changes that bring a miss nearer: those that make it fit first, then the cheapest."""
    usd = price(ask, hardware, miss.size)
    changes = (*_settings(ask, miss), *_precision(ask), *_parallelism(ask, miss))
    tried = [_lever(changed, usd, miss, flag, nodes) for flag, changed, nodes in changes]
    useful = [each for each in tried if each and (each.fits or each.gib > 0)]
    return tuple(
        sorted(useful, key=lambda each: (not each.fits, each.usd_per_hour or 0, -each.gib))
    )


def _settings(ask: Ask, miss: Candidate) -> Iterator[Change]:
    share = miss.serve.concurrency
    if miss.serve.max_num_seqs > share:
        yield f"--max-num-seqs {share}", _with(ask, max_num_seqs=share), 1
    least = replace(miss.serve, max_num_seqs=min(share, miss.serve.max_num_seqs))
    smallest = at_sequences(ask.model, ask.engine, least, miss.budget)
    shorter = max_context_length(smallest, least, ask.context_length)
    if 0 < shorter < ask.context_length:
        rounded = shorter // 1024 * 1024 or shorter
        yield f"--context-length {rounded}", replace(ask, context_length=rounded), 1
    fewer = int(smallest.sequences(ask.context_length)) * miss.placement.engines
    if 0 < fewer < ask.concurrency:
        yield f"--concurrency {fewer}", replace(ask, concurrency=fewer), 1


def _precision(ask: Ask) -> Iterator[Change]:
    if not ask.kv_cache_dtype.startswith("fp8"):
        yield "--kv-cache-dtype fp8", replace(ask, kv_cache_dtype="fp8"), 1
    if not ask.model.weights.quantization and not ask.request.quantization:
        yield "--quantization fp8", _with(ask, quantization="fp8"), 1


def _parallelism(ask: Ask, miss: Candidate) -> Iterator[Change]:
    request, placement = ask.request, miss.placement
    for replicas in (2, 4):
        if request.replicas is None and placement.replicas < replicas <= ask.concurrency:
            yield f"--replicas {replicas}", _with(ask, replicas=replicas), 1
    if request.tensor_parallel and request.tensor_parallel < placement.gpus_per_node:
        yield "without --tensor-parallel", _with(ask, tensor_parallel=None), 1
    for nodes in (2, 4):
        if request.pipeline_parallel is None:
            yield f"--pipeline-parallel {nodes}", _with(ask, pipeline_parallel=nodes), nodes


def _with(ask: Ask, **changes: object) -> Ask:
    return replace(ask, request=replace(ask.request, **changes))  # type: ignore[arg-type]


def _lever(changed: Ask, usd: float | None, miss: Candidate, flag: str, nodes: int) -> Lever | None:
    outcomes = [
        each
        for shape in shapes(changed, miss.size, nodes)
        if (each := admit(changed, miss.size, miss.device, usd, shape))
    ]
    if not outcomes:
        return None
    best = min(outcomes, key=lambda each: (not each.fits, each.missing_gib))
    return Lever(
        flag=flag,
        fits=best.fits,
        gib=round(miss.missing_gib - best.missing_gib, 2),
        usd_per_hour=best.usd_per_hour,
        effect=_effect(best),
    )


def _effect(tried: Candidate) -> str:
    if tried.fits:
        return f"fits with {-tried.missing_gib:.2f} GiB to spare on each GPU"
    return f"{tried.missing_gib:.2f} GiB still lack on each GPU"
