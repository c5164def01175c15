"""Does it start, with what context, for how many: checked by hand and by real runs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaito_cli.catalog.models import preset, presets
from kaito_cli.model import Confidence, Device, Link, Serve
from kaito_cli.sizing import budget, fit, illegal
from kaito_cli.sizing.fit import max_context_length
from tests.sizing.cards import A10, A100, H100, H100_NVL, NEWEST, T4, engine, serve

GIB = 1024**3
KNOWN = sorted(
    name
    for name, model in presets().items()
    if all(group.kind != "unknown" for group in model.layers)
)


@pytest.mark.parametrize(
    ("name", "card", "pool_gib", "sequences", "context"),
    [
        # sizing.md, "Checked by hand with these formulas"
        ("falcon-7b", A10, 5.5, 350, 2048),
        ("falcon-7b", A100, 58, 3700, 2048),
    ],
)
def test_the_pool_is_the_one_counted_by_hand(
    name: str, card: Device, pool_gib: float, sequences: float, context: int
) -> None:
    found = budget(preset(name), card, Link.NONE, NEWEST, serve(card, context))

    assert found.pool_gib == pytest.approx(pool_gib, rel=0.01)
    assert found.sequences(context, pessimistic=False) == pytest.approx(sequences, rel=0.02)


@pytest.mark.parametrize(
    ("card", "pool_gib", "sequences"), [(A100, 5.6, 4.4), (H100_NVL, 16.4, 9.7)]
)
def test_gpt_oss_120b_at_32k_is_the_one_counted_by_hand(
    card: Device, pool_gib: float, sequences: float
) -> None:
    model, asked = preset("gpt-oss-120b"), serve(card, 32_768)
    found = budget(model, card, Link.NONE, NEWEST, asked, loaded=64.8 * GIB)

    assert found.pool_gib == pytest.approx(pool_gib, abs=0.06)
    assert found.sequences(32_768, pessimistic=False) == pytest.approx(sequences, abs=0.06)


def test_eight_long_sequences_of_gpt_oss_do_not_fit_one_a100() -> None:
    found = fit(
        preset("gpt-oss-120b"),
        A100,
        Link.NONE,
        NEWEST,
        serve(A100, 32_768, concurrency=8),
        loaded=64.8 * GIB,
    )

    assert not found.fits
    assert "8 × 32,768 tokens" in found.reason


def test_lowering_s_gives_memory_back() -> None:
    """Gemma-3-4B at S = 64 gives back about 3 GiB on an H100."""
    model = preset("gemma-3-4b-instruct")
    usual = budget(model, H100, Link.NONE, NEWEST, serve(H100, 8192))
    fewer = budget(model, H100, Link.NONE, NEWEST, serve(H100, 8192, max_num_seqs=64))

    assert fewer.pool_gib - usual.pool_gib == pytest.approx(3, abs=0.4)


def test_fits_means_at_the_pessimistic_end() -> None:
    model = preset("falcon-7b")
    found = budget(model, A10, Link.NONE, NEWEST, serve(A10, 2048, max_num_seqs=512))
    between = int(found.sequences(2048)) + 1

    assert between < found.sequences(2048, pessimistic=False)
    for many, fits in ((between, False), (between - 1, True)):
        asked = serve(A10, 2048, concurrency=many, max_num_seqs=512)
        assert fit(model, A10, Link.NONE, NEWEST, asked).fits is fits


def test_more_sequences_than_the_engine_runs_at_once_do_not_fit() -> None:
    found = fit(preset("falcon-7b"), A100, Link.NONE, NEWEST, serve(A100, 128, concurrency=300))

    assert not found.fits
    assert found.reason == "300 sequences are asked of an engine that runs 256 at once"
    assert found.max_concurrency > 300  # the KV cache would hold them


def test_the_terms_add_up_to_the_budget() -> None:
    memory = fit(preset("phi-4"), A100, Link.NONE, NEWEST, serve(A100, 16_384)).memory.per_gpu
    taken = memory.weights_gib + memory.activations_gib + memory.non_torch_gib
    taken += memory.cuda_graphs_gib + memory.kv_cache_gib

    assert taken == pytest.approx(memory.budget_gib, abs=0.01)


def test_graphs_come_out_of_the_budget_only_since_021() -> None:
    model = preset("phi-4")
    old, new = (
        budget(model, H100, Link.NONE, engine(version), serve(H100, 4096, engine(version)))
        for version in ("0.20", "0.21")
    )

    assert not old.graphs_inside
    assert new.graphs_inside
    assert new.budget_gib - new.pool_gib == pytest.approx(
        old.budget_gib - old.pool_gib + new.cuda_graphs_gib
    )


def test_graphs_outside_the_budget_need_room_there() -> None:
    old = engine("0.19")
    tight = serve(T4, 2048, old, gpu_memory_utilization=0.99, dtype="float16")
    found = fit(preset("phi-2"), T4, Link.NONE, old, tight)

    assert not found.fits
    assert "captured outside the budget" in found.reason
    assert (
        fit(
            preset("phi-2"), T4, Link.NONE, old, replace(tight, enforce_eager=True)
        ).memory.per_gpu.cuda_graphs_gib
        == 0
    )


def test_recurrent_states_limit_the_sequences_that_may_run() -> None:
    """r185: 1024 sequences of Qwen3.8-27B need as many states; a 96 GB card held 635."""
    model = preset("qwen3.8-27b")
    many = fit(model, H100_NVL, Link.NONE, NEWEST, serve(H100_NVL, 8192, max_num_seqs=1024))
    few = fit(model, H100_NVL, Link.NONE, NEWEST, serve(H100_NVL, 8192, max_num_seqs=128))

    assert not many.fits
    assert "recurrent states" in many.reason
    assert (many.max_context_length, many.max_concurrency) == (0, 0)
    assert many.memory.per_gpu.headroom_gib < 0
    assert few.fits


def test_confidence_is_measured_only_where_rows_are() -> None:
    model, text = preset("llama-3.1-8b-instruct"), serve(H100, 8192, engine("0.19"))
    levels = [
        fit(model, card, Link.NONE, rules, asked, version=version).memory.confidence
        for card, rules, asked, version in (
            (H100, engine("0.19"), text, "0.19.1"),
            (H100, engine("0.18"), text, "0.18.0"),
            (A100, NEWEST, serve(A100, 8192), "0.33.0"),
            (H100, engine("0.16"), text, "0.16.0"),
            (T4, NEWEST, serve(T4, 8192, dtype="float16"), "0.33.0"),
        )
    ]

    assert levels == [
        Confidence.MEASURED,
        Confidence.MODELLED,
        Confidence.MODELLED,
        Confidence.EXTRAPOLATED,
        Confidence.EXTRAPOLATED,
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"verified": False}, "recalled"),
        ({"multimodal": True}, "encoders"),
    ],
)
def test_a_plan_says_what_it_does_not_know(change: dict[str, bool], why: str) -> None:
    model = replace(preset("llama-3.1-8b-instruct"), **change)  # type: ignore[arg-type]
    found = fit(model, A100, Link.NONE, NEWEST, serve(A100, 8192))

    assert found.memory.confidence is Confidence.EXTRAPOLATED
    assert any(why in doubt for doubt in found.unknowns)


@pytest.mark.parametrize(
    ("level", "half_width", "asked"),
    [
        ("measured", 0.01, serve(H100, 8192, engine("0.19"))),
        ("modelled", 0.04, serve(H100, 8192)),
    ],
)
def test_the_interval_is_a_part_of_the_budget(level: str, half_width: float, asked: Serve) -> None:
    version = "0.19.0" if level == "measured" else "0.33.0"
    rules = engine(version)
    found = budget(preset("phi-4"), H100, Link.NONE, rules, asked, version=version)

    assert found.confidence == level
    assert found.interval_gib == pytest.approx(half_width * found.budget_gib)


models = st.sampled_from(KNOWN).map(preset)


@given(model=models, context=st.integers(16, 200_000), more=st.integers(1, 50_000))
def test_more_context_never_holds_more_sequences(model, context, more) -> None:  # type: ignore[no-untyped-def]
    found = budget(model, H100_NVL, Link.NONE, NEWEST, serve(H100_NVL, context))

    assert found.sequences(context + more) <= found.sequences(context)


@given(model=models, memory=st.floats(20, 280), more=st.floats(0.1, 40))
def test_more_memory_never_leaves_a_smaller_pool(model, memory, more) -> None:  # type: ignore[no-untyped-def]
    asked = serve(H100, 4096)
    pools = [
        budget(model, replace(H100, memory_gib=each), Link.NONE, NEWEST, asked).pool_gib
        for each in (memory, memory + more)
    ]

    assert pools[0] < pools[1]


@given(model=models, ranks=st.sampled_from([2, 4, 8]))
def test_more_ranks_never_make_a_rank_heavier(model, ranks) -> None:  # type: ignore[no-untyped-def]
    one, many = serve(H100, 4096), serve(H100, 4096, tensor_parallel=ranks)
    if illegal(model, H100, NEWEST, many):
        return
    alone = budget(model, H100, Link.NONE, NEWEST, one)
    shared = budget(model, H100, Link.NVLINK, NEWEST, many)

    assert shared.weights_gib < alone.weights_gib
    assert shared.weights_gib * ranks >= alone.weights_gib * 0.999
    assert shared.layout.block_bytes <= alone.layout.block_bytes


@given(model=models, many=st.integers(1, 64))
def test_the_longest_context_fits_and_one_more_token_does_not(model, many) -> None:  # type: ignore[no-untyped-def]
    asked = serve(H100_NVL, 4096, concurrency=many, max_num_seqs=64)
    found = budget(model, H100_NVL, Link.NONE, NEWEST, asked)
    longest = max_context_length(found, asked, model.context_length)
    blocks = found.blocks_usable(asked)

    assert found.layout.blocks_of_sequence(longest) * many <= blocks or longest == 0
    if longest < model.context_length:
        assert found.layout.blocks_of_sequence(longest + 1) * many > blocks


def test_what_was_measured_on_few_ranks_is_not_measured_on_many() -> None:
    model, rules = preset("deepseek-r1"), engine("0.19")
    levels = {
        ranks: budget(
            model,
            H100,
            Link.NVLINK,
            rules,
            serve(H100, 4096, rules, tensor_parallel=ranks),
            version="0.19.0",
        ).confidence
        for ranks in (4, 8)
    }

    assert levels == {4: Confidence.MEASURED, 8: Confidence.MODELLED}


def test_an_engine_newer_than_the_newest_file_is_extrapolated() -> None:
    found = budget(preset("phi-4"), A100, Link.NONE, NEWEST, serve(A100, 4096), version="0.40.0")

    assert found.confidence is Confidence.EXTRAPOLATED
