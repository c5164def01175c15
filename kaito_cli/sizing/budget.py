"""The budget of one GPU: what vLLM takes from it at start, and what is left for the KV cache."""

from dataclasses import dataclass

from kaito_cli.model import Confidence, Device, Engine, Link, Model, Serve
from kaito_cli.sizing.activations import activations_gib
from kaito_cli.sizing.confidence import confidence, half_width
from kaito_cli.sizing.dtype import kv_dtype_bytes, resolved_dtype
from kaito_cli.sizing.engine import cuda_graphs_gib, graphs_outside_gib, non_torch_gib
from kaito_cli.sizing.layout import Layout, layout
from kaito_cli.sizing.units import GIB
from kaito_cli.sizing.weights import loaded_bytes, weights_gib


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The KV pool of the fullest rank, and everything that was taken from it, in GiB.

    ``loaded_gib`` are the weights over all ranks; ``layout`` is the KV cache's.
    """

    total_gib: float
    budget_gib: float
    weights_gib: float
    loaded_gib: float
    activations_gib: float
    cuda_graphs_gib: float
    non_torch_gib: float
    interval_gib: float
    confidence: Confidence
    doubts: tuple[str, ...]
    graphs_inside: bool
    graphs_outside_gib: float
    layout: Layout

    @property
    def pool_gib(self) -> float:
        """What is left for the KV cache; negative when the rest does not fit."""
        taken = self.weights_gib + self.activations_gib + self.non_torch_gib
        return self.budget_gib - taken - (self.cuda_graphs_gib if self.graphs_inside else 0.0)

    @property
    def outside_gib(self) -> float:
        """What is left of the card beyond the budget."""
        return self.total_gib - self.budget_gib

    @property
    def starves_outside(self) -> bool:
        """Whether graphs captured outside the budget find no room there."""
        return not self.graphs_inside and self.graphs_outside_gib > self.outside_gib

    def sequences(self, context_length: int, *, pessimistic: bool = True) -> float:
        """Sequences of ``context_length`` tokens the pool holds at once."""
        blocks = self.blocks(pessimistic=pessimistic)
        return blocks / self.layout.blocks_of_sequence(context_length)

    def blocks(self, *, pessimistic: bool = True) -> int:
        lost = self.interval_gib if pessimistic else 0.0
        return self.layout.blocks((self.pool_gib - lost) * GIB)

    def holds(self, serve: Serve) -> bool:
        """Whether the engine starts and holds what is asked, at the pessimistic end."""
        return (
            not self.starves_outside
            and serve.concurrency <= serve.max_num_seqs
            and self.blocks() >= self.blocks_needed(serve)
        )

    def blocks_needed(self, serve: Serve) -> int:
        """Blocks for the asked sequences, or for the states of all that may run."""
        asked = self.layout.blocks_of_sequence(serve.context_length) * serve.concurrency
        return max(asked, self.states_needed(serve))

    def blocks_usable(self, serve: Serve) -> int:
        """Blocks at the pessimistic end; none where the engine would not start."""
        blocks = self.blocks()
        return 0 if self.starves_outside or blocks < self.states_needed(serve) else blocks

    def missing_gib(self, serve: Serve) -> float:
        """GiB that the pool lacks for what is asked, at the pessimistic end; negative: spare."""
        needed = self.blocks_needed(serve) * self.layout.block_bytes / GIB
        return needed - (self.pool_gib - self.interval_gib)

    def states_needed(self, serve: Serve) -> int:
        """Recurrent layers need one block for each sequence that may run."""
        recurrent = any(each.states for each, _count, _size in self.layout.groups)
        return serve.max_num_seqs if recurrent else 0


def budget(
    model: Model,
    device: Device,
    link: Link,
    engine: Engine,
    serve: Serve,
    *,
    version: str = "",
    loaded: float | None = None,
) -> Budget:
    """The memory of one GPU as vLLM divides it up at start.

    requested = utilization × total; KV pool = requested − weights − non-torch − activations
    − CUDA graphs (since 0.21). ``loaded`` overrides the bytes of all weights. Raises
    UnknownLayout for an attention layout without arithmetic.
    """
    dtype = resolved_dtype(model, device, serve.dtype)
    release = version or engine.version
    level, doubts = confidence(model, device, engine, serve, release)
    total = device.memory_gib
    requested = serve.gpu_memory_utilization * total
    everything = loaded_bytes(model, device, engine, serve) if loaded is None else loaded
    return Budget(
        total_gib=total,
        budget_gib=requested,
        weights_gib=weights_gib(model, device, engine, serve, everything),
        loaded_gib=everything / GIB,
        activations_gib=activations_gib(model, engine, serve),
        cuda_graphs_gib=cuda_graphs_gib(engine, model, enforce_eager=serve.enforce_eager),
        non_torch_gib=non_torch_gib(engine, model, serve.tensor_parallel, link),
        interval_gib=half_width(level, model, device, engine, serve, release) * requested,
        confidence=level,
        doubts=doubts,
        graphs_inside=engine.cuda_graphs.inside_budget,
        graphs_outside_gib=graphs_outside_gib(engine, model, serve),
        layout=layout(
            model,
            engine,
            tensor_parallel=serve.tensor_parallel,
            pipeline_parallel=serve.pipeline_parallel,
            kv_bytes=kv_dtype_bytes(serve.kv_cache_dtype, dtype),
            max_num_batched_tokens=serve.max_num_batched_tokens,
        ),
    )
