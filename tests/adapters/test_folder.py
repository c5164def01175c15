"""Models in a folder of this machine."""

import json
import os
from pathlib import Path

import pytest

from kaito_cli.adapters.hub.folder import read_folder
from kaito_cli.errors import BadInput
from kaito_cli.ports import Tensors
from tests.configs import config
from tests.hub_server import safetensors

LLAMA = json.dumps(config("meta-llama-3.1-8b"))
TENSORS = {"model.norm.weight": ("F16", (8,), 16), "mtp.fc.weight": ("F16", (4,), 8)}


def folder(path: Path, **files: str | bytes) -> Path:
    """Files by name, with `_` for the dots of `.json` and `.safetensors`."""
    contents = {"config_json": LLAMA, **files}
    for name, content in contents.items():
        file = path / name.replace("_json", ".json").replace("_safetensors", ".safetensors")
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_one_file_of_tensors_is_counted(tmp_path: Path) -> None:
    whole = safetensors(TENSORS) + bytes(24)
    read = read_folder(folder(tmp_path, model_safetensors=whole))

    assert read.tensors == Tensors(bytes=24, dtype="float16", parameters=12, draft_bytes=8)
    assert (read.id, read.revision) == (str(tmp_path), "")


def test_an_index_alone_is_enough(tmp_path: Path) -> None:
    index = {"metadata": {"total_size": 16_060_522_496}, "weight_map": {"a": "a.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")

    assert read_folder(folder(tmp_path)).tensors == Tensors(bytes=16_060_522_496)


def test_a_config_alone_has_no_tensors(tmp_path: Path) -> None:
    assert read_folder(folder(tmp_path)).tensors is None


def test_a_chat_template_is_noticed(tmp_path: Path) -> None:
    assert not read_folder(folder(tmp_path)).chat
    assert read_folder(folder(tmp_path, tokenizer_config_json='{"chat_template": "x"}')).chat


def test_modelopt_quantization_of_its_own_file_is_read(tmp_path: Path) -> None:
    own = '{"producer": {"name": "modelopt"}, "quantization": {"quant_algo": "FP8"}}'
    read = read_folder(folder(tmp_path, hf_quant_config_json=own))

    assert read.config["quantization_config"]["quantization"]["quant_algo"] == "FP8"


def test_a_folder_without_config_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"config\.json cannot be read") as caught:
        read_folder(tmp_path)

    assert str(tmp_path) in caught.value.message


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\x01\x02",
        b"\xff" * 8,
        (10**6).to_bytes(8, "little") + b"{}",
        (2).to_bytes(8, "little") + b"[]",
        (20).to_bytes(8, "little") + b'{"a": {"dtype": 1}}  ',
        safetensors({"a": ("F16", (1,), -4)}),
        safetensors({"a": ("F16", (10**9, 10**9), 4)}),
        safetensors({"a": ("F16", (1,), 10**400)}),
    ],
    ids=[
        *("empty", "cut", "absurd", "longer than file", "list", "no offsets", "negative"),
        *("too many", "too large"),
    ],
)
def test_a_broken_header_is_an_error_that_names_the_file(tmp_path: Path, header: bytes) -> None:
    with pytest.raises(BadInput, match=r"model\.safetensors is not a readable safetensors file"):
        read_folder(folder(tmp_path, model_safetensors=header))


def test_a_layer_number_of_thousands_of_digits_is_only_a_name(tmp_path: Path) -> None:
    header = safetensors({f"model.layers.{'9' * 5000}.weight": ("F16", (2,), 4)})
    read = read_folder(folder(tmp_path, model_safetensors=header)).tensors

    assert read is not None
    assert (read.bytes, read.draft_bytes) == (4, 0)


@pytest.mark.parametrize(
    "index",
    [
        "",
        "[]",
        "{}",
        '{"weight_map": 3}',
        '{"weight_map": {"a": "../b.safetensors"}}',
        '{"weight_map": {"a": "a.safetensors"}}',
        '{"metadata": {"total_size": -1}, "weight_map": {}}',
        '{"metadata": {"total_size": 1%s}, "weight_map": {}}' % ("0" * 400),
    ],
)
def test_a_broken_index_is_an_error_that_names_the_file(tmp_path: Path, index: str) -> None:
    (tmp_path / "model.safetensors.index.json").write_text(index, encoding="utf-8")
    with pytest.raises(BadInput, match=r"model\.safetensors\.index\.json is not"):
        read_folder(folder(tmp_path))


def test_a_pipe_instead_of_a_config_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.json")
    with pytest.raises(BadInput, match=r"config\.json cannot be read") as caught:
        read_folder(tmp_path)

    assert "is a pipe" in caught.value.detail
