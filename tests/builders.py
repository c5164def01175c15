"""Small values of the right shape, to change one thing about in a test."""

from dataclasses import replace
from typing import Any

from kaito_cli.model import (
    Confidence,
    Cost,
    GpuMemory,
    Memory,
    NodePool,
    Placement,
    Plan,
    PlannedEngine,
    PlannedModel,
    Pod,
    Request,
    Runtime,
    Timing,
)

PLAN = Plan(
    request=Request(model="falcon-7b-instruct"),
    workspace="falcon-7b-instruct",
    namespace="default",
    model=PlannedModel(
        name="falcon-7b-instruct",
        id="tiiuae/falcon-7b-instruct",
        revision="8782b5c5d8c9290412416618f36a133653e85285",
        architecture="FalconForCausalLM",
        parameters=7_217_189_760,
        license="apache-2.0",
        gated=False,
        chat=True,
        verified=True,
        weights_bytes=14_434_379_520,
    ),
    runtime=Runtime.VLLM,
    engine=PlannedEngine(
        name=Runtime.VLLM,
        version="0.33.0",
        image="vllm/vllm-openai:v0.33.0",
        args=(
            *("vllm", "serve", "tiiuae/falcon-7b-instruct"),
            *("--revision", "8782b5c5d8c9290412416618f36a133653e85285"),
            *("--host", "0.0.0.0", "--port", "8000"),
            *("--served-model-name", "falcon-7b-instruct", "tiiuae/falcon-7b-instruct"),
            *("--max-model-len", "2048", "--max-num-seqs", "256"),
            *("--max-num-batched-tokens", "2048", "--gpu-memory-utilization", "0.92"),
            *("--shutdown-timeout", "60"),
        ),
    ),
    placement=Placement(
        vm_size="Standard_NC24ads_A100_v4",
        gpu="A100 80GB",
        gpus_per_node=1,
        nodes=1,
        replicas=1,
        tensor_parallel=1,
        pipeline_parallel=1,
        data_parallel=1,
    ),
    memory=Memory(
        per_gpu=GpuMemory(
            usable_gib=79.15,
            budget_gib=72.82,
            weights_gib=13.44,
            activations_gib=0.3,
            cuda_graphs_gib=0.81,
            non_torch_gib=0.25,
            kv_cache_gib=58.02,
            headroom_gib=54.9,
        ),
        kv_bytes_per_token=8192,
        kv_cache_tokens=7_604_787,
        confidence=Confidence.MODELLED,
    ),
    context_length=2048,
    concurrency=8,
    max_num_seqs=256,
    max_num_batched_tokens=2048,
    cost=Cost(
        usd_per_hour=3.673, region="eastus2", price_date="2026-06-18", source="list", spot=False
    ),
    node_pool=NodePool(
        name="kfalcoa1b2c3",
        vm_size="Standard_NC24ads_A100_v4",
        count=1,
        os_disk_type="Ephemeral",
        os_disk_gib=256,
    ),
    pod=Pod(
        gpus=1,
        cpu_millicores=18928,
        memory_mib=189578,
        ephemeral_storage_gib=35,
        shared_memory_gib=2,
    ),
    timing=Timing(
        pool_seconds=900,
        image_seconds=120,
        weights_seconds=100,
        load_seconds=30,
        graphs_seconds=60,
    ),
)


def plan(**changes: Any) -> Plan:
    """falcon-7b-instruct on one A100, changed.

    A mapping changes the fields it names of what is there: ``plan(placement={"replicas": 2})``.
    """
    changed: Plan = change(PLAN, **changes)
    return changed


def change(value: Any, **changes: Any) -> Any:
    """A frozen value with fields replaced; a mapping for a nested value changes that one."""
    nested = {
        name: change(getattr(value, name), **part)
        for name, part in changes.items()
        if isinstance(part, dict) and not isinstance(getattr(value, name), dict)
    }
    return replace(value, **(changes | nested))
