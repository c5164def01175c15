"""A language model: every fact that sizing, planning and rendering read."""

from dataclasses import dataclass, field
from enum import StrEnum

from kaito_cli.model.attention import Layers


class Runtime(StrEnum):
    VLLM = "vllm"
    TRANSFORMERS = "transformers"


class TuningMethod(StrEnum):
    LORA = "lora"
    QLORA = "qlora"


@dataclass(frozen=True, slots=True, kw_only=True)
class Experts:
    """The routed experts of a mixture-of-experts model."""

    layers: int
    experts: int
    active: int
    intermediate_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The tensors that are loaded; not the repository, which may hold copies."""

    bytes: int
    dtype: str = "bfloat16"  # of the tensors that are not quantized
    quantization: str = ""  # the engine's name of the method; empty: none
    bits: float = 16  # per quantized weight, scales not counted
    block_size: int = 0  # block or group that must not be cut; 0: none, or the engine pads
    vision_bytes: int = 0  # the part that is a vision or audio tower
    draft_bytes: int = 0  # multi-token-prediction layers, not loaded without speculation


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What the engine has to be told for this model to behave as published."""

    chat: bool = True  # has a chat template; False: a completion endpoint
    tool_call_parser: str = ""
    reasoning_parser: str = ""
    tokenizer_mode: str = ""
    config_format: str = ""
    load_format: str = ""
    chat_template: str = ""  # a file of the engine's image, by name
    kv_cache_dtype: str = ""
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How it can be fine-tuned; ``target_modules`` are the linear layers LoRA attaches to."""

    methods: tuple[TuningMethod, ...] = ()
    target_modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model, whether it came from a preset, a hub id or a folder.

    ``sources`` says, by field, where a fact that is not in the model's own files is from;
    ``verified`` is False when one of them is recalled, not read.
    """

    name: str
    id: str
    revision: str = ""  # a commit; empty: not known
    family: str = ""
    license: str = "unknown"
    gated: bool = False
    architecture: str
    parameters: int
    context_length: int
    hidden_size: int
    vocabulary_size: int
    attention_heads: int
    intermediate_size: int = 0  # the largest dense or shared one; 0: every layer is routed
    gated_mlp: bool = True  # gate and up projections; False: one (Falcon, Phi-2, OPT)
    q_lora_rank: int = 0
    layers: tuple[Layers, ...]
    hidden_layers: int = 0  # all layers; 0: every one is among `layers` and keeps something
    experts: Experts | None = None
    weights: Weights
    multimodal: bool = False
    custom_code: bool = False
    runtimes: tuple[Runtime, ...] = (Runtime.VLLM,)
    serving: Serving = Serving()
    tuning: Tuning = Tuning()
    verified: bool = True
    sources: dict[str, str] = field(default_factory=dict)

    @property
    def layer_count(self) -> int:
        """All layers, also those that keep nothing (MLP only, or reading another's cache)."""
        return self.hidden_layers or sum(group.layers for group in self.layers)
