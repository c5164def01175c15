"""The request options: what a user asks of one workspace, and the plan that answers it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import hardware, vm_size
from kaito_cli.cli import options, quantities
from kaito_cli.cli.contradictions import refuse_contradictions
from kaito_cli.cli.options import ENGINE, OBJECTS, WHAT, WHERE
from kaito_cli.cli.secrecy import refuse_secrets
from kaito_cli.manifests.names import check_names
from kaito_cli.model import AUTO, Model, Nodes, Plan, Request, Runtime
from kaito_cli.operations.resolve import resolve
from kaito_cli.planner import make_plan
from kaito_cli.ports import Hub

Texts = list[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOptions:
    """Flags shared by every command that starts from a request."""

    model: options.ModelName
    name: Annotated[
        str,
        typer.Option(help="Name of the workspace. Default: the model's.", rich_help_panel=WHAT),
    ] = ""
    runtime: Annotated[
        Runtime | None,
        typer.Option(help="Engine. Default: vllm where it can.", rich_help_panel=WHAT),
    ] = None
    context_length: options.ContextLength = ""
    concurrency: Annotated[
        int,
        typer.Option(
            min=1,
            help="Sequences of that length at once, for the whole workspace.",
            rich_help_panel=WHAT,
        ),
    ] = 8
    max_cost: Annotated[
        float | None,
        typer.Option(
            metavar="USD_PER_HOUR", help="Spend at most this an hour.", rich_help_panel=WHAT
        ),
    ] = None
    preset_dir: options.PresetDir = None
    offline: options.Offline = False
    trust_remote_code: options.TrustRemoteCode = False
    namespace: Annotated[
        str,
        typer.Option(
            "-n",
            "--namespace",
            help="Kubernetes namespace.",
            envvar="KAITO_NAMESPACE",
            rich_help_panel=WHERE,
        ),
    ] = "default"
    vm_size: Annotated[
        str,
        typer.Option(metavar="Standard_…", help="Use this VM size.", rich_help_panel=WHERE),
    ] = ""
    region: Annotated[
        str,
        typer.Option(help="Azure region. Default: eastus2.", rich_help_panel=WHERE),
    ] = ""
    nodes: Annotated[
        Nodes, typer.Option(help="Where the GPU nodes come from.", rich_help_panel=WHERE)
    ] = Nodes.NEW
    node_pool: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Use this node pool; never delete it.", rich_help_panel=WHERE
        ),
    ] = ""
    node_selector: Annotated[
        Texts,
        typer.Option(
            metavar="K=V", help="Nodes with this label; repeatable.", rich_help_panel=WHERE
        ),
    ] = None
    zone: Annotated[
        Texts,
        typer.Option(metavar="ZONE", help="Availability zone; repeatable.", rich_help_panel=WHERE),
    ] = None
    spot: Annotated[
        bool,
        typer.Option("--spot", help="Spot nodes: cheaper, may be taken.", rich_help_panel=WHERE),
    ] = False
    spot_max_price: Annotated[
        float | None,
        typer.Option(
            metavar="USD_PER_HOUR", help="Most to pay for one spot node.", rich_help_panel=WHERE
        ),
    ] = None
    autoscale: Annotated[
        str,
        typer.Option(
            metavar="MIN:MAX", help="Let the node pool grow and shrink.", rich_help_panel=WHERE
        ),
    ] = ""
    replicas: Annotated[
        int | None,
        typer.Option(min=1, help="Copies of the whole engine.", rich_help_panel=ENGINE),
    ] = None
    tensor_parallel: options.TensorParallel = None
    pipeline_parallel: options.PipelineParallel = None
    data_parallel: Annotated[
        int | None,
        typer.Option(min=1, help="Engines side by side on one node.", rich_help_panel=ENGINE),
    ] = None
    quantization: options.Quantization = ""
    dtype: options.Dtype = AUTO
    kv_cache_dtype: options.KvCacheDtype = ""
    gpu_memory_utilization: options.GpuMemoryUtilization = None
    max_num_seqs: options.MaxNumSeqs = None
    engine_version: options.EngineVersion = ""
    engine_arg: Annotated[
        Texts,
        typer.Option(
            metavar="KEY=VALUE",
            help="Another argument of the engine; repeatable.",
            rich_help_panel=ENGINE,
        ),
    ] = None
    no_api_key: Annotated[
        bool,
        typer.Option(
            "--no-api-key", help="Let everybody in who reaches it.", rich_help_panel=OBJECTS
        ),
    ] = False
    api_key_secret: Annotated[
        str,
        typer.Option(metavar="SECRET", help="Secret with your own key.", rich_help_panel=OBJECTS),
    ] = ""
    hf_token_secret: Annotated[
        str,
        typer.Option(
            metavar="SECRET", help="Secret with the hub's token.", rich_help_panel=OBJECTS
        ),
    ] = ""
    image: Annotated[
        str, typer.Option(help="Container image of the engine.", rich_help_panel=OBJECTS)
    ] = ""
    image_pull_secret: Annotated[
        str,
        typer.Option(
            metavar="SECRET", help="Secret to pull the image with.", rich_help_panel=OBJECTS
        ),
    ] = ""
    registry_mirror: Annotated[
        str,
        typer.Option(
            metavar="HOST", help="Pull kaito's images from here.", rich_help_panel=OBJECTS
        ),
    ] = ""
    set_label: Annotated[
        Texts,
        typer.Option(
            metavar="K=V", help="Label on every object; repeatable.", rich_help_panel=OBJECTS
        ),
    ] = None
    env: Annotated[
        Texts,
        typer.Option(
            metavar="K=V",
            help="Environment variable, no secret; repeatable.",
            rich_help_panel=OBJECTS,
        ),
    ] = None
    env_from: Annotated[
        Texts,
        typer.Option(
            metavar="NAME=SECRET/KEY",
            help="Environment variable from a Secret; repeatable.",
            rich_help_panel=OBJECTS,
        ),
    ] = None

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where the user's own presets are."""
        return tuple(self.preset_dir or ())

    def request(self) -> Request:
        """The flags as one Request; BadInput where they make no sense."""
        asked = Request(
            model=self.model,
            name=self.name,
            namespace=self.namespace,
            runtime=self.runtime,
            region=self.region,
            vm_size=vm_size(self.vm_size).name if self.vm_size else "",
            nodes=self.nodes,
            node_pool=self.node_pool,
            node_selector=quantities.pairs(self.node_selector, "--node-selector", "gpu=a100"),
            context_length=quantities.context_length(self.context_length),
            concurrency=self.concurrency,
            max_cost_usd_per_hour=quantities.price(self.max_cost, "--max-cost"),
            replicas=self.replicas,
            tensor_parallel=self.tensor_parallel,
            pipeline_parallel=self.pipeline_parallel,
            data_parallel=self.data_parallel,
            quantization=self.quantization,
            dtype=self.dtype,
            kv_cache_dtype=self.kv_cache_dtype,
            gpu_memory_utilization=self.gpu_memory_utilization,
            max_num_seqs=self.max_num_seqs,
            engine_version=self.engine_version,
            engine_args=quantities.engine_arguments(self.engine_arg),
            trust_remote_code=self.trust_remote_code,
            offline=self.offline,
            api_key=not self.no_api_key,
            api_key_secret=self.api_key_secret,
            hf_token_secret=self.hf_token_secret,
            image=self.image,
            image_pull_secret=self.image_pull_secret,
            registry_mirror=self.registry_mirror,
            spot=self.spot,
            spot_max_price_usd_per_hour=quantities.price(self.spot_max_price, "--spot-max-price"),
            zones=tuple(self.zone or ()),
            autoscale=quantities.autoscale(self.autoscale),
            labels=quantities.pairs(self.set_label, "--set-label", "team=search"),
            env=quantities.pairs(self.env, "--env", "VLLM_LOGGING_LEVEL=DEBUG"),
            env_from=quantities.secret_keys(self.env_from),
        )
        refuse_secrets(asked.env, "--env")
        refuse_secrets(asked.engine_args, "--engine-arg")
        refuse_contradictions(asked)
        return asked

    def resolved(self, hub: Callable[[], Hub]) -> Model:
        """The model that is meant; ``hub`` is called only when it is no preset and no folder."""
        return resolve(
            self.model,
            hub,
            self.folders,
            trust_remote_code=self.trust_remote_code,
            offline=self.offline,
        )

    def plan(self, hub: Callable[[], Hub]) -> Plan:
        """What kaito would make of these flags. DoesNotFit when no placement holds it."""
        found = make_plan(self.request(), self.resolved(hub), hardware(), engines())
        check_names(found)
        return found
