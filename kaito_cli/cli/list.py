"""`kaito list`: what of ours is there, and what it costs."""

from typing import Annotated

import typer

from kaito_cli.catalog.gpus import hardware
from kaito_cli.cli import output
from kaito_cli.cli.options import WHERE, Screen
from kaito_cli.cli.request_flags import LivePrices, Namespace
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.cli.views_pools import price_notes
from kaito_cli.cli.views_status import elsewhere, survey_view, troubles
from kaito_cli.cli.workspaces import here
from kaito_cli.operations.status import at_prices, survey

AllNamespaces = Annotated[
    bool,
    typer.Option("-A", "--all-namespaces", help="Those of every namespace.", rich_help_panel=WHERE),
]


@spread
def list(
    ctx: typer.Context,
    target: TargetOptions,
    screen: Screen,
    namespace: Namespace = "",
    all_namespaces: AllNamespaces = False,
    live_prices: LivePrices = False,
) -> None:
    """List workspaces: phase, replicas, nodes, price an hour; and node pools without one."""
    where = target.target()
    within = "" if all_namespaces else here(namespace, where)
    world = ctx.obj(where)
    seen = survey(world, hardware(), within, every_kind=True)
    seen = at_prices(seen, world.prices) if live_prices else seen
    output.show_list([*seen.statuses, *seen.others], screen, shown=survey_view(seen))
    told = [*troubles(seen.statuses), *price_notes(seen.pools), *elsewhere(seen, within)]
    output.notes(told, screen)
