"""How models look: one line each in the catalogue, one card each when asked about."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kaito_cli.catalog.architectures import supports_lora
from kaito_cli.cli.view import COLUMNS, Column, billions, card, row, tokens, view
from kaito_cli.cli.views_plan import placed, priced
from kaito_cli.model import (
    ChunkedLayers,
    CrossLayers,
    FullLayers,
    LatentLayers,
    Layers,
    Model,
    Plan,
    RecurrentLayers,
    Runtime,
    SlidingLayers,
    UnknownLayers,
)
from kaito_cli.sizing.tuning import TuningMemory

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """One model and the cheapest plan that serves it; ``unfit`` says why there is none."""

    model: Model
    cheapest: Plan | None
    unfit: str = ""
    tuning: tuple[TuningMemory, ...] = ()


COLUMNS[Model] = (
    Column(title="NAME", narrowest=30),
    Column(title="SIZE", right=True),
    Column(title="CONTEXT", right=True),
    Column(title="LICENSE", narrowest=11),
    Column(title="REMARKS", narrowest=12),
)


@row.register(Model)
def model_row(model: Model) -> tuple[str, ...]:
    """Name, parameters, context, licence, and what to know before choosing it."""
    return (
        model.name,
        billions(model.parameters),
        tokens(model.context_length),
        model.license,
        ", ".join(_remarks(model)),
    )


def _remarks(model: Model) -> list[str]:
    remarks = {
        "gated": model.gated,
        "own code": model.custom_code,
        "no chat": not model.serving.chat,
        "transformers": Runtime.VLLM not in model.runtimes,
        "unverified": not model.verified,
    }
    return [remark for remark, true in remarks.items() if true]


@view.register(ModelCard)
def view_model(shown: ModelCard) -> "RenderableType":
    """Everything a user weighs: size, licence, attention, tuning and the cheapest fit."""
    model = shown.model
    revision = f"@{model.revision[:12]}" if model.revision else ""
    return card(
        [
            ("name", model.name),
            ("id", f"{model.id}{revision}"),
            ("family", model.family),
            ("size", f"{billions(model.parameters)} parameters, {_weights(model)}"),
            ("context", f"{model.context_length:,} tokens"),
            ("license", f"{model.license}, gated" if model.gated else model.license),
            ("architecture", model.architecture),
            ("attention", "\n".join(attention(group) for group in model.layers)),
            ("experts", _experts(model)),
            ("runtimes", ", ".join(model.runtimes)),
            ("endpoint", "chat and completions" if model.serving.chat else "completions only"),
            ("parsers", _parsers(model)),
            ("tuning", _tuning(shown)),
            ("adapters", _adapters(model)),
            ("facts", _facts(model)),
            ("cheapest fit", _fit(shown)),
        ]
    )


def _weights(model: Model) -> str:
    weights = model.weights
    return f"{weights.bytes / 2**30:.2f} GiB in {weights.quantization or weights.dtype}"


def attention(group: Layers) -> str:
    """One group of layers and what a token leaves in its cache."""
    match group:
        case FullLayers():
            return f"{group.layers} full, {_heads(group.kv_heads, group.head_size)}"
        case SlidingLayers():
            window = f"{group.layers} sliding over {group.window:,} tokens"
            return f"{window}, {_heads(group.kv_heads, group.head_size)}"
        case ChunkedLayers():
            chunk = f"{group.layers} in chunks of {group.chunk:,} tokens"
            return f"{chunk}, {_heads(group.kv_heads, group.head_size)}"
        case LatentLayers():
            return f"{group.layers} latent, {group.kv_lora_rank} + {group.qk_rope_head_dim}"
        case RecurrentLayers():
            return f"{group.layers} recurrent ({group.kind.replace('_', ' ')}), no cache a token"
        case CrossLayers():
            return f"{group.layers} cross, to {group.encoder_length:,} tokens of the encoder"
        case UnknownLayers():
            return f"{group.layers} of a layout kaito does not know ({group.name})"


def _heads(kv_heads: int, head_size: int) -> str:
    return f"{kv_heads} KV head{'s' if kv_heads != 1 else ''} of {head_size}"


def _experts(model: Model) -> str:
    found = model.experts
    return f"{found.active} of {found.experts} active, {found.layers} layers" if found else ""


def _parsers(model: Model) -> str:
    parsers = {
        "tool calls": model.serving.tool_call_parser,
        "reasoning": model.serving.reasoning_parser,
    }
    return ", ".join(f"{what} {name}" for what, name in parsers.items() if name)


def _tuning(shown: ModelCard) -> str:
    """The memory of one GPU for each method; nobody has measured it."""
    lines = [
        f"{each.method}: about {each.total_gib:.0f} GiB at {each.batch} × "
        f"{each.sequence_length:,} tokens, rank {each.rank} (not validated)"
        for each in shown.tuning
    ]
    return "\n".join(lines) or "not supported"


def _adapters(model: Model) -> str:
    if supports_lora(model.architecture):
        return "vLLM serves LoRA adapters on it"
    return "none on vLLM: merge an adapter into the weights"


def _facts(model: Model) -> str:
    if model.verified:
        return "verified: each has a source"
    recalled = [name for name, source in model.sources.items() if "recall" in source]
    return f"unverified, recalled from memory: {', '.join(recalled) or 'some'}"


def _fit(shown: ModelCard) -> str:
    if shown.cheapest is None:
        return f"none: {shown.unfit}"
    plan = shown.cheapest
    return (
        f"{placed(plan.placement)}, for {plan.concurrency} × {plan.context_length:,} tokens\n"
        f"{priced(plan.cost)}"
    )
