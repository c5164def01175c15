"""One plan for every shape of manifests there is."""

from kaito_cli.model import GpuDriver, NodeClass, Nodes, Plan, Runtime, SecretKey
from tests.builders import PLAN, plan

LLAMA = {
    "name": "llama-3.1-8b-instruct",
    "id": "meta-llama/Llama-3.1-8B-Instruct",
    "architecture": "LlamaForCausalLM",
    "license": "llama3.1",
    "gated": True,
}
TWO_GPUS = {"vm_size": "Standard_NC48ads_A100_v4", "gpus_per_node": 2}
WHOLE_NC48 = {"gpus": 2, "cpu_millicores": 37936, "memory_mib": 381067, "shared_memory_gib": 4}

KARPENTER_POOL = {
    "name": "falcon-7b-instruct-a1b2c3",
    "labels": {
        "kaito-cli.dev/workspace": "falcon-7b-instruct",
        "kaito-cli.dev/namespace": "default",
    },
    "tags": {"kaito-cli-workspace": "default.falcon-7b-instruct"},
}
AT_AMAZON = {
    "placement": {"gpu": "A100-80GB"},
    "pod": {"cpu_millicores": 0, "memory_mib": 0, "shared_memory_gib": 0},
    "cost": {"usd_per_hour": None, "region": "", "price_date": "", "source": ""},
}

SHAPES: dict[str, Plan] = {
    "one-gpu": PLAN,
    "tensor-parallel": plan(
        placement={**TWO_GPUS, "tensor_parallel": 2},
        pod=WHOLE_NC48,
        engine={"args": (*PLAN.engine.args, "--tensor-parallel-size", "2")},
    ),
    "data-parallel": plan(
        placement={**TWO_GPUS, "data_parallel": 2},
        pod=WHOLE_NC48,
        engine={"args": (*PLAN.engine.args, "--data-parallel-size", "2")},
    ),
    "two-replicas": plan(placement={"replicas": 2, "nodes": 2}, node_pool={"count": 2}),
    "transformers": plan(
        runtime=Runtime.TRANSFORMERS,
        engine={
            "name": Runtime.TRANSFORMERS,
            "version": "",
            "args": (
                *("transformers", "serve", "tiiuae/falcon-7b-instruct"),
                *("--host", "0.0.0.0", "--port", "8000", "--device", "auto", "--dtype", "auto"),
            ),
        },
    ),
    "spot": plan(request={"spot": True}, node_pool={"spot": True}, cost={"spot": True}),
    "existing-nodes": plan(
        request={"nodes": Nodes.EXISTING, "node_selector": {"accelerator": "nvidia"}},
        node_pool={"name": "", "existing": True, "os_disk_gib": 0},
        pod={"ephemeral_storage_gib": 0},
    ),
    "own-node-pool": plan(
        request={"nodes": Nodes.EXISTING, "node_pool": "gpupool"},
        node_pool={"name": "gpupool", "existing": True},
    ),
    "no-api-key": plan(request={"api_key": False}),
    "private-image": plan(
        request={"image_pull_secret": "registry", "api_key_secret": "team-key"},
        engine={"image": f"registry.example.com/vllm/vllm-openai:v0.33.0@sha256:{'ab' * 32}"},
    ),
    "environment": plan(
        request={"labels": {"team": "search"}},
        engine={
            "env": {"VLLM_LOGGING_LEVEL": "DEBUG", "HF_ENDPOINT": "https://hub.example.com"},
            "env_from": {"HF_TOKEN": SecretKey(secret="hub", key="token")},
        },
    ),
    "gated": plan(workspace="llama", model=LLAMA),
    "karpenter-aks": plan(
        request={"nodes": Nodes.KARPENTER},
        node_pool={**KARPENTER_POOL, "taints": ("sku=gpu:NoSchedule",), "zones": ("1", "3")},
    ),
    "karpenter-ec2": plan(
        request={
            "nodes": Nodes.KARPENTER,
            "node_class": NodeClass.EC2,
            "eks_cluster": "prod",
            "spot": True,
        },
        node_pool={
            **KARPENTER_POOL,
            "taints": ("nvidia.com/gpu:NoSchedule",),
            "gpu_driver": GpuDriver.NONE,
            "spot": True,
            "zones": ("us-east-1a",),
        },
        **AT_AMAZON,
    ),
    "karpenter-own-node-class": plan(
        request={"nodes": Nodes.KARPENTER, "node_class_ref": "gpu"},
        placement={"replicas": 2, "nodes": 2},
        node_pool={**KARPENTER_POOL, "count": 2, "taints": ("sku=gpu:NoSchedule",)},
    ),
}
