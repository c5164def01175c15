"""How results look to people: one view a type, one row a type of list."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; ``wraps`` says that its text may take several lines on a narrow terminal."""

    title: str
    right: bool = False
    wraps: bool = False


@singledispatch
def view(value: Any) -> "RenderableType":
    """One result as people see it. Each type registers its own."""
    raise TypeError(f"no view for {type(value).__name__}")


@singledispatch
def row(value: Any) -> tuple[str, ...]:
    """One line of a table. Each type registers its own, and its columns in COLUMNS."""
    raise TypeError(f"no row for {type(value).__name__}")


COLUMNS: dict[type, tuple[Column, ...]] = {}


def table(values: Sequence[Any]) -> "Table":
    """Values of one type, one a line, under the titles of their type."""
    grid = columned(COLUMNS[type(values[0])])
    for value in values:
        grid.add_row(*row(value))
    return grid


def columned(columns: Sequence[Column]) -> "Table":
    """An empty table without lines around it: the same for terminals, pipes and mails.

    Nothing is ever cut off: a column that does not fit is folded.
    """
    from rich.table import Table

    grid = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for each in columns:
        grid.add_column(
            each.title,
            justify="right" if each.right else "left",
            overflow="fold",
            no_wrap=not each.wraps,
        )
    return grid


def card(lines: Sequence[tuple[str, "RenderableType"]]) -> "Table":
    """Names on the left, facts on the right; a fact that is empty is left out."""
    from rich.table import Table

    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, fact in lines:
        if fact != "":
            grid.add_row(name, fact)
    return grid


def tokens(count: int) -> str:
    """A number of tokens as people say it: 2k, 128k, 1M; odd numbers stay whole."""
    if count and count % 2**20 == 0:
        return f"{count // 2**20}M"
    if count and count % 1024 == 0:
        return f"{count // 1024}k"
    return f"{count:,}"


def billions(count: int) -> str:
    """A number of parameters: 350M, 7.2B, 671B."""
    if not count:
        return "?"
    if count < 10**9:
        return f"{count / 10**6:.0f}M"
    return f"{count / 10**9:.{0 if count >= 10**11 else 1}f}B"


def dollars(amount: float | None) -> str:
    """USD with as many digits as matter; unknown is a question mark."""
    return "?" if amount is None else f"${amount:,.2f}"
