"""The request options: what a user asks of one workspace, and the plan that answers it."""

from dataclasses import dataclass, replace

from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import hardware, vm_size
from kaito_cli.cli import options, quantities
from kaito_cli.cli import request_flags as flags
from kaito_cli.cli.contradictions import refuse_contradictions
from kaito_cli.cli.secrecy import refuse_secret_values, refuse_secrets
from kaito_cli.cli.source import ModelOptions
from kaito_cli.manifests.names import check_names
from kaito_cli.model import (
    AUTO,
    AksCluster,
    Fallback,
    Hardware,
    Model,
    NodeClass,
    Nodes,
    Plan,
    Request,
)
from kaito_cli.operations.offers import planned_for, priced_today
from kaito_cli.planner import make_plan
from kaito_cli.ports import World

DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOptions:
    """Flags shared by every command that starts from a request."""

    model: options.ModelName
    name: flags.Name = ""
    runtime: flags.Runtime = None
    context_length: options.ContextLength = ""
    concurrency: flags.Concurrency = 8
    max_cost: flags.MaxCost = None
    preset_dir: options.PresetDir = None
    offline: options.Offline = False
    trust_remote_code: options.TrustRemoteCode = False
    namespace: flags.Namespace = ""
    vm_size: flags.VmSize = ""
    region: flags.Region = ""
    live_prices: flags.LivePrices = False
    nodes: flags.Nodes = Nodes.NEW
    node_class: flags.NodeClass = NodeClass.AKS
    node_class_ref: flags.NodeClassRef = ""
    eks_cluster: flags.EksCluster = ""
    node_pool: flags.NodePool = ""
    node_selector: flags.NodeSelector = None
    zone: flags.Zone = None
    spot: flags.Spot = False
    spot_max_price: flags.SpotMaxPrice = None
    autoscale: flags.Autoscale = ""
    fallback: flags.Fallback = Fallback.SAME_GPU
    replicas: flags.Replicas = None
    tensor_parallel: options.TensorParallel = None
    pipeline_parallel: options.PipelineParallel = None
    data_parallel: flags.DataParallel = None
    quantization: options.Quantization = ""
    dtype: options.Dtype = AUTO
    kv_cache_dtype: options.KvCacheDtype = ""
    gpu_memory_utilization: options.GpuMemoryUtilization = None
    max_num_seqs: options.MaxNumSeqs = None
    engine_version: options.EngineVersion = ""
    engine_arg: flags.EngineArg = None
    no_api_key: flags.NoApiKey = False
    api_key_secret: flags.ApiKeySecret = ""
    hf_token_secret: flags.HfTokenSecret = ""
    image: flags.Image = ""
    image_pull_secret: flags.ImagePullSecret = ""
    registry_mirror: flags.RegistryMirror = ""
    set_label: flags.SetLabel = None
    env: flags.Env = None
    env_from: flags.EnvFrom = None

    def request(self) -> Request:
        """The flags as one Request; BadInput where they make no sense."""
        asked = Request(
            model=self.model,
            name=self.name,
            namespace=self.namespace or DEFAULT_NAMESPACE,
            runtime=self.runtime,
            region=self.region,
            vm_size=vm_size(self.vm_size).name if self.vm_size else "",
            nodes=self.nodes,
            node_class=self.node_class,
            node_class_ref=self.node_class_ref,
            eks_cluster=self.eks_cluster,
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
            fallback=self.fallback,
            labels=quantities.pairs(self.set_label, "--set-label", "team=search"),
            env=quantities.pairs(self.env, "--env", "VLLM_LOGGING_LEVEL=DEBUG"),
            env_from=quantities.secret_keys(self.env_from),
        )
        refuse_secrets(asked.env, "--env")
        refuse_secrets(asked.engine_args, "--engine-arg")
        refuse_secret_values(asked.labels, "--set-label")
        refuse_secret_values(asked.node_selector, "--node-selector")
        refuse_contradictions(asked)
        return asked

    def asked(self, world: World) -> Request:
        """The same, in the namespace of the world's target where none was named."""
        asked = self.request()
        if self.namespace or not world.target.namespace:
            return asked
        return replace(asked, namespace=world.target.namespace)

    def resolved(self, world: World) -> Model:
        """The model that is meant; the hub is asked only when it is no preset."""
        source = ModelOptions(
            model=self.model,
            preset_dir=self.preset_dir,
            offline=self.offline,
            trust_remote_code=self.trust_remote_code,
        )
        return source.resolved(world)

    def plan(self, world: World) -> Plan:
        """What kaito would make of these flags. DoesNotFit when no placement holds it."""
        asked, model = self.asked(world), self.resolved(world)
        cluster = planned_for(asked, world)
        found = make_plan(asked, model, self.hardware(asked, world, cluster), engines(), cluster)
        check_names(found)
        return found

    def hardware(self, asked: Request, world: World, cluster: AksCluster | None) -> Hardware:
        """GPUs, VM sizes and their prices: of today, if that is asked for."""
        if not self.live_prices:
            return hardware()
        return priced_today(asked, hardware(), world.prices, cluster)
