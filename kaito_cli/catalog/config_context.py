"""The longest sequence a model takes, as vLLM derives it from config.json."""

from kaito_cli.catalog.config_fields import Fields

# The names vLLM looks for, the smallest value counts: derive_max_model_len_and_key in
# vllm/transformers_utils/model_arch_config_convertor.py (commit 00bb6f5).
_NAMES = (
    "max_position_embeddings",
    "n_positions",
    "max_seq_len",
    "seq_length",
    "max_target_positions",
    "max_sequence_length",
    "max_seq_length",
    "seq_len",
)
_WITHOUT_ONE = 2048  # what vLLM assumes when config.json says nothing
_ALREADY_LONG = frozenset({"su", "longrope", "llama3"})


def context_length_of(config: Fields) -> int:
    """Tokens of the longest sequence: _get_and_verify_max_len of vllm/config/model.py.

    `llama3` and `longrope` files already name the long value; every other rope type
    multiplies it by its factor, `yarn` after starting from the original length. Gemma 3's
    value is already scaled.
    """
    if config.has("model_max_length"):
        length = config.number("model_max_length")
    else:
        length = min(
            (config.number(name) for name in _NAMES if config.has(name)), default=_WITHOUT_ONE
        )
    if "gemma3" in config.text("model_type"):
        return length
    return _scaled(config, length)


def _scaled(config: Fields, length: int) -> int:
    factor = 1.0
    for rope in _ropes(config):
        kind = rope.text("rope_type", "type", default="default")
        if kind in _ALREADY_LONG:
            continue
        factor = rope.real("factor", factor)
        if kind == "yarn":
            length = rope.number("original_max_position_embeddings", default=length)
    return max(1, int(length * factor))


def _ropes(config: Fields) -> list[Fields]:
    """One rope, or one for every layer type."""
    name = "rope_parameters" if config.has("rope_parameters") else "rope_scaling"
    rope = config.table(name)
    nested = [key for key, value in rope.values.items() if isinstance(value, dict)]
    return [rope.table(key) for key in nested] or [rope]
