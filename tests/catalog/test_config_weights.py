"""config.json → how the weights are stored."""

from typing import Any

import pytest

from kaito_cli.catalog.config import model_from_config
from kaito_cli.catalog.config_weights import weights_from_config
from kaito_cli.errors import BadInput
from kaito_cli.model import Weights
from tests.configs import config


@pytest.mark.parametrize(
    ("name", "method", "bits", "block"),
    [
        ("meta-llama-3.1-8b", "", 16, 0),
        ("deepseek-r1", "fp8", 8, 128),
        ("gpt-oss-20b", "mxfp4", 4, 0),  # the engine pads its experts
        ("qwen2.5-32b-instruct-awq", "awq", 4, 128),
        ("kimi-k2.5", "compressed-tensors", 4, 32),
        ("glm-5.1-nvfp4", "modelopt_fp4", 4, 16),
        ("qwen3-32b-fp8-static-pertensor", "modelopt", 8, 0),
        ("qwen3.6-27b-nvfp4", "modelopt_mixed", 4, 16),
    ],
)
def test_quantization_is_named_as_the_engine_names_it(
    name: str, method: str, bits: float, block: int
) -> None:
    read = weights_from_config(config(name))

    assert (read.quantization, read.bits, read.block_size) == (method, bits, block)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"quant_method": "gptq", "bits": 4, "group_size": -1}, ("gptq", 4, 0)),
        ({"quant_method": "gptq", "bits": 8, "group_size": 32}, ("gptq", 8, 32)),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, ("bitsandbytes", 4, 0)),
        ({"quant_method": "bitsandbytes", "load_in_8bit": True}, ("bitsandbytes", 8, 0)),
        ({"quant_method": "compressed_tensors"}, ("compressed-tensors", 16, 0)),
        (
            {"producer": {"name": "modelopt"}, "quantization": {"quant_algo": "NVFP4"}},
            ("modelopt_fp4", 4, 16),
        ),
        ({"bits": 4}, ("unknown", 4, 0)),
    ],
)
def test_quantization_configs_of_other_tools(
    settings: dict[str, Any], expected: tuple[str, float, int]
) -> None:
    read = weights_from_config({**config("meta-llama-3.1-8b"), "quantization_config": settings})

    assert (read.quantization, read.bits, read.block_size) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"torch_dtype": "float16"}, "float16"),
        ({"dtype": "float32", "torch_dtype": "float16"}, "float32"),
        ({"torch_dtype": "torch.bfloat16"}, "bfloat16"),
        ({"torch_dtype": "auto"}, "bfloat16"),
        ({"torch_dtype": None}, "bfloat16"),
    ],
)
def test_dtype_is_read_under_both_its_names(keys: dict[str, Any], expected: str) -> None:
    assert weights_from_config({**config("meta-llama-3.1-8b"), **keys}).dtype == expected


def test_sizes_counted_elsewhere_are_kept_and_give_the_parameters() -> None:
    weights = weights_from_config(config("phi-2"), bytes=5_559_367_680, dtype="float16")
    read = model_from_config(config("phi-2"), name="phi-2", weights=weights)

    assert read.weights == Weights(bytes=5_559_367_680, dtype="float16")
    assert read.parameters == 2_779_683_840


def test_unknown_sizes_are_zero_and_parameters_come_from_geometry() -> None:
    read = model_from_config(config("gpt-oss-20b"), name="gpt-oss-20b")

    assert read.weights.bytes == 0
    assert read.parameters == pytest.approx(20.9e9, rel=0.01)


@pytest.mark.parametrize("broken", ["fp8", [], {"quant_method": 4}, {"weight_block_size": "x"}])
def test_a_broken_quantization_config_is_named(broken: Any) -> None:
    settings = broken if not isinstance(broken, dict) else {"quant_method": "fp8", **broken}
    with pytest.raises(BadInput, match=r"config\.json"):
        weights_from_config({**config("phi-2"), "quantization_config": settings})
