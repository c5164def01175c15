"""config.json → Model: attention layouts, family by family."""

from typing import Any

import pytest

from kaito_cli.catalog.config import model_from_config
from kaito_cli.model import (
    ChunkedLayers,
    FullLayers,
    LatentLayers,
    Layers,
    Model,
    RecurrentLayers,
    SlidingLayers,
    UnknownLayers,
)
from tests.configs import NAMES, config

BF16 = 2


def model(name: str, **changes: Any) -> Model:
    return model_from_config({**config(name), **changes}, name=name, source=f"{name}.json")


def full(layers: int, kv_heads: int, head_size: int, value: int = 0) -> FullLayers:
    return FullLayers(layers=layers, kv_heads=kv_heads, head_size=head_size, value_head_size=value)


def sliding(layers: int, kv_heads: int, head_size: int, window: int, value: int = 0) -> Layers:
    return SlidingLayers(
        layers=layers,
        kv_heads=kv_heads,
        head_size=head_size,
        value_head_size=value,
        window=window,
    )


def chunked(layers: int, kv_heads: int, head_size: int, chunk: int) -> Layers:
    return ChunkedLayers(layers=layers, kv_heads=kv_heads, head_size=head_size, chunk=chunk)


def latent(layers: int, indexers: int = 0) -> Layers:
    return LatentLayers(
        layers=layers,
        kv_lora_rank=512,
        qk_rope_head_dim=64,
        indexer_layers=indexers,
        indexer_head_dim=128 if indexers else 0,
    )


def delta_net(layers: int, channels: int, state: int, heads: int) -> Layers:
    return RecurrentLayers(
        kind="gated_delta_net",
        layers=layers,
        conv_channels=channels,
        conv_steps=3,
        state_elements=state,
        state_bytes_per_element=4,
        heads=heads,
    )


def mamba(layers: int, channels: int, state: int, heads: int, wide: int = 4) -> Layers:
    return RecurrentLayers(
        kind="mamba2",
        layers=layers,
        conv_channels=channels,
        conv_steps=3,
        state_elements=state,
        state_bytes_per_element=wide,
        heads=heads,
    )


def short_conv(layers: int, channels: int) -> Layers:
    return RecurrentLayers(kind="short_conv", layers=layers, conv_channels=channels, conv_steps=2)


LAYOUTS: dict[str, set[Layers]] = {
    "falcon-7b": {full(32, 1, 64)},
    "falcon-40b": {full(60, 8, 64)},
    "phi-2": {full(32, 32, 80)},
    "phi-3-mini-4k-instruct": {sliding(32, 32, 96, 2047)},
    "phi-3-mini-128k-instruct": {full(32, 32, 96)},  # its window holds the whole context
    "phi-4": {full(40, 10, 128)},
    "opt-125m": {full(12, 12, 64)},
    "mistral-7b-v0.1": {sliding(32, 8, 128, 4096)},
    "qwen2.5-7b-instruct": {full(28, 4, 128)},  # names a window and switches it off
    "meta-llama-3.1-8b": {full(32, 8, 128)},
    "mixtral-8x7b-v0.1": {full(32, 8, 128)},
    "qwen3-30b-a3b-fp8": {full(48, 4, 128)},
    "qwen3-vl-8b-instruct": {full(36, 8, 128)},
    "minimax-m2.7": {full(62, 8, 128)},
    "gemma-2-9b": {sliding(21, 8, 256, 4096), full(21, 8, 256)},
    "gemma-3-1b-it": {sliding(22, 1, 256, 512), full(4, 1, 256)},
    "gemma-3-27b-it": {sliding(52, 16, 128, 1024), full(10, 16, 128)},
    "gemma-4-26b-a4b": {sliding(25, 8, 256, 1024), full(5, 2, 512)},
    "gemma-4-e2b-it": {sliding(12, 1, 256, 512), full(3, 1, 512)},  # the last 20 share
    "gpt-oss-20b": {sliding(12, 8, 64, 128), full(12, 8, 64)},
    "gpt-oss-120b": {sliding(18, 8, 64, 128), full(18, 8, 64)},
    "mimo-v2-flash": {sliding(39, 8, 192, 128, 128), full(9, 4, 192, 128)},
    "step-3.7-flash": {sliding(33, 8, 128, 512), full(12, 8, 128)},
    "llama-4-scout-17b-16e-instruct": {chunked(36, 8, 128, 8192), full(12, 8, 128)},
    "deepseek-r1": {latent(61)},
    "deepseek-v3.2": {latent(61, 61)},
    "kimi-k2.5": {latent(61)},
    "glm-5.2": {latent(78, 21)},  # indexers only where indexer_types says full
    "qwen3.5-27b": {delta_net(48, 10_240, 786_432, 48), full(16, 4, 256)},
    "qwen3.5-35b-a3b": {delta_net(30, 8192, 524_288, 32), full(10, 2, 256)},
    "nvidia-nemotron-3-nano-30b-a3b-bf16": {mamba(23, 6144, 524_288, 64), full(6, 2, 128)},
    "nvidia-nemotron-3-ultra-550b-a55b-bf16": {mamba(48, 18_432, 2_097_152, 256), full(12, 2, 128)},
    "nemotron-h-56b-base-8k": {mamba(54, 20_480, 4_194_304, 256), full(10, 8, 128)},
    "granite-4.0-h-small": {mamba(36, 8448, 1_048_576, 128, wide=2), full(4, 8, 128)},
    "lfm2-1.2b": {short_conv(10, 2048), full(6, 8, 64)},
    "llama-3_3-nemotron-super-49b-v1": {full(49, 8, 128)},  # 31 blocks have no attention
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layers_are_read_by_the_rule_of_the_family(name: str) -> None:
    assert set(model(name).layers) == LAYOUTS[name]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("falcon-7b", 8192),
        ("falcon-40b", 122_880),
        ("phi-4", 204_800),
        ("meta-llama-3.1-8b", 131_072),
    ],
)
def test_a_token_takes_the_published_bytes(name: str, expected: int) -> None:
    (group,) = model(name).layers

    assert isinstance(group, FullLayers)
    assert group.layers * group.kv_heads * group.values_per_head * BF16 == expected


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("deepseek-v4-flash", "compress_ratios"),
        ("kimi-k3", "linear_attn_config"),
        ("minimax-m3", "sparse_attention_config"),
    ],
)
def test_layouts_without_a_rule_are_unknown_and_say_why(name: str, told: str) -> None:
    (group,) = model(name).layers

    assert isinstance(group, UnknownLayers)
    assert told in group.name


@pytest.mark.parametrize(
    "strange",
    [
        {"ssm_cfg": {"layer": "Mamba2"}},
        {"mamba_d_state": 128},
        {"recurrent_block_type": "griffin"},
        {"rwkv_version": 7},
        {"linear_attn_config": {"kda_layers": [1]}},
        {"compress_ratios": [4]},
        {"kv_lora_rank": 256},
        {"layer_types": ["full_attention", "delta_memory"] * 16},
        {"is_encoder_decoder": True},
    ],
    ids=lambda value: next(iter(value)),
)
def test_a_new_family_with_unfamiliar_keys_is_not_taken_for_plain_attention(
    strange: dict[str, Any],
) -> None:
    read = model("meta-llama-3.1-8b", model_type="brand_new", **strange)

    assert any(isinstance(group, UnknownLayers) for group in read.layers)


def test_a_new_family_with_ordinary_keys_is_plain_attention() -> None:
    assert model("meta-llama-3.1-8b", model_type="brand_new").layers == (full(32, 8, 128),)


def test_qwen2_with_its_window_on_for_some_layers_is_refused() -> None:
    read = model("qwen2.5-7b-instruct", use_sliding_window=True, sliding_window=4096)

    assert isinstance(read.layers[0], UnknownLayers)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("falcon-7b", 2048),  # vLLM's assumption when nothing is said
        ("meta-llama-3.1-8b", 131_072),  # llama3: already long
        ("phi-3-mini-128k-instruct", 131_072),  # longrope: already long
        ("deepseek-r1", 163_840),  # yarn: 40 × 4096
        ("kimi-k2.5", 262_144),
        ("gpt-oss-20b", 131_072),
        ("gemma-3-27b-it", 131_072),  # linear, but already scaled
        ("gemma-4-26b-a4b", 262_144),
    ],
)
def test_context_is_what_the_engine_derives(name: str, expected: int) -> None:
    assert model(name).context_length == expected


@pytest.mark.parametrize(
    ("rope", "expected"),
    [
        ({"type": "linear", "factor": 4.0}, 131_072),
        ({"rope_type": "dynamic", "factor": 2}, 65_536),
        ({"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 8192}, 32_768),
        ({"rope_type": "yarn", "factor": 4.0}, 131_072),
        ({"rope_type": "mrope"}, 32_768),
        ({"rope_type": "dynamic", "alpha": 1000.0}, 32_768),
    ],
)
def test_rope_scaling_stretches_the_context(rope: dict[str, Any], expected: int) -> None:
    assert model("qwen2.5-7b-instruct", rope_scaling=rope).context_length == expected


@pytest.mark.parametrize("name", NAMES)
def test_every_reduced_config_becomes_a_model(name: str) -> None:
    read = model(name)

    assert read.layers
    assert read.context_length >= 2048
    assert read.family


def test_wrappers_and_architectures_tell_multimodal_models() -> None:
    assert model("qwen3-vl-8b-instruct").multimodal
    assert model("llama-4-scout-17b-16e-instruct").multimodal
    assert not model("qwen3-30b-a3b-fp8").multimodal


def test_custom_code_counts_only_where_the_engine_has_none() -> None:
    own = {"auto_map": {"AutoConfig": "configuration_new.NewConfig"}}

    assert not model("kimi-k2.5").custom_code
    assert model("meta-llama-3.1-8b", architectures=["NewForCausalLM"], **own).custom_code


@pytest.mark.parametrize(
    ("architecture", "changes", "kinds"),
    [
        ("GptOssForCausalLM", {}, ["sliding", "full"]),
        ("Gemma2ForCausalLM", {}, ["sliding", "full"]),
        ("DeepseekV2ForCausalLM", {"kv_lora_rank": 512, "qk_rope_head_dim": 64}, ["latent"]),
        ("LlamaForCausalLM", {}, ["full"]),
    ],
)
def test_a_family_is_told_by_its_architecture_where_model_type_is_left_out(
    architecture: str, changes: dict[str, int], kinds: list[str]
) -> None:
    config = {
        "architectures": [architecture],
        "hidden_size": 2048,
        "num_hidden_layers": 4,
        "num_attention_heads": 16,
        "num_key_value_heads": 4,
        "intermediate_size": 8192,
        "vocab_size": 32_000,
        "qk_nope_head_dim": 128,
        "v_head_dim": 128,
        **changes,
    }

    assert [group.kind for group in model_from_config(config, name="m").layers] == kinds


def test_gemma_4_without_its_switches_is_as_published() -> None:
    """Every sixth layer is full, with heads and a head size of its own."""
    config = {
        "architectures": ["Gemma4ForConditionalGeneration"],
        "model_type": "gemma4_text",
        "hidden_size": 5376,
        "num_hidden_layers": 60,
        "num_attention_heads": 32,
        "num_key_value_heads": 16,
        "head_dim": 256,
        "global_head_dim": 512,
        "num_global_key_value_heads": 4,
        "intermediate_size": 21_504,
        "sliding_window": 1024,
        "max_position_embeddings": 262_144,
        "vocab_size": 262_144,
    }

    assert set(model_from_config(config, name="m").layers) == {
        sliding(50, 16, 256, 1024),
        full(10, 4, 512),
    }
