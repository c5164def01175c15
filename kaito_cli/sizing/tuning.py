"""Memory of a fine-tuning job on one GPU. Unvalidated: no run of ours is behind it.

Source of the terms: shared sizing rules of TRL with PEFT (LoRA on 16-bit weights, QLoRA on NF4
with double quantization off); the logits dominate above some 128k words of vocabulary.
"""

from dataclasses import dataclass

from kaito_cli.errors import BadInput
from kaito_cli.model import Model, TuningMethod
from kaito_cli.sizing.units import GIB

NF4_BYTES = 0.5 + 0.0625  # a weight, and its share of the block scales
SIXTEEN_BIT_BYTES = 2
# weight 2, gradient 2, Adam's two moments 8, master copy 4
TRAINED_PARAMETER_BYTES = 16
ACTIVATION_BYTES = 34  # a token, layer and hidden element, everything kept
CHECKPOINTED_BYTES = 2  # the same with gradient checkpointing: layer inputs only
LOGIT_BYTES = 10  # 16-bit logits, and a 32-bit copy with its gradient
CONTEXT_GIB = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningMemory:
    """GiB of one GPU that trains the whole job, term by term."""

    method: TuningMethod
    batch: int
    sequence_length: int
    rank: int
    base_gib: float
    adapter_gib: float
    activations_gib: float
    logits_gib: float

    @property
    def total_gib(self) -> float:
        parts = self.base_gib + self.adapter_gib + self.activations_gib + self.logits_gib
        return parts + CONTEXT_GIB


def tuning_memory(
    model: Model,
    method: TuningMethod,
    *,
    batch: int = 1,
    sequence_length: int = 2048,
    rank: int = 16,
    checkpointing: bool = True,
) -> TuningMemory:
    """What LoRA or QLoRA needs: base weights + adapter × 16 B + activations + logits + 1 GiB.

    Activations are 34 × layers × batch × sequence × hidden bytes, 2 × with gradient
    checkpointing; logits are batch × sequence × vocabulary × 10 B.
    """
    tokens = batch * sequence_length
    kept = CHECKPOINTED_BYTES if checkpointing else ACTIVATION_BYTES
    return TuningMemory(
        method=method,
        batch=batch,
        sequence_length=sequence_length,
        rank=rank,
        base_gib=_base_bytes(model, method) / GIB,
        adapter_gib=lora_parameters(model, rank) * TRAINED_PARAMETER_BYTES / GIB,
        activations_gib=kept * model.layer_count * tokens * model.hidden_size / GIB,
        logits_gib=tokens * model.vocabulary_size * LOGIT_BYTES / GIB,
    )


def lora_parameters(model: Model, rank: int) -> int:
    """Parameters of a LoRA adapter on the preset's target modules: rank × (in + out) each."""
    return sum(
        group.layers * rank * sum(_widths(model, module, group.kv_heads, group.head_size))
        for group in model.layers
        if group.kind in ("full", "sliding", "chunked")
        for module in model.tuning.target_modules
    )


def _base_bytes(model: Model, method: TuningMethod) -> float:
    """QLoRA keeps embeddings and head in 16 bits and packs the rest."""
    if method is TuningMethod.LORA:
        return model.parameters * SIXTEEN_BIT_BYTES
    kept = min(model.parameters, 2 * model.vocabulary_size * model.hidden_size)
    return kept * SIXTEEN_BIT_BYTES + (model.parameters - kept) * NF4_BYTES


def _widths(model: Model, module: str, kv_heads: int, head_size: int) -> tuple[int, int]:
    """Inputs and outputs of a linear layer, by the names the families give them."""
    hidden, inner = model.hidden_size, model.intermediate_size
    queries, keys = model.attention_heads * head_size, kv_heads * head_size
    widths = {
        "q_proj": (hidden, queries),
        "k_proj": (hidden, keys),
        "v_proj": (hidden, keys),
        "o_proj": (queries, hidden),
        "qkv_proj": (hidden, queries + 2 * keys),
        "query_key_value": (hidden, queries + 2 * keys),
        "dense": (queries, hidden),
        "gate_proj": (hidden, inner),
        "up_proj": (hidden, inner),
        "gate_up_proj": (hidden, 2 * inner),
        "down_proj": (inner, hidden),
        "fc1": (hidden, inner),
        "fc2": (inner, hidden),
        "dense_h_to_4h": (hidden, inner),
        "dense_4h_to_h": (inner, hidden),
    }
    if module not in widths:
        raise BadInput(
            f"`{model.name}` names a target module `{module}` that kaito cannot size.",
            hint=f"Use some of: {', '.join(widths)}.",
        )
    return widths[module]
