"""Bytes of the number formats engines use, and the unit everything is told in."""

from kaito_cli.errors import BadInput

GIB = 1024**3

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


def dtype_bytes(dtype: str) -> float:
    """Bytes of one element of ``dtype``, in the engine's names; BadInput when unknown."""
    name = dtype.removeprefix("torch.")
    name = ALIASES.get(name, name)
    if name not in BYTES:
        raise BadInput(
            f"`{dtype}` is not a data type kaito knows.",
            hint=f"Use one of: {', '.join(BYTES)}.",
        )
    return BYTES[name]


def kv_dtype_bytes(kv_cache_dtype: str, dtype: str) -> float:
    """Bytes of one element of the KV cache: ``auto`` follows the model's own dtype."""
    return dtype_bytes(dtype if kv_cache_dtype == "auto" else kv_cache_dtype)
