"""`kaito status`: how the nodes of a workspace are."""

from typing import Annotated

import typer

from kaito_cli.catalog.gpus import hardware
from kaito_cli.cli import output
from kaito_cli.cli.options import Screen
from kaito_cli.cli.request import DEFAULT_NAMESPACE
from kaito_cli.cli.request_flags import Namespace
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.cli.views_pools import pool_cards, unlisted
from kaito_cli.operations.inventory import in_namespace, inventory, of_workspace

Name = Annotated[
    str,
    typer.Argument(metavar="[NAME]", help="A workspace. Default: all of the namespace."),
]


@spread
def status(
    ctx: typer.Context,
    target: TargetOptions,
    screen: Screen,
    name: Name = "",
    namespace: Namespace = "",
) -> None:
    """Show the nodes of a workspace: state, Azure's own error, price, and who needs them."""
    where = target.target()
    everywhere = inventory(ctx.obj(where), hardware())
    here = namespace or where.namespace or DEFAULT_NAMESPACE
    found = of_workspace(everywhere, name, here) if name else in_namespace(everywhere, here)
    output.show_list(found, screen, shown=pool_cards(found))
    output.notes([] if name else unlisted(found, everywhere, here), screen)
