"""config.json → feed-forward sizes, experts and parameter counts."""

import pytest

from kaito_cli.catalog.config import model_from_config
from kaito_cli.catalog.config_count import parameter_count
from kaito_cli.model import Experts
from tests.configs import config

# name: experts (layers, experts, active, intermediate), largest dense or shared, gated
FEED_FORWARD = {
    "falcon-7b": (None, 4 * 4544, False),
    "opt-125m": (None, 3072, False),
    "phi-2": (None, 10_240, False),
    "meta-llama-3.1-8b": (None, 14_336, True),
    "mixtral-8x7b-v0.1": ((32, 8, 2, 14_336), 0, True),
    "gpt-oss-120b": ((36, 128, 4, 2880), 0, True),
    "minimax-m2.7": ((62, 256, 8, 1536), 0, True),
    "qwen3-30b-a3b-fp8": ((48, 128, 8, 768), 0, True),
    "qwen3.5-35b-a3b": ((40, 256, 8, 512), 512, True),
    "deepseek-r1": ((58, 256, 8, 2048), 18_432, True),
    "glm-5.2": ((75, 256, 8, 2048), 12_288, True),
    "mimo-v2-flash": ((47, 256, 8, 2048), 16_384, True),
    "step-3.7-flash": ((42, 288, 8, 1280), 11_264, True),
    "llama-4-scout-17b-16e-instruct": ((48, 16, 1, 8192), 8192, True),
    "llama-4-maverick-17b-128e-instruct": ((24, 128, 1, 8192), 16_384, True),
    "gemma-4-26b-a4b": ((30, 128, 8, 704), 2112, True),
    "gemma-4-e2b-it": (None, 2 * 6144, True),  # layers that share a cache are twice as wide
    "nvidia-nemotron-3-nano-30b-a3b-bf16": ((23, 128, 6, 1856), 3712, False),
    "granite-4.0-h-small": ((40, 72, 10, 768), 1536, True),
    "llama-3_3-nemotron-super-49b-v1": (None, 28_672, True),
}


@pytest.mark.parametrize("name", FEED_FORWARD)
def test_feed_forward_sizes(name: str) -> None:
    read = model_from_config(config(name), name=name)
    routed, widest, gated = FEED_FORWARD[name]

    assert read.experts == (routed and Experts(**dict(zip(EXPERT_FIELDS, routed, strict=True))))
    assert (read.intermediate_size, read.gated_mlp) == (widest, gated)


EXPERT_FIELDS = ("layers", "experts", "active", "intermediate_size")

# Totals of the published tensors: aiconfigurator@095f58a51 and KAITO v0.12.0 for Llama,
# DeepSeek, gpt-oss and phi-4; the others are recalled from the model cards.
PARAMETERS = {
    "meta-llama-3.1-8b": 8_030_261_248,
    "deepseek-r1": 671_026_419_200,
    "gpt-oss-120b": 116_829_156_672,
    "gpt-oss-20b": 20_914_757_184,
    "phi-4": 14_659_507_200,
    "phi-2": 2_779_683_840,
    "mistral-7b-v0.1": 7_241_732_096,
    "qwen2.5-7b-instruct": 7_615_616_512,
    "qwen2.5-32b-instruct-awq": 32_763_876_352,
    "falcon-40b": 41_303_293_952,
    "opt-125m": 125_239_296,
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_counted_from_geometry_are_within_two_percent(name: str) -> None:
    assert parameter_count(config(name)) == pytest.approx(PARAMETERS[name], rel=0.02)


@pytest.mark.parametrize(
    ("name", "billions"),  # as the models are named
    [
        ("qwen3-30b-a3b-fp8", 30.5),
        ("qwen3.5-27b", 27),
        ("llama-4-maverick-17b-128e-instruct", 400),
        ("nemotron-h-56b-base-8k", 56),
        ("nvidia-nemotron-3-nano-30b-a3b-bf16", 31.6),
        ("nvidia-nemotron-3-super-120b-a12b-fp8", 120.6),
        ("nvidia-nemotron-3-ultra-550b-a55b-bf16", 550),
        ("llama-3_3-nemotron-super-49b-v1", 49.9),
        ("kimi-k2.5", 1026),
        ("granite-4.0-h-small", 32),
        ("lfm2-1.2b", 1.17),
    ],
)
def test_parameters_agree_with_the_name(name: str, billions: float) -> None:
    assert parameter_count(config(name)) / 1e9 == pytest.approx(billions, rel=0.03)


def test_a_layout_without_a_rule_has_no_count() -> None:
    assert parameter_count(config("deepseek-v4-flash")) == 0
