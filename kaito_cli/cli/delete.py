"""`kaito delete`: take away what costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import typer

from kaito_cli.catalog.gpus import hardware
from kaito_cli.cli import options, output, progress
from kaito_cli.cli.confirm import confirm
from kaito_cli.cli.options import WHAT, Screen
from kaito_cli.cli.request_flags import Namespace
from kaito_cli.cli.resize import dated
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.cli.view import table
from kaito_cli.cli.views_pools import pools_with_total, remarks, total
from kaito_cli.cli.views_resize import going
from kaito_cli.cli.workspaces import here
from kaito_cli.errors import BadInput, NotFound
from kaito_cli.model import Event, PoolVerdict, Removal
from kaito_cli.operations.delete import delete as remove
from kaito_cli.operations.drive import drive
from kaito_cli.operations.inventory import inventory
from kaito_cli.operations.orphans import remove_orphan, submit_removal
from kaito_cli.operations.resizing import to_delete
from kaito_cli.operations.steps import unattended
from kaito_cli.ports import World

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="NAME", help="Workspaces.", show_default=False),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatOptions:
    """What goes, and what stays."""

    keep_nodes: Annotated[
        bool,
        typer.Option("--keep-nodes", help="Leave the node pool there.", rich_help_panel=WHAT),
    ] = False
    purge: Annotated[
        bool,
        typer.Option("--purge", help="Volumes with weights, too.", rich_help_panel=WHAT),
    ] = False
    ignore_not_found: Annotated[
        bool,
        typer.Option(
            "--ignore-not-found", help="What is not there is no failure.", rich_help_panel=WHAT
        ),
    ] = False
    orphans: Annotated[
        bool,
        typer.Option(
            "--orphans",
            help="Node pools of kaito's that no workspace and no pod needs.",
            rich_help_panel=WHAT,
        ),
    ] = False

    def require_sense(self, names: list[str]) -> None:
        """BadInput unless it is said what is to go, and said once."""
        if not names and not self.orphans:
            raise BadInput(
                "What is to be deleted?",
                hint="Name workspaces; `kaito delete --orphans` removes node pools that serve "
                "nothing.",
            )
        for flag, given in {
            "a workspace": bool(names),
            "`--keep-nodes`": self.keep_nodes,
            "`--purge`": self.purge,
        }.items():
            if self.orphans and given:
                raise BadInput(
                    f"`--orphans` is about node pools without a workspace, not about {flag}.",
                    hint="Give one or the other.",
                )


@spread
def delete(
    ctx: typer.Context,
    target: TargetOptions,
    screen: Screen,
    what: WhatOptions,
    names: Names = None,
    namespace: Namespace = "",
    yes: options.Yes = False,
    wait: options.Wait = True,
    timeout: options.Timeout = options.TIMEOUT_SECONDS,
) -> None:
    """Delete workspaces with their node pools, or pools that serve nothing, after showing them."""
    wanted = list(dict.fromkeys(names or ()))
    what.require_sense(wanted)
    where = target.target()
    within = here(namespace, where, *wanted)
    world = ctx.obj(where)
    if what.orphans:
        running = _orphans(world, screen, yes=yes, wait=wait)
    else:
        running = _workspaces(wanted, within, what, world, screen, yes=yes)
        running = running if wait else [unattended(each) for each in running]
    if not running:
        output.show_list((), screen)
        return
    events = drive(running, world.clock, timeout)
    output.show_list(progress.follow(events, screen, world.clock), screen)


def _workspaces(
    names: list[str], namespace: str, what: WhatOptions, world: World, screen: Screen, *, yes: bool
) -> list[Iterator[Event]]:
    """Each shown, all asked about at once; one that is not there lets the others go."""
    found, missing = list[Removal](), list[NotFound]()
    how = {"purge": what.purge, "keep_nodes": what.keep_nodes}
    for name in names:
        try:
            found.append(to_delete(name, namespace, world, hardware(), **how))
        except NotFound as error:
            missing.append(error)
    if found:
        output.aside(table(found), screen)
        output.notes(dated(each.price_date for each in found), screen)
        confirm(f"Delete {', '.join(each.workspace for each in found)}: {going(found)}?", yes=yes)
    if what.ignore_not_found:
        output.notes([each.message.rstrip(".") for each in missing], screen)
        missing = []
    removing = [remove(each.workspace, namespace, world, **how) for each in found]
    return [*removing, *map(_failed, missing)]


def _failed(error: NotFound) -> Iterator[Event]:
    """An operation that comes to nothing, beside others that do not."""
    yield from ()
    raise error


def _orphans(world: World, screen: Screen, *, yes: bool, wait: bool) -> list[Iterator[Event]]:
    pools = inventory(world, hardware())
    found = [each for each in pools if each.verdict is PoolVerdict.ORPHAN]
    output.notes(remarks(pools), screen)
    if not found:
        return []
    output.aside(pools_with_total(found), screen)
    names = ", ".join(each.pool for each in found)
    confirm(f"Delete {names}: {total(found)}?", yes=yes)
    start = remove_orphan if wait else submit_removal
    return [start(each.pool, world) for each in found]
