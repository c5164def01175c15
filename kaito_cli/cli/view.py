"""How results look to people: one view a type, one row a type of list."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.table import Table

GAP = "  "

Rows = Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. ``narrowest``: its text may be folded down to so many characters; 0: never."""

    title: str
    right: bool = False
    narrowest: int = 0


@singledispatch
def view(value: Any) -> "RenderableType":
    """One result as people see it. Each type registers its own."""
    raise TypeError(f"no view for {type(value).__name__}")


@singledispatch
def row(value: Any) -> tuple[str, ...]:
    """One line of a table. Each type registers its own, and its columns in COLUMNS."""
    raise TypeError(f"no row for {type(value).__name__}")


COLUMNS: dict[type, tuple[Column, ...]] = {}


def table(values: Sequence[Any]) -> "Grid":
    """Values of one type, one a line, under the titles of their type."""
    return Grid(columns=COLUMNS[type(values[0])], rows=tuple(row(each) for each in values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Rows without lines around them: the same for terminals, pipes and mails.

    Nothing is ever cut off. Where the terminal is too narrow for columns, each row becomes
    its first cell on a line of its own and the others, with their titles, below it.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def __rich_console__(
        self, console: "Console", options: "ConsoleOptions"
    ) -> Iterator["RenderableType"]:
        rows = [tuple(map(printable, cells)) for cells in self.rows]
        widths = self._widths(rows, options.max_width)
        if widths is None:
            yield from self._paragraphs(rows)
        else:
            yield self._table(rows, widths)

    def _widths(self, rows: Rows, most: int) -> list[int] | None:
        """Characters of each column; the last are folded first. None: it does not fit."""
        from rich.cells import cell_len

        lines = [tuple(each.title for each in self.columns), *rows]
        widths = [max(map(cell_len, cells)) for cells in zip(*lines, strict=True)]
        excess = sum(widths) + len(GAP) * (len(widths) - 1) - most
        for place, column in reversed(list(enumerate(self.columns))):
            least = min(widths[place], column.narrowest or widths[place])
            saved = max(0, min(excess, widths[place] - least))
            widths[place] -= saved
            excess -= saved
        return widths if excess <= 0 else None

    def _table(self, rows: Rows, widths: Sequence[int]) -> "Table":
        from rich.table import Table

        grid = Table(box=None, header_style="bold", pad_edge=False, padding=(0, len(GAP), 0, 0))
        for each, width in zip(self.columns, widths, strict=True):
            side: Literal["right", "left"] = "right" if each.right else "left"
            grid.add_column(each.title, justify=side, width=width, overflow="fold")
        for cells in rows:
            grid.add_row(*cells)
        return grid

    def _paragraphs(self, rows: Rows) -> Iterator["RenderableType"]:
        from rich.padding import Padding
        from rich.text import Text

        yield Text(self.columns[0].title, style="bold underline")
        for first, *others in rows:
            yield Text(first, style="bold", overflow="fold")
            named = zip(self.columns[1:], others, strict=True)
            told = GAP.join(f"{each.title.lower()}: {cell}" for each, cell in named if cell)
            yield Padding(Text(told, overflow="fold"), (0, 0, 0, 2))


def card(lines: Sequence[tuple[str, str]]) -> "Table":
    """Names on the left, facts on the right; a fact that is empty is left out."""
    from rich.table import Table

    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, fact in lines:
        if fact:
            grid.add_row(name, printable(fact))
    return grid


def printable(text: str) -> str:
    """``text`` without control characters, by which a model's card, a hub or a file could steer
    the terminal or turn the text around, and without half characters; tabs and line ends
    stay."""
    return re.sub(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "�", text
    )


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
