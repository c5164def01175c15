"""What a placement must keep to, whatever the memory."""

from typing import Any

import pytest

from kaito_cli.catalog.gpus import device
from kaito_cli.catalog.models import preset
from kaito_cli.model import Device
from kaito_cli.sizing import illegal
from kaito_cli.sizing.dtype import resolved_dtype
from kaito_cli.sizing.legality import legal_ranks
from tests.sizing.cards import A10, A100, H100, L4, NEWEST, T4, engine, serve


@pytest.mark.parametrize(
    ("name", "ranks"),
    [
        ("falcon-7b", (1,)),  # 71 heads
        ("falcon-40b", (1, 2, 4, 8)),
        (
            "phi-4",
            (1, 2),
        ),  # 10 KV heads rule out 4 and 8, the padded vocabulary of 100352 rules out 5
        ("llama-3.1-8b-instruct", (1, 2, 4, 8)),
    ],
)
def test_heads_decide_the_tensor_parallel_sizes(name: str, ranks: tuple[int, ...]) -> None:
    assert legal_ranks(preset(name), 8) == ranks


def test_falcon_7b_could_only_be_split_over_71() -> None:
    falcon = preset("falcon-7b")

    assert "71 attention heads" in illegal(
        falcon, H100, NEWEST, serve(H100, 2048, tensor_parallel=2)
    )


def test_qwen3_refuses_five_ranks() -> None:
    from benchmarks.accuracy import rows

    trouble = illegal(
        rows.model("Qwen/Qwen3-14B"), H100, NEWEST, serve(H100, 8192, tensor_parallel=5)
    )

    assert trouble == "8 KV heads do not divide by 5, nor 5 by them"


def test_quantized_blocks_are_not_cut() -> None:
    trouble = illegal(
        preset("qwen3-235b-a22b-fp8"), H100, NEWEST, serve(H100, 8192, tensor_parallel=8)
    )

    assert "cuts quantized blocks of 128" in trouble


@pytest.mark.parametrize(
    ("name", "card", "changes", "word"),
    [
        ("llama-3.1-8b-instruct", T4, {"dtype": "bfloat16"}, "float16 would run"),
        ("gemma-3-4b-instruct", T4, {}, "unstable in float16"),
        ("deepseek-r1", T4, {}, "compute capability 8.0"),
        ("gpt-oss-20b", T4, {"dtype": "float16"}, "mxfp4"),
        ("gpt-oss-20b", A100, {"quantization": "none"}, "cannot be served unquantized"),
        ("gpt-oss-20b", A100, {"quantization": "fp8"}, "quantized as mxfp4, not fp8"),
        (
            "phi-4",
            A100,
            {"quantization": "bitsandbytes"},
            "to fp8 while loading, not to bitsandbytes",
        ),
        ("phi-4", A100, {"quantization": "awq"}, "to fp8 while loading, not to awq"),
        ("phi-2", A10, {"max_num_seqs": 4096}, "above the 2,048 tokens of one step"),
        ("phi-2", A10, {"dtype": "fp8"}, "a format of weights"),
        ("phi-2", T4, {"kv_cache_dtype": "fp8"}, "no 8-bit floating point"),
        ("phi-2", A10, {"pipeline_parallel": 33}, "cannot fill 33 stages"),
    ],
)
def test_what_the_engine_would_refuse(
    name: str, card: Device, changes: dict[str, Any], word: str
) -> None:
    assert word in illegal(preset(name), card, NEWEST, serve(card, 1024, **changes))


@pytest.mark.parametrize(
    ("name", "card", "changes"),
    [
        ("phi-2", T4, {}),
        ("llama-3.1-8b-instruct", T4, {"dtype": "half"}),
        ("llama-3.1-8b-instruct", A10, {"kv_cache_dtype": "fp8_e4m3"}),
        ("deepseek-r1", A100, {"tensor_parallel": 8}),
        ("gpt-oss-120b", A100, {"tensor_parallel": 4}),
        ("phi-4", L4, {"quantization": "fp8"}),
        ("falcon-40b", H100, {"tensor_parallel": 2, "pipeline_parallel": 2}),
    ],
)
def test_what_the_engine_takes(name: str, card: Device, changes: dict[str, Any]) -> None:
    assert not illegal(preset(name), card, NEWEST, serve(card, 1024, **changes))


@pytest.mark.parametrize(
    ("card", "asked", "expected"),
    [
        (A10, "auto", "bfloat16"),
        (T4, "auto", "float16"),
        (T4, "half", "float16"),
        (A10, "float32", "float32"),
        (A10, "fp32", "float32"),
        (A10, "bf16", "bfloat16"),
    ],
)
def test_auto_is_what_the_engine_makes_of_it(card: Device, asked: str, expected: str) -> None:
    assert resolved_dtype(preset("phi-4"), card, asked) == expected


def test_the_engine_leaves_old_devices_behind() -> None:
    volta = device("V100")

    assert "compute capability 7.5" in illegal(preset("phi-2"), volta, NEWEST, serve(volta, 1024))
    assert not illegal(preset("phi-2"), volta, engine("0.8"), serve(volta, 1024))
