"""How a model's layers remember, read from its config.json: one rule a family, never a guess.

The rules are those of vLLM 0.33 (vllm/transformers_utils/model_arch_config_convertor.py for
heads and head sizes, vllm/model_executor/models/<family>.py for windows and shared layers).
A layout without a rule here becomes :class:`UnknownLayers`, which sizing refuses.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from kaito_cli.catalog.config_families import FAMILIES
from kaito_cli.catalog.config_fields import Fields
from kaito_cli.catalog.config_hybrid import HYBRIDS
from kaito_cli.catalog.config_shape import (
    full_layer,
    layer_count,
    layer_of_kind,
    sliding_layer,
)
from kaito_cli.model import FullLayers, LatentLayers, Layers, SlidingLayers, UnknownLayers

Layout = Sequence[Layers]  # one entry of one layer for every layer that keeps something

# Families whose compressed cache vLLM keeps (is_deepseek_mla), and mistral4, the
# language model of Mistral-Small-4, which it loads as deepseek_v3.
_LATENT = frozenset(
    {
        "deepseek_v2",
        "deepseek_v3",
        "deepseek_v32",
        "glm4_moe_lite",
        "glm_moe_dsa",
        "kimi_k2",
        "mistral4",
    }
)
# Words in a key's name that tell of a layout which plain attention does not have.
_UNFAMILIAR = re.compile(
    r"ssm|mamba|linear_attn|linear_num|linear_conv|compress_r|recurrent|retention|kda_"
    r"|gated_delta|hyena|conv_kernel|conv_l_cache|time_mix|lightning|sparse_attention|moba"
    r"|dual_chunk|index_topk|state_size|hybrid|mixer|kv_lora_rank|block_configs|indexer"
    r"|cross_attention_layers|num_kv_shared|attention_chunk_size|layers_block_type"
    r"|attention_types|attention_layers|block_types|layer_group_size|deltanet|rwkv",
    re.IGNORECASE,
)


def layers_of(config: Fields, context_length: int) -> tuple[Layers, ...]:
    """The layers of the language model, equal ones counted together.

    Layers without a cache (MLP only, no-op, or reading another layer's) are left out.
    Raises BadInput for values that make no sense.
    """
    layout = _layout(config)
    counts = Counter(_widest(layer, context_length) for layer in layout)
    return tuple(replace(layer, layers=count) for layer, count in counts.items())


def _widest(layer: Layers, context_length: int) -> Layers:
    """A window that the whole context fits in is none."""
    if isinstance(layer, SlidingLayers) and layer.window >= context_length:
        return FullLayers(
            layers=1,
            kv_heads=layer.kv_heads,
            head_size=layer.head_size,
            value_head_size=layer.value_head_size,
        )
    return layer


def _layout(config: Fields) -> Layout:
    family = config.text("model_type")
    if config.flag("is_encoder_decoder"):
        return _unknown(config, "encoder-decoder")
    if rule := (HYBRIDS.get(family) or FAMILIES.get(family)):
        return rule(config)
    if family in _LATENT and config.has("kv_lora_rank") and not config.has("compress_ratios"):
        return _latent(config)
    if strange := _strange_keys(config):
        return _unknown(config, f"{family or 'no model_type'} with {', '.join(strange[:3])}")
    return _plain(config)


def _strange_keys(config: Fields) -> list[str]:
    """Keys that say something about the cache and that no rule here reads."""
    return [
        key
        for key, value in config.values.items()
        if _UNFAMILIAR.search(str(key)) and value not in (None, False, 0, 0.0, [], {}, "")
    ]


def _unknown(config: Fields, name: str) -> Layout:
    return [UnknownLayers(layers=1, name=name)] * layer_count(config)


def _plain(config: Fields) -> Layout:
    """Layer by layer where the model says so, else one kind: vLLM gives every layer the
    window of the configuration (Attention in vllm/attention/layer.py)."""
    if kinds := _kinds(config):
        return [layer_of_kind(config, kind) for kind in kinds]
    window = _window(config)
    if window and config.flag("use_sliding_window") and config.count("max_window_layers"):
        return _unknown(config, "sliding window above max_window_layers")
    return [sliding_layer(config, window) if window else full_layer(config)] * layer_count(config)


def _window(config: Fields) -> int:
    """Tokens of the window; 0: none. Qwen2 names one and switches it off."""
    if not config.flag("use_sliding_window", default=True):
        return 0
    if isinstance(config.values.get("sliding_window"), list):
        raise config.wrong("sliding_window", config.values["sliding_window"], "a whole number")
    return config.count("sliding_window", "sliding_window_size")


def _kinds(config: Fields) -> tuple[str, ...]:
    """What each layer is, in the model's words; empty: all alike."""
    layers = layer_count(config)
    if kinds := config.texts("layer_types", layers):
        return kinds[:layers]
    if not config.has("sliding_window_pattern") or not _window(config):
        return ()
    return tuple(
        "full_attention" if full else "sliding_attention" for full in _full_ones(config, layers)
    )


def _full_ones(config: Fields, layers: int) -> list[bool]:
    """`sliding_window_pattern` is a number n (every nth layer is full) or letters, L and G."""
    pattern = config.values["sliding_window_pattern"]
    if isinstance(pattern, str):
        if not pattern or set(pattern) - {"L", "G"}:
            raise config.wrong("sliding_window_pattern", pattern, "a number, or letters L and G")
        return [pattern[index % len(pattern)] == "G" for index in range(layers)]
    every = config.number("sliding_window_pattern")
    return [(index + 1) % every == 0 for index in range(layers)]


def _latent(config: Fields) -> Layout:
    """Multi-head latent attention; `index_topk` adds the sparse indexer, which GLM-5.2 keeps
    only on the layers its `indexer_types` calls full."""
    layers = layer_count(config)
    layer = LatentLayers(
        layers=1,
        kv_lora_rank=config.number("kv_lora_rank"),
        qk_rope_head_dim=config.number("qk_rope_head_dim"),
    )
    if not config.count("index_topk"):
        return [layer] * layers
    types = config.texts("indexer_types", layers)[:layers] or ("full",) * layers
    keys = types.count("full")
    size = config.number("index_head_dim", default=128)
    # One group of all layers, so that the indexer's count is a figure of the group.
    return [replace(layer, indexer_layers=keys, indexer_head_dim=size)] * layers
