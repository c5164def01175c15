"""Models that mix attention with recurrent layers, or leave attention out of some layers.

State shapes are those of vLLM 0.33, vllm/model_executor/layers/mamba/mamba_utils.py
(MambaStateShapeCalculator, MambaStateDtypeCalculator).
"""

from collections.abc import Callable, Sequence

from kaito_cli.catalog.config_fields import Fields
from kaito_cli.catalog.config_shape import (
    attention_heads,
    full_layer,
    head_size,
    hidden_size,
    layer_count,
)
from kaito_cli.model import FullLayers, Layers, RecurrentLayers, UnknownLayers

_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2, "float64": 8}
_WIDE = 4  # float32
_HALF = 2  # the convolution state has the model's dtype, and models are served in 16 bits


def _state_bytes(config: Fields, key: str, default: int) -> int:
    """Bytes of one element of the recurrent state, from the dtype the key names."""
    name = config.text(key)
    return _BYTES.get(name, default)


def _delta_net(config: Fields) -> RecurrentLayers:
    """Qwen3-Next and later. Without `mamba_ssm_dtype` the state has the model's dtype."""
    keys = config.number("linear_num_key_heads")
    values = config.number("linear_num_value_heads")
    key_size = config.number("linear_key_head_dim")
    value_size = config.number("linear_value_head_dim")
    return RecurrentLayers(
        kind="gated_delta_net",
        layers=1,
        conv_channels=2 * keys * key_size + values * value_size,
        conv_steps=config.number("linear_conv_kernel_dim") - 1,
        conv_bytes_per_element=_HALF,
        state_elements=values * key_size * value_size,
        state_bytes_per_element=_state_bytes(config, "mamba_ssm_dtype", _HALF),
        heads=values,
    )


def _qwen3_next(config: Fields) -> Sequence[Layers]:
    layers = layer_count(config)
    every = config.number("full_attention_interval", default=4)
    kinds = config.texts("layer_types", layers)[:layers] or tuple(
        "linear_attention" if (index + 1) % every else "full_attention" for index in range(layers)
    )
    table: dict[str, Callable[[Fields], Layers]] = {
        "linear_attention": _delta_net,
        "full_attention": full_layer,
    }
    return _by_name(config, kinds, table)


def _by_name(
    config: Fields, kinds: Sequence[str], table: dict[str, Callable[[Fields], Layers]]
) -> Sequence[Layers]:
    rules = {kind: table[kind](config) if kind in table else None for kind in set(kinds)}
    return [rules[kind] or UnknownLayers(layers=1, name=f"layer type {kind}") for kind in kinds]


def _nemotron_mamba(config: Fields) -> RecurrentLayers:
    """vLLM keeps the state in float32 unless the model names another dtype."""
    heads = config.number("mamba_num_heads")
    size = config.number("mamba_head_dim")
    state = config.number("ssm_state_size", "mamba_state_dim")
    groups = config.number("n_groups", "mamba_n_groups")
    return RecurrentLayers(
        kind="mamba2",
        layers=1,
        conv_channels=heads * size + 2 * groups * state,
        conv_steps=config.number("conv_kernel", "mamba_d_conv") - 1,
        conv_bytes_per_element=_HALF,
        state_elements=heads * size * state,
        state_bytes_per_element=_state_bytes(config, "mamba_ssm_cache_dtype", _WIDE),
        heads=heads,
    )


def nemotron_kinds(config: Fields) -> tuple[str, ...]:
    """`mamba`, `attention`, `mlp` or `moe` for every layer of a Nemotron-H."""
    layers = layer_count(config)
    if names := config.texts("layers_block_type", layers):
        return names[:layers]
    pattern = config.text("hybrid_override_pattern")
    letters = {"M": "mamba", "*": "attention", "-": "mlp", "E": "moe"}
    if len(pattern) < layers or set(pattern) - set(letters):
        raise config.wrong("hybrid_override_pattern", pattern, f"{layers} letters of M, *, -, E")
    return tuple(letters[letter] for letter in pattern[:layers])


def _nemotron_h(config: Fields) -> Sequence[Layers]:
    kept = [kind for kind in nemotron_kinds(config) if kind not in ("mlp", "moe")]
    return _by_name(config, kept, {"mamba": _nemotron_mamba, "attention": full_layer})


def _granite_mamba(config: Fields) -> RecurrentLayers:
    """Granite 4: without a dtype of its own the state has the model's."""
    heads = config.number("mamba_n_heads")
    state = config.number("mamba_d_state")
    inner = config.number("mamba_expand") * hidden_size(config)
    return RecurrentLayers(
        kind="mamba2",
        layers=1,
        conv_channels=inner + 2 * config.number("mamba_n_groups") * state,
        conv_steps=config.number("mamba_d_conv") - 1,
        conv_bytes_per_element=_HALF,
        state_elements=inner * state,
        state_bytes_per_element=_HALF,
        heads=heads,
    )


def _granite_hybrid(config: Fields) -> Sequence[Layers]:
    layers = layer_count(config)
    kinds = config.texts("layer_types", layers)[:layers] or ("attention",) * layers
    return _by_name(config, kinds, {"mamba": _granite_mamba, "attention": full_layer})


def _short_conv(config: Fields) -> RecurrentLayers:
    return RecurrentLayers(
        kind="short_conv",
        layers=1,
        conv_channels=config.number("conv_dim", default=hidden_size(config)),
        conv_steps=config.number("conv_L_cache") - 1,
        conv_bytes_per_element=_HALF,
    )


def _lfm2(config: Fields) -> Sequence[Layers]:
    layers = layer_count(config)
    kinds = config.texts("layer_types", layers)[:layers]
    if not kinds:
        attending = set(config.numbers("full_attn_idxs"))
        kinds = tuple("full_attention" if i in attending else "conv" for i in range(layers))
    return _by_name(config, kinds, {"conv": _short_conv, "full_attention": full_layer})


def _nemotron_nas(config: Fields) -> Sequence[Layers]:
    """Each block has its own group size; some have no attention at all."""
    found = []
    for block in nas_blocks(config):
        attention = block.table("attention")
        if attention.flag("no_op") or attention.flag("replace_with_linear"):
            continue
        group = attention.number("n_heads_in_group")
        heads = attention_heads(config)
        if heads % group:
            raise attention.wrong("n_heads_in_group", group, f"a divisor of {heads} heads")
        size = head_size(config)
        found.append(FullLayers(layers=1, kv_heads=heads // group, head_size=size))
    return found


def nas_blocks(config: Fields) -> list[Fields]:
    """The `block_configs` of a Nemotron-NAS, one a layer."""
    layers = layer_count(config)
    blocks = config.sequence("block_configs", layers)[:layers]
    return [
        Fields({"block": block}, f"`block_configs[{index}]` of {config.source}").table("block")
        for index, block in enumerate(blocks)
    ]


HYBRIDS: dict[str, Callable[[Fields], Sequence[Layers]]] = {
    "qwen3_next": _qwen3_next,
    "qwen3_5": _qwen3_next,
    "qwen3_5_text": _qwen3_next,
    "qwen3_5_moe": _qwen3_next,
    "qwen3_5_moe_text": _qwen3_next,
    "nemotron_h": _nemotron_h,
    "granitemoehybrid": _granite_hybrid,
    "lfm2": _lfm2,
    "lfm2_moe": _lfm2,
    "nemotron-nas": _nemotron_nas,
}
