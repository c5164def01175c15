"""The model architectures the engine knows: names of its registry, kept as data."""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from kaito_cli.decoding import read_file
from kaito_cli.errors import Unsupported
from kaito_cli.model import Model
from kaito_cli.resources import data

_FILE = "engines/vllm-0.33.0-architectures.yaml"
_NEAREST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Architectures:
    """``dropped`` were served by earlier versions; ``transformers`` run through the engine's
    transformers backend; ``lora`` take LoRA adapters."""

    engine: str
    source: str
    text: tuple[str, ...]
    multimodal: tuple[str, ...]
    transformers: tuple[str, ...]
    dropped: tuple[str, ...]
    lora: tuple[str, ...]

    @property
    def served(self) -> frozenset[str]:
        return frozenset((*self.text, *self.multimodal, *self.transformers))


@cache
def architectures() -> Architectures:
    """The registry of the engine version kaito plans with."""
    return read_file(data("presets") / _FILE, Architectures)


def supports(architecture: str) -> bool:
    """Whether the engine has code for it."""
    return architecture in architectures().served


def is_multimodal(architecture: str) -> bool:
    """Whether the engine knows it as a model that takes more than text."""
    return architecture in architectures().multimodal


def supports_lora(architecture: str) -> bool:
    """Whether the engine serves LoRA adapters on top of it."""
    return architecture in architectures().lora


def nearest(architecture: str) -> tuple[str, ...]:
    """The supported names most like it, the best first; at most three."""
    by_folded = {name.casefold(): name for name in sorted(architectures().served)}
    found = get_close_matches(architecture.casefold(), by_folded, n=_NEAREST, cutoff=0.5)
    return tuple(by_folded[each] for each in found)


def require_supported(model: Model, *, trust_remote_code: bool = False) -> None:
    """Raise Unsupported unless the engine can serve the model as asked.

    Code of the model's own repository runs only with ``trust_remote_code``, and only when
    the engine has none for the architecture.
    """
    known = architectures()
    if model.architecture in known.served:
        return
    if model.custom_code and trust_remote_code:
        return
    if model.custom_code:
        raise Unsupported(
            f"`{model.id}` brings its own code for `{model.architecture}`, "
            f"which {known.engine} does not know.",
            hint="Read that code, then add `--trust-remote-code` to run it on your nodes.",
        )
    raise Unsupported(
        f"{known.engine} cannot serve the architecture `{model.architecture}` of `{model.id}`.",
        detail=_was_dropped(known, model.architecture),
        hint=_instead(model.architecture),
    )


def _was_dropped(known: Architectures, architecture: str) -> str:
    return "An earlier version served it." if architecture in known.dropped else ""


def _instead(architecture: str) -> str:
    found = ", ".join(f"`{name}`" for name in nearest(architecture))
    return f"The nearest it serves: {found}." if found else "`kaito models` lists what it serves."
