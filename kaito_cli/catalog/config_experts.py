"""Feed-forward sizes: which layers are dense, which are routed, and how wide each is."""

from dataclasses import dataclass

from kaito_cli.catalog.config_fields import Fields
from kaito_cli.catalog.config_hybrid import nas_blocks, nemotron_kinds
from kaito_cli.catalog.config_shape import hidden_size, layer_count
from kaito_cli.model import Experts

# One projection up instead of gate and up; from the MLP classes of vLLM's model files.
_UNGATED = frozenset(
    {
        "RefinedWeb",
        "RefinedWebModel",
        "arcee",
        "bloom",
        "codegen",
        "falcon",
        "gpt2",
        "gpt_bigcode",
        "gpt_neo",
        "gpt_neox",
        "gptj",
        "mpt",
        "nemotron",
        "nemotron_h",
        "opt",
        "persimmon",
        "phi",
        "starcoder2",
    }
)
# Families whose MLP is four times the hidden size unless said otherwise.
_FOUR_TIMES = frozenset(
    {
        "RefinedWeb",
        "RefinedWebModel",
        "bloom",
        "codegen",
        "falcon",
        "gpt2",
        "gpt_bigcode",
        "gptj",
        "mpt",
        "phi",
    }
)
_EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts")
_ACTIVE = (
    "num_experts_per_tok",
    "num_experts_per_token",
    "top_k_experts",
    "experts_per_token",
    "moe_topk",
    "moe_top_k",
    "moe_k",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedForward:
    """``dense`` holds the intermediate size of each dense layer; ``shared`` of the expert that
    every token passes on routed layers, 0 for none."""

    dense: tuple[int, ...]
    shared: int = 0
    experts: Experts | None = None
    gated: bool = True
    latent: int = 0  # hidden size inside the experts, where it is another (Nemotron 3 Super)

    @property
    def widest(self) -> int:
        """The largest dense or shared intermediate size; 0 when every layer is routed only."""
        return max((*self.dense, self.shared), default=0)


def feed_forward_of(config: Fields) -> FeedForward:
    """The feed-forward layers of the language model; BadInput for impossible sizes."""
    gated = config.text("model_type") not in _UNGATED
    if config.has("block_configs"):
        return FeedForward(dense=_nas_sizes(config), gated=gated)
    routed = _routed_layers(config)
    dense = _dense_sizes(config, routed)
    if not routed:
        return FeedForward(dense=dense, gated=gated)
    return FeedForward(
        dense=dense,
        shared=_shared_size(config),
        experts=Experts(
            layers=routed,
            experts=_experts(config).number(*_EXPERTS),
            active=_experts(config).number(*_ACTIVE),
            intermediate_size=_expert_size(config),
        ),
        gated=gated,
        latent=config.count("moe_latent_size"),
    )


def _experts(config: Fields) -> Fields:
    """DBRX keeps them in `ffn_config`."""
    nested = config.table("ffn_config")
    return nested if nested.has("moe_num_experts") else config


def _has_experts(config: Fields) -> bool:
    if config.text("model_type").startswith("gemma4") and not config.flag("enable_moe_block"):
        return False
    values = _experts(config)
    for name in _EXPERTS:
        if isinstance(values.values.get(name), list):
            raise values.wrong(name, values.values[name], "a whole number")
    return values.count(*_EXPERTS) > 1


def _routed_layers(config: Fields) -> int:
    if not _has_experts(config):
        return 0
    if config.text("model_type") == "nemotron_h":
        return nemotron_kinds(config).count("moe")
    return sum(_is_routed(config, layer) for layer in range(layer_count(config)))


def _is_routed(config: Fields, layer: int) -> bool:
    """Whether experts are in this layer; every family has its own way to say it."""
    layers = layer_count(config)
    if kinds := config.texts("mlp_layer_types", layers):
        return kinds[layer] == "sparse"
    if isinstance(config.values.get("moe_layer_freq"), list):
        return config.numbers("moe_layer_freq", layers)[layer] > 0
    if chosen := config.numbers("moe_layers"):
        return layer in chosen
    return all(rule(config, layer) for rule in (_after_dense, _on_step, _on_period))


def _after_dense(config: Fields, layer: int) -> bool:
    first = config.count("first_k_dense_replace", "num_dense_layers", "moe_layer_start_index")
    last = config.count("moe_layer_end_index", default=layer)
    return first <= layer <= last and layer not in config.numbers("mlp_only_layers")


def _on_step(config: Fields, layer: int) -> bool:
    """Qwen2-MoE, Llama 4 and Ernie count layers from 1, DeepSeek from 0."""
    step = config.number(
        "decoder_sparse_step", "interleave_moe_layer_step", "moe_layer_interval", default=1
    )
    return (layer + 1) % step == 0 and layer % config.number("moe_layer_freq", default=1) == 0


def _on_period(config: Fields, layer: int) -> bool:
    """Jamba: every `expert_layer_period` layers from `expert_layer_offset` on."""
    period = config.number("expert_layer_period", default=1)
    return layer % period == config.count("expert_layer_offset") % period


def _dense_sizes(config: Fields, routed: int) -> tuple[int, ...]:
    """The intermediate size of every layer that has a dense MLP."""
    family = config.text("model_type")
    if family == "nemotron_h":
        dense = nemotron_kinds(config).count("mlp")
    elif family.startswith("gemma4"):
        return _gemma4_sizes(config)
    else:
        dense = layer_count(config) - routed
    return (_dense_size(config),) * dense if dense else ()


def _gemma4_sizes(config: Fields) -> tuple[int, ...]:
    """The experts run beside a dense MLP, not instead of it; layers that share another's
    cache may be twice as wide (use_double_wide_mlp)."""
    size = _dense_size(config)
    shared = min(config.count("num_kv_shared_layers"), layer_count(config))
    wide = 2 * size if config.flag("use_double_wide_mlp") else size
    return (size,) * (layer_count(config) - shared) + (wide,) * shared


def _dense_size(config: Fields) -> int:
    if config.has("intermediate_size_mlp"):
        return config.number("intermediate_size_mlp")
    if config.has("dense_intermediate_size"):
        return config.number("dense_intermediate_size")
    names = ("intermediate_size", "ffn_hidden_size", "n_inner", "ffn_dim")
    if config.text("model_type") in _FOUR_TIMES:
        return config.number(*names, default=4 * hidden_size(config))
    if isinstance(config.values.get("intermediate_size"), list):  # Gemma 3n: one a layer
        return max(config.numbers("intermediate_size", 1))
    return config.number(*names)


def _expert_size(config: Fields) -> int:
    """Mixtral, gpt-oss and MiniMax-M2 give the experts' size as `intermediate_size`."""
    if _experts(config) is not config:
        return _experts(config).number("ffn_hidden_size")
    return config.number("moe_intermediate_size", "expert_intermediate_size", "intermediate_size")


def _shared_size(config: Fields) -> int:
    """The width of what every token passes on a routed layer."""
    named = ("shared_expert_intermediate_size", "shared_intermediate_size", "share_expert_dim")
    if config.has(*named):
        return config.count(*named)
    if config.text("model_type") == "llama4_text":
        return config.number("intermediate_size")
    shared = config.count("n_shared_experts", "num_shared_experts", "moe_num_shared_experts")
    return shared * config.count(
        "moe_shared_expert_intermediate_size", default=_expert_size(config)
    )


def _nas_sizes(config: Fields) -> tuple[int, ...]:
    """2/3 of `ffn_mult` × hidden, rounded up to 256, as nemotron_nas.py of vLLM has it."""
    sizes = []
    for block in nas_blocks(config):
        ffn = block.table("ffn")
        if not ffn.flag("no_op") and not ffn.flag("replace_with_linear"):
            size = int(2 * ffn.real("ffn_mult", 1.0) * hidden_size(config) / 3)
            sizes.append(-(-size // 256) * 256)
    return tuple(sizes)
