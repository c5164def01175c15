"""Read a Hugging Face config.json field by field, and say exactly which one is wrong.

The same fact has many names there (`n_head`, `num_attention_heads`), so every reader takes
alternatives and answers with the first that is present and not null.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kaito_cli.errors import BadInput

LARGEST = 10**9  # no size of a real model comes near it; a larger one is a broken file
MOST_LAYERS = 1000
Config = Mapping[str, Any]

# Where multimodal wrappers keep the language model's own configuration.
_WRAPPERS = ("text_config", "llm_config", "language_config")


@dataclass(frozen=True, slots=True)
class Fields:
    """A configuration and the words to name it with in an error."""

    values: Config
    source: str

    def has(self, *names: str) -> bool:
        return any(self.values.get(name) is not None for name in names)

    def number(self, *names: str, default: int | None = None) -> int:
        """The first of ``names`` as an integer of at least 1; BadInput if wrong or missing."""
        return self._integer(names, 1, default)

    def count(self, *names: str, default: int | None = 0) -> int:
        """The first of ``names`` as an integer of at least 0."""
        return self._integer(names, 0, default)

    def real(self, name: str, default: float) -> float:
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(name, value, "a number")
        if not 0 < value <= LARGEST:
            raise self.wrong(name, value, "a positive number")
        return float(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.wrong(name, value, "true or false")
        return value

    def text(self, *names: str, default: str = "") -> str:
        for name in names:
            value = self.values.get(name)
            if value is not None:
                if not isinstance(value, str):
                    raise self.wrong(name, value, "a text")
                return value
        return default

    def table(self, name: str) -> "Fields":
        """The object of that name; empty when it is missing."""
        value = self.values.get(name)
        if value is None:
            return Fields({}, f"`{name}` of {self.source}")
        if not isinstance(value, Mapping):
            raise self.wrong(name, value, "an object")
        return Fields(value, f"`{name}` of {self.source}")

    def sequence(self, name: str, length: int = 0) -> Sequence[Any]:
        """The list of that name, at least ``length`` long; empty when it is missing."""
        value = self.values.get(name)
        if value is None:
            return ()
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise self.wrong(name, value, "a list")
        if len(value) < length:
            raise self.wrong(name, f"{len(value)} entries", f"a list of at least {length}")
        return value

    def texts(self, name: str, length: int = 0) -> tuple[str, ...]:
        values = self.sequence(name, length)
        if not all(isinstance(each, str) for each in values):
            raise self.wrong(name, values, "a list of texts")
        return tuple(values)

    def numbers(self, name: str, length: int = 0) -> tuple[int, ...]:
        """A list of integers of at least 0."""
        values = self.sequence(name, length)
        if not all(_is_integer(each) and 0 <= each <= LARGEST for each in values):
            raise self.wrong(name, values, "a list of whole numbers")
        return tuple(values)

    def wrong(self, name: str, value: object, wanted: str) -> BadInput:
        return BadInput(
            f"`{name}` in {self.source} should be {wanted}, and is {_short(value)}.",
            hint="Download the model's config.json again, or name another revision.",
        )

    def missing(self, name: str) -> BadInput:
        return BadInput(
            f"{self.source} has no `{name}`, which sizing needs.",
            hint="Download the model's config.json again, or name another revision.",
        )

    def _integer(self, names: tuple[str, ...], least: int, default: int | None) -> int:
        for name in names:
            value = self.values.get(name)
            if value is None:
                continue
            if not _is_integer(value) or not least <= value <= LARGEST:
                raise self.wrong(name, value, f"a whole number from {least} to {LARGEST}")
            return int(value)
        if default is None:
            raise self.missing(names[0])
        return default


def fields_of(config: object, source: str) -> Fields:
    """The whole configuration; BadInput when it is not an object."""
    if not isinstance(config, Mapping) or not config:
        raise BadInput(
            f"{source} is not a model's configuration.",
            detail=f"expected a JSON object, found {_short(config)}",
            hint="Point at the folder that holds the model's config.json.",
        )
    return Fields(config, source)


def language_of(root: Fields) -> Fields:
    """The language model's own configuration, with what its family leaves unsaid filled in."""
    inner = _unwrapped(root)
    inherited = {
        name: root.values[name]
        for name in ("torch_dtype", "dtype", "tie_word_embeddings")
        if root.has(name)
    }
    family = inner.text("model_type")
    defaults = {**DEFAULTS.get(family, {}), **(WRAPPED.get(family, {}) if inner != root else {})}
    return Fields({**defaults, **inherited, **inner.values}, inner.source)


def _unwrapped(root: Fields) -> Fields:
    outer = root.table("thinker_config") if root.has("thinker_config") else root
    for wrapper in _WRAPPERS:
        if outer.has(wrapper):
            return outer.table(wrapper)
    return outer


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


# What transformers assumes when a config.json leaves a key out, for the families whose
# published files do. From huggingface/transformers src/transformers/models/<family>/
# configuration_<family>.py; read for gemma3 (commit 008f5c8) and llama4 (commit 008e574),
# the others are recalled and stand in the published files of the models we know.
DEFAULTS: Mapping[str, Config] = {
    "gemma3_text": {
        "vocab_size": 262_208,
        "num_attention_heads": 8,
        "num_key_value_heads": 4,
        "head_dim": 256,
        "max_position_embeddings": 131_072,
        "sliding_window": 4096,
        "sliding_window_pattern": 6,
        "tie_word_embeddings": True,
    },
    "gemma2": {"sliding_window": 4096, "sliding_window_pattern": 2, "tie_word_embeddings": True},
    "gemma": {"head_dim": 256, "tie_word_embeddings": True},
    "gemma4_text": {"tie_word_embeddings": True},
    "cohere": {"tie_word_embeddings": True},
    "cohere2": {"sliding_window_pattern": 4, "tie_word_embeddings": True},
    "llama4_text": {
        "attention_chunk_size": 8192,
        "interleave_moe_layer_step": 1,
        "no_rope_layer_interval": 4,
        "num_experts_per_tok": 1,
        "num_local_experts": 16,
    },
    "mistral": {"num_key_value_heads": 8, "sliding_window": 4096},
    "falcon": {"max_position_embeddings": 2048, "multi_query": True, "tie_word_embeddings": True},
    "opt": {"tie_word_embeddings": True},
    "gpt2": {"tie_word_embeddings": True},
    "gpt_bigcode": {"multi_query": True, "tie_word_embeddings": True},
    "starcoder2": {"tie_word_embeddings": True},
    "bloom": {"tie_word_embeddings": True},
    "lfm2": {"tie_word_embeddings": True},
    "lfm2_moe": {"tie_word_embeddings": True},
    "qwen3_next": {"full_attention_interval": 4},
    "qwen3_5_text": {"full_attention_interval": 4},
    "qwen3_5_moe_text": {"full_attention_interval": 4},
    "gpt_oss": {"sliding_window": 128},
}

# Wrappers such as LLaVA write only what differs from the language model's published sizes.
WRAPPED: Mapping[str, Config] = {
    "mistral": {
        "vocab_size": 32_000,
        "hidden_size": 4096,
        "intermediate_size": 14_336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "max_position_embeddings": 131_072,
    },
    "llama": {
        "vocab_size": 32_000,
        "hidden_size": 4096,
        "intermediate_size": 11_008,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "max_position_embeddings": 2048,
    },
}
