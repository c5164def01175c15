"""A Hugging Face config.json becomes a :class:`Model`: the same noun a preset is."""

import json
from typing import Any

from kaito_cli.catalog.architectures import is_multimodal, supports
from kaito_cli.catalog.config_context import context_length_of
from kaito_cli.catalog.config_count import parameter_count
from kaito_cli.catalog.config_experts import feed_forward_of
from kaito_cli.catalog.config_fields import Fields, fields_of, language_of
from kaito_cli.catalog.config_layers import layers_of
from kaito_cli.catalog.config_shape import (
    attention_heads,
    hidden_size,
    layer_count,
    vocabulary_size,
)
from kaito_cli.catalog.config_weights import weights_from_config
from kaito_cli.errors import BadInput
from kaito_cli.model import Layers, Model, Serving, Weights

# What a wrapper has when it takes more than text.
_TOWERS = ("vision_config", "audio_config", "thinker_config", "vision_tower", "img_processor")
_HALF_BYTES = 2  # bytes of an unquantized parameter


def model_from_config(
    config: object,
    *,
    name: str,
    id: str = "",
    revision: str = "",
    weights: Weights | None = None,
    parameters: int = 0,
    license: str = "unknown",
    gated: bool = False,
    chat: bool = True,
    source: str = "config.json",
) -> Model:
    """The model a config.json describes; ``source`` names the file in errors.

    ``weights`` come from tensor headers or an index (:func:`weights_from_config` adds what
    the configuration says of them). None: ``Model.weights.bytes`` is 0, not known. Without
    ``parameters`` they are counted from the weights, or from the geometry.
    Raises BadInput naming the field that is missing or makes no sense. An unknown layout is
    no error here: its layers are UnknownLayers, which sizing refuses.
    """
    root = fields_of(config, source)
    language = language_of(root)
    stored = weights or weights_from_config(config, source=source)
    context_length = context_length_of(language)
    mlp = feed_forward_of(language)
    layers = layers_of(language, context_length)
    if not layers:
        raise BadInput(f"{source} describes no layer that attends to anything.")
    architecture = architecture_of(root)
    return Model(
        name=name,
        id=id or name,
        revision=revision,
        family=language.text("model_type"),
        license=license,
        gated=gated,
        architecture=architecture,
        parameters=parameters or _parameters(config, stored, source),
        context_length=context_length,
        hidden_size=hidden_size(language),
        vocabulary_size=vocabulary_size(language),
        attention_heads=attention_heads(language),
        intermediate_size=mlp.widest,
        gated_mlp=mlp.gated,
        q_lora_rank=language.count("q_lora_rank"),
        layers=layers,
        hidden_layers=_hidden_layers(language, layers),
        experts=mlp.experts,
        weights=stored,
        multimodal=root.has(*_TOWERS) or is_multimodal(architecture),
        custom_code=root.has("auto_map") and not supports(architecture),
        serving=Serving(chat=chat),
    )


def architecture_of(root: Fields) -> str:
    """The first of `architectures`; BadInput when there is none."""
    names = root.texts("architectures") or language_of(root).texts("architectures")
    if not names:
        raise root.missing("architectures")
    return names[0]


def read_config(text: str | bytes, source: str) -> dict[str, Any]:
    """The object in a config.json; BadInput when it is cut off or something else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"{source} is not readable JSON.",
            detail=str(error),
            hint="Download the model's config.json again: it may have been cut off.",
        ) from error
    fields_of(value, source)
    return dict(value)


def _hidden_layers(language: Fields, layers: tuple[Layers, ...]) -> int:
    """All layers where some keep nothing; 0 where every one does."""
    count = layer_count(language)
    return 0 if count == sum(group.layers for group in layers) else count


def _parameters(config: object, weights: Weights, source: str) -> int:
    """Two bytes a parameter where nothing is quantized, the geometry's count otherwise."""
    if weights.bytes and not weights.quantization and weights.dtype != "float32":
        return weights.bytes // _HALF_BYTES
    return parameter_count(config, source)
