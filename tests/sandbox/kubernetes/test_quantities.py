"""Quantities as the server reads and writes them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kaito_cli.sandbox.kubernetes.fields.quantity import amount, canonical


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1), ("500m", Fraction(1, 2)), ("1Gi", 2**30), ("2k", 2000), ("1e3", 1000), (".5", 0.5)],
)
def test_a_quantity_is_an_amount(text: str, value: float) -> None:
    assert amount(text) == Fraction(value)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1000m", "1"),
        ("0.5", "500m"),
        ("1024Mi", "1Gi"),
        ("1500Mi", "1500Mi"),
        ("2000", "2k"),
        ("0", "0"),
        ("0Gi", "0"),
        ("1.5Gi", "1536Mi"),
        ("100e6", "100M"),
    ],
)
def test_a_quantity_is_written_canonically(text: str, written: str) -> None:
    assert canonical(text) == written


@given(some.integers(0, 10**15), some.sampled_from(("", "m", "k", "M", "Ki", "Mi", "Gi")))
def test_the_canonical_form_means_the_same_and_stays(number: int, suffix: str) -> None:
    written = canonical(f"{number}{suffix}")

    assert amount(written) == amount(f"{number}{suffix}")
    assert canonical(written) == written


@pytest.mark.parametrize("text", ["", "1 Gi", "1GiB", "ten", "0x10"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quantities must match"):
        amount(text)
