"""`kaito start`: pods and nodes of a stopped workspace again."""

import typer

from kaito_cli.cli import options
from kaito_cli.cli.options import Screen
from kaito_cli.cli.request_flags import Namespace
from kaito_cli.cli.resize import Patience, ask, see_through
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.cli.workspaces import Workspace, here
from kaito_cli.operations import replicas
from kaito_cli.operations.resizing import to_start


@spread
def start(
    ctx: typer.Context,
    name: Workspace,
    target: TargetOptions,
    screen: Screen,
    namespace: Namespace = "",
    yes: options.Yes = False,
    wait: options.Wait = True,
    timeout: Patience = None,
) -> None:
    """Give a stopped workspace its replicas and its nodes back."""
    where = target.target()
    within = here(namespace, where, name)
    world = ctx.obj(where)
    change = to_start(name, within, world)
    ask("Start", change, screen, yes=yes)
    operation = replicas.start(name, within, world)
    seconds = change.patience_seconds if timeout is None else timeout
    see_through(operation, world, screen, wait=wait, timeout=seconds)
