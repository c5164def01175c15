"""What stop, start and scale share: show the change with its price, ask, and see it through."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from kaito_cli.cli import output, progress
from kaito_cli.cli.confirm import confirm
from kaito_cli.cli.options import HOW, Screen
from kaito_cli.cli.view import table
from kaito_cli.cli.views_resize import difference
from kaito_cli.model import Event, Resize
from kaito_cli.operations.drive import drive
from kaito_cli.operations.steps import unattended
from kaito_cli.ports import World

Patience = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        min=0,
        help="Stay at most so long. Default: what its plan expects, at least 1800.",
        show_default=False,
        rich_help_panel=HOW,
    ),
]


def ask(verb: str, change: Resize, screen: Screen, *, yes: bool) -> None:
    """Show what changes, and go on only after a yes."""
    output.aside(table([change]), screen)
    output.notes([*change.remarks, *dated([change.price_date])], screen)
    confirm(f"{verb} {change.workspace}: {difference(change)}?", yes=yes)


def dated(dates: Iterable[str]) -> list[str]:
    """When the prices that are shown hold; nothing where none is known."""
    return [f"pay-as-you-go prices, Linux, {each}" for each in sorted({*dates} - {""})]


def see_through(
    operation: Iterator[Event], world: World, screen: Screen, *, wait: bool, timeout: float
) -> None:
    """Tell how it goes on, to its end or until it goes on by itself."""
    running = operation if wait else unattended(operation)
    events = drive([running], world.clock, timeout)
    output.show_list(progress.follow(events, screen, world.clock), screen)
