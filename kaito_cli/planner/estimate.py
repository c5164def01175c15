"""Will it fit on what I have: the memory of one placement, term by term."""

from dataclasses import dataclass, replace

from kaito_cli.errors import BadInput, UnknownLayout
from kaito_cli.model import AUTO, Confidence, Device, Engine, Estimate, Link, Model, Serve
from kaito_cli.planner.ask import engine_for
from kaito_cli.planner.settle import settle
from kaito_cli.planner.validate import require_positive, require_share
from kaito_cli.sizing import Budget, answer, budget
from kaito_cli.sizing.confidence import version_key
from kaito_cli.sizing.dtype import resolved_dtype
from kaito_cli.sizing.engine import batched_tokens, defaults
from kaito_cli.sizing.legality import illegal
from kaito_cli.sizing.units import GIB


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRequest:
    """Flags of ``kaito estimate``; None or empty: the engine's default for the device."""

    tensor_parallel: int = 1
    pipeline_parallel: int = 1
    dtype: str = AUTO
    quantization: str = ""
    kv_cache_dtype: str = AUTO
    context_length: int | None = None
    concurrency: int = 1
    gpu_memory_utilization: float | None = None
    max_num_seqs: int | None = None
    max_num_batched_tokens: int | None = None
    enforce_eager: bool = False
    engine_version: str = ""
    weights_gib: float | None = None


def estimate(
    request: EstimateRequest,
    model: Model,
    device: Device,
    engines: tuple[Engine, ...],
    link: Link | None = None,
) -> Estimate:
    """One engine on named GPUs. ``link``: how they are joined; None: as such devices usually
    are. Never raises for a model that does not fit: ``fits`` and ``reason`` say so."""
    engine, version = engine_for(request.engine_version, engines)
    _check(request, model)
    serve = _serve(request, model, device, engine)
    wire = link or usual_link(device, request.tensor_parallel)
    trouble = illegal(model, device, engine, serve)
    if trouble:
        return _refused(model, device, version, serve, trouble)
    loaded = None if request.weights_gib is None else request.weights_gib * GIB
    try:
        found = budget(model, device, wire, engine, serve, version=version, loaded=loaded)
    except UnknownLayout as error:
        return _refused(model, device, version, serve, error.message)
    sized = answer(model, device, engine, serve, found)
    told = (
        *sized.unknowns,
        *_constants(engine, version),
        *_wires(serve, wire),
        *_stretched(model, serve),
    )
    if not sized.fits and not request.max_num_seqs:
        told = (*told, *_fewer_sequences(model, engine, serve, found))
    return replace(
        _refused(model, device, version, serve, sized.reason),
        fits=sized.fits,
        memory=sized.memory,
        max_context_length=sized.max_context_length,
        max_concurrency=sized.max_concurrency,
        confidence=sized.memory.confidence,
        terms=sized.terms,
        notes=told,
    )


def usual_link(device: Device, tensor_parallel: int) -> Link:
    """How several GPUs of this kind are usually joined in one machine."""
    return Link.NONE if tensor_parallel == 1 else device.link


def _serve(request: EstimateRequest, model: Model, device: Device, engine: Engine) -> Serve:
    context = request.context_length or model.context_length
    usual = defaults(engine, device)
    tokens = request.max_num_batched_tokens or batched_tokens(
        engine, device, context, request.pipeline_parallel
    )
    return Serve(
        tensor_parallel=request.tensor_parallel,
        pipeline_parallel=request.pipeline_parallel,
        dtype=resolved_dtype(model, device, request.dtype),
        quantization=request.quantization,
        kv_cache_dtype=_kv_cache_dtype(request, model),
        context_length=context,
        concurrency=request.concurrency,
        gpu_memory_utilization=request.gpu_memory_utilization or engine.gpu_memory_utilization,
        max_num_seqs=request.max_num_seqs or min(usual.max_num_seqs, tokens),
        max_num_batched_tokens=tokens,
        enforce_eager=request.enforce_eager,
    )


def _kv_cache_dtype(request: EstimateRequest, model: Model) -> str:
    if request.kv_cache_dtype != AUTO:
        return request.kv_cache_dtype
    return model.serving.kv_cache_dtype or AUTO


def _check(request: EstimateRequest, model: Model) -> None:
    require_positive(
        {
            "--tensor-parallel": request.tensor_parallel,
            "--pipeline-parallel": request.pipeline_parallel,
            "--context-length": request.context_length,
            "--concurrency": request.concurrency,
            "--max-num-seqs": request.max_num_seqs,
            "--max-num-batched-tokens": request.max_num_batched_tokens,
            "--weights-gib": request.weights_gib,
        }
    )
    require_share(request.gpu_memory_utilization)
    if request.weights_gib is None and not model.weights.bytes:
        raise BadInput(
            f"The size of `{model.name}`'s weights is not known.",
            hint="Give it with --weights-gib, or add the safetensors index to the folder.",
        )


def _constants(engine: Engine, version: str) -> tuple[str, ...]:
    if version_key(version)[:2] == version_key(engine.version)[:2]:
        return ()
    return (f"constants of {engine.name} {engine.version} are used for {version}",)


def _stretched(model: Model, serve: Serve) -> tuple[str, ...]:
    if serve.context_length <= model.context_length:
        return ()
    return (
        f"the model's configuration says {model.context_length:,} tokens: more needs its RoPE "
        "scaled (--hf-overrides of the engine)",
    )


def _wires(serve: Serve, wire: Link) -> tuple[str, ...]:
    if serve.tensor_parallel == 1:
        return ()
    return (f"the GPUs are taken to be joined by {'NVLink' if wire is Link.NVLINK else 'PCIe'}",)


def _fewer_sequences(model: Model, engine: Engine, serve: Serve, found: Budget) -> tuple[str, ...]:
    """The cheapest lever, where it is one: a lower S with which the same ask fits."""
    settled, _ = settle(model, engine, serve, found)
    if settled.max_num_seqs == serve.max_num_seqs:
        return ()
    return (f"it would fit with --max-num-seqs {settled.max_num_seqs}",)


def _refused(model: Model, device: Device, version: str, serve: Serve, reason: str) -> Estimate:
    return Estimate(
        model=model.name,
        gpu=device.name,
        engine_version=version,
        tensor_parallel=serve.tensor_parallel,
        pipeline_parallel=serve.pipeline_parallel,
        context_length=serve.context_length,
        concurrency=serve.concurrency,
        max_num_seqs=serve.max_num_seqs,
        max_num_batched_tokens=serve.max_num_batched_tokens,
        fits=False,
        reason=reason,
        memory=None,
        max_context_length=0,
        max_concurrency=0,
        confidence=Confidence.EXTRAPOLATED,
    )
