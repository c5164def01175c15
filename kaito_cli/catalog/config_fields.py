"""Read a Hugging Face config.json field by field, and say exactly which one is wrong.

The same fact has many names there (`n_head`, `num_attention_heads`), so every reader takes
alternatives and answers with the first that is present and not null.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kaito_cli.catalog.config_defaults import DEFAULTS, FAMILIES, WRAPPED, Config
from kaito_cli.errors import BadInput

LARGEST = 10**9  # no size of a real model comes near it; a larger one is a broken file
MOST_LAYERS = 1000

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
    family = inner.text("model_type") or _family(root)
    defaults = {**DEFAULTS.get(family, {}), **(WRAPPED.get(family, {}) if inner != root else {})}
    values = {**defaults, **inherited, **inner.values, "model_type": family}
    return Fields(values, inner.source)


def _family(root: Fields) -> str:
    """The family that an architecture's name tells, where `model_type` is left out."""
    return next((FAMILIES[name] for name in root.texts("architectures") if name in FAMILIES), "")


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
