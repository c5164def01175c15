"""How vLLM lays layers out in its KV cache: types, groups, pages and blocks.

Layers that hold different amounts share one pool of equal pages: they are put into groups of
equal size, and every group takes its own blocks. Source: vLLM v1/core/kv_cache_utils.py as of
0.19–0.33, checked against the block counts of the runs in benchmarks/accuracy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from kaito_cli.errors import UnknownLayout
from kaito_cli.model import (
    ChunkedLayers,
    CrossLayers,
    Engine,
    FullLayers,
    LatentLayers,
    Layers,
    Model,
    RecurrentLayers,
    SlidingLayers,
    UnknownLayers,
)

# A group as large as the most common type wastes little until the types differ this much.
UNEVEN = 1.5
# Bytes a token and layer of the packed fp8 format of DeepSeek's sparse attention kernels.
SPARSE_LATENT_FP8_BYTES = 656
# An indexer key is 8-bit, with one 32-bit scale for 128 elements.
INDEXER_SCALE_BYTES = 4
INDEXER_BLOCK = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One type of layer on one rank. ``limit`` is the most tokens a sequence holds
    (None: all), ``spare_blocks`` are held beside them; ``states`` counts blocks that a sequence
    takes whatever its length."""

    layers: int
    bytes_per_token: float = 0
    limit: int | None = None
    spare_blocks: int = 0
    states: int = 0
    state_bytes: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """``page_bytes`` × ``group_layers`` is one block of the pool; ``groups`` pairs each type
    with the number of groups it fills and the tokens one of its blocks holds."""

    page_bytes: int
    group_layers: int
    groups: tuple[tuple[Holding, int, int], ...]

    @property
    def block_bytes(self) -> int:
        return self.page_bytes * self.group_layers

    def blocks(self, pool_bytes: float) -> int:
        """Blocks a pool gives to sequences; one null block is held back."""
        return max(0, int(pool_bytes // self.block_bytes) - 1)

    def blocks_of_sequence(self, tokens: int) -> int:
        """Blocks that one sequence of ``tokens`` takes, over all groups."""
        return sum(count * _blocks(each, size, tokens) for each, count, size in self.groups)

    def bytes_of_sequence(self, tokens: int) -> int:
        return self.blocks_of_sequence(tokens) * self.block_bytes


def layout(
    model: Model,
    engine: Engine,
    *,
    tensor_parallel: int,
    pipeline_parallel: int,
    kv_bytes: float,
    max_num_batched_tokens: int,
) -> Layout:
    """The KV cache of one rank of the fullest stage. ``kv_bytes`` is of one element.

    Raises UnknownLayout for an attention layout without arithmetic.
    """
    in_flight = max_num_batched_tokens * steps_in_flight(engine, pipeline_parallel)
    held = [
        _holding(group, engine, tensor_parallel, pipeline_parallel, kv_bytes, in_flight)
        for group in model.layers
        if group.layers
    ]
    return arrange(held, engine.block_size)


def steps_in_flight(engine: Engine, stages: int) -> int:
    """Steps whose tokens a window still holds: one a stage, and one more under async scheduling.

    Source: vLLM, max_concurrent_batches of the executor; two with a single stage.
    """
    return stages + 1 if engine.async_scheduling else stages


def arrange(held: Sequence[Holding], block_size: int) -> Layout:
    """Group the types so that all pages are equal; see the module's docstring."""
    if all(each.limit is None and not each.states for each in held):
        return _uniform(held, block_size)
    kinds = _merged(held)
    page = _page_bytes(kinds, block_size)
    counts = [each.layers for each in kinds]
    least, most = min(counts), max(counts)
    size = most if most < UNEVEN * least else least
    groups = tuple(
        (each, ceil(each.layers / size), _block_tokens(each, page, block_size)) for each in kinds
    )
    return Layout(page_bytes=page, group_layers=size, groups=groups)


def _uniform(held: Sequence[Holding], block_size: int) -> Layout:
    """Layers that all keep every token need no equal pages: one group of them all."""
    per_token = sum(each.layers * each.bytes_per_token for each in held)
    all_layers = Holding(layers=1, bytes_per_token=per_token)
    return Layout(
        page_bytes=int(block_size * per_token),
        group_layers=1,
        groups=((all_layers, 1, block_size),),
    )


def _merged(held: Sequence[Holding]) -> list[Holding]:
    """Types that hold alike are one type to the engine."""
    merged: dict[tuple[object, ...], Holding] = {}
    for each in held:
        key = (each.bytes_per_token, each.limit, each.spare_blocks, each.states, each.state_bytes)
        layers = each.layers + (merged[key].layers if key in merged else 0)
        merged[key] = Holding(
            layers=layers,
            bytes_per_token=each.bytes_per_token,
            limit=each.limit,
            spare_blocks=each.spare_blocks,
            states=each.states,
            state_bytes=each.state_bytes,
        )
    return list(merged.values())


def _page_bytes(kinds: Sequence[Holding], block_size: int) -> int:
    """The largest page of attention, in whole blocks, that also holds a recurrent state."""
    widest = max((each.bytes_per_token for each in kinds), default=0)
    state = max(each.state_bytes for each in kinds)
    if not widest:
        return max(1, ceil(state))
    blocks = max(1, ceil(state / (widest * block_size)))
    return int(blocks * block_size * widest)


def _block_tokens(each: Holding, page: int, block_size: int) -> int:
    """Narrower layers get longer blocks where that makes pages equal, padding where not."""
    if not each.bytes_per_token:
        return block_size
    tokens, rest = divmod(page, each.bytes_per_token)
    return int(tokens) if not rest else max(block_size, int(tokens) // block_size * block_size)


def _blocks(each: Holding, block_tokens: int, tokens: int) -> int:
    if each.states:
        return each.states
    if each.limit is None:
        return -(-tokens // block_tokens)
    return -(-min(each.limit, tokens) // block_tokens) + each.spare_blocks


def _holding(
    group: Layers, engine: Engine, tp: int, pp: int, kv_bytes: float, in_flight: int
) -> Holding:
    layers = ceil(group.layers / pp)
    if isinstance(group, FullLayers | SlidingLayers | ChunkedLayers):
        return _with_heads(group, engine, layers, _heads_bytes(group, tp, kv_bytes), in_flight)
    if isinstance(group, LatentLayers) and engine.latent_cache:
        return Holding(layers=layers, bytes_per_token=_latent_bytes(group, kv_bytes))
    if isinstance(group, RecurrentLayers):
        states = engine.recurrent_states_per_sequence
        return Holding(layers=layers, states=states, state_bytes=_state_bytes(group, tp))
    if isinstance(group, CrossLayers):
        bytes_per_token = 2 * max(1, group.kv_heads // tp) * group.head_size * kv_bytes
        blocks = ceil(group.encoder_length / engine.block_size)
        return Holding(layers=layers, bytes_per_token=bytes_per_token, limit=0, spare_blocks=blocks)
    name = group.name if isinstance(group, UnknownLayers) else f"latent in {engine.version}"
    raise UnknownLayout(
        f"unknown attention layout: kaito has no arithmetic for `{name}`.",
        hint="Try it on a GPU you have; kaito does not guess what it cannot count.",
    )


def _with_heads(
    group: FullLayers | SlidingLayers | ChunkedLayers,
    engine: Engine,
    layers: int,
    bytes_per_token: float,
    in_flight: int,
) -> Holding:
    if isinstance(group, FullLayers) or not engine.windowed_cache:
        return Holding(layers=layers, bytes_per_token=bytes_per_token)
    if isinstance(group, ChunkedLayers):
        limit, spare = group.chunk + in_flight, 0
    else:
        limit, spare = group.window - 1 + in_flight, 1
    return Holding(layers=layers, bytes_per_token=bytes_per_token, limit=limit, spare_blocks=spare)


def _heads_bytes(
    group: FullLayers | SlidingLayers | ChunkedLayers, tp: int, kv_bytes: float
) -> float:
    """Beyond one KV head a rank, tensor parallelism copies heads instead of sharing them."""
    return max(1, group.kv_heads // tp) * group.values_per_head * kv_bytes


def _latent_bytes(group: LatentLayers, kv_bytes: float) -> float:
    """Latent vectors are the same on every rank: tensor parallelism saves nothing."""
    vector = (group.kv_lora_rank + group.qk_rope_head_dim) * kv_bytes
    if not group.indexer_layers:
        return vector
    if kv_bytes < 2:
        vector = max(vector, SPARSE_LATENT_FP8_BYTES)
    scales = ceil(group.indexer_head_dim / INDEXER_BLOCK) * INDEXER_SCALE_BYTES
    share = group.indexer_layers / group.layers
    return vector + share * (group.indexer_head_dim + scales)


def _state_bytes(group: RecurrentLayers, tp: int) -> float:
    conv = group.conv_channels * group.conv_steps * group.conv_bytes_per_element
    return (conv + group.state_elements * group.state_bytes_per_element) / tp
