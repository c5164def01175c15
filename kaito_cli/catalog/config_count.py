"""Parameters counted from a model's geometry, for when no tensor header or index says."""

from kaito_cli.catalog.config_experts import FeedForward, feed_forward_of
from kaito_cli.catalog.config_fields import Fields, fields_of, language_of
from kaito_cli.catalog.config_layers import layers_of
from kaito_cli.catalog.config_shape import (
    attention_heads,
    hidden_size,
    layer_count,
    vocabulary_size,
)
from kaito_cli.model import (
    ChunkedLayers,
    FullLayers,
    LatentLayers,
    Layers,
    RecurrentLayers,
    SlidingLayers,
)

_NO_WINDOW = 1 << 62  # counting weights, a window is a window however long the context


def parameter_count(config: object, source: str = "config.json") -> int:
    """Parameters of the language model: projections, experts, embeddings and norms.

    Within 3 % of the tensors for the families tests/catalog/test_config_experts.py lists. Vision
    and audio towers and multi-token-prediction layers are not counted; 0 when a layer's
    layout is unknown.
    """
    language = language_of(fields_of(config, source))
    layers = layers_of(language, _NO_WINDOW)
    counted = [_attention(language, group) for group in layers]
    if None in counted:
        return 0
    return (
        sum(each or 0 for each in counted)
        + _feed_forward(language, feed_forward_of(language))
        + _embeddings(language)
    )


def _embeddings(config: Fields) -> int:
    """Input and output embeddings, and Gemma's per-layer ones."""
    one = vocabulary_size(config) * hidden_size(config)
    inputs = config.count("hidden_size_per_layer_input") * layer_count(config)
    every_layer = config.count("vocab_size_per_layer_input") * inputs
    return every_layer + (one if config.flag("tie_word_embeddings") else 2 * one)


def _feed_forward(config: Fields, mlp: FeedForward) -> int:
    hidden, matrices = hidden_size(config), 3 if mlp.gated else 2
    dense = sum(matrices * hidden * size for size in mlp.dense)
    if mlp.experts is None:
        return dense
    routed = mlp.experts
    inner = mlp.latent or hidden
    one_layer = (
        routed.experts * matrices * inner * routed.intermediate_size
        + matrices * hidden * mlp.shared
        + hidden * routed.experts
        + (2 * hidden * inner if mlp.latent else 0)
    )
    return dense + routed.layers * one_layer


def _attention(config: Fields, group: Layers) -> int | None:
    match group:
        case FullLayers() | SlidingLayers() | ChunkedLayers():
            one = _projections(config, group)
        case LatentLayers():
            one = _latent(config, group)
        case RecurrentLayers():
            one = _recurrent(config, group)
        case _:
            return None
    return group.layers * one


def _projections(config: Fields, group: FullLayers | SlidingLayers | ChunkedLayers) -> int:
    hidden, heads = hidden_size(config), attention_heads(config)
    value = group.value_head_size or group.head_size
    queries = heads * group.head_size * (2 if config.flag("attn_output_gate") else 1)
    return hidden * (queries + group.kv_heads * group.values_per_head + heads * value)


def _latent(config: Fields, group: LatentLayers) -> int:
    hidden, heads = hidden_size(config), attention_heads(config)
    nope, value = config.number("qk_nope_head_dim"), config.number("v_head_dim")
    rank = config.count("q_lora_rank")
    width = heads * (nope + group.qk_rope_head_dim)
    queries = rank * (hidden + width) if rank else hidden * width
    keys = hidden * (group.kv_lora_rank + group.qk_rope_head_dim)
    expanded = group.kv_lora_rank * heads * (nope + value)
    indexer = (rank or hidden) * config.count("index_n_heads") * group.indexer_head_dim
    share = group.indexer_layers / group.layers
    return queries + keys + expanded + hidden * heads * value + int(indexer * share)


def _recurrent(config: Fields, group: RecurrentLayers) -> int:
    """In and out projections; convolution and decay terms are too small to matter."""
    hidden = hidden_size(config)
    if group.kind == "short_conv":
        return 4 * hidden * group.conv_channels
    if group.kind == "gated_delta_net":
        values = group.heads * config.number("linear_value_head_dim")
        return hidden * (group.conv_channels + values + 2 * group.heads) + values * hidden
    inner = group.heads * _state_head(config)
    return hidden * (group.conv_channels + inner + group.heads) + inner * hidden


def _state_head(config: Fields) -> int:
    if config.has("mamba_head_dim"):
        return config.number("mamba_head_dim")
    inner = config.number("mamba_expand") * hidden_size(config)
    return max(1, inner // config.number("mamba_n_heads"))
