"""`kaito status`: how a workspace is."""

from typing import Annotated

import typer

from kaito_cli.catalog.gpus import hardware
from kaito_cli.cli import output, watch
from kaito_cli.cli.options import HOW, Screen
from kaito_cli.cli.request_flags import Namespace
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.cli.views_status import elsewhere, survey_cards
from kaito_cli.cli.workspaces import here
from kaito_cli.operations.status import Survey, status_of, survey
from kaito_cli.ports import World

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]",
        help="A workspace. Default: all of the namespace.",
        show_default=False,
    ),
]
Watch = Annotated[
    bool,
    typer.Option("-w", "--watch", help="Go on showing it, until Ctrl-C.", rich_help_panel=HOW),
]


@spread
def status(
    ctx: typer.Context,
    target: TargetOptions,
    screen: Screen,
    name: Name = None,
    namespace: Namespace = "",
    watching: Watch = False,
) -> None:
    """Show how a workspace is: node pool, nodes, pods, endpoint, cost, and what drifted."""
    where = target.target()
    names = () if name is None else (name,)
    within = here(namespace, where, *names)
    world = ctx.obj(where)
    if watching:
        watch.follow(lambda: looked(world, name, within), screen, world.clock)
    elif name:
        output.show(status_of(name, within, world, hardware()), screen)
    else:
        seen = survey(world, hardware(), within)
        output.show_list([*seen.statuses, *seen.others], screen, shown=survey_cards(seen))
        output.notes(elsewhere(seen, within), screen)


def looked(world: World, name: str | None, namespace: str) -> Survey:
    """One look, at one workspace or at all of the namespace."""
    if name:
        return Survey(statuses=(status_of(name, namespace, world, hardware()),))
    return survey(world, hardware(), namespace)
