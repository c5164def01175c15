"""`kaito doctor`: what is wrong, and the command that mends it."""

from typing import Annotated

import typer

from kaito_cli.catalog.gpus import hardware
from kaito_cli.cli import output
from kaito_cli.cli.options import HOW, Screen
from kaito_cli.cli.request_flags import LivePrices
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.cli.views_doctor import findings_view
from kaito_cli.cli.views_pools import price_notes, total
from kaito_cli.operations.inventory import at_live_prices, inventory
from kaito_cli.readiness.pool_findings import pool_findings

FOUND_SOMETHING = 1

ExitCode = Annotated[
    bool,
    typer.Option("--exit-code", help="Exit 1 where something was found.", rich_help_panel=HOW),
]


@spread
def doctor(
    ctx: typer.Context,
    target: TargetOptions,
    screen: Screen,
    live_prices: LivePrices = False,
    exit_code: ExitCode = False,
) -> None:
    """Find node pools that failed, that cost money for nothing, or that nobody can vouch for."""
    world = ctx.obj(target.target())
    pools = inventory(world, hardware())
    pools = at_live_prices(pools, world.prices) if live_prices else pools
    findings = pool_findings(pools)
    output.show_list(findings, screen, shown=findings_view(findings))
    nothing = [] if findings else ["nothing found that is wrong"]
    output.notes([*nothing, f"looked at {total(pools)}", *price_notes(pools)], screen)
    if findings and exit_code:
        raise typer.Exit(FOUND_SOMETHING)
