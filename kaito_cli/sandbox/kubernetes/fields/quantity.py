"""Resource quantities (apimachinery pkg/api/resource): reading, and the canonical spelling."""

import re
from fractions import Fraction
from functools import lru_cache

_FORM = re.compile(
    r"(?P<number>[+-]?(\d+(\.\d*)?|\.\d+))(?P<suffix>[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+|)"
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}


@lru_cache(maxsize=4096)
def amount(text: str) -> Fraction:
    """The number a quantity means: bytes, cores, GPUs. Raises ValueError for what is none."""
    number, suffix = _parts(text)
    if suffix in _BINARY:
        return number * Fraction(1024) ** _BINARY[suffix]
    if suffix in _DECIMAL:
        return number * _ten(_DECIMAL[suffix])
    return number * _ten(int(suffix[1:]))


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """As the server writes it: `1000m` is `1`, `1024Mi` is `1Gi`, `0.5` is `500m`."""
    _, suffix = _parts(text)
    value = amount(text)
    if suffix in _BINARY and value.denominator == 1 and abs(value) >= 1024:
        return _scaled(value, {name: Fraction(1024) ** power for name, power in _BINARY.items()})
    powers = {name: _ten(power) for name, power in _DECIMAL.items()}
    return _scaled(value, powers)


def text(value: Fraction | int, *, binary: bool = False) -> str:
    """The canonical spelling of a number."""
    return canonical(f"{value}Ki") if binary else canonical(str(value))


def _ten(power: int) -> Fraction:
    return Fraction(10**power) if power >= 0 else Fraction(1, 10**-power)


def _parts(text: str) -> tuple[Fraction, str]:
    found = _FORM.fullmatch(str(text).strip())
    if not found:
        raise ValueError(
            "quantities must match the regular expression "
            "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        )
    return Fraction(found["number"]), found["suffix"]


def _scaled(value: Fraction, powers: dict[str, Fraction]) -> str:
    if value == 0:
        return "0"
    fitting = [name for name, power in powers.items() if (value / power).denominator == 1]
    best = max(fitting, key=lambda name: powers[name], default="n")
    return f"{int(value / powers[best])}{best}"
