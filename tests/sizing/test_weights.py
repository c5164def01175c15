"""The size of the weights on one GPU."""

from dataclasses import replace

import pytest

from kaito_cli.catalog.models import preset
from kaito_cli.model import Device
from kaito_cli.sizing.weights import loaded_bytes, rank_gib, stage_share, weights_gib
from tests.sizing.cards import A100, H100, NEWEST, engine, serve

GIB = 1024**3
SMALL = 5 * GIB


@pytest.mark.parametrize(
    ("card", "gib"),
    [
        (H100, 64.4),  # measured: × 1.06
        (A100, 68.9),  # measured at TP 4, in all: × 1.13
    ],
)
def test_mxfp4_experts_are_padded_when_loaded(card: Device, gib: float) -> None:
    loaded = loaded_bytes(preset("gpt-oss-120b"), card, NEWEST, serve(card, 1024))

    assert loaded / GIB == pytest.approx(gib, rel=0.006)


@pytest.mark.parametrize(
    ("name", "loaded_gib", "tp", "measured_gib"),
    [
        # benchmarks/accuracy/data/h100_vllm_0.19.csv, and the same model at TP 1
        ("moonshotai/Kimi-VL-A3B-Instruct", 30.74, 2, 15.53),
        ("RedHatAI/Llama-3.3-70B-Instruct-fp8-dynamic", 67.72, 2, 33.88),
        ("RedHatAI/Llama-3.3-70B-Instruct-fp8-dynamic", 67.72, 4, 16.96),
    ],
)
def test_a_rank_holds_its_share_and_what_every_rank_copies(
    name: str, loaded_gib: float, tp: int, measured_gib: float
) -> None:
    from benchmarks.accuracy import rows

    found = rank_gib(rows.model(name), loaded_gib * GIB, tensor_parallel=tp, pipeline_parallel=1)

    assert found == pytest.approx(measured_gib, rel=0.01)


def test_the_fullest_stage_counts() -> None:
    assert stage_share(61, 2) == 31 / 61
    assert stage_share(32, 1) == 1


def test_layers_for_speculation_are_not_loaded() -> None:
    deepseek = preset("deepseek-r1")
    loaded = loaded_bytes(deepseek, H100, NEWEST, serve(H100, 1024))

    assert loaded == deepseek.weights.bytes - deepseek.weights.draft_bytes
    assert loaded / GIB == pytest.approx(8 * 83.88, rel=0.07)  # r156: 83.88 GiB on each of 8


def test_fp8_while_loading_halves_all_but_the_embeddings() -> None:
    model = preset("llama-3.1-8b-instruct")
    whole = loaded_bytes(model, H100, NEWEST, serve(H100, 1024))
    quantized = loaded_bytes(model, H100, NEWEST, serve(H100, 1024, quantization="fp8"))
    embeddings = 2 * 128256 * 4096 * 2

    assert quantized == pytest.approx((whole - embeddings) / 2 + embeddings)


def test_float32_doubles() -> None:
    model = preset("phi-2")

    assert loaded_bytes(model, H100, NEWEST, serve(H100, 1024, dtype="float32")) == (
        2 * model.weights.bytes
    )


def test_known_weights_are_of_the_whole_model() -> None:
    """What every rank copies is among them once, and on each rank."""
    deepseek = preset("deepseek-r1")
    asked = serve(H100, 1024, tensor_parallel=8)
    whole = loaded_bytes(deepseek, H100, NEWEST, asked)

    assert weights_gib(deepseek, H100, NEWEST, asked, whole) == (
        weights_gib(deepseek, H100, NEWEST, asked)
    )
    assert weights_gib(deepseek, H100, NEWEST, asked) > whole / 8 / GIB


def test_the_first_stage_holds_the_embeddings_whole() -> None:
    """Phi-4-mini: a vocabulary of 200,064 words is a sixth of the model."""
    model = preset("phi-4-mini-instruct")
    loaded = loaded_bytes(model, H100, NEWEST, serve(H100, 1024))
    stage = rank_gib(model, loaded, tensor_parallel=1, pipeline_parallel=4)
    embeddings = 200_064 * 3072 * 2 / GIB

    assert stage == pytest.approx((loaded / GIB - embeddings) / 4 + embeddings, rel=0.01)
    assert stage > loaded / GIB / 4


def test_a_float32_checkpoint_is_served_in_half_its_size() -> None:
    model = preset("phi-2")
    wide = replace(model, weights=replace(model.weights, dtype="float32", bytes=2 * SMALL))

    assert loaded_bytes(wide, H100, NEWEST, serve(H100, 1024)) == SMALL


def test_older_engines_load_the_16_bit_model_before_they_quantize_it() -> None:
    model = preset("llama-3.1-8b-instruct")
    asked = serve(H100, 1024, quantization="fp8")

    assert loaded_bytes(model, H100, engine("0.10"), asked) == model.weights.bytes
    assert loaded_bytes(model, H100, engine("0.17"), asked) < 0.6 * model.weights.bytes
