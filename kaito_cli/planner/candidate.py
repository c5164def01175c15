"""One placement tried: does it hold what was asked, and at which settings."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kaito_cli.model import Device, Placement, Serve, VmSize
from kaito_cli.planner.ask import Ask
from kaito_cli.sizing import Budget, budget
from kaito_cli.sizing.activations import activations_gib
from kaito_cli.sizing.engine import batched_tokens, defaults
from kaito_cli.sizing.explain import reason_of
from kaito_cli.sizing.legality import illegal, resolved_dtype
from kaito_cli.sizing.units import GIB

MOST_REPLICAS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one replica is spread: ranks, stages and copies over a number of nodes."""

    tensor_parallel: int
    pipeline_parallel: int
    data_parallel: int
    nodes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A placement with its settings and its budget; ``usd_per_hour`` of all its nodes."""

    size: VmSize
    device: Device
    placement: Placement
    serve: Serve
    budget: Budget
    fits: bool
    usd_per_hour: float | None

    @property
    def missing_gib(self) -> float:
        """GiB that one GPU lacks for what was asked, at the pessimistic end."""
        asked = self.serve.concurrency * self.budget.layout.bytes_of_sequence(
            self.serve.context_length
        )
        return asked / GIB - (self.budget.pool_gib - self.budget.interval_gib)

    @property
    def reason(self) -> str:
        return reason_of(self.budget, self.serve, fits=self.fits)


def admit(
    ask: Ask, size: VmSize, device: Device, usd: float | None, shape: Shape
) -> Candidate | None:
    """Try a shape with as few replicas as hold the concurrency; None when it is not legal."""
    serve = serve_for(ask, device, shape, concurrency=1)
    if illegal(ask.model, device, ask.engine, serve):
        return None
    base = budget(ask.model, device, size.link, ask.engine, serve, version=ask.version)
    asked = ask.request.replicas
    most = MOST_REPLICAS if _starts(ask, serve, base) else 1
    for replicas in (asked,) if asked else range(1, most + 1):
        share = -(-ask.concurrency // (replicas * shape.data_parallel))
        settled, found = settle(ask, replace(serve, concurrency=share), base)
        tried = _candidate(size, device, usd, shape, replicas, settled, found)
        if tried.fits:
            return tried
    return tried


def _starts(ask: Ask, serve: Serve, base: Budget) -> bool:
    """Whether one engine holds even one sequence; if not, replicas do not help."""
    least = serve if ask.request.max_num_seqs else replace(serve, max_num_seqs=1)
    return at_sequences(ask, least, base).holds(least)


def serve_for(ask: Ask, device: Device, shape: Shape, concurrency: int) -> Serve:
    """The engine's settings on this device: T and S are its defaults unless asked otherwise."""
    usual = defaults(ask.engine, device)
    return Serve(
        runtime=ask.runtime,
        tensor_parallel=shape.tensor_parallel,
        pipeline_parallel=shape.pipeline_parallel,
        data_parallel=shape.data_parallel,
        dtype=resolved_dtype(ask.model, device, ask.request.dtype),
        quantization=ask.request.quantization,
        kv_cache_dtype=ask.kv_cache_dtype,
        context_length=ask.context_length,
        concurrency=concurrency,
        gpu_memory_utilization=ask.gpu_memory_utilization,
        max_num_seqs=ask.request.max_num_seqs or usual.max_num_seqs,
        max_num_batched_tokens=batched_tokens(
            ask.engine, device, ask.context_length, shape.pipeline_parallel
        ),
    )


def settle(ask: Ask, serve: Serve, base: Budget) -> tuple[Serve, Budget]:
    """Lower S only when that is what makes the ask fit, and no further than needed."""
    found = at_sequences(ask, serve, base)
    least = replace(serve, max_num_seqs=min(serve.concurrency, serve.max_num_seqs))
    fixed = ask.request.max_num_seqs is not None
    if fixed or found.holds(serve) or not at_sequences(ask, least, base).holds(least):
        return serve, found
    for lowered in _halves(serve):
        smaller = replace(serve, max_num_seqs=lowered)
        found = at_sequences(ask, smaller, base)
        if found.holds(smaller):
            return smaller, found
    return least, at_sequences(ask, least, base)


def at_sequences(ask: Ask, serve: Serve, base: Budget) -> Budget:
    """The same budget with another S: only activations move."""
    return replace(base, activations_gib=activations_gib(ask.model, ask.engine, serve))


def _halves(serve: Serve) -> Iterator[int]:
    """Halves of S, above the engine's share of the concurrency."""
    sequences = serve.max_num_seqs // 2
    while sequences > serve.concurrency:
        yield sequences
        sequences //= 2


def nodes_for(size: VmSize, shape: Shape, replicas: int) -> int:
    """Nodes for all replicas: several share a node that has the GPUs for them."""
    if shape.nodes > 1:
        return shape.nodes * replicas
    gpus = shape.tensor_parallel * shape.pipeline_parallel * shape.data_parallel
    return -(-replicas // max(1, (size.gpus or 1) // gpus))


def _candidate(
    size: VmSize,
    device: Device,
    usd: float | None,
    shape: Shape,
    replicas: int,
    serve: Serve,
    found: Budget,
) -> Candidate:
    nodes = nodes_for(size, shape, replicas)
    return Candidate(
        size=size,
        device=device,
        placement=Placement(
            vm_size=size.name,
            gpu=device.name,
            gpus_per_node=size.gpus or 0,
            nodes=nodes,
            replicas=replicas,
            tensor_parallel=shape.tensor_parallel,
            pipeline_parallel=shape.pipeline_parallel,
            data_parallel=shape.data_parallel,
            link=size.link,
        ),
        serve=serve,
        budget=found,
        fits=found.holds(serve),
        usd_per_hour=None if usd is None else usd * nodes,
    )
