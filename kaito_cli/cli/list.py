"""`kaito list`: what of ours is there, and what it costs."""

from typing import Annotated

import typer

from kaito_cli.catalog.gpus import hardware
from kaito_cli.cli import output
from kaito_cli.cli.options import WHERE, Screen
from kaito_cli.cli.request import DEFAULT_NAMESPACE
from kaito_cli.cli.request_flags import LivePrices, Namespace
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.cli.views_pools import pools_with_total, price_notes, unlisted
from kaito_cli.operations.inventory import at_live_prices, in_namespace, inventory

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
    """List workspaces that have nodes: node pools, state, price an hour, and who needs them."""
    where = target.target()
    world = ctx.obj(where)
    everywhere = inventory(world, hardware())
    here = namespace or where.namespace or DEFAULT_NAMESPACE
    found = everywhere if all_namespaces else in_namespace(everywhere, here)
    found = at_live_prices(found, world.prices) if live_prices else found
    output.show_list(found, screen, shown=pools_with_total(found))
    output.notes([*price_notes(found), *unlisted(found, everywhere, here)], screen)
