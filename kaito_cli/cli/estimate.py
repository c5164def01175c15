"""`kaito estimate`: will it fit on what I have. Touches nothing."""

from dataclasses import dataclass
from typing import Annotated

import typer

from kaito_cli.catalog.engines import engines
from kaito_cli.cli import devices, options, output, quantities
from kaito_cli.cli.options import ENGINE, WHAT, WHERE, Screen
from kaito_cli.cli.source import ModelOptions
from kaito_cli.cli.spread import spread
from kaito_cli.errors import DoesNotFit
from kaito_cli.model import AUTO, Target
from kaito_cli.planner import estimate as estimate_on
from kaito_cli.planner.estimate import EstimateRequest

Gpu = Annotated[
    str, typer.Option(metavar="DEVICE", help="The GPU, as in a100.", rich_help_panel=WHERE)
]
GpuMemory = Annotated[
    float | None,
    typer.Option(
        metavar="GIB", help="Memory of one GPU, as CUDA reports it.", rich_help_panel=WHERE
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateOptions:
    """The engine's settings that its memory depends on."""

    tensor_parallel: options.TensorParallel = None
    pipeline_parallel: options.PipelineParallel = None
    dtype: options.Dtype = AUTO
    quantization: options.Quantization = ""
    kv_cache_dtype: options.KvCacheDtype = AUTO
    context_length: Annotated[
        str,
        typer.Option(
            metavar="N|max",
            help="Tokens of one sequence. Default: the model's most.",
            rich_help_panel=WHAT,
        ),
    ] = ""
    concurrency: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            max=10**6,
            help="Sequences of that length at once.",
            rich_help_panel=WHAT,
        ),
    ] = 1
    gpu_memory_utilization: options.GpuMemoryUtilization = None
    max_num_seqs: options.MaxNumSeqs = None
    max_num_batched_tokens: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, max=10**9, help="Most tokens in one step.", rich_help_panel=ENGINE
        ),
    ] = None
    enforce_eager: Annotated[
        bool, typer.Option("--enforce-eager", help="No CUDA graphs.", rich_help_panel=ENGINE)
    ] = False
    engine_version: options.EngineVersion = ""
    weights_gib: Annotated[
        float | None,
        typer.Option(
            metavar="GIB",
            help="Loaded size of the whole model, where it is known.",
            rich_help_panel=WHAT,
        ),
    ] = None

    def request(self) -> EstimateRequest:
        """The flags as the planner takes them; BadInput where they make no sense."""
        return EstimateRequest(
            tensor_parallel=self.tensor_parallel or 1,
            pipeline_parallel=self.pipeline_parallel or 1,
            dtype=self.dtype,
            quantization=self.quantization,
            kv_cache_dtype=self.kv_cache_dtype,
            context_length=quantities.tokens_or_most(self.context_length),
            concurrency=self.concurrency,
            gpu_memory_utilization=self.gpu_memory_utilization,
            max_num_seqs=self.max_num_seqs,
            max_num_batched_tokens=self.max_num_batched_tokens,
            enforce_eager=self.enforce_eager,
            engine_version=self.engine_version,
            weights_gib=quantities.gib(self.weights_gib, "--weights-gib", "13.5"),
        )


@spread
def estimate(
    ctx: typer.Context,
    source: ModelOptions,
    serving: EstimateOptions,
    screen: Screen,
    gpu: Gpu = "",
    gpu_memory: GpuMemory = None,
) -> None:
    """Say whether MODEL fits on GPUs you name, term by term; exit 4 when it does not."""
    asked, device = serving.request(), devices.named(gpu, gpu_memory)
    answer = estimate_on(asked, source.resolved(ctx.obj(Target())), device, engines())
    output.show(answer, screen)
    output.notes(answer.notes, screen)
    if not answer.fits:
        raise typer.Exit(DoesNotFit.exit_code)
