"""The KV cache, counted layer by layer as vLLM lays it out."""

import pytest

from kaito_cli.catalog.models import preset
from kaito_cli.errors import UnknownLayout
from kaito_cli.model import (
    ChunkedLayers,
    CrossLayers,
    FullLayers,
    LatentLayers,
    Layers,
    Model,
    RecurrentLayers,
    SlidingLayers,
    UnknownLayers,
    Weights,
)
from kaito_cli.sizing.layout import Layout, layout
from tests.sizing.cards import NEWEST, engine

GIB = 1024**3


def model_of(*layers: Layers) -> Model:
    return Model(
        name="m",
        id="m",
        architecture="LlamaForCausalLM",
        parameters=1,
        context_length=1 << 20,
        hidden_size=4096,
        vocabulary_size=32000,
        attention_heads=32,
        layers=layers,
        weights=Weights(bytes=1),
    )


def of(model: Model, tp: int = 1, pp: int = 1, kv_bytes: float = 2, tokens: int = 2048) -> Layout:
    return layout(
        model,
        NEWEST,
        tensor_parallel=tp,
        pipeline_parallel=pp,
        kv_bytes=kv_bytes,
        max_num_batched_tokens=tokens,
    )


@pytest.mark.parametrize(
    ("name", "bytes_per_token"),
    [
        ("falcon-7b", 8192),
        ("falcon-40b", 122_880),
        ("phi-4", 204_800),
        ("llama-3.1-8b-instruct", 131_072),
        ("deepseek-v3-0324", 70_272),
        ("mistral-small-4-119b-2603", 23_040),
    ],
)
def test_a_token_takes_as_many_bytes_as_its_layers_keep(name: str, bytes_per_token: int) -> None:
    found = of(preset(name))

    assert found.bytes_of_sequence(16 * 100) == 1600 * bytes_per_token


def test_tensor_parallel_beyond_the_kv_heads_saves_nothing_more() -> None:
    falcon = preset("falcon-40b")

    assert of(falcon, tp=8).block_bytes * 8 == of(falcon, tp=1).block_bytes
    assert of(falcon, tp=16).block_bytes == of(falcon, tp=8).block_bytes


def test_latent_vectors_are_the_same_on_every_rank() -> None:
    deepseek = preset("deepseek-r1")

    assert of(deepseek, tp=8).block_bytes == of(deepseek, tp=1).block_bytes


def test_stages_share_layers_and_the_fullest_counts() -> None:
    falcon = preset("falcon-7b")

    assert of(falcon, pp=3).block_bytes == 16 * 11 * 256


def test_fp8_halves_the_cache() -> None:
    llama = preset("llama-3.1-8b-instruct")

    assert of(llama, kv_bytes=1).block_bytes * 2 == of(llama).block_bytes


@pytest.mark.parametrize(
    ("model", "tokens", "blocks", "pool_gib", "printed_blocks"),
    [
        # vLLM 0.19 on H100: the pool and the number of blocks it printed
        ("google/gemma-2-27b-it", 8192, 1, 20.59, 7335),
        ("google/gemma-3-12b-it", 8192, 1, 47.72, 48867),
        ("google/gemma-3-27b-it", 8192, 1, 19.53, 15997),
        ("ibm-granite/granite-3.3-8b-instruct", 8192, 1, 58.66, 24027),
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", 8192, 1, 43.61, 94097),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", 8192, 4, 16.75, 91495),
        ("openai/gpt-oss-20b", 8192, 2, 59.32, 323972),
    ],
)
def test_blocks_are_those_that_vllm_printed(
    model: str, tokens: int, blocks: int, pool_gib: float, printed_blocks: int
) -> None:
    from benchmarks.accuracy import rows

    found = of(rows.model(model), tp=blocks, tokens=tokens)

    # the pool is printed with two digits
    assert found.blocks(pool_gib * GIB) == pytest.approx(printed_blocks, rel=0.0006)


def test_a_hybrid_pads_its_attention_block_to_hold_a_state() -> None:
    """Block size 784 was printed for Qwen3.8-27B at TP 1 (vLLM 0.29, r185 of the rows)."""
    found = of(preset("qwen3.8-27b"))

    assert found.page_bytes == 784 * 4096
    assert found.group_layers == 16
    assert sum(count for _, count, _ in found.groups) == 4


def test_a_hybrid_counts_states_as_vllm_026_did() -> None:
    """r142: Qwen3.8-27B at TP 2 with an fp8 cache: 4.99 GiB held 2.31 × 131072 tokens."""
    found = of(preset("qwen3.8-27b"), tp=2, kv_bytes=1)
    sequences = (found.blocks(4.99 * GIB) + 1) / found.blocks_of_sequence(131_072)

    assert sequences == pytest.approx(2.31, abs=0.01)


def test_uneven_types_pad_layers() -> None:
    """Gemma-3-1B: 4 full and 22 sliding layers count as 28."""
    found = of(
        model_of(
            FullLayers(layers=4, kv_heads=1, head_size=256),
            SlidingLayers(layers=22, kv_heads=1, head_size=256, window=512),
        )
    )

    assert found.group_layers * sum(count for _, count, _ in found.groups) == 28


def test_nearly_even_types_take_the_larger_group() -> None:
    found = of(
        model_of(
            FullLayers(layers=10, kv_heads=1, head_size=64),
            SlidingLayers(layers=14, kv_heads=1, head_size=64, window=512),
        )
    )

    assert found.group_layers == 14


def test_a_window_holds_what_is_in_flight_besides_its_own() -> None:
    found = of(
        model_of(
            FullLayers(layers=2, kv_heads=1, head_size=64),
            SlidingLayers(layers=2, kv_heads=1, head_size=64, window=128),
        )
    )

    # full: 32768 / 16; sliding: (127 + 2 × 2048) / 16, rounded up, and one block to spare
    assert found.blocks_of_sequence(32_768) == 2048 + 264 + 1


def test_each_stage_keeps_another_step_in_flight() -> None:
    sliding = SlidingLayers(layers=8, kv_heads=1, head_size=64, window=128)
    model = model_of(FullLayers(layers=8, kv_heads=1, head_size=64), sliding)

    # (127 + 5 × 2048) / 16, rounded up, and one to spare, beside 32768 / 16
    assert of(model, pp=4).blocks_of_sequence(32_768) == 2048 + 648 + 1


def test_a_window_longer_than_the_sequence_costs_no_more_than_the_sequence() -> None:
    sliding = SlidingLayers(layers=2, kv_heads=1, head_size=64, window=4096)
    found = of(model_of(FullLayers(layers=2, kv_heads=1, head_size=64), sliding))

    assert found.blocks_of_sequence(160) == 10 + 10 + 1


def test_chunks_hold_a_chunk_and_what_is_in_flight() -> None:
    found = of(
        model_of(
            FullLayers(layers=1, kv_heads=1, head_size=64),
            ChunkedLayers(layers=1, kv_heads=1, head_size=64, chunk=8192),
        )
    )

    assert found.blocks_of_sequence(65_536) == 4096 + (8192 + 4096) // 16


def test_the_oldest_engine_keeps_windows_whole() -> None:
    sliding = model_of(SlidingLayers(layers=32, kv_heads=8, head_size=128, window=4096))
    old = layout(
        sliding,
        engine("0.3"),
        tensor_parallel=1,
        pipeline_parallel=1,
        kv_bytes=2,
        max_num_batched_tokens=32_768,
    )

    assert old.blocks_of_sequence(32_768) == 2048


def test_types_of_unequal_width_share_equal_pages() -> None:
    """Gemma-4-31B: full layers of 8 KiB a token beside sliding ones of 16 KiB."""
    found = of(preset("gemma-4-31b-it"))
    tokens = {each.limit is None: size for each, _, size in found.groups}

    assert tokens == {True: 32, False: 16}


def test_an_encoder_costs_its_length_once() -> None:
    found = of(
        model_of(
            FullLayers(layers=4, kv_heads=8, head_size=64),
            CrossLayers(layers=4, kv_heads=8, head_size=64, encoder_length=1500),
        )
    )

    assert found.blocks_of_sequence(64_000) == 4000 + 94
    assert found.blocks_of_sequence(16) == 1 + 94


def test_a_sparse_indexer_adds_its_keys_and_scales() -> None:
    plain = LatentLayers(layers=61, kv_lora_rank=512, qk_rope_head_dim=64)
    indexed = LatentLayers(
        layers=61,
        kv_lora_rank=512,
        qk_rope_head_dim=64,
        indexer_layers=61,
        indexer_head_dim=128,
    )

    assert of(model_of(plain)).block_bytes == 16 * 61 * 1152
    assert of(model_of(indexed)).block_bytes == 16 * 61 * (1152 + 132)


def test_a_state_shrinks_with_tensor_parallel() -> None:
    states = RecurrentLayers(
        kind="mamba2", layers=4, conv_channels=1024, conv_steps=3, state_elements=1 << 20, heads=64
    )
    attention = FullLayers(layers=4, kv_heads=8, head_size=128)
    one, two = of(model_of(states, attention)), of(model_of(states, attention), tp=2)

    assert two.page_bytes < one.page_bytes


def test_a_purely_recurrent_model_takes_states_whatever_the_length() -> None:
    states = RecurrentLayers(
        kind="mamba2", layers=4, conv_channels=1024, conv_steps=3, state_elements=1 << 20, heads=64
    )
    found = of(model_of(states))

    assert found.blocks_of_sequence(10) == found.blocks_of_sequence(1 << 20) == 2


def test_an_unknown_layout_is_refused_by_name() -> None:
    with pytest.raises(UnknownLayout, match=r"unknown attention layout.*`rwkv`"):
        of(model_of(UnknownLayers(layers=3, name="rwkv")))


def test_one_null_block_is_held_back() -> None:
    found = of(preset("falcon-7b"))

    assert found.blocks(10 * found.block_bytes) == 9
    assert found.blocks(-5) == 0
