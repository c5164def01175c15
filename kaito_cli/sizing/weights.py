"""The size of the weights on one GPU."""

from kaito_cli.model import Device, Engine, LatentLayers, Model, QuantizationRule, Serve
from kaito_cli.sizing.dtype import dtype_bytes, resolved_dtype
from kaito_cli.sizing.units import GIB

HOPPER = 9.0
ONLINE_FP8 = "fp8"


def loaded_bytes(model: Model, device: Device, engine: Engine, serve: Serve) -> float:
    """Bytes of all weights once loaded, over all ranks.

    The sum of the loaded tensors, × the engine's load ratio for a quantized method (MXFP4
    experts are padded), or in the dtype that is computed in. ``serve.quantization`` = fp8 on a
    16-bit model shrinks the linear layers to one byte; embeddings and head keep two.
    """
    weights = model.weights
    stored = float(weights.bytes - weights.draft_bytes)
    if weights.quantization:
        return stored * _load_ratio(rule(engine, weights.quantization), device)
    if serve.quantization == ONLINE_FP8 and engine.quantizes_layer_by_layer:
        kept = 2.0 * embedding_bytes(model) + weights.vision_bytes
        return kept + max(0.0, stored - kept) / 2
    computed = resolved_dtype(model, device, serve.dtype)
    return stored * dtype_bytes(computed) / dtype_bytes(weights.dtype)


def embedding_bytes(model: Model) -> float:
    """Bytes of the embeddings, which no method quantizes."""
    return 2.0 * model.vocabulary_size * model.hidden_size


def weights_gib(
    model: Model, device: Device, engine: Engine, serve: Serve, loaded: float | None = None
) -> float:
    """GiB on the fullest rank; ``loaded``: bytes of the whole model, where they are known."""
    everything = loaded_bytes(model, device, engine, serve) if loaded is None else loaded
    return rank_gib(
        model,
        everything,
        tensor_parallel=serve.tensor_parallel,
        pipeline_parallel=serve.pipeline_parallel,
    )


def rank_gib(model: Model, loaded: float, *, tensor_parallel: int, pipeline_parallel: int) -> float:
    """GiB of weights on the fullest rank: its share of the split tensors, plus whole copies of
    those that every rank keeps (latent projections, routers, vision tower, surplus KV heads).

    With stages, the first holds the embeddings and the vision tower whole, and the fullest has
    one layer more than the others.
    """
    vision = float(model.weights.vision_bytes) if tensor_parallel > 1 else 0.0
    copied = min(loaded, vision + _copied_bytes(model, tensor_parallel))
    if pipeline_parallel == 1:
        return ((loaded - copied) / tensor_parallel + copied) / GIB
    ends = min(loaded, embedding_bytes(model) + float(model.weights.vision_bytes))
    inner = loaded - ends
    layers = (inner - copied + vision) / tensor_parallel + copied - vision
    first = (ends - vision) / tensor_parallel + vision
    return (max(0.0, layers) * stage_share(model.layer_count, pipeline_parallel) + first) / GIB


def stage_share(layers: int, stages: int) -> float:
    """The fullest stage's part of the layers: stages differ by one."""
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
    copied = 0.0
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
