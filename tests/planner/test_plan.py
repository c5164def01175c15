"""The choice: the cheapest placement that holds what was asked."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import hardware
from kaito_cli.catalog.models import preset, presets
from kaito_cli.errors import BadInput, DoesNotFit, KaitoError, NotFound, UnknownLayout
from kaito_cli.model import (
    Autoscale,
    Confidence,
    Hardware,
    Link,
    Nodes,
    Plan,
    Request,
    Runtime,
    Serve,
    Weights,
)
from kaito_cli.planner import make_plan
from kaito_cli.planner.ask import ask_of
from kaito_cli.planner.candidate import Shape, admit
from kaito_cli.planner.refusal import refusal
from kaito_cli.planner.search import sizes_of
from kaito_cli.sizing import fit
from tests.planner.asking import plan_of

A10 = "Standard_NV36ads_A10_v5"
SUPER = "nvidia-nemotron-3-super-120b-a12b-bf16"


def test_falcon_7b_goes_to_one_a10() -> None:
    plan = plan_of("falcon-7b")

    assert plan.placement.vm_size == "Standard_NV36ads_A10_v5"
    assert (plan.placement.nodes, plan.placement.tensor_parallel) == (1, 1)
    assert plan.cost.usd_per_hour == 3.2
    assert (plan.context_length, plan.concurrency) == (2048, 8)


def test_the_context_is_the_models_own_up_to_32768() -> None:
    assert plan_of("falcon-7b").context_length == 2048
    assert plan_of("llama-3.1-8b-instruct").context_length == 32_768
    assert plan_of("phi-4", context_length="max").context_length == 16_384


def test_auto_stretches_the_context_on_the_same_placement() -> None:
    usual, stretched = (
        plan_of("llama-3.1-8b-instruct"),
        plan_of("llama-3.1-8b-instruct", context_length="auto"),
    )

    assert stretched.placement == usual.placement
    assert stretched.context_length > usual.context_length
    assert stretched.max_num_batched_tokens == usual.max_num_batched_tokens
    assert 0 <= stretched.memory.per_gpu.headroom_gib < 0.1
    assert str(stretched.context_length) in stretched.engine.args


def test_more_context_than_the_model_holds_is_refused() -> None:
    with pytest.raises(BadInput, match="holds 2048 tokens, not 4096"):
        plan_of("falcon-7b", context_length=4096)


def test_more_sequences_cost_more() -> None:
    few = plan_of("llama-3.1-8b-instruct", concurrency=2)
    many = plan_of("llama-3.1-8b-instruct", concurrency=40)

    assert few.cost.usd_per_hour is not None
    assert many.cost.usd_per_hour is not None
    assert few.cost.usd_per_hour < many.cost.usd_per_hour


def test_alternatives_are_dearer_and_say_so() -> None:
    plan = plan_of("falcon-7b")
    prices = [each.cost.usd_per_hour or 0 for each in plan.alternatives]

    assert len(prices) == 5
    assert prices == sorted(prices)
    assert plan.alternatives[0].reason == "$0.47 an hour more"


def test_cheaper_sizes_that_cannot_do_it_are_named_with_their_reason() -> None:
    reasons = {each.vm_size: each.reason for each in plan_of("gpt-oss-120b").rejected}

    assert "no bfloat16" in reasons["Standard_NC4as_T4_v3"]
    assert "8 × 32,768 tokens" in reasons["Standard_NC24ads_A100_v4"]
    assert "not offered in eastus2" in reasons["Standard_ND96asr_v4"]


def test_only_plannable_sizes_are_chosen_unless_one_is_named() -> None:
    unplannable = {each.name for each in hardware().sizes if not each.plannable}
    named = plan_of("gpt-oss-20b", vm_size="Standard_NCC40ads_H100_v5")

    assert not unplannable & {each.placement.vm_size for each in plan_of("phi-4").alternatives}
    assert any("not one kaito would choose" in note for note in named.notes)


def test_precision_is_not_lowered_unless_asked() -> None:
    assert plan_of("phi-4-mini-instruct", concurrency=1).placement.gpu != "T4"
    asked = plan_of("phi-4-mini-instruct", concurrency=1, context_length=4096, dtype="float16")

    assert asked.placement.gpu == "T4"
    assert "runs in float16, the model is published in bfloat16" in asked.notes


def test_s_is_lowered_only_where_that_makes_it_fit_and_then_told() -> None:
    plan = plan_of("gpt-oss-120b")

    assert plan.max_num_seqs == 512
    assert any("lowered from 1024 to 512" in note for note in plan.notes)
    assert plan_of("gpt-oss-20b").max_num_seqs == 256


@pytest.mark.parametrize("many", [1, 24, 300, 2000])
@pytest.mark.parametrize("name", ["falcon-7b", "gpt-oss-120b", "qwen3.5-27b", "phi-4"])
def test_every_engine_can_run_its_share_of_the_concurrency(name: str, many: int) -> None:
    plan = plan_of(name, concurrency=many, context_length=128)

    assert plan.max_num_seqs * plan.placement.engines >= many


def test_fewer_sequences_at_once_than_asked_take_more_replicas() -> None:
    plan = plan_of("falcon-7b", concurrency=64, max_num_seqs=4, context_length=128)

    assert plan.placement.engines == 16


def test_replicas_of_one_node_need_disk_for_all_of_them() -> None:
    """Each replica fetches its own 230 GiB: no OS disk holds eight of them."""
    asked = {"quantization": "fp8", "tensor_parallel": 1, "pipeline_parallel": 1}
    size = "Standard_ND96isr_H200_v5"
    few, many = (
        {"vm_size": size, "replicas": replicas, "context_length": 1024, **asked}
        for replicas in (2, 8)
    )

    assert plan_of(SUPER, **few).node_pool.os_disk_gib > 2 * 230
    with pytest.raises(DoesNotFit) as caught:
        plan_of(SUPER, **many)
    assert "no OS disk holds the image and the weights of 8 replicas" in caught.value.detail


def test_the_choice_is_the_cheapest_of_all_one_node_placements() -> None:
    """Against every shape on every size, tried one by one."""
    for name in ("qwen3-235b-a22b", "phi-4", "gpt-oss-120b", "falcon-40b", "deepseek-r1"):
        plan, ask = plan_of(name), ask_of(Request(model=name), preset(name), engines())
        found = [
            tried.usd_per_hour
            for size in sizes_of(ask, hardware())
            if (usd := hardware().prices.of(size.name, "eastus2"))
            and not refusal(ask, size, hardware().devices[size.device], usd)
            for tp, pp, dp in itertools.product(range(1, 9), repeat=3)
            if tp * pp * dp <= (size.gpus or 0)
            and (
                tried := admit(
                    ask,
                    size,
                    hardware().devices[size.device],
                    usd,
                    Shape(tensor_parallel=tp, pipeline_parallel=pp, data_parallel=dp, nodes=1),
                )
            )
            and tried.fits
            and tried.usd_per_hour
        ]
        assert plan.cost.usd_per_hour == min(found), name


def test_a_cheaper_placement_whose_replicas_span_nodes_is_told_not_taken() -> None:
    plan = plan_of("glm-5-fp8", concurrency=64)
    spanning = [each for each in plan.alternatives if "spans" in each.reason]

    assert plan.placement.nodes == 1 or spanning


def test_one_node_comes_before_several() -> None:
    plan = plan_of("kimi-k2-instruct")

    assert plan.placement.nodes == plan.placement.pipeline_parallel > 1
    assert plan_of("qwen3.6-27b", context_length="max", concurrency=1).placement.nodes <= 2


def test_data_parallel_takes_what_a_node_has_left() -> None:
    """falcon-7b cannot be split: on a two-GPU size the second GPU holds a copy."""
    plan = plan_of("falcon-7b", vm_size="Standard_NC48ads_A100_v4")

    assert (plan.placement.tensor_parallel, plan.placement.data_parallel) == (1, 2)
    assert "--data-parallel-size" in plan.engine.args


def test_replicas_share_a_node_that_has_the_gpus() -> None:
    plan = plan_of("falcon-7b", vm_size="Standard_NC48ads_A100_v4", replicas=2, data_parallel=1)

    assert (plan.placement.replicas, plan.placement.nodes) == (2, 1)
    assert plan.pod.gpus == 1


def test_a_budget_rules_out_what_costs_more() -> None:
    with pytest.raises(DoesNotFit, match=r"not for \$3\.00 an hour") as caught:
        plan_of("falcon-7b", max_cost_usd_per_hour=3.0)

    assert "--max-cost" in caught.value.hint
    assert plan_of("falcon-7b", max_cost_usd_per_hour=3.2).cost.usd_per_hour == 3.2


def test_a_budget_that_even_several_nodes_exceed_names_their_price() -> None:
    with pytest.raises(DoesNotFit) as caught:
        plan_of("kimi-k2-instruct", max_cost_usd_per_hour=5.0)

    assert "$98.31" in caught.value.detail
    assert "--max-cost 98.31" in caught.value.hint
    assert "--pipeline-parallel" not in caught.value.hint


@pytest.mark.parametrize(
    "image",
    [
        "vllm/vllm-openai:v0.33.0",
        "localhost:5000/a/b_c:latest",
        "registry.example.com/x@sha256:" + "0" * 64,
    ],
)
def test_an_image_may_have_a_port_a_tag_and_a_digest(image: str) -> None:
    assert plan_of("falcon-7b", image=image).engine.image == image


def test_nothing_fits_names_the_nearest_miss_and_what_would_help() -> None:
    with pytest.raises(DoesNotFit) as caught:
        plan_of("llama-3.1-8b-instruct", vm_size=A10, pipeline_parallel=1)

    assert "Nearest: 1 × Standard_NV36ads_A10_v5" in caught.value.detail
    assert "--context-length" in caught.value.hint


def test_the_hint_of_a_miss_is_true() -> None:
    with pytest.raises(DoesNotFit) as caught:
        plan_of("llama-3.1-8b-instruct", vm_size=A10, pipeline_parallel=1)
    tokens = int(caught.value.hint.split("--context-length ")[1].split("`")[0])

    plan = plan_of("llama-3.1-8b-instruct", vm_size=A10, pipeline_parallel=1, context_length=tokens)
    assert plan.placement.nodes == 1


def test_weights_of_unknown_size_are_never_planned() -> None:
    with pytest.raises(BadInput, match="not known"):
        plan_of(replace(preset("phi-4"), weights=Weights(bytes=0)))


def test_an_unknown_layout_is_refused_not_guessed() -> None:
    with pytest.raises(UnknownLayout, match="unknown attention layout"):
        plan_of("deepseek-v4-flash")


@pytest.mark.parametrize(
    ("asked", "error", "word"),
    [
        ({"vm_size": "Standard_NC1"}, NotFound, "no VM size"),
        ({"region": "atlantis"}, BadInput, "atlantis"),
        ({"concurrency": 0}, BadInput, "--concurrency"),
        ({"gpu_memory_utilization": 1.5}, BadInput, "--gpu-memory-utilization"),
        ({"name": "Über"}, BadInput, "cannot name a workspace"),
        ({"namespace": "a_b"}, BadInput, "namespace"),
        ({"nodes": Nodes.EXISTING}, BadInput, "existing nodes"),
        ({"node_pool": "Pool-1"}, BadInput, "node pool"),
        ({"node_selector": {"a": "b"}}, BadInput, "--node-selector"),
        ({"spot_max_price_usd_per_hour": 1.0}, BadInput, "--spot"),
        ({"autoscale": Autoscale(min_nodes=3, max_nodes=1)}, BadInput, "--autoscale"),
        ({"autoscale": Autoscale(min_nodes=0, max_nodes=0)}, BadInput, "--autoscale 0:1"),
        ({"spot": True, "spot_max_price_usd_per_hour": -5.0}, BadInput, "--spot-max-price"),
        ({"zones": ("9",)}, BadInput, "availability zone"),
        ({"image": 'evil"{{x}}'}, BadInput, "container image"),
        (
            {"runtime": Runtime.TRANSFORMERS, "kv_cache_dtype": "fp8"},
            BadInput,
            "nothing like `--kv-cache-dtype`",
        ),
        ({"quantization": "awq"}, BadInput, "fp8 while loading"),
        ({"vm_size": "Standard_ND96isr_MI300X_v5"}, DoesNotFit, "--image"),
        ({"vm_size": "Standard_NC6s_v3"}, DoesNotFit, "compute capability 7.5"),
        ({"vm_size": "Standard_NV6ads_A10_v5"}, DoesNotFit, "fraction"),
        ({"engine_version": "newest"}, BadInput, "engine version"),
        ({"engine_args": {"max-model-len": "9"}}, BadInput, "overrule the plan"),
        ({"engine_args": {"enable-lorra": "true"}}, BadInput, "no flag"),
        ({"tensor_parallel": 3}, DoesNotFit, "71 attention heads do not divide by 3"),
        ({"dtype": "int3"}, BadInput, "int3"),
    ],
)
def test_what_cannot_be_meant_is_an_error_with_a_reason(
    asked: dict[str, object], error: type[KaitoError], word: str
) -> None:
    with pytest.raises(error) as caught:
        plan_of("falcon-7b", **asked)

    said = (caught.value.message, caught.value.detail, caught.value.hint)
    assert word in " ".join(said)


def test_the_transformers_runtime_spreads_layers_only_and_is_never_sure() -> None:
    plan = plan_of("falcon-40b", runtime=Runtime.TRANSFORMERS)
    placement = plan.placement

    assert (placement.tensor_parallel, placement.data_parallel) == (1, 1)
    assert placement.pipeline_parallel == placement.gpus_per_node > 1
    assert plan.memory.confidence is Confidence.EXTRAPOLATED
    assert any("no API key" in note for note in plan.notes)


def test_existing_nodes_are_used_and_their_disk_left_alone() -> None:
    plan = plan_of("falcon-7b", node_pool="gpus", vm_size="Standard_NV36ads_A10_v5")

    assert plan.node_pool.existing
    assert plan.node_pool.name == "gpus"
    assert plan.pod.ephemeral_storage_gib == 0


def test_an_older_driver_gets_the_cuda_12_image() -> None:
    assert plan_of("falcon-7b").engine.image == "vllm/vllm-openai:v0.33.0-cu129"
    assert plan_of("gpt-oss-20b").engine.image == "vllm/vllm-openai:v0.33.0"


def test_a_mirror_goes_before_the_image() -> None:
    plan = plan_of("gpt-oss-20b", registry_mirror="mirror.example.com/hub/")

    assert plan.engine.image == "mirror.example.com/hub/vllm/vllm-openai:v0.33.0"


def test_a_pool_of_another_kind_has_another_name() -> None:
    names = {
        plan_of("falcon-7b", **asked).node_pool.name
        for asked in ({}, {"spot": True}, {"zones": ("1",)}, {"name": "other"})
    }

    assert len(names) == 4
    assert all(len(name) <= 12 and name.isalnum() for name in names)


def test_the_same_request_makes_the_same_plan() -> None:
    assert plan_of("phi-4") == plan_of("phi-4")


def test_prices_of_another_region_are_used() -> None:
    here, there = plan_of("falcon-7b"), plan_of("falcon-7b", region="swedencentral")

    assert here.assumptions[0] == "region eastus2"
    assert there.cost.region == "swedencentral"
    assert there.cost.usd_per_hour == 4.16


def test_ties_go_to_nvlink_then_to_the_newer_gpu() -> None:
    found = hardware()
    a100 = next(each for each in found.sizes if each.name == "Standard_NC48ads_A100_v4")
    linked = replace(a100, name="Standard_Linked", link=Link.NVLINK)
    prices = replace(
        found.prices,
        usd_per_hour={
            name: {"eastus2": 5.0} for name in ("Standard_Linked", "Standard_NC48ads_A100_v4")
        },
    )
    tied = Hardware(devices=found.devices, sizes=(a100, linked), prices=prices)
    model = preset("qwen3-32b")
    plan = make_plan(plan_of("qwen3-32b").request, model, tied, engines())

    assert plan.placement.vm_size == "Standard_Linked"
    assert plan.alternatives[0].reason == "same price, PCIe instead of NVLink"


def shown(name: str) -> str:
    """One line a preset: what is chosen, how it runs, what it costs."""
    try:
        return line(name, plan_of(name))
    except KaitoError as error:
        return f"{name:43}{error.message}"


def line(name: str, plan: Plan) -> str:
    spread = plan.placement
    return (
        f"{name:43}{spread.nodes} x {spread.vm_size:32}"
        f"r{spread.replicas} tp{spread.tensor_parallel} pp{spread.pipeline_parallel} "
        f"dp{spread.data_parallel}  {plan.context_length:6} x {plan.concurrency}  "
        f"S{plan.max_num_seqs:<5}${plan.cost.usd_per_hour:<8.3f}"
        f"KV {plan.memory.per_gpu.kv_cache_gib:7.2f} GiB  {plan.memory.confidence}"
    )


def test_the_decisions_for_all_presets(golden: Callable[[str, str], None]) -> None:
    golden("\n".join(shown(name) for name in sorted(presets())) + "\n", "plans.txt")


@pytest.mark.parametrize("name", sorted(presets())[::6])
def test_a_plan_says_what_the_arithmetic_says(name: str) -> None:
    try:
        plan = plan_of(name)
    except UnknownLayout:
        pytest.skip("its attention layout is not known")
    found = hardware()
    size = next(each for each in found.sizes if each.name == plan.placement.vm_size)
    serve = Serve(
        tensor_parallel=plan.placement.tensor_parallel,
        pipeline_parallel=plan.placement.pipeline_parallel,
        data_parallel=plan.placement.data_parallel,
        kv_cache_dtype=preset(name).serving.kv_cache_dtype or "auto",
        context_length=plan.context_length,
        concurrency=-(-plan.concurrency // plan.placement.engines),
        gpu_memory_utilization=0.92,
        max_num_seqs=plan.max_num_seqs,
        max_num_batched_tokens=plan.max_num_batched_tokens,
    )
    again = fit(preset(name), found.devices[size.device], size.link, engines()[-1], serve)

    assert again.fits
    assert again.memory == plan.memory
