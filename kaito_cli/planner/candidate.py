"""One placement tried: does it hold what was asked, and at which settings."""

from dataclasses import dataclass, replace

from kaito_cli.model import Device, Placement, Serve, VmSize
from kaito_cli.planner.ask import Ask
from kaito_cli.planner.settle import at_sequences, settle
from kaito_cli.sizing import Budget, budget
from kaito_cli.sizing.dtype import resolved_dtype
from kaito_cli.sizing.engine import batched_tokens, defaults
from kaito_cli.sizing.explain import reason_of
from kaito_cli.sizing.legality import illegal
from kaito_cli.sizing.node import os_disk

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
    shape: Shape
    placement: Placement
    serve: Serve
    budget: Budget
    fits: bool
    usd_per_hour: float | None
    trouble: str = ""  # what else keeps it from being made

    @property
    def missing_gib(self) -> float:
        """GiB that one GPU lacks for what was asked, at the pessimistic end."""
        return self.budget.missing_gib(self.serve)

    @property
    def reason(self) -> str:
        return self.trouble or reason_of(self.budget, self.serve, fits=self.fits)


def admit(
    ask: Ask, size: VmSize, device: Device, usd: float | None, shape: Shape
) -> Candidate | None:
    """Try a shape with as few replicas as hold the concurrency; None when it is not legal."""
    serve = serve_for(ask, device, shape, concurrency=1)
    if illegal(ask.model, device, ask.engine, serve):
        return None
    base = budget(ask.model, device, size.link, ask.engine, serve, version=ask.version)
    asked = ask.request.replicas
    if base.pool_gib + base.activations_gib <= 0:  # no S, and no number of replicas, helps
        share = -(-ask.concurrency // ((asked or 1) * shape.data_parallel))
        wanted = replace(serve, concurrency=share)
        return _candidate(ask, size, device, usd, shape, wanted, base, asked or 1)
    most = MOST_REPLICAS if _starts(ask, serve, base) else 1
    for replicas in (asked,) if asked else range(1, most + 1):
        share = -(-ask.concurrency // (replicas * shape.data_parallel))
        settled, found = _settled(ask, replace(serve, concurrency=share), base)
        tried = _candidate(ask, size, device, usd, shape, settled, found, replicas)
        if tried.fits:
            return tried
    return tried


def _starts(ask: Ask, serve: Serve, base: Budget) -> bool:
    """Whether one engine holds even one sequence; if not, replicas do not help."""
    least = serve if ask.request.max_num_seqs else replace(serve, max_num_seqs=1)
    return at_sequences(ask.model, ask.engine, least, base).holds(least)


def _settled(ask: Ask, serve: Serve, base: Budget) -> tuple[Serve, Budget]:
    if ask.request.max_num_seqs is not None:
        return serve, at_sequences(ask.model, ask.engine, serve, base)
    return settle(ask.model, ask.engine, serve, base)


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


def nodes_for(size: VmSize, shape: Shape, replicas: int) -> int:
    """Nodes for all replicas: several share a node that has the GPUs for them."""
    if shape.nodes > 1:
        return shape.nodes * replicas
    gpus = shape.tensor_parallel * shape.pipeline_parallel * shape.data_parallel
    return -(-replicas // max(1, (size.gpus or 1) // gpus))


def _candidate(
    ask: Ask,
    size: VmSize,
    device: Device,
    usd: float | None,
    shape: Shape,
    serve: Serve,
    found: Budget,
    replicas: int,
) -> Candidate:
    placement = Placement(
        vm_size=size.name,
        gpu=device.name,
        gpus_per_node=size.gpus or 0,
        nodes=nodes_for(size, shape, replicas),
        replicas=replicas,
        tensor_parallel=shape.tensor_parallel,
        pipeline_parallel=shape.pipeline_parallel,
        data_parallel=shape.data_parallel,
        link=size.link,
    )
    trouble = disk_trouble(ask, size, placement.replicas_per_node)
    return Candidate(
        size=size,
        device=device,
        shape=shape,
        placement=placement,
        serve=serve,
        budget=found,
        fits=not trouble and found.holds(serve),
        usd_per_hour=None if usd is None else usd * placement.nodes,
        trouble=trouble,
    )


def disk_trouble(ask: Ask, size: VmSize, pods: int) -> str:
    """Why the OS disk of a new node cannot hold image and weights; empty: it can."""
    if ask.uses_existing_nodes or os_disk(size, ask.model.weights.bytes, ask.image_gib, pods):
        return ""
    return f"no OS disk holds the image and the weights of {pods} replicas a node"
