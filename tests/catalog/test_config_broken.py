"""Broken config.json files: one clear error, never a traceback."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaito_cli.catalog.config import model_from_config, read_config
from kaito_cli.errors import BadInput, KaitoError
from kaito_cli.model import Model
from tests.configs import NAMES, config

LLAMA = "meta-llama-3.1-8b"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("num_hidden_layers", 0),
        ("num_hidden_layers", -1),
        ("num_hidden_layers", 10**30),
        ("num_hidden_layers", 50_000),
        ("num_hidden_layers", "32"),
        ("num_hidden_layers", [32]),
        ("num_hidden_layers", 32.5),
        ("num_hidden_layers", True),
        ("num_hidden_layers", None),
        ("hidden_size", {}),
        ("hidden_size", None),
        ("num_attention_heads", 0),
        ("num_key_value_heads", 5),
        ("vocab_size", -5),
        ("vocab_size", None),
        ("intermediate_size", None),
        ("max_position_embeddings", "long"),
        ("layer_types", ["full_attention"]),
        ("layer_types", "full_attention"),
        ("layer_types", [1] * 32),
        ("sliding_window", [4096]),
        ("sliding_window_pattern", "XY"),
        ("architectures", []),
        ("architectures", "LlamaForCausalLM"),
        ("quantization_config", "fp8"),
        ("rope_scaling", "yarn"),
        ("torch_dtype", 16),
        ("text_config", [1]),
    ],
)
def test_a_wrong_value_is_an_error_that_names_file_and_field(field: str, value: Any) -> None:
    wrong = {**config(LLAMA), "sliding_window": 4096, field: value}
    with pytest.raises(BadInput) as caught:
        model_from_config(wrong, name="m", source="models/m/config.json")

    assert "models/m/config.json" in caught.value.message
    assert field in caught.value.message
    assert caught.value.hint


def test_heads_that_do_not_divide_the_hidden_size_need_a_head_size() -> None:
    odd = {**config(LLAMA), "head_dim": None, "num_attention_heads": 24, "num_key_value_heads": 8}
    with pytest.raises(BadInput, match="divisor of the hidden size 4096"):
        model_from_config(odd, name="m")

    assert model_from_config({**odd, "head_dim": 128}, name="m").attention_heads == 24


@pytest.mark.parametrize("text", ['{"model_type": "lla', "", "[1, 2]", "null", "{}", "[" * 100_000])
def test_a_text_that_is_no_configuration_is_one_error(text: str) -> None:
    with pytest.raises(BadInput, match=r"m/config\.json is not"):
        read_config(text, "m/config.json")


def test_bytes_that_are_no_text_are_one_error() -> None:
    with pytest.raises(BadInput, match=r"m/config\.json is not readable JSON"):
        read_config(b"\xff\xfe\x00\xd8", "m/config.json")


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=0, max_value=64),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["sliding_attention", "mamba", "yarn", "nemotron_h", "gemma4_text", "falcon"]),
    st.lists(st.one_of(st.integers(), st.text(max_size=4), st.none()), max_size=4),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)

KEYS = sorted(config(LLAMA))


def paths(values: Mapping[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every field, also those of nested objects."""
    found = []
    for key, value in values.items():
        found.append((*above, key))
        if isinstance(value, dict):
            found += paths(value, (*above, key))
    return found


def changed(values: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    inner = values.get(path[0])
    if len(path) > 1 and isinstance(inner, dict):
        value = changed(inner, path[1:], value)
    return {**values, path[0]: value}


def outcome(values: Mapping[str, Any]) -> Model | KaitoError:
    try:
        return model_from_config(values, name="m")
    except KaitoError as error:
        return error


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_change_of_a_good_file_gives_a_model_or_an_explained_error(data: st.DataObject) -> None:
    values = config(data.draw(st.sampled_from(NAMES)))
    for _ in range(data.draw(st.integers(min_value=1, max_value=4))):
        values = changed(values, data.draw(st.sampled_from(paths(values))), data.draw(ODD))
    read = outcome(values)

    assert isinstance(read, Model) or read.message
    assert isinstance(read, KaitoError) or all(group.layers > 0 for group in read.layers)


@settings(max_examples=50, deadline=None)
@given(value=ODD | st.dictionaries(st.sampled_from(KEYS), ODD, max_size=6))
def test_anything_at_all_gives_an_explained_error(value: Any) -> None:
    with pytest.raises(KaitoError):
        model_from_config(value, name="m")
