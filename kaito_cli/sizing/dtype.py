"""Number formats by the engine's names: their bytes, and which one is computed in."""

from kaito_cli.errors import BadInput
from kaito_cli.model import Device, Model

BYTES = {
    "float32": 4.0,
    "bfloat16": 2.0,
    "float16": 2.0,
    "fp8": 1.0,
    "int8": 1.0,
}
ALIASES = {
    "float": "float32",
    "half": "float16",
    "fp16": "float16",
    "bf16": "bfloat16",
    "fp32": "float32",
    "fp8_e4m3": "fp8",
    "fp8_e5m2": "fp8",
    "fp8_inc": "fp8",
    "fp8_ds_mla": "fp8",
    "int8_per_token_head": "int8",
}


def dtype_name(dtype: str) -> str:
    """The name that stands for ``dtype`` in BYTES; BadInput when there is none."""
    name = dtype.removeprefix("torch.")
    name = ALIASES.get(name, name)
    if name not in BYTES:
        raise BadInput(
            f"`{dtype}` is not a data type kaito knows.",
            hint=f"Use one of: {', '.join(BYTES)}.",
        )
    return name


def dtype_bytes(dtype: str) -> float:
    """Bytes of one element of ``dtype``, in the engine's names; BadInput when unknown."""
    return BYTES[dtype_name(dtype)]


def kv_dtype_bytes(kv_cache_dtype: str, dtype: str) -> float:
    """Bytes of one element of the KV cache: ``auto`` follows the model's own dtype."""
    return dtype_bytes(dtype if kv_cache_dtype == "auto" else kv_cache_dtype)


def resolved_dtype(model: Model, device: Device, dtype: str) -> str:
    """The dtype the engine computes in: ``auto`` is the model's own, float16 where the device
    has no bfloat16 (vLLM falls back with a warning), float16 for a float32 checkpoint."""
    if dtype != "auto":
        return dtype_name(dtype)
    own = model.weights.dtype
    if own == "float32":
        return "bfloat16" if device.bf16 else "float16"
    return "float16" if own == "bfloat16" and not device.bf16 else own
