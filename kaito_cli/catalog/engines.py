"""Engine versions: ``presets/engines/vllm-<version>.yaml``, one file for each set of rules."""

from functools import cache

from kaito_cli.decoding import read_file
from kaito_cli.model import Engine
from kaito_cli.resources import data


@cache
def engines() -> tuple[Engine, ...]:
    """Every engine version kaito has constants for, oldest first."""
    files = (data("presets") / "engines").glob("vllm-*.yaml")
    found = [read_file(file, Engine) for file in files if file.stem.count("-") == 1]
    return tuple(sorted(found, key=lambda each: [int(part) for part in each.version.split(".")]))
