"""The size of the weights on one GPU."""

from kaito_cli.model import Device, Engine, LatentLayers, Model, QuantizationRule, Serve
from kaito_cli.sizing.units import GIB, dtype_bytes

HOPPER = 9.0
ONLINE_FP8 = "fp8"


def loaded_bytes(model: Model, device: Device, engine: Engine, serve: Serve) -> float:
    """Bytes of all weights once loaded, over all ranks.

    The sum of the loaded tensors × the engine's load ratio for the quantization method (MXFP4
    experts are padded). With ``serve.quantization`` = fp8 on a 16-bit model the linear layers
    shrink to one byte, embeddings and head keep two.
    """
    weights = model.weights
    stored = float(weights.bytes - weights.draft_bytes)
    if serve.quantization == ONLINE_FP8 and not weights.quantization:
        kept = 2.0 * 2 * model.vocabulary_size * model.hidden_size + weights.vision_bytes
        return kept + max(0.0, stored - kept) / 2
    if not weights.quantization and serve.dtype == "float32":
        return stored * 4 / dtype_bytes(weights.dtype)
    return stored * _load_ratio(rule(engine, weights.quantization), device)


def weights_gib(
    model: Model, device: Device, engine: Engine, serve: Serve, loaded: float | None = None
) -> float:
    """GiB on the fullest rank. ``loaded``: bytes of the whole model that were measured, which
    are shared out evenly, for the copies are among them."""
    tp, pp = serve.tensor_parallel, serve.pipeline_parallel
    if loaded is not None:
        return loaded / tp * stage_share(model.layer_count, pp) / GIB
    everything = loaded_bytes(model, device, engine, serve)
    return rank_gib(model, everything, tensor_parallel=tp, pipeline_parallel=pp)


def rank_gib(model: Model, loaded: float, *, tensor_parallel: int, pipeline_parallel: int) -> float:
    """GiB of weights on the fullest rank: its share of the split tensors, plus whole copies of
    those that every rank keeps (latent projections, routers, vision tower, surplus KV heads)."""
    copied = min(loaded, _copied_bytes(model, tensor_parallel))
    shared = (loaded - copied) / tensor_parallel
    stage = stage_share(model.layer_count, pipeline_parallel)
    return (shared + copied) * stage / GIB


def stage_share(layers: int, stages: int) -> float:
    """The fullest stage's part of the weights: stages differ by a layer."""
    return -(-layers // stages) / layers if layers else 1.0


def rule(engine: Engine, method: str) -> QuantizationRule | None:
    """The engine's rule for a quantization method; None: no rule, or not quantized."""
    return next((each for each in engine.quantizations if each.method == method), None)


def _load_ratio(found: QuantizationRule | None, device: Device) -> float:
    if found is None:
        return 1.0
    older = device.compute_capability < HOPPER
    return found.load_ratio_before_hopper if older else found.load_ratio


def _copied_bytes(model: Model, tensor_parallel: int) -> float:
    if tensor_parallel == 1:
        return 0.0
    element = dtype_bytes(model.weights.dtype)
    copied = float(model.weights.vision_bytes)
    for group in model.layers:
        if isinstance(group, LatentLayers):
            ranks = model.q_lora_rank + group.kv_lora_rank + group.qk_rope_head_dim
            copied += group.layers * model.hidden_size * ranks * element
    if model.experts:
        copied += model.experts.layers * model.experts.experts * model.hidden_size * element
    return copied + _surplus_kv_bytes(model, tensor_parallel, element)


def _surplus_kv_bytes(model: Model, tensor_parallel: int, element: float) -> float:
    """Ranks beyond the number of KV heads keep copies of them."""
    surplus = 0.0
    for group in model.layers:
        heads = getattr(group, "kv_heads", 0)
        if heads and tensor_parallel > heads:
            projection = model.hidden_size * group.values_per_head * heads  # type: ignore[union-attr]
            surplus += group.layers * projection * element / heads
    return surplus
