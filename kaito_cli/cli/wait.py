"""`kaito wait`: return when it is so, or when it never will be."""

from typing import Annotated

import typer

from kaito_cli.cli import output, progress
from kaito_cli.cli.options import WHAT, Screen
from kaito_cli.cli.request_flags import Namespace
from kaito_cli.cli.resize import Patience
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.cli.workspaces import Workspace, here
from kaito_cli.operations.drive import drive
from kaito_cli.operations.wait import Goal, patience_of, wait_for

For = Annotated[
    Goal,
    typer.Option(
        "--for", help="Until every replica answers, or it is gone, or done.", rich_help_panel=WHAT
    ),
]


@spread
def wait(
    ctx: typer.Context,
    target: TargetOptions,
    screen: Screen,
    name: Workspace,
    namespace: Namespace = "",
    goal: For = Goal.READY,
    timeout: Patience = None,
) -> None:
    """Wait until a workspace is ready, deleted or complete; exit 6 if it never will be."""
    where = target.target()
    within = here(namespace, where, name)
    world = ctx.obj(where)
    patience = patience_of(name, within, goal, world) if timeout is None else timeout
    events = drive([wait_for(name, within, goal, world)], world.clock, patience)
    output.show_list(progress.follow(events, screen, world.clock), screen)
