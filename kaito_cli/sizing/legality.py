"""What a placement must keep to, whatever the memory: divisibility and data types."""

from kaito_cli.model import Device, Engine, Fp8, Model, RecurrentLayers, Serve
from kaito_cli.sizing.units import dtype_bytes
from kaito_cli.sizing.weights import rule

# vLLM pads the vocabulary to multiples of this before it is split.
VOCABULARY_PADDING = 64
BF16_COMPUTE_CAPABILITY = 8.0
NVIDIA = "nvidia"
# vLLM 0.33 config/model.py, _FLOAT16_NOT_SUPPORTED_MODELS: numerically unstable in float16.
NO_FLOAT16 = ("Gemma2", "Gemma3", "Plamo2", "Glm4ForCausalLM")


def illegal(model: Model, device: Device, engine: Engine, serve: Serve) -> str:
    """Why the engine would refuse this placement; empty when it would not."""
    return (
        tensor_parallel_trouble(model, serve.tensor_parallel)
        or pipeline_trouble(model, serve.pipeline_parallel)
        or dtype_trouble(model, device, serve.dtype)
        or quantization_trouble(model, device, engine, serve.quantization)
        or kv_cache_trouble(device, serve.kv_cache_dtype)
    )


def tensor_parallel_trouble(model: Model, ranks: int) -> str:
    """Heads, KV heads, intermediate sizes, quantization blocks and the padded vocabulary
    must divide by the number of ranks (KV heads may be copied instead)."""
    if ranks == 1:
        return ""
    if model.attention_heads % ranks:
        return f"{model.attention_heads} attention heads do not divide by {ranks}"
    for group in model.layers:
        heads = getattr(group, "kv_heads", 0)
        if heads and heads % ranks and ranks % heads:
            return f"{heads} KV heads do not divide by {ranks}, nor {ranks} by them"
        if isinstance(group, RecurrentLayers) and group.heads % ranks:
            return f"{group.heads} recurrent heads do not divide by {ranks}"
    padded = -(-model.vocabulary_size // VOCABULARY_PADDING) * VOCABULARY_PADDING
    if padded % ranks:
        return f"the padded vocabulary of {padded} words does not divide by {ranks}"
    return _intermediate_trouble(model, ranks)


def _intermediate_trouble(model: Model, ranks: int) -> str:
    sizes = [model.intermediate_size] if model.intermediate_size else []
    if model.experts:
        sizes.append(model.experts.intermediate_size)
    block = model.weights.block_size
    for size in sizes:
        if size % ranks:
            return f"an intermediate size of {size} does not divide by {ranks}"
        if block and (size // ranks) % block:
            return f"{size} over {ranks} GPUs cuts quantized blocks of {block}"
    return ""


def legal_ranks(model: Model, most: int) -> tuple[int, ...]:
    """Tensor-parallel sizes up to ``most`` that the model's shape allows."""
    return tuple(n for n in range(1, most + 1) if not tensor_parallel_trouble(model, n))


def pipeline_trouble(model: Model, stages: int) -> str:
    if stages > model.layer_count:
        return f"{model.layer_count} layers cannot fill {stages} stages"
    return ""


def resolved_dtype(model: Model, device: Device, dtype: str) -> str:
    """The dtype the engine computes in: ``auto`` is the model's own, float16 where the device
    has no bfloat16 (vLLM falls back with a warning), float16 for a float32 checkpoint."""
    if dtype != "auto":
        return {"half": "float16", "float": "float32"}.get(dtype, dtype)
    own = model.weights.dtype
    if own == "float32":
        return "bfloat16" if device.bf16 else "float16"
    return "float16" if own == "bfloat16" and not device.bf16 else own


def dtype_trouble(model: Model, device: Device, dtype: str) -> str:
    resolved = resolved_dtype(model, device, dtype)
    dtype_bytes(resolved)
    if resolved == "bfloat16" and not device.bf16:
        return (
            f"bfloat16 needs compute capability {BF16_COMPUTE_CAPABILITY}, "
            f"{device.name} has {device.compute_capability}; float16 would run"
        )
    if resolved == "float16" and model.architecture.startswith(NO_FLOAT16):
        return f"{model.architecture} is numerically unstable in float16, and refused by vLLM"
    return ""


def quantization_trouble(model: Model, device: Device, engine: Engine, asked: str) -> str:
    own = model.weights.quantization
    if asked == "none":
        return (
            f"the checkpoint is quantized ({own}) and cannot be served unquantized" if own else ""
        )
    if asked and own and asked != own:
        return f"the checkpoint is quantized as {own}, not {asked}"
    method = asked or own
    if not method:
        return ""
    found = rule(engine, method)
    if found is None:
        known = ", ".join(each.method for each in engine.quantizations)
        return f"{engine.name} {engine.version} does not load {method} weights (it loads {known})"
    if device.vendor != NVIDIA:
        return "" if device.fp8 is not Fp8.NO else f"{device.name} loads no {method} weights"
    if device.compute_capability < found.min_compute_capability:
        return (
            f"{method} weights need compute capability {found.min_compute_capability}, "
            f"{device.name} has {device.compute_capability}"
        )
    return ""


def kv_cache_trouble(device: Device, kv_cache_dtype: str) -> str:
    if kv_cache_dtype.startswith("fp8") and device.fp8 is Fp8.NO:
        return f"{device.name} has no 8-bit floating point for an fp8 KV cache"
    return ""
