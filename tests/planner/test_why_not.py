"""Why a VM size is not the choice, and what would make it one."""

import pytest

from tests.planner.asking import plan_of, why

A100 = "Standard_NC24ads_A100_v4"


def test_it_names_the_constraint_and_levers_that_were_tried() -> None:
    found = why("gpt-oss-120b", A100)

    assert not found.fits
    assert "8 × 32,768 tokens need" in found.reason
    assert {lever.flag for lever in found.levers} >= {
        "--max-num-seqs 8",
        "--kv-cache-dtype fp8",
        "--pipeline-parallel 2",
    }


def test_levers_that_make_it_fit_come_first_and_do() -> None:
    found = why("llama-3.1-8b-instruct", "Standard_NV36ads_A10_v5", concurrency=4)
    first = found.levers[0]
    flag, value = first.flag.split()

    assert first.fits
    assert flag == "--context-length"
    assert plan_of(
        "llama-3.1-8b-instruct",
        vm_size="Standard_NV36ads_A10_v5",
        concurrency=4,
        context_length=int(value),
    )


def test_each_lever_says_what_it_is_worth() -> None:
    found = why("llama-3.3-70b-instruct", "Standard_NC48ads_A100_v4")

    assert found.levers
    assert all(lever.gib > 0 or lever.fits for lever in found.levers)
    assert all(lever.usd_per_hour and lever.usd_per_hour >= 7.346 for lever in found.levers)
    quantized = next(lever for lever in found.levers if lever.flag == "--quantization fp8")
    assert quantized.gib > 20


def test_a_cheaper_size_that_lowers_precision_is_told_as_cheaper() -> None:
    found = why("phi-4-mini-instruct", "Standard_NC4as_T4_v3", context_length=4096, concurrency=1)

    assert found.fits
    assert found.reason == (
        "it fits for $2.67 an hour less, but only when named: T4 has no bfloat16; "
        "--dtype float16 would run it"
    )


@pytest.mark.parametrize(
    ("model", "size", "reason"),
    [
        ("falcon-7b", A100, "it fits, but Standard_NV36ads_A10_v5 costs $0.47 an hour less"),
        ("falcon-7b", "Standard_NV36ads_A10_v5", "it fits, and is the choice"),
        ("falcon-7b", "Standard_NV12ads_A10_v5", "a fraction of a GPU"),
        ("gemma-3-4b-instruct", "Standard_NC4as_T4_v3", "numerically unstable in float16"),
    ],
)
def test_a_size_that_would_do_or_never_could_says_so(model: str, size: str, reason: str) -> None:
    assert reason in why(model, size).reason
