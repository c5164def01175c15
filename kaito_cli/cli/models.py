"""`kaito models`: the catalogue, and one model of it."""

from pathlib import Path
from typing import Annotated

import typer

from kaito_cli.catalog.models import presets
from kaito_cli.cli import catalogue, options, output
from kaito_cli.cli.options import Screen
from kaito_cli.cli.source import ModelOptions
from kaito_cli.cli.spread import spread
from kaito_cli.model import Target

models = typer.Typer()

Family = Annotated[
    str, typer.Option(help="Only models of this family.", rich_help_panel=options.WHAT)
]
Fits = Annotated[
    str,
    typer.Option(
        metavar="VM_SIZE",
        help="Only models that one such VM size serves.",
        rich_help_panel=options.WHAT,
    ),
]


@models.callback(invoke_without_command=True)
@spread
def alone(
    ctx: typer.Context,
    screen: Screen,
    family: Family = "",
    fits: Fits = "",
    preset_dir: options.PresetDir = None,
) -> None:
    """List the models that kaito knows by name, or show one of them."""
    ctx.default_map = {"list": ctx.params, "show": ctx.params}
    if ctx.invoked_subcommand is None:
        _list(screen, family, fits, preset_dir)


@models.command("list")
@spread
def listed(
    screen: Screen,
    family: Family = "",
    fits: Fits = "",
    preset_dir: options.PresetDir = None,
) -> None:
    """The same as `kaito models`."""
    _list(screen, family, fits, preset_dir)


def _list(screen: Screen, family: str, fits: str, preset_dir: list[Path] | None) -> None:
    known = presets(tuple(preset_dir or ()))
    found = catalogue.chosen(known.values(), family, fits)
    output.show_list(found, screen)
    output.notes([catalogue.tally(found)], screen)


@models.command("show")
@spread
def show(ctx: typer.Context, source: ModelOptions, screen: Screen) -> None:
    """Show one model: size, context, licence, attention, tuning and the cheapest fit."""
    output.show(catalogue.cheapest(source.resolved(ctx.obj(Target()))), screen)
