"""Known failures: ``presets/failures/*.yaml``, one file a kind."""

from dataclasses import dataclass
from functools import cache

from kaito_cli.decoding import read_file
from kaito_cli.model import Failure
from kaito_cli.resources import data


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureFile:
    """What one file holds."""

    failures: tuple[Failure, ...]


@cache
def failures() -> tuple[Failure, ...]:
    """Every failure kaito can tell, read once."""
    files = sorted((data("presets") / "failures").glob("*.yaml"))
    return tuple(each for file in files for each in read_file(file, FailureFile).failures)
