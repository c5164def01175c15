"""Families whose layers differ from one another in a way of their own.

From vllm/model_executor/models/<family>.py of vLLM 0.33, as each rule says.
"""

from collections.abc import Callable, Sequence

from kaito_cli.catalog.config_fields import Fields
from kaito_cli.catalog.config_shape import (
    attention_heads,
    chunked_layer,
    full_layer,
    head_size,
    layer_count,
    layer_of_kind,
)
from kaito_cli.model import FullLayers, Layers, SlidingLayers, UnknownLayers

Layout = Sequence[Layers]


def _llama4(config: Fields) -> Layout:
    """Chunked where rotary embeddings are used; every fourth layer is full."""
    layers = layer_count(config)
    chunk = config.count("attention_chunk_size")
    every = config.number("no_rope_layer_interval", default=4)
    rope = config.numbers("no_rope_layers", layers)[:layers] or tuple(
        int((index + 1) % every != 0) for index in range(layers)
    )
    return [chunked_layer(config, chunk) if each and chunk else full_layer(config) for each in rope]


def _gemma4(config: Fields) -> Layout:
    """Full layers have their own head size and, where keys are also values, their own heads;
    the last `num_kv_shared_layers` read the cache of earlier ones. Without `layer_types` every
    sixth layer is full, as in the published 26B and 31B."""
    layers = layer_count(config)
    kinds = config.texts("layer_types", layers) or tuple(
        "sliding_attention" if (index + 1) % 6 else "full_attention" for index in range(layers)
    )
    heads = full_layer(config).kv_heads
    if config.flag("attention_k_eq_v", default=True):  # False leaves their own heads unused
        heads = config.number("num_global_key_value_heads", default=heads)
    size = config.number("global_head_dim", default=head_size(config))
    wide = FullLayers(layers=1, kv_heads=heads, head_size=size)
    shared = config.count("num_kv_shared_layers")
    if shared >= layers:
        raise config.wrong("num_kv_shared_layers", shared, f"less than {layers}")
    keeping = kinds[: layers - shared]
    return [wide if kind == "full_attention" else layer_of_kind(config, kind) for kind in keeping]


def _gemma3n(config: Fields) -> Layout:
    """As its `layer_types` say; the last `num_kv_shared_layers` keep nothing."""
    layers = layer_count(config)
    kinds = config.texts("layer_types", layers)
    if not kinds:
        raise config.missing("layer_types")
    shared = config.count("num_kv_shared_layers", default=15)
    return [layer_of_kind(config, kind) for kind in kinds[: max(1, layers - shared)]]


def _mimo_v2(config: Fields) -> Layout:
    """`hybrid_layer_pattern`: 1 marks a windowed layer, with heads of its own size. vLLM
    drops `attention_chunk_size`, which these files name and the model does not use."""
    layers = layer_count(config)
    pattern = config.numbers("hybrid_layer_pattern", layers)[:layers]
    if not pattern:
        raise config.missing("hybrid_layer_pattern")
    full = full_layer(config)
    local = SlidingLayers(
        layers=1,
        kv_heads=config.number("swa_num_key_value_heads", default=full.kv_heads),
        head_size=config.number("swa_head_dim", default=full.head_size),
        value_head_size=config.count("swa_v_head_dim", default=full.value_head_size),
        window=config.number("sliding_window", "sliding_window_size"),
    )
    return [local if windowed else full for windowed in pattern]


def _step3p5(config: Fields) -> Layout:
    """As its `layer_types` say; windowed layers may have a head count of their own."""
    layers = layer_count(config)
    own = config.table("attention_other_setting")
    full = full_layer(config)
    local = SlidingLayers(
        layers=1,
        kv_heads=own.number("num_attention_groups", default=full.kv_heads),
        head_size=own.number("head_dim", default=full.head_size),
        window=config.number("sliding_window"),
    )
    kinds = config.texts("layer_types", layers)[:layers]
    return [local if kind == "sliding_attention" else layer_of_kind(config, kind) for kind in kinds]


def _minicpm3(config: Fields) -> Layout:
    """Latent projections, but vLLM stores whole keys, and values padded to their size."""
    size = config.number("qk_nope_head_dim") + config.number("qk_rope_head_dim")
    layer = FullLayers(layers=1, kv_heads=attention_heads(config), head_size=size)
    return [layer] * layer_count(config)


def _minimax_m2(config: Fields) -> Layout:
    """`attn_type_list` of all ones: plain attention; anything else is an older layout."""
    if set(config.numbers("attn_type_list", 0)) - {1}:
        return [UnknownLayers(layers=1, name="lightning attention")] * layer_count(config)
    return [full_layer(config)] * layer_count(config)


FAMILIES: dict[str, Callable[[Fields], Layout]] = {
    "llama4_text": _llama4,
    "gemma4_text": _gemma4,
    "gemma4_unified_text": _gemma4,
    "gemma3n_text": _gemma3n,
    "mimo_v2": _mimo_v2,
    "mimo_v2_flash": _mimo_v2,
    "step3p5": _step3p5,
    "step3p7": _step3p5,
    "minicpm3": _minicpm3,
    "minimax_m2": _minimax_m2,
}
