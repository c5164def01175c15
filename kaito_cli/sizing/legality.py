"""What a placement must keep to, whatever the memory: divisibility and data types."""

from kaito_cli.model import Device, Engine, Fp8, Model, RecurrentLayers, Serve
from kaito_cli.sizing.dtype import BYTES, resolved_dtype
from kaito_cli.sizing.weights import ONLINE_FP8, rule

# vLLM pads the vocabulary to multiples of this before it is split.
VOCABULARY_PADDING = 64
BF16_COMPUTE_CAPABILITY = 8.0
NVIDIA = "nvidia"
# vLLM 0.33 config/model.py, _FLOAT16_NOT_SUPPORTED_MODELS: numerically unstable in float16.
NO_FLOAT16 = ("Gemma2", "Gemma3", "Plamo2", "Glm4ForCausalLM")


def illegal(model: Model, device: Device, engine: Engine, serve: Serve) -> str:
    """Why the engine would refuse this placement; empty when it would not."""
    return (
        device_trouble(device, engine)
        or tensor_parallel_trouble(model, serve.tensor_parallel)
        or pipeline_trouble(model, serve.pipeline_parallel)
        or dtype_trouble(model, device, serve.dtype)
        or quantization_trouble(model, device, engine, serve.quantization)
        or kv_cache_trouble(device, serve.kv_cache_dtype)
        or step_trouble(serve)
    )


def device_trouble(device: Device, engine: Engine) -> str:
    least = engine.min_compute_capability
    if device.vendor == NVIDIA and device.compute_capability < least:
        return (
            f"{engine.name} {engine.version} needs compute capability {least}, "
            f"{device.name} has {device.compute_capability}"
        )
    return ""


def step_trouble(serve: Serve) -> str:
    """vLLM config/scheduler.py refuses more sequences than tokens a step."""
    if serve.max_num_seqs > serve.max_num_batched_tokens:
        return (
            f"max_num_seqs {serve.max_num_seqs:,} is above the {serve.max_num_batched_tokens:,} "
            "tokens of one step"
        )
    return ""


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


def dtype_trouble(model: Model, device: Device, dtype: str) -> str:
    resolved = resolved_dtype(model, device, dtype)
    if BYTES[resolved] < BYTES["float16"]:
        return f"{resolved} is a format of weights, not one the engine computes in"
    if resolved == "bfloat16" and not device.bf16:
        return (
            f"bfloat16 needs compute capability {BF16_COMPUTE_CAPABILITY}, "
            f"{device.name} has {device.compute_capability}; float16 would run"
        )
    if resolved == "float16" and model.architecture.startswith(NO_FLOAT16):
        return f"{model.architecture} is numerically unstable in float16, and refused by vLLM"
    return ""


def quantization_trouble(model: Model, device: Device, engine: Engine, asked: str) -> str:
    """Why the checkpoint cannot be loaded as asked on this device; empty: it can."""
    trouble = method_trouble(model, engine, asked)
    method = "" if asked == "none" else asked or model.weights.quantization
    found = rule(engine, method)
    if trouble or found is None:
        return trouble
    if device.vendor != NVIDIA:
        return "" if device.fp8 is not Fp8.NO else f"{device.name} loads no {method} weights"
    if device.compute_capability < found.min_compute_capability:
        return (
            f"{method} weights need compute capability {found.min_compute_capability}, "
            f"{device.name} has {device.compute_capability}"
        )
    return ""


def method_trouble(model: Model, engine: Engine, asked: str) -> str:
    """The same on any device: the checkpoint's own method, and those that the engine knows."""
    own = model.weights.quantization
    if asked == "none":
        return (
            f"the checkpoint is quantized ({own}) and cannot be served unquantized" if own else ""
        )
    if asked and own and asked != own:
        return f"the checkpoint is quantized as {own}, not {asked}"
    if asked and not own and asked != ONLINE_FP8:
        return f"16-bit weights can be quantized to {ONLINE_FP8} while loading, not to {asked}"
    if own and rule(engine, own) is None:
        known = ", ".join(each.method for each in engine.quantizations)
        return f"{engine.name} {engine.version} does not load {own} weights (it loads {known})"
    return ""


def kv_cache_trouble(device: Device, kv_cache_dtype: str) -> str:
    if kv_cache_dtype.startswith("fp8") and device.fp8 is Fp8.NO:
        return f"{device.name} has no 8-bit floating point for an fp8 KV cache"
    return ""
