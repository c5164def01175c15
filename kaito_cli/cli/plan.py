"""`kaito plan`: show what would be made. Touches nothing."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import vm_size
from kaito_cli.cli import files, output
from kaito_cli.cli.options import Format, Screen
from kaito_cli.cli.request import RequestOptions
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.cli.views_plan import explained
from kaito_cli.errors import BadInput
from kaito_cli.model import WhyNot
from kaito_cli.operations.offers import planned_for
from kaito_cli.planner import why_not as why_not_on
from kaito_cli.planner.site import at_cluster
from kaito_cli.ports import World

ANSWER = "What to show"

Explain = Annotated[
    bool,
    typer.Option("--explain", help="Every term of the memory budget.", rich_help_panel=ANSWER),
]
WhyNotSize = Annotated[
    str,
    typer.Option(
        "--why-not",
        metavar="VM_SIZE",
        help="What this size lacks, and the cheapest lever that makes it fit.",
        rich_help_panel=ANSWER,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Save the plan as JSON that only you can read.", rich_help_panel=ANSWER
    ),
]


@spread
def plan(
    ctx: typer.Context,
    request: RequestOptions,
    target: TargetOptions,
    screen: Screen,
    explain: Explain = False,
    why_not: WhyNotSize = "",
    out: Out = None,
) -> None:
    """Show the cheapest way to serve MODEL: VM size, parallelism, memory and price."""
    if why_not:
        _refuse_beside_why_not(explain, out)
        output.show(_why_not(request, ctx.obj(target.target()), why_not), screen)
        return
    found = request.plan(ctx.obj(target.target()))
    if out:
        files.write(out, output.serialized(output.document(found), Format.JSON))
        output.note(f"wrote {out}", screen)
    output.show(found, screen, shown=explained(found) if explain else None)
    output.notes(found.assumptions, screen, mark="assumed")
    output.notes(found.notes, screen)


def _why_not(request: RequestOptions, world: World, size: str) -> WhyNot:
    asked, known = request.asked(world), vm_size(size).name
    model, cluster = request.resolved(world), planned_for(asked, world)
    hardware = request.hardware(replace(asked, vm_size=known), world, cluster)
    placed = at_cluster(asked, cluster, hardware)
    return why_not_on(placed, model, hardware, engines(), known)


def _refuse_beside_why_not(explain: bool, out: Path | None) -> None:
    for flag, given in (("--explain", explain), ("--out", out)):
        if given:
            raise BadInput(
                f"`--why-not` and `{flag}` ask for two results.", hint=f"Leave `{flag}` out."
            )
