"""Reduced config.json files under tests/data/configs: only the keys sizing reads."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data" / "configs"
NAMES = sorted(file.stem for file in FOLDER.glob("*.json"))


def config(name: str) -> dict[str, Any]:
    """The configuration, without the note that says where it is from."""
    values: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert values.pop("_source")
    return values
