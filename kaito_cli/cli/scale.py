"""`kaito scale`: more or fewer replicas, with the nodes they take."""

from typing import Annotated

import typer

from kaito_cli.cli import options
from kaito_cli.cli.options import Screen
from kaito_cli.cli.request_flags import Namespace
from kaito_cli.cli.resize import Patience, ask, see_through
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.cli.workspaces import Workspace, here
from kaito_cli.operations import replicas
from kaito_cli.operations.resizing import to_scale

Replicas = Annotated[
    int,
    typer.Option(
        "--replicas", metavar="N", min=1, help="How many there are to be.", show_default=False
    ),
]


@spread
def scale(
    ctx: typer.Context,
    name: Workspace,
    target: TargetOptions,
    screen: Screen,
    count: Replicas,
    namespace: Namespace = "",
    yes: options.Yes = False,
    wait: options.Wait = True,
    timeout: Patience = None,
) -> None:
    """Give a workspace another number of replicas, and the nodes they take."""
    where = target.target()
    within = here(namespace, where, name)
    world = ctx.obj(where)
    change = to_scale(name, within, count, world)
    ask("Scale", change, screen, yes=yes)
    operation = replicas.scale(name, within, count, world)
    seconds = change.patience_seconds if timeout is None else timeout
    see_through(operation, world, screen, wait=wait, timeout=seconds)
