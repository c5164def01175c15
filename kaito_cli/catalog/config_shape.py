"""Heads, head sizes and layer counts, under all the names config.json files give them."""

from kaito_cli.catalog.config_fields import MOST_LAYERS, Fields
from kaito_cli.model import ChunkedLayers, FullLayers, Layers, SlidingLayers, UnknownLayers

_FALCON = frozenset({"falcon", "RefinedWeb", "RefinedWebModel"})
# Families with value heads of another size, which vLLM stores as they are.
_OWN_VALUE_SIZE = frozenset({"mimo_v2", "mimo_v2_flash"})

_KINDS = {
    "full_attention": "full",
    "attention": "full",
    "global": "full",
    "sliding_attention": "sliding",
    "local": "sliding",
    "chunked_attention": "chunked",
}


def layer_count(config: Fields) -> int:
    """Layers of the language model; Nemotron 3 Ultra only lists their kinds."""
    if config.has("layers_block_type") and not config.has("num_hidden_layers"):
        found = len(config.texts("layers_block_type", 1))
    else:
        found = config.number("num_hidden_layers", "n_layer", "n_layers", "num_layers")
    if found > MOST_LAYERS:
        raise config.wrong("num_hidden_layers", found, f"at most {MOST_LAYERS}")
    return found


def hidden_size(config: Fields) -> int:
    return config.number("hidden_size", "n_embd", "d_model")


def vocabulary_size(config: Fields) -> int:
    return config.number("vocab_size", "padded_vocab_size")


def attention_heads(config: Fields) -> int:
    """Query heads of every attention layer."""
    return config.number("num_attention_heads", "n_head", "n_heads")


def head_size(config: Fields) -> int:
    """Elements of one head: as vLLM's ModelArchConfigConvertorBase.get_head_size."""
    stated = ("head_dim", "hidden_size_per_head", "attention_head_dim", "kv_channels")
    if found := config.count(*stated):
        return found
    hidden, heads = hidden_size(config), attention_heads(config)
    if hidden % heads:
        raise config.wrong("num_attention_heads", heads, f"a divisor of the hidden size {hidden}")
    return hidden // heads


def kv_heads(config: Fields) -> int:
    """KV heads of a layer: as vLLM's get_total_num_kv_heads, family by family."""
    family = config.text("model_type")
    if family in _FALCON and not config.flag("new_decoder_architecture"):
        if config.flag("multi_query"):
            return 1
        return config.number("n_head_kv", "num_kv_heads", default=attention_heads(config))
    if family == "gpt_bigcode" and config.flag("multi_query"):
        return 1
    if config.table("attn_config").has("kv_n_heads"):  # MPT, DBRX
        return config.table("attn_config").number("kv_n_heads")
    return config.number(
        "n_head_kv",
        "num_kv_heads",
        "num_key_value_heads",
        "multi_query_group_num",
        "num_attention_groups",
        default=attention_heads(config),
    )


def full_layer(config: Fields) -> FullLayers:
    """One layer of ordinary attention."""
    heads, shared = attention_heads(config), kv_heads(config)
    if heads % shared:
        raise config.wrong("num_key_value_heads", shared, f"a divisor of {heads} attention heads")
    size = head_size(config)
    values = config.count("v_head_dim") if config.text("model_type") in _OWN_VALUE_SIZE else 0
    return FullLayers(
        layers=1,
        kv_heads=shared,
        head_size=size,
        value_head_size=0 if values == size else values,
    )


def layer_of_kind(config: Fields, kind: str) -> Layers:
    """One layer that the model calls ``kind``; UnknownLayers for a word we have no rule for."""
    match _KINDS.get(kind):
        case "full":
            return full_layer(config)
        case "sliding" if window := config.count("sliding_window"):
            return sliding_layer(config, window)
        case "chunked" if chunk := config.count("attention_chunk_size"):
            return chunked_layer(config, chunk)
    return UnknownLayers(layers=1, name=f"layer type {kind}")


def sliding_layer(config: Fields, window: int) -> SlidingLayers:
    full = full_layer(config)
    return SlidingLayers(
        layers=1,
        kv_heads=full.kv_heads,
        head_size=full.head_size,
        value_head_size=full.value_head_size,
        window=window,
    )


def chunked_layer(config: Fields, chunk: int) -> ChunkedLayers:
    full = full_layer(config)
    return ChunkedLayers(layers=1, kv_heads=full.kv_heads, head_size=full.head_size, chunk=chunk)
