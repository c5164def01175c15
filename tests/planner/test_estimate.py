"""Will it fit on what I have."""

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.accuracy import rows, verdicts
from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import device
from kaito_cli.catalog.models import preset
from kaito_cli.errors import BadInput
from kaito_cli.model import Confidence, Estimate, Weights
from kaito_cli.planner import estimate
from kaito_cli.planner.estimate import EstimateRequest


def on(name: str, card: str, **asked: Any) -> Estimate:
    return estimate(EstimateRequest(**asked), preset(name), device(card), engines())


def test_defaults_are_the_models_context_and_the_engines_settings() -> None:
    found = on("phi-4", "H100")

    assert found.context_length == 16_384
    assert (found.max_num_seqs, found.max_num_batched_tokens) == (1024, 8192)
    assert found.concurrency == 1
    assert found.fits
    assert found.max_concurrency >= 1


@pytest.mark.parametrize(
    ("card", "seqs", "tokens"),
    [
        ("A100", 256, 2048),  # the A100 80 GB counts as a small card
        ("H100", 1024, 8192),
        ("H200", 1024, 8192),
        ("B200", 1024, 16_384),
        ("A10", 256, 2048),
        ("GB10", 256, 2048),
    ],
)
def test_t_and_s_depend_on_the_device(card: str, seqs: int, tokens: int) -> None:
    found = on("phi-2", card)

    assert (found.max_num_seqs, found.max_num_batched_tokens) == (seqs, tokens)


def test_the_longest_context_is_told_when_the_asked_one_is_too_long() -> None:
    found = on("llama-3.1-8b-instruct", "A10")

    assert not found.fits
    assert 0 < found.max_context_length < 131_072
    assert on("llama-3.1-8b-instruct", "A10", context_length=found.max_context_length).fits


def test_a_context_beyond_the_models_own_is_told() -> None:
    found = on("falcon-7b", "A100", context_length=100_000)

    assert any("2,048 tokens" in note for note in found.notes)


def test_the_cheapest_lever_is_named_where_it_is_enough() -> None:
    asked = {"concurrency": 8, "context_length": 32_768}
    found = on("gpt-oss-120b", "H100-NVL", **asked)

    assert not found.fits
    assert "it would fit with --max-num-seqs 512" in found.notes
    assert on("gpt-oss-120b", "H100-NVL", max_num_seqs=512, **asked).fits


def test_the_most_sequences_that_are_told_fit() -> None:
    found = on("gpt-oss-20b", "A100", context_length=32_768)

    assert on("gpt-oss-20b", "A100", context_length=32_768, concurrency=found.max_concurrency).fits


def test_fewer_tokens_a_step_run_no_more_sequences() -> None:
    assert on("phi-2", "H100", max_num_batched_tokens=512).max_num_seqs == 512


def test_the_nearest_earlier_engine_is_used_and_told() -> None:
    found = on("phi-4", "A100", engine_version="0.27")

    assert found.engine_version == "0.27.0"
    assert "constants of vllm 0.21.0 are used for 0.27.0" in found.notes


def test_before_the_oldest_file_it_is_extrapolated() -> None:
    assert on("phi-4", "A100", engine_version="0.1").confidence is Confidence.EXTRAPOLATED


def test_utilization_is_the_engines_own_default() -> None:
    old, new = (on("phi-4", "A100", engine_version=version).memory for version in ("0.19", "0.33"))

    assert old is not None
    assert new is not None
    assert old.per_gpu.budget_gib == pytest.approx(0.90 * 79.15, abs=0.01)
    assert new.per_gpu.budget_gib == pytest.approx(0.92 * 79.15, abs=0.01)


def test_what_the_engine_refuses_does_not_fit_and_says_why() -> None:
    found = on("falcon-7b", "A100", tensor_parallel=2)

    assert not found.fits
    assert found.reason == "71 attention heads do not divide by 2"
    assert found.memory is None


def test_known_weights_stand_in_for_those_that_are_not() -> None:
    unknown = replace(preset("phi-4"), weights=Weights(bytes=0))

    with pytest.raises(BadInput, match="not known") as caught:
        estimate(EstimateRequest(), unknown, device("A100"), engines())
    assert "--weights-gib" in caught.value.hint
    found = estimate(EstimateRequest(weights_gib=27.39), unknown, device("A100"), engines())
    assert found.memory is not None
    assert found.memory.per_gpu.weights_gib == pytest.approx(27.39)


@pytest.mark.parametrize(
    "asked",
    [
        {"tensor_parallel": 0},
        {"context_length": -1},
        {"gpu_memory_utilization": 0.0001, "concurrency": 0},
        {"gpu_memory_utilization": 2.0},
        {"weights_gib": -3.0},
    ],
)
def test_numbers_that_make_no_sense_are_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        on("phi-4", "A100", **asked)


def test_no_real_start_that_failed_is_said_to_fit_where_the_confidence_is_earned() -> None:
    judged = [verdicts.judge(run) for run in rows.runs()[0]]

    assert len(judged) >= 60
    assert [each.run.id for each in judged if each.false_fit and each.sure] == []
    assert sum(each.right for each in judged) >= 0.92 * len(judged)


def test_the_pools_of_real_starts_are_met() -> None:
    from statistics import median, quantiles

    from benchmarks.accuracy.pools import pools, predicted

    errors = [pool.error(predicted(pool)) for pool in pools()]

    assert len(errors) == 21
    assert median(errors) < 0.2
    assert quantiles(errors, n=10, method="inclusive")[-1] < 1
