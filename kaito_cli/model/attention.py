"""How a model's layers remember: one type per layout of the KV cache.

A layout that is none of these is :class:`UnknownLayers`, and is refused rather than
approximated. Sizes are per layer and for the whole layer, before tensor parallelism.
"""

from dataclasses import dataclass
from typing import Literal


class _Heads:
    """What layers that keep keys and values by head have in common."""

    __slots__ = ()
    head_size: int
    value_head_size: int

    @property
    def values_per_head(self) -> int:
        """Elements of one key and one value of one head."""
        return self.head_size + (self.value_head_size or self.head_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class FullLayers(_Heads):
    """Every token of the sequence stays (MHA, GQA, MQA)."""

    kind: Literal["full"] = "full"
    layers: int
    kv_heads: int
    head_size: int
    value_head_size: int = 0  # 0: as head_size


@dataclass(frozen=True, slots=True, kw_only=True)
class SlidingLayers(_Heads):
    """Only the last ``window`` tokens stay."""

    kind: Literal["sliding"] = "sliding"
    layers: int
    kv_heads: int
    head_size: int
    value_head_size: int = 0
    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkedLayers(_Heads):
    """Tokens attend within chunks of ``chunk`` tokens (Llama 4)."""

    kind: Literal["chunked"] = "chunked"
    layers: int
    kv_heads: int
    head_size: int
    value_head_size: int = 0
    chunk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentLayers:
    """Multi-head latent attention: one compressed vector a token, the same on every rank."""

    kind: Literal["latent"] = "latent"
    layers: int
    kv_lora_rank: int
    qk_rope_head_dim: int
    indexer_layers: int = 0  # layers that also keep a sparse indexer's key (DeepSeek-V3.2, GLM-5)
    indexer_head_dim: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentLayers:
    """A state per sequence, whatever its length: Mamba2, gated delta net, short convolution.

    ``conv_channels`` × ``conv_steps`` elements of convolution state and ``state_elements``
    of recurrent state; both shrink with tensor parallelism.
    """

    kind: Literal["mamba2", "gated_delta_net", "short_conv"]
    layers: int
    conv_channels: int
    conv_steps: int
    conv_bytes_per_element: int = 2
    state_elements: int = 0
    state_bytes_per_element: int = 4
    heads: int = 0  # recurrent heads, which tensor parallelism must divide


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossLayers:
    """Attention to an encoder's output of at most ``encoder_length`` tokens (Whisper, T5)."""

    kind: Literal["cross"] = "cross"
    layers: int
    kv_heads: int
    head_size: int
    encoder_length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownLayers:
    """A layout kaito has no arithmetic for; ``name`` is what the model calls it."""

    kind: Literal["unknown"] = "unknown"
    layers: int
    name: str


Layers = (
    FullLayers
    | SlidingLayers
    | ChunkedLayers
    | LatentLayers
    | RecurrentLayers
    | CrossLayers
    | UnknownLayers
)
