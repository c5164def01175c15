"""`kaito stop`: no pods, no nodes; everything else stays."""

import typer

from kaito_cli.catalog.gpus import hardware
from kaito_cli.cli import options
from kaito_cli.cli.options import Screen
from kaito_cli.cli.request_flags import Namespace
from kaito_cli.cli.resize import ask, see_through
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.cli.workspaces import Workspace, here
from kaito_cli.operations import replicas
from kaito_cli.operations.resizing import to_stop


@spread
def stop(
    ctx: typer.Context,
    name: Workspace,
    target: TargetOptions,
    screen: Screen,
    namespace: Namespace = "",
    yes: options.Yes = False,
    wait: options.Wait = True,
    timeout: options.Timeout = options.TIMEOUT_SECONDS,
) -> None:
    """Take pods and nodes of a workspace away, so that it costs nothing; keep everything else."""
    where = target.target()
    within = here(namespace, where, name)
    world = ctx.obj(where)
    ask("Stop", to_stop(name, within, world, hardware()), screen, yes=yes)
    operation = replicas.stop(name, within, world)
    see_through(operation, world, screen, wait=wait, timeout=timeout)
