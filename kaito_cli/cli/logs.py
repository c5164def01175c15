"""`kaito logs`: what the engine of a workspace writes, as it comes."""

import re
from typing import Annotated

import typer

from kaito_cli.cli import output
from kaito_cli.cli.options import Format, Screen
from kaito_cli.cli.request_flags import Namespace
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.cli.view import printable
from kaito_cli.cli.workspaces import Workspace, here
from kaito_cli.errors import BadInput
from kaito_cli.model import Log
from kaito_cli.operations.logs import lines, pods_of

ANSWER = "What to show"

Follow = Annotated[
    bool,
    typer.Option("-f", "--follow", help="Go on until the engine ends.", rich_help_panel=ANSWER),
]
Previous = Annotated[
    bool,
    typer.Option("--previous", "-p", help="Of its run before this one.", rich_help_panel=ANSWER),
]
Replica = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=0,
        help="Of replica N, counted from 0, oldest first. Default: 0.",
        show_default=False,
        rich_help_panel=ANSWER,
    ),
]
Tail = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=0,
        help="The last N lines. Default: all.",
        show_default=False,
        rich_help_panel=ANSWER,
    ),
]


@spread
def logs(
    ctx: typer.Context,
    name: Workspace,
    target: TargetOptions,
    screen: Screen,
    namespace: Namespace = "",
    follow: Follow = False,
    previous: Previous = False,
    replica: Replica = None,
    tail: Tail = None,
) -> None:
    """Print what the engine of a workspace writes."""
    if follow and screen.form is not Format.TABLE:
        raise BadInput(
            f"`-f` never ends, and `-o {screen.form}` is one document.", hint="Leave one out."
        )
    where = target.target()
    within = here(namespace, where, name)
    world = ctx.obj(where)
    pods = pods_of(name, within, world.cluster)
    if replica is None and len(pods) > 1:
        output.notes([f"replica 0 of {len(pods)}; --replica chooses another"], screen)
    written = map(
        plain, lines(pods, replica or 0, world.cluster, tail=tail, follow=follow, previous=previous)
    )
    if screen.form is Format.TABLE:
        for line in written:
            output.write(f"{line}\n")
    else:
        pod = pods[replica or 0]["metadata"]["name"]
        found = Log(workspace=name, namespace=within, pod=pod, lines=tuple(written))
        output.show(found, screen)


def plain(line: str) -> str:
    """Without the colours of an engine that takes its log for a terminal."""
    return printable(re.sub(r"\x1b\[[0-9;]*m", "", line))
