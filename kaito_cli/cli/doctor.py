"""`kaito doctor`: what is wrong, and the command that mends it."""

from typing import Annotated

import typer

from kaito_cli.catalog.gpus import hardware
from kaito_cli.cli import output
from kaito_cli.cli.doctor_log import explained
from kaito_cli.cli.options import HOW, WHAT, Screen
from kaito_cli.cli.request_flags import LivePrices, Namespace
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.cli.views_doctor import findings_view
from kaito_cli.cli.views_pools import price_notes
from kaito_cli.cli.views_status import total
from kaito_cli.cli.workspaces import here
from kaito_cli.errors import BadInput
from kaito_cli.model import HEALTHY, Diagnosis
from kaito_cli.operations.status import at_prices, status_of, survey
from kaito_cli.ports import World
from kaito_cli.readiness.pool_findings import pool_findings
from kaito_cli.readiness.workspace_findings import diagnosis_of, workspace_findings

FOUND_SOMETHING = 1

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]",
        help="A workspace: why it is not ready. Default: all there is.",
        show_default=False,
    ),
]
Log = Annotated[
    str | None,
    typer.Option(
        "--log",
        metavar="FILE|-",
        help="Explain a saved log, event, object or error instead, offline.",
        rich_help_panel=WHAT,
        show_default=False,
    ),
]
ExitCode = Annotated[
    bool,
    typer.Option("--exit-code", help="Exit 1 where something was found.", rich_help_panel=HOW),
]


@spread
def doctor(
    ctx: typer.Context,
    target: TargetOptions,
    screen: Screen,
    name: Name = None,
    namespace: Namespace = "",
    log: Log = None,
    live_prices: LivePrices = False,
    exit_code: ExitCode = False,
) -> None:
    """Say why a workspace is not ready; without a name: all that fails or costs for nothing."""
    _require_one(name, log)
    if log is not None:
        found = _shown(explained(log), screen)
    elif name is not None:
        where = target.target()
        within = here(namespace, where, name)
        found = _of_one(ctx.obj(where), name, within, screen)
    else:
        found = _of_all(ctx.obj(target.target()), screen, live_prices)
    if found and exit_code:
        raise typer.Exit(FOUND_SOMETHING)


def _require_one(name: str | None, log: str | None) -> None:
    if name is not None and log is not None:
        raise BadInput(
            "`--log` explains a saved text, and NAME a workspace of a cluster.",
            hint="Leave one of them out.",
        )


def _shown(diagnosis: Diagnosis, screen: Screen) -> bool:
    output.show(diagnosis, screen)
    return diagnosis.cause != HEALTHY


def _of_one(world: World, name: str, namespace: str, screen: Screen) -> bool:
    status = status_of(name, namespace, world, hardware())
    found = _shown(diagnosis_of(status), screen)
    changed = [f"{each.subject} {each.path}, by {each.manager}" for each in status.drift]
    missing = [f"{each.subject} is not there. {each.fix}" for each in status.absent]
    changed = [f"changed by hand: {each}" for each in changed]
    output.notes([*missing, *changed, *status.unread], screen)
    return found


def _of_all(world: World, screen: Screen, live_prices: bool) -> bool:
    seen = survey(world, hardware(), every_kind=True)
    seen = at_prices(seen, world.prices) if live_prices else seen
    findings = (*workspace_findings(seen.statuses), *pool_findings(seen.pools))
    output.show_list(findings, screen, shown=findings_view(findings))
    nothing = [] if findings else ["nothing found that is wrong"]
    told = [*nothing, f"looked at {total(seen)}", *price_notes(seen.pools), *seen.unread]
    output.notes(told, screen)
    return bool(findings)
