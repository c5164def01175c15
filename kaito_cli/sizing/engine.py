"""What an engine version defaults to and reserves on a device."""

from kaito_cli.model import Device, DeviceDefaults, Engine, LatentLayers, Link, Model, Serve


def defaults(engine: Engine, device: Device) -> DeviceDefaults:
    """T and S of the engine for this class of device."""
    for row in engine.defaults:
        if device.memory_gib >= row.min_memory_gib and device.name not in row.except_devices:
            return row
    return engine.defaults[-1]


def batched_tokens(
    engine: Engine, device: Device, context_length: int, pipeline_parallel: int = 1
) -> int:
    """The engine's default of max_num_batched_tokens. Engines before V1 pass a whole prompt at
    once, up to a length, and at any length with pipeline stages."""
    default = defaults(engine, device).max_num_batched_tokens
    limit = engine.whole_prompt_limit
    if limit and (context_length <= limit or pipeline_parallel > 1):
        return max(default, context_length)
    return default


def non_torch_gib(engine: Engine, model: Model, tensor_parallel: int, link: Link) -> float:
    """GiB of CUDA context and NCCL buffers on one rank, by tensor parallelism and link."""
    latent = any(isinstance(group, LatentLayers) for group in model.layers)
    for row in engine.non_torch:
        meant = row.link in (None, link) and (latent or not row.latent)
        if meant and tensor_parallel <= row.max_tensor_parallel:
            return row.gib
    return engine.non_torch[-1].gib


def cuda_graphs_gib(engine: Engine, model: Model, *, enforce_eager: bool) -> float:
    """GiB of captured CUDA graphs: base + a part per layer (+ a part for experts)."""
    if enforce_eager:
        return 0.0
    graphs = engine.cuda_graphs
    experts = graphs.experts_gib if model.experts else 0.0
    return graphs.base_gib + graphs.per_layer_gib * model.layer_count + experts


def graphs_outside_gib(engine: Engine, model: Model, serve: Serve) -> float:
    """The same where graphs lie outside the budget: the part per layer shrinks with S, for
    batches are captured up to S only. An assumption, made where it can only refuse less."""
    graphs = engine.cuda_graphs
    if serve.enforce_eager:
        return 0.0
    captured = min(1.0, serve.max_num_seqs / graphs.measured_max_num_seqs)
    return graphs.base_gib + graphs.per_layer_gib * model.layer_count * captured
