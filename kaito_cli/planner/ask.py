"""What is asked of the search: the request with every default filled in but the placement."""

from dataclasses import dataclass

from kaito_cli.errors import BadInput, DoesNotFit, Unsupported
from kaito_cli.model import (
    AUTO,
    DEFAULT_REGION,
    MAX,
    AksCluster,
    Engine,
    Model,
    Nodes,
    Request,
    Runtime,
)
from kaito_cli.planner.validate import require_positive, require_share
from kaito_cli.sizing.confidence import version_key
from kaito_cli.sizing.legality import legal_ranks, method_trouble, tensor_parallel_trouble

DEFAULT_CONTEXT = 32768
MOST_GPUS_OF_A_NODE = 8
ASSUMED_IMAGE_GIB = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """``context_length`` in tokens and ``concurrency`` in sequences of the whole workspace;
    ``version`` is the release that runs, ``engine`` the constants used for it."""

    request: Request
    model: Model
    engine: Engine
    version: str
    runtime: Runtime
    region: str
    context_length: int
    concurrency: int
    gpu_memory_utilization: float
    kv_cache_dtype: str
    cluster: AksCluster | None = None

    @property
    def uses_existing_nodes(self) -> bool:
        return bool(self.request.node_pool) or self.request.nodes is Nodes.EXISTING

    @property
    def image_gib(self) -> float:
        """Unpacked size of the engine's image; of an image that is named it is assumed."""
        return max((image.size_gib for image in self.engine.images), default=ASSUMED_IMAGE_GIB)


def ask_of(
    request: Request,
    model: Model,
    engines: tuple[Engine, ...],
    cluster: AksCluster | None = None,
) -> Ask:
    """Fill in the defaults; BadInput where the request contradicts itself or the model."""
    engine, version = engine_for(request.engine_version, engines)
    _check_numbers(request)
    _check_weights(model)
    _check_quantization(request, model, engine)
    _check_ranks(request, model)
    return Ask(
        request=request,
        model=model,
        engine=engine,
        version=version,
        runtime=runtime_for(request, model),
        region=request.region or DEFAULT_REGION,
        context_length=context_for(request, model),
        concurrency=request.concurrency,
        gpu_memory_utilization=request.gpu_memory_utilization or engine.gpu_memory_utilization,
        kv_cache_dtype=request.kv_cache_dtype or model.serving.kv_cache_dtype or AUTO,
        cluster=cluster,
    )


def engine_for(version: str, engines: tuple[Engine, ...]) -> tuple[Engine, str]:
    """The constants for a release: the nearest file that is not newer, else the oldest."""
    if not version:
        return engines[-1], engines[-1].version
    plain = version.removeprefix("v")
    wanted = version_key(plain)
    if not 2 <= len(wanted) <= 3 or len(wanted) != len(plain.split(".")):
        raise BadInput(
            f"`{version}` is not an engine version.", hint="Write X.Y or X.Y.Z, as in 0.33.0."
        )
    full = plain if len(wanted) == 3 else f"{plain}.0"
    earlier = [each for each in engines if version_key(each.version) <= version_key(full)]
    return (earlier[-1] if earlier else engines[0]), full


def runtime_for(request: Request, model: Model) -> Runtime:
    """vLLM wherever it serves the model, unless another runtime is asked for."""
    if request.runtime and request.runtime not in model.runtimes:
        known = ", ".join(model.runtimes)
        raise Unsupported(
            f"`{model.name}` is not served by the {request.runtime} runtime.",
            hint=f"Use --runtime {model.runtimes[0]} (it runs on: {known}).",
        )
    if request.runtime is Runtime.TRANSFORMERS:
        _check_transformers(request)
    if request.runtime:
        return request.runtime
    return Runtime.VLLM if Runtime.VLLM in model.runtimes else model.runtimes[0]


def _check_transformers(request: Request) -> None:
    """What `transformers serve` has no flag for (facts on engines, November 2026)."""
    given: dict[str, object] = {
        "--kv-cache-dtype": request.kv_cache_dtype not in ("", AUTO),
        "--gpu-memory-utilization": request.gpu_memory_utilization,
        "--max-num-seqs": request.max_num_seqs,
        "--tensor-parallel": (request.tensor_parallel or 1) > 1,
        "--data-parallel": (request.data_parallel or 1) > 1,
        "--quantization": request.quantization not in ("", "none"),
        "--engine-version": request.engine_version,
        "--api-key-secret": request.api_key_secret,
    }
    for flag, value in given.items():
        if value:
            raise BadInput(
                f"The transformers runtime has nothing like `{flag}`.",
                hint=f"Leave {flag} out, or use --runtime vllm.",
            )


def context_for(request: Request, model: Model) -> int:
    """Tokens of one sequence: as asked, else the model's own up to 32768."""
    asked = request.context_length
    if asked in ("", AUTO):
        return min(model.context_length, DEFAULT_CONTEXT)
    if asked == MAX:
        return model.context_length
    if not isinstance(asked, int) or asked < 1:
        raise BadInput(
            f"`{asked}` is not a context length.", hint="Give tokens, as in 32768, or auto or max."
        )
    if asked > model.context_length:
        raise BadInput(
            f"`{model.name}` holds {model.context_length} tokens, not {asked}.",
            hint=f"Use --context-length {model.context_length} or less.",
        )
    return asked


def _check_weights(model: Model) -> None:
    if not model.weights.bytes:
        raise BadInput(
            f"The size of `{model.name}`'s weights is not known.",
            hint="Put the safetensors, or their index, beside its config.json.",
        )


def _check_quantization(request: Request, model: Model, engine: Engine) -> None:
    if trouble := method_trouble(model, engine, request.quantization):
        raise BadInput(
            f"`{model.name}` cannot be loaded so: {trouble}.",
            hint="Leave --quantization out: the checkpoint's own method is used.",
        )


def _check_ranks(request: Request, model: Model) -> None:
    ranks = request.tensor_parallel or 1
    if trouble := tensor_parallel_trouble(model, ranks):
        legal = ", ".join(str(each) for each in legal_ranks(model, MOST_GPUS_OF_A_NODE))
        raise DoesNotFit(
            f"`{model.name}` cannot be split over {ranks:,} GPUs: {trouble}.",
            hint=f"Use --tensor-parallel with one of: {legal}.",
        )


def _check_numbers(request: Request) -> None:
    require_positive(
        {
            "--concurrency": request.concurrency,
            "--replicas": request.replicas,
            "--tensor-parallel": request.tensor_parallel,
            "--pipeline-parallel": request.pipeline_parallel,
            "--data-parallel": request.data_parallel,
            "--max-num-seqs": request.max_num_seqs,
            "--max-cost": request.max_cost_usd_per_hour,
        }
    )
    require_share(request.gpu_memory_utilization)
