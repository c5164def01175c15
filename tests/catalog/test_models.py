"""The presets that ship, and how they are found."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from kaito_cli.catalog.architectures import supports
from kaito_cli.catalog.models import find_preset, pinned, preset, presets
from kaito_cli.errors import BadInput, NotFound
from kaito_cli.model import FullLayers, Model, Runtime, UnknownLayers
from kaito_cli.resources import data

GIB = 2**30


def words(text: str) -> list[str]:
    return text.split()


KAITO_0_3 = words("""
falcon-7b falcon-7b-instruct falcon-40b falcon-40b-instruct llama-2-7b llama-2-7b-chat llama-2-13b
llama-2-13b-chat llama-2-70b llama-2-70b-chat mistral-7b mistral-7b-instruct phi-2
phi-3-mini-4k-instruct phi-3-mini-128k-instruct phi-3-medium-4k-instruct phi-3-medium-128k-instruct
""")
KAITO_0_12 = words("""
phi-4 phi-4-mini-instruct deepseek-r1-distill-llama-8b deepseek-r1-distill-qwen-14b
phi-3-mini-4k-instruct phi-3-mini-128k-instruct phi-3-medium-4k-instruct phi-3-medium-128k-instruct
phi-3.5-mini-instruct qwen2.5-coder-7b-instruct qwen2.5-coder-32b-instruct gpt-oss-20b gpt-oss-120b
llama-3.1-8b-instruct llama-3.3-70b-instruct mistral-7b mistral-7b-instruct ministral-3-3b-instruct
ministral-3-8b-instruct ministral-3-14b-instruct gemma-3-4b-instruct gemma-3-27b-instruct
deepseek-r1-0528 deepseek-v3-0324 mistral-large-3-675b-instruct
nvidia-nemotron-3-super-120b-a12b-bf16 nemotron-cascade-2-30b-a3b
nvidia-nemotron-3-nano-30b-a3b-bf16
nvidia-nemotron-nano-12b-v2-vl-bf16 nvidia-nemotron-nano-9b-v2 nvidia-nemotron-3-nano-4b-bf16
qwen3-8b-awq gemma-4-31b-it gemma-4-26b-a4b-it gemma-4-e4b-it gemma-4-e2b-it
mistral-small-4-119b-2603 mistral-small-4-119b-2603-nvfp4 qwen3.5-2b qwen3.5-4b qwen3.5-9b
qwen3.5-122b-a10b-gptq-int4 qwen3.5-122b-a10b qwen3.6-35b-a3b-fp8 qwen3.6-35b-a3b qwen3.6-27b
qwen3.5-397b-a17b-gptq-int4 kimi-k2.5 kimi-k2.6 minimax-m2.7 mistral-medium-3.5-128b
deepseek-v4-flash-0731 deepseek-v4-pro gemma-4-12b-it glm-5.2-fp8 kimi-k2.7-code
nvidia-nemotron-3-ultra-550b-a55b-nvfp4 deepseek-v3.2 granite-4.1-8b qwen3.8-27b
""")
BASE_MODELS = words("""
falcon-7b falcon-40b llama-2-7b llama-2-13b llama-2-70b mistral-7b phi-2 mixtral-8x7b mixtral-8x22b
llama-3.1-8b llama-3.1-70b llama-3.1-405b nemotron-h-56b-base-8k mimo-7b-base gemma-4-26b-a4b
""")
WITHOUT_TEMPLATE = {"falcon-40b-instruct"}  # its files hold none, and none is invented
RECALLED = {
    "gemma-4-e2b-it",
    "gemma-4-e4b-it",
    "granite-4.1-8b",
    "llama-4-maverick-17b-128e-instruct",
    "llama-4-scout-17b-16e-instruct",
    "mistral-large-3-675b-instruct",
    "qwen3-8b-awq",
    "qwen3.5-122b-a10b-gptq-int4",
    "qwen3.5-397b-a17b-gptq-int4",
    "qwen3.6-35b-a3b-fp8",
}

# Names vLLM registers: vllm/tool_parsers/__init__.py and vllm/reasoning/__init__.py (commit
# 0064cc9), as far as presets may want them.
TOOL_PARSERS = frozenset(
    words(
        "deepseek_v3 deepseek_v31 deepseek_v32 deepseek_v4 functiongemma gemma4 glm45 glm47 "
        "granite granite4 hermes kimi_k2 kimi_k3 llama3_json llama4_json llama4_pythonic mimo "
        "minimax_m2 minimax_m3 mistral openai phi4_mini_json pythonic qwen3_coder "
        "qwen3_xml step3 step3p5"
    )
)
REASONING_PARSERS = frozenset(
    words(
        "deepseek_r1 deepseek_v3 deepseek_v4 gemma4 glm45 glm47 granite kimi_k2 kimi_k3 mimo "
        "minimax_m2 minimax_m2_append_think minimax_m3 mistral nemotron_v3 openai_gptoss qwen3 "
        "step3 step3p5"
    )
)

# Loaded bytes over parameters × bits, embeddings at 16 bits; those beyond 1.35 say why.
HEAVIER = {"gemma-4-31b-it-nvfp4": "only the MLP is quantized, attention stays bfloat16"}

TINY = """
name: {name}
id: {id}
architecture: LlamaForCausalLM
parameters: 1000000
context_length: 2048
hidden_size: 64
vocabulary_size: 1000
attention_heads: 4
layers:
  - {{ kind: full, layers: 2, kv_heads: 4, head_size: 16 }}
weights: {{ bytes: 2000000 }}
"""


def write(folder: Path, name: str, id: str = "me/tiny", text: str = TINY) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.yaml"
    file.write_text(text.format(name=name, id=id), encoding="utf-8")
    return file


def files() -> Iterator[Path]:
    return (data("presets") / "models").glob("*/*.yaml")


def every() -> list[Model]:
    return list(presets().values())


def full_layers(name: str) -> list[FullLayers]:
    return [group for group in preset(name).layers if isinstance(group, FullLayers)]


# --- what ships


def test_every_file_is_named_after_its_preset_and_lies_in_its_family() -> None:
    shipped = {file.stem: file.parent.name for file in files()}

    assert shipped == {name: model.family for name, model in presets().items()}


def test_at_least_eighty_five_ship() -> None:
    assert len(every()) >= 85


def test_the_presets_of_kaito_0_3_and_of_its_current_catalogue_are_here() -> None:
    assert (len(KAITO_0_3), len(KAITO_0_12)) == (17, 60)
    assert {*KAITO_0_3, *KAITO_0_12} <= presets().keys()


def test_no_two_presets_stand_for_the_same_hub_id() -> None:
    ids = [model.id.casefold() for model in every()]

    assert len(ids) == len(set(ids))


def test_a_preset_is_verified_exactly_when_no_fact_of_it_is_recalled() -> None:
    for model in every():
        recalled = any(re.search(r"\brecall", source) for source in model.sources.values())
        assert model.verified != recalled, model.name


def test_the_presets_with_recalled_facts_are_few_and_counted_apart() -> None:
    assert {model.name for model in every() if not model.verified} == RECALLED


def test_sources_name_fields_that_exist() -> None:
    """``config`` is the copy of config.json that the geometry was read from."""
    known = {field.name for field in fields(Model)} | {"config"}

    for model in every():
        assert "config" in model.sources, model.name
        assert {key.split(".")[0] for key in model.sources} <= known, model.name


def test_every_size_has_a_source() -> None:
    assert [model.name for model in every() if "weights.bytes" not in model.sources] == []


def test_a_known_licence_has_a_source() -> None:
    unsourced = [m.name for m in every() if m.license != "unknown" and "license" not in m.sources]

    assert unsourced == []


def test_a_revision_is_a_commit_or_not_known() -> None:
    for model in every():
        assert re.fullmatch(r"([0-9a-f]{40})?", model.revision), model.name


def test_every_architecture_is_one_the_engine_serves_or_is_left_to_transformers() -> None:
    for model in every():
        served = supports(model.architecture)
        assert served or model.runtimes == (Runtime.TRANSFORMERS,), model.name


def test_parsers_are_names_the_engine_knows() -> None:
    for serving in (model.serving for model in every()):
        assert serving.tool_call_parser in TOOL_PARSERS | {""}
        assert serving.reasoning_parser in REASONING_PARSERS | {""}


def test_base_models_have_no_chat_and_no_parser() -> None:
    assert {model.name for model in every() if not model.serving.chat} == {
        *BASE_MODELS,
        *WITHOUT_TEMPLATE,
    }
    for name in (*BASE_MODELS, *WITHOUT_TEMPLATE):
        serving = preset(name).serving
        assert (serving.tool_call_parser, serving.reasoning_parser) == ("", "")


def test_no_chat_template_is_invented() -> None:
    assert [model.name for model in every() if model.serving.chat_template] == []


def test_falcon_7b_instruct_is_pinned_where_its_chat_template_came() -> None:
    """KAITO's commit is the parent of this one, and has none."""
    model = preset("falcon-7b-instruct")

    assert model.serving.chat
    assert model.revision.startswith("0b9684d")


def test_distilled_models_keep_their_own_tokenizer() -> None:
    """KAITO gives them DeepSeek's, by the prefix of their name."""
    for name in ("deepseek-r1-distill-llama-8b", "deepseek-r1-distill-qwen-14b"):
        serving = preset(name).serving
        assert (serving.tokenizer_mode, serving.tool_call_parser) == ("", "")
        assert serving.reasoning_parser == "deepseek_r1"


def test_quantized_checkpoints_are_not_offered_for_tuning() -> None:
    for model in every():
        assert not (model.weights.quantization and model.tuning.methods), model.name
        assert bool(model.tuning.methods) == bool(model.tuning.target_modules), model.name


@pytest.mark.parametrize(
    "name",
    words(
        "falcon-7b falcon-40b mistral-7b phi-2 phi-3-mini-4k-instruct phi-3-medium-128k-instruct "
        "phi-4 phi-4-mini-instruct phi-3.5-mini-instruct qwen2.5-coder-32b-instruct"
    ),
)
def test_what_kaito_could_tune_can_be_tuned(name: str) -> None:
    assert preset(name).tuning.methods


def test_falcon_is_served_by_vllm_and_by_transformers() -> None:
    assert preset("falcon-7b").runtimes == (Runtime.VLLM, Runtime.TRANSFORMERS)


# --- the sizes


def test_loaded_bytes_agree_with_parameters_and_bits() -> None:
    for model in every():
        embedded = 2 * model.vocabulary_size * model.hidden_size
        bits = model.weights.bits
        expected = max(0, model.parameters - embedded) * bits / 8 + embedded * 2
        ratio = (model.weights.bytes - model.weights.draft_bytes) / expected
        assert ratio >= 0.9, model.name
        assert (ratio > 1.35) == (model.name in HEAVIER), f"{model.name}: {ratio:.2f}"


def test_the_parts_of_the_weights_are_smaller_than_the_whole() -> None:
    for model in every():
        weights = model.weights
        assert weights.vision_bytes + weights.draft_bytes < 0.2 * weights.bytes, model.name


@pytest.mark.parametrize(
    ("name", "layers", "kv_heads", "head_size"),
    [
        ("falcon-7b", 32, 1, 64),
        ("falcon-40b", 60, 8, 64),
        ("phi-4", 40, 10, 128),
        ("gemma-3-27b-instruct", 10, 16, 128),
        ("gemma-4-31b-it", 10, 4, 512),
        ("qwen3.6-27b", 16, 4, 256),
        ("llama-3.3-70b-instruct", 80, 8, 128),
    ],
)
def test_the_kv_heads_of_full_attention(
    name: str, layers: int, kv_heads: int, head_size: int
) -> None:
    assert full_layers(name) == [FullLayers(layers=layers, kv_heads=kv_heads, head_size=head_size)]


@pytest.mark.parametrize(
    ("name", "gib"),
    [("gpt-oss-120b", 60.8), ("gpt-oss-20b", 12.8), ("falcon-7b", 13.44), ("falcon-40b", 77.9)],
)
def test_weights_count_what_is_loaded_and_no_second_copy(name: str, gib: float) -> None:
    assert preset(name).weights.bytes / GIB == pytest.approx(gib, abs=0.05)


def test_prediction_layers_of_deepseek_are_in_the_files_and_not_loaded() -> None:
    weights = preset("deepseek-r1-0528").weights

    assert (weights.bytes - weights.draft_bytes) / GIB == pytest.approx(627, abs=1)


def test_a_cache_kaito_has_no_arithmetic_for_is_left_unknown() -> None:
    unknown = {
        model.name
        for model in every()
        if any(isinstance(group, UnknownLayers) for group in model.layers)
    }

    assert unknown == {"deepseek-v4-flash", "deepseek-v4-flash-0731", "deepseek-v4-pro"}


# --- finding them


@pytest.mark.parametrize(
    ("right", "wrong", "field"),
    [
        ("layers: 2,", "layers: 0,", "layers.0.layers"),
        ("kv_heads: 4", "kv_heads: 0", "layers.0.kv_heads"),
        ("hidden_size: 64", "hidden_size: -1", "hidden_size"),
        ("attention_heads: 4", "attention_heads: 0", "attention_heads"),
        ("bytes: 2000000", "bytes: 0", "weights.bytes"),
        ("bytes: 2000000", "bytes: 1, vision_bytes: -1", "weights.vision_bytes"),
        ("bytes: 2000000", f"bytes: {10**400}", "weights.bytes"),
        ("bytes: 2000000", "bytes: 1, bits: .nan", "weights.bits"),
        ("hidden_size: 64", f"hidden_size: {10**400}", "hidden_size"),
        ("hidden_size: 64", "hidden_size: 64\nruntimes: []", "runtimes"),
        ("hidden_size: 64", "hidden_size: 64\nhidden_layers: 1001", "layers"),
        ("\n  - {{ kind: full, layers: 2, kv_heads: 4, head_size: 16 }}", " []", "layers"),
    ],
)
def test_what_no_model_has_is_an_error_that_names_file_and_field(
    right: str, wrong: str, field: str, tmp_path: Path
) -> None:
    assert right in TINY
    file = write(tmp_path, "mine", text=TINY.replace(right, wrong))
    with pytest.raises(BadInput, match="is not valid") as caught:
        preset("mine", (tmp_path,))

    assert str(file) in caught.value.message
    assert caught.value.detail.startswith(f"{field}: should be")


@pytest.mark.parametrize("second", ["family/mine.yaml", "family/Mine.yaml", "mine.yml"])
def test_two_files_of_one_name_are_an_error_that_names_both(second: str, tmp_path: Path) -> None:
    first = write(tmp_path, "mine")
    other = tmp_path / second
    other.parent.mkdir(exist_ok=True)
    other.write_text(first.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(BadInput, match="is there twice") as caught:
        preset("mine", (tmp_path,))

    assert str(first) in caught.value.message
    assert str(other) in caught.value.message


@pytest.mark.parametrize(
    ("content", "hint"), [(b"\xff\xfe\x00", "UTF-8"), (b"", "Correct"), (b"- a", "Correct")]
)
def test_a_file_that_is_no_preset_says_what_to_do(
    content: bytes, hint: str, tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_bytes(content)
    with pytest.raises(BadInput) as caught:
        preset("mine", (tmp_path,))

    assert hint in caught.value.hint
    assert "dictionary" not in caught.value.detail


@pytest.mark.parametrize("name", ["falcon-7b", "Falcon-7B", "FALCON-7b"])
def test_a_preset_is_found_in_any_case(name: str) -> None:
    assert preset(name).name == "falcon-7b"


def test_finding_one_reads_no_other(tmp_path: Path) -> None:
    write(tmp_path, "mine")
    write(tmp_path, "broken", text="name: [")

    assert preset("mine", (tmp_path,)).id == "me/tiny"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("falcon7b", "Did you mean `falcon-7b`?"),
        ("Phi4", "Did you mean `phi-4`?"),
        ("gpt-oss-120", "Did you mean `gpt-oss-120b`?"),
        ("zzzzzz", "List them: `kaito models`."),
    ],
)
def test_a_near_miss_is_suggested(name: str, hint: str) -> None:
    with pytest.raises(NotFound) as caught:
        preset(name)

    assert caught.value.message == f"There is no preset named `{name}`."
    assert caught.value.hint == hint


@pytest.mark.parametrize("name", ["", "falcon7b", "../gpus/azure", "falcon/falcon-7b", "x" * 5000])
def test_finding_what_is_not_there_gives_nothing(name: str) -> None:
    assert find_preset(name) is None


@pytest.mark.parametrize("hub_id", ["tiiuae/falcon-7b", "TIIUAE/Falcon-7B"])
def test_a_hub_id_that_a_preset_pins_is_that_preset(hub_id: str) -> None:
    found = pinned(hub_id)

    assert found is not None
    assert found.name == "falcon-7b"


def test_every_preset_is_found_by_its_hub_id() -> None:
    assert [m.name for m in every() if pinned(m.id) is not m] == []


@pytest.mark.parametrize("hub_id", ["tiiuae/falcon-8b", "falcon-7b", ""])
def test_other_hub_ids_are_pinned_by_none(hub_id: str) -> None:
    assert pinned(hub_id) is None


# --- the user's own


def test_a_users_folder_adds_presets_flat_or_by_family(tmp_path: Path) -> None:
    write(tmp_path, "flat", id="me/flat")
    write(tmp_path / "mine", "nested", id="me/nested")

    assert presets((tmp_path,)).keys() - presets().keys() == {"flat", "nested"}


def test_a_users_preset_wins_over_ours_by_name_and_by_hub_id(tmp_path: Path) -> None:
    write(tmp_path, "falcon-7b", id="tiiuae/falcon-40b")
    folders = (tmp_path,)

    assert preset("falcon-7b", folders).parameters == 1_000_000
    assert presets(folders)["falcon-7b"].parameters == 1_000_000
    found = pinned("tiiuae/falcon-40b", folders)
    assert found is not None
    assert found.name == "falcon-7b"


def test_the_folder_named_first_wins_over_the_next(tmp_path: Path) -> None:
    write(tmp_path / "a", "tiny", id="me/a")
    write(tmp_path / "b", "tiny", id="me/b")

    assert preset("tiny", (tmp_path / "a", tmp_path / "b")).id == "me/a"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ("vocabulary_size: 1000", "vocabulry_size"),
        ("kv_heads: 4", "kv_head"),
        ("bytes: 2000000", "byts"),
    ],
)
def test_a_typo_names_the_file_and_the_field(tmp_path: Path, wrong: str, field: str) -> None:
    value = wrong.split(": ")[1]
    file = write(tmp_path, "typo", text=TINY.replace(wrong, f"{field}: {value}"))

    with pytest.raises(BadInput) as caught:
        preset("typo", (tmp_path,))

    assert str(file) in caught.value.message
    assert field in caught.value.detail


def test_a_file_that_is_not_named_after_its_preset_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "tiny").rename(tmp_path / "other.yaml")

    with pytest.raises(BadInput) as caught:
        preset("other", (tmp_path,))

    assert caught.value.hint == "Rename the file to `tiny.yaml`."


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no folder"):
        presets((tmp_path / "nowhere",))
