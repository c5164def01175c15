from io import StringIO

import pytest

from kaito_cli.cli.memory_bar import legend, memory_bar
from kaito_cli.cli.options import Screen
from kaito_cli.cli.output import drawn, is_plain
from kaito_cli.cli.view import Column, Grid, billions, card, dollars, printable, tokens
from kaito_cli.model import GpuMemory

COLUMNS = (
    Column(title="NAME"),
    Column(title="GIB", right=True),
    Column(title="WHY NOT", narrowest=12),
)
ROWS = (("Standard_ND96isr_H100_v5", "79.18", "it is much too dear for a small model"),)
GRID = Grid(columns=COLUMNS, rows=ROWS)


def lines(grid: Grid, width: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    return drawn(grid, Screen()).splitlines()


def test_a_wide_table_has_one_line_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lines(GRID, 100, monkeypatch) == [
        "NAME                        GIB  WHY NOT",
        "Standard_ND96isr_H100_v5  79.18  it is much too dear for a small model",
    ]


def test_a_narrow_table_folds_the_text_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lines(GRID, 50, monkeypatch) == [
        "NAME                        GIB  WHY NOT",
        "Standard_ND96isr_H100_v5  79.18  it is much too",
        "                                 dear for a small",
        "                                 model",
    ]


def test_a_table_that_is_too_narrow_becomes_paragraphs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lines(GRID, 40, monkeypatch) == [
        "NAME",
        "Standard_ND96isr_H100_v5",
        "  gib: 79.18  why not: it is much too",
        "  dear for a small model",
    ]


@pytest.mark.parametrize("width", [20, 30, 40, 50, 60, 80, 200])
def test_no_character_of_a_table_is_lost(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = "".join(" ".join(lines(GRID, width, monkeypatch)).split())

    assert "Standard_ND96isr_H100_v5" in shown
    assert all(len(line) <= width for line in lines(GRID, width, monkeypatch))


class Terminal(StringIO):
    """A stream that people look at."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("env", "no_color", "plain"),
    [
        ({}, False, False),
        ({"NO_COLOR": ""}, False, False),
        ({"NO_COLOR": "1"}, False, True),
        ({"CI": "true"}, False, True),
        ({"TERM": "dumb"}, False, True),
        ({}, True, True),
    ],
)
def test_a_terminal_is_plain_where_colour_is_refused(
    env: dict[str, str], no_color: bool, plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "CI", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)

    assert is_plain(Screen(no_color=no_color), Terminal()) is plain
    assert is_plain(Screen(), StringIO())


@pytest.mark.parametrize("width", [4, 80])
def test_no_text_steers_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    grid = Grid(columns=COLUMNS, rows=(("a\x1b[2J", "\x9b1m", "\x07"),))
    shown = "\n".join(lines(grid, width, monkeypatch))
    carded = drawn(card([("license", "mit\x1b]0;x\x07")]), Screen())

    assert "�" in shown
    assert not set(shown + carded) & {"\x1b", "\x9b", "\x07"}


def test_brackets_are_text_and_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = Grid(columns=(Column(title="NAME"),), rows=(("[red]a[/red] :smile:",),))

    assert lines(grid, 80, monkeypatch)[1] == "[red]a[/red] :smile:"


@pytest.mark.parametrize(
    ("count", "said"), [(2048, "2k"), (131072, "128k"), (2**20, "1M"), (40000, "40,000"), (0, "0")]
)
def test_tokens_are_said_as_people_do(count: int, said: str) -> None:
    assert tokens(count) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "?"), (350_000_000, "350M"), (7_217_189_760, "7.2B"), (671_026_419_200, "671B")],
)
def test_parameters_are_said_as_people_do(count: int, said: str) -> None:
    assert billions(count) == said


def test_an_unknown_price_is_a_question_mark() -> None:
    assert (dollars(None), dollars(1234.5)) == ("?", "$1,234.50")


def memory(weights: float, kv_cache: float) -> GpuMemory:
    return GpuMemory(
        usable_gib=20,
        budget_gib=18,
        weights_gib=weights,
        activations_gib=1,
        cuda_graphs_gib=0.5,
        non_torch_gib=0.5,
        kv_cache_gib=kv_cache,
        headroom_gib=0,
    )


def test_each_part_of_the_bar_is_as_long_as_its_share() -> None:
    bar = memory_bar(memory(weights=10, kv_cache=6))

    assert bar == "█" * 20 + "▓" * 2 + "▒" * 2 + "░" * 12 + "·" * 4 + " 20.00 GiB a GPU"


def test_what_exceeds_the_card_is_cut_off_and_said() -> None:
    bar, _, told = memory_bar(memory(weights=25, kv_cache=-7)).partition(" ")

    assert (bar, told) == ("█" * 40, "20.00 GiB a GPU, 7.00 GiB too much")


@pytest.mark.parametrize("weights", [1e40, 1e300])
def test_a_bar_of_absurd_weights_is_no_longer_than_the_card(weights: float) -> None:
    assert memory_bar(memory(weights=weights, kv_cache=-7)).startswith("█" * 40 + " ")


def test_the_legend_names_every_part() -> None:
    shown = legend(memory(weights=10, kv_cache=6))

    assert "█ weights 10.00" in shown
    assert "░ KV cache 6.00" in shown
    assert "· left free 2.00" in shown


@pytest.mark.parametrize("sign", ["\u202a", "\u202e", "\u2066", "\u2069", "\x1b", "\x9b"])
def test_no_sign_steers_the_terminal_or_turns_text_around(sign: str) -> None:
    assert printable(f"a{sign}b\tc\n") == "a�b\tc\n"
