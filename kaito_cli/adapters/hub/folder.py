"""A model in a folder of this machine: config.json, and safetensors if there are any."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kaito_cli.adapters.hub.safetensors import (
    INDEX,
    LENGTH_BYTES,
    broken,
    header_length,
    index_of,
    read_header,
    root_files,
    tally,
)
from kaito_cli.catalog.config import read_config
from kaito_cli.catalog.config_fields import fields_of, language_of
from kaito_cli.catalog.config_shape import layer_count
from kaito_cli.errors import BadInput
from kaito_cli.ports import Snapshot, Tensors

# files that are a chat template, or bring one (tekken.json: Mistral's tokenizer)
CHAT_TEMPLATES = frozenset({"chat_template.jinja", "chat_template.json", "tekken.json"})


def read_folder(folder: Path) -> Snapshot:
    """What the folder's files say. config.json is needed; without safetensors ``tensors``
    is None, which `kaito estimate --weights-gib` makes up for.

    Raises BadInput naming the file that is missing, cut off or broken.
    """
    config = read_config(_read(folder / "config.json"), str(folder / "config.json"))
    quantization = folder / "hf_quant_config.json"
    if quantization.is_file():
        config = with_quantization(config, read_config(_read(quantization), str(quantization)))
    return Snapshot(
        id=str(folder),
        config=config,
        tensors=_tensors(folder, config),
        chat=_has_chat_template(folder),
    )


def with_quantization(config: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """ModelOpt's hf_quant_config.json where config.json itself says nothing."""
    if config.get("quantization_config") or not extra:
        return config
    return {**config, "quantization_config": extra}


def language_layers(config: dict[str, Any], source: str) -> int:
    """Layers of the language model, to tell multi-token prediction from it."""
    return layer_count(language_of(fields_of(config, source)))


def mentions_chat_template(text: str | bytes) -> bool:
    """Whether a tokenizer_config.json carries a template; one that is broken carries none."""
    try:
        tokenizer = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(tokenizer, dict) and bool(tokenizer.get("chat_template"))


def _tensors(folder: Path, config: dict[str, Any]) -> Tensors | None:
    layers = language_layers(config, str(folder / "config.json"))
    index = folder / INDEX
    if not index.is_file():
        files = root_files(each.name for each in _files(folder))
        return _tallied(folder, files, layers) if files else None
    total, shards = index_of(_read(index), str(index))
    if shards and all((folder / shard).is_file() for shard in shards):
        return _tallied(folder, shards, layers)
    if not total:
        raise broken(str(index), "no `total_size`, and not all of its files are here")
    return Tensors(bytes=total)


def _tallied(folder: Path, names: Iterable[str], layers: int) -> Tensors:
    return tally([(str(folder / name), _header(folder / name)) for name in names], layers)


def _header(file: Path) -> Any:
    try:
        with file.open("rb") as opened:
            length = header_length(opened.read(LENGTH_BYTES), str(file))
            if length > file.stat().st_size - LENGTH_BYTES:
                raise broken(str(file), "the header is longer than the file")
            return read_header(opened.read(length), str(file))
    except OSError as error:
        raise BadInput(f"{file} cannot be read.", detail=str(error)) from error


def _read(file: Path) -> bytes:
    try:
        if file.is_fifo():  # reading it would wait for somebody to write
            raise OSError(f"{file.name} is a pipe")
        return file.read_bytes()
    except OSError as error:
        raise BadInput(
            f"{file} cannot be read.",
            detail=error.strerror or str(error),
            hint="Point at the folder that holds the model's config.json.",
        ) from error


def _files(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if each.is_file()]


def _has_chat_template(folder: Path) -> bool:
    names = {each.name for each in _files(folder)}
    if names & CHAT_TEMPLATES:
        return True
    tokenizer = folder / "tokenizer_config.json"
    return tokenizer.is_file() and mentions_chat_template(_read(tokenizer))
