"""`kaito delete`: take away what costs."""

from typing import Annotated

import typer

from kaito_cli.catalog.gpus import hardware
from kaito_cli.cli import options, output, progress
from kaito_cli.cli.confirm import confirm
from kaito_cli.cli.options import WHAT, Screen
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.cli.views_pools import pools_with_total, remarks, total
from kaito_cli.errors import BadInput
from kaito_cli.model import PoolVerdict
from kaito_cli.operations.drive import drive
from kaito_cli.operations.inventory import inventory
from kaito_cli.operations.orphans import remove_orphan, submit_removal

TIMEOUT_SECONDS = 1800.0  # the least that any wait of kaito has

Orphans = Annotated[
    bool,
    typer.Option(
        "--orphans",
        help="Node pools of kaito's that no workspace and no pod needs.",
        rich_help_panel=WHAT,
    ),
]


@spread
def delete(
    ctx: typer.Context,
    target: TargetOptions,
    screen: Screen,
    orphans: Orphans = False,
    yes: options.Yes = False,
    wait: options.Wait = True,
    timeout: options.Timeout = TIMEOUT_SECONDS,
) -> None:
    """Remove node pools that cost money and serve nothing, after showing them."""
    if not orphans:
        raise BadInput(
            "What is to be deleted?",
            hint="`kaito delete --orphans` removes node pools that serve nothing.",
        )
    world = ctx.obj(target.target())
    pools = inventory(world, hardware())
    found = [each for each in pools if each.verdict is PoolVerdict.ORPHAN]
    output.notes(remarks(pools), screen)
    if not found:
        output.show_list((), screen)
        return
    output.aside(pools_with_total(found), screen)
    names = ", ".join(each.pool for each in found)
    confirm(f"Delete {names}: {total(found)}?", yes=yes)
    start = remove_orphan if wait else submit_removal
    running = [start(each.pool, world) for each in found]
    events = drive(running, world.clock, timeout)
    output.show_list(progress.follow(events, screen, world.clock), screen)
