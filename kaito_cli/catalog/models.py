"""Models by name: ``presets/models/`` and the user's own folders, one file a model."""

import re
from collections.abc import Iterator
from dataclasses import fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from kaito_cli.catalog.config_fields import MOST_LAYERS
from kaito_cli.decoding import read_file
from kaito_cli.errors import BadInput, NotFound
from kaito_cli.model import Model
from kaito_cli.resources import data

_FOLDER = data("presets") / "models"
_SUFFIXES = (".yaml", ".yml")
_AT_LEAST_ONE = {
    *("parameters", "context_length", "hidden_size", "vocabulary_size", "attention_heads"),
    *("bytes", "layers", "kv_heads", "head_size", "window", "chunk"),
}
_MOST = 10**15  # bytes of weights or elements of a state; nothing of a model comes near it
_ID = re.compile(r"^id:[ \t]*['\"]?([^'\"#\s]+)", re.MULTILINE)

Folders = tuple[Path, ...]


@cache
def presets(folders: Folders = ()) -> dict[str, Model]:
    """Every preset, by name; a user's wins over ours of the same name, as does the folder
    named first over the next.

    Raises BadInput for a folder that is not there and for a file that is no preset, naming
    the field.
    """
    return {file.stem: _read(file) for _, file in sorted(_files(folders).items())}


def find_preset(name: str, folders: Folders = ()) -> Model | None:
    """The preset of that name, in any case, reading its file alone; None: there is none."""
    file = _files(folders).get(name.casefold())
    return _read(file) if file else None


def preset(name: str, folders: Folders = ()) -> Model:
    """As :func:`find_preset`; raises NotFound with the nearest names."""
    found = find_preset(name, folders)
    if found is None:
        raise NotFound(f"There is no preset named `{name}`.", hint=_near(name, folders))
    return found


def pinned(hub_id: str, folders: Folders = ()) -> Model | None:
    """The preset that stands for a hub id, in any case; None: no preset does."""
    file = _files_by_id(folders).get(hub_id.casefold()) if hub_id else None
    return _read(file) if file else None


@cache
def _read(file: Path) -> Model:
    model = read_file(file, Model)
    if model.name != file.stem:
        raise BadInput(
            f"{file} holds the preset `{model.name}`, and is not named after it.",
            hint=f"Rename the file to `{model.name}.yaml`.",
        )
    _check_numbers(model, file)
    return model


def _check_numbers(model: Model, file: Path) -> None:
    """BadInput, line by line, for numbers that no model has: arithmetic would go on with them."""
    parts: dict[str, Any] = {f"layers.{place}": group for place, group in enumerate(model.layers)}
    parts |= {"": model, "weights": model.weights}
    parts |= {"experts": model.experts} if model.experts else {}
    problems = [line for where, part in parts.items() for line in _impossible(part, where)]
    if not model.layers:
        problems.append("layers: should be one group of layers or more")
    if not model.runtimes:
        problems.append("runtimes: should be one or more")
    if model.layer_count > MOST_LAYERS:
        problems.append(f"layers: should be {MOST_LAYERS} or less in all")
    if problems:
        raise BadInput(
            f"{file} is not valid.",
            detail="\n".join(problems),
            hint=f"Correct the fields above in {file}.",
        )


def _impossible(part: Any, where: str) -> Iterator[str]:
    for each in fields(part):
        value, least = getattr(part, each.name), int(each.name in _AT_LEAST_ONE)
        if isinstance(value, int | float) and not least <= value <= _MOST:
            name = f"{where}.{each.name}".lstrip(".")
            yield f"{name}: should be from {least} to {_MOST:g}"


@cache
def _files(folders: Folders) -> dict[str, Path]:
    """Each preset's file, by name in lower case; the folders are kept flat or by family."""
    found: dict[str, Path] = {}
    for folder in (_FOLDER, *reversed(folders)):
        found.update(_by_name(folder))
    return found


def _by_name(folder: Path) -> dict[str, Path]:
    """BadInput when two files of one folder stand for the same name: which one is meant?"""
    found: dict[str, Path] = {}
    for file in _yaml_files(folder):
        other = found.setdefault(file.stem.casefold(), file)
        if other != file:
            raise BadInput(
                f"`{file.stem}` is there twice in {folder}: {other} and {file}.",
                hint="Leave one of the two files.",
            )
    return found


def _yaml_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise BadInput(
            f"There is no folder `{folder}`.",
            hint="Name a folder of presets with `--preset-dir`, or unset KAITO_PRESET_DIR.",
        )
    within = (*folder.glob("*/*"), *folder.glob("*"))
    return sorted(file for file in within if file.suffix in _SUFFIXES and file.is_file())


@cache
def _files_by_id(folders: Folders) -> dict[str, Path]:
    """The file that pins each hub id, from its ``id:`` line alone: decoding all takes longer."""
    found: dict[str, Path] = {}
    for folder in (_FOLDER, *reversed(folders)):
        found.update((_id_of(file), file) for file in _yaml_files(folder))
    return found


def _id_of(file: Path) -> str:
    """In lower case; empty when the file cannot be read, which is told when it is asked for."""
    try:
        line = _ID.search(file.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""
    return line[1].casefold() if line else ""


def _near(name: str, folders: Folders) -> str:
    near = get_close_matches(name.casefold(), _files(folders), n=1)
    return f"Did you mean `{near[0]}`?" if near else "List them: `kaito models`."
