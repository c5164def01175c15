"""How a model's weights are stored: dtype and quantization, in the engine's words."""

from kaito_cli.catalog.config_fields import Fields, fields_of, language_of
from kaito_cli.model import Weights

# ModelOpt's algorithms as vLLM names the methods (_normalize_quantization_config in
# vllm/transformers_utils/model_arch_config_convertor.py, and modelopt.py for the mixed one).
_MODELOPT = {
    "FP8": "modelopt",
    "FP8_PER_CHANNEL_PER_TOKEN": "modelopt",
    "FP8_PB_WO": "modelopt",
    "NVFP4": "modelopt_fp4",
    "MIXED_PRECISION": "modelopt_mixed",
}
# Bits of a weight and the block that must stay whole, where the method fixes them: the
# MX and NV formats scale 32 and 16 values together.
_FIXED = {
    "fp8": (8.0, 0),
    "fbgemm_fp8": (8.0, 0),
    "modelopt": (8.0, 0),
    "modelopt_fp4": (4.0, 16),
    "modelopt_mixed": (4.0, 16),
    "mxfp4": (4.0, 0),  # the engine pads experts to its own block (sizing.weights)
    "mxfp8": (8.0, 32),
    "bitsandbytes": (4.0, 0),
}
_UNQUANTIZED_BITS = 16.0


def weights_from_config(
    config: object,
    *,
    bytes: int = 0,
    dtype: str = "",
    vision_bytes: int = 0,
    draft_bytes: int = 0,
    source: str = "config.json",
) -> Weights:
    """What config.json says of the weights, with the sizes counted elsewhere.

    ``bytes`` 0: not known. ``dtype`` overrides the configuration's (tensor headers know
    better). Raises BadInput for a quantization_config that makes no sense.
    """
    root = fields_of(config, source)
    method, bits, block = _quantization(_settings(root))
    return Weights(
        bytes=bytes,
        dtype=dtype or _dtype(root),
        quantization=method,
        bits=bits,
        block_size=block,
        vision_bytes=vision_bytes,
        draft_bytes=draft_bytes,
    )


def _dtype(root: Fields) -> str:
    """`bfloat16` when the file does not say, or says `auto`."""
    named = language_of(root).text("dtype", "torch_dtype").removeprefix("torch.")
    return named if named not in ("", "auto") else "bfloat16"


def _settings(root: Fields) -> Fields:
    """The quantization's own object, at the top or in the language model's part."""
    for place in (root, language_of(root)):
        for name in ("quantization_config", "compression_config"):
            if place.has(name):
                return place.table(name)
    return Fields({}, root.source)


def _quantization(settings: Fields) -> tuple[str, float, int]:
    """Method, bits of a quantized weight, and its block or group; `("", 16, 0)` for none."""
    if not settings.values:
        return "", _UNQUANTIZED_BITS, 0
    method = _method(settings)
    bits, block = _FIXED.get(method, (_UNQUANTIZED_BITS, 0))
    if method == "bitsandbytes":
        return method, 4.0 if settings.flag("load_in_4bit") else 8.0, 0
    if method == "fp8":
        return method, bits, max(settings.numbers("weight_block_size"), default=0)
    if method in _FIXED:
        return method, bits, block
    group = _first_group(settings)
    stated = group.number("num_bits", "bits", "w_bit", "wbits", default=int(_UNQUANTIZED_BITS))
    return method, float(stated), _group_size(group)


def _method(settings: Fields) -> str:
    algorithm = settings.text("quant_algo") or settings.table("quantization").text("quant_algo")
    producer = settings.table("producer").text("name")
    named = (
        settings.text("quant_method").lower().replace("compressed_tensors", "compressed-tensors")
    )
    if algorithm and (producer == "modelopt" or named in ("", "modelopt")):
        return _MODELOPT.get(algorithm.upper(), f"modelopt {algorithm}")
    return named or "unknown"


def _first_group(settings: Fields) -> Fields:
    """compressed-tensors describes groups of layers; the one with the fewest bits decides."""
    groups = settings.table("config_groups")
    found = [groups.table(name).table("weights") for name in groups.values]
    stated = [group for group in found if group.has("num_bits")]
    return min(stated, key=lambda group: group.number("num_bits"), default=settings)


def _group_size(group: Fields) -> int:
    """0 for whole rows or tensors, which AutoGPTQ writes as -1."""
    if group.values.get("group_size") == -1 or group.values.get("q_group_size") == -1:
        return 0
    if group.has("block_structure") and not isinstance(group.values["block_structure"], str):
        return max(group.numbers("block_structure"), default=0)
    return group.count("group_size", "q_group_size")
