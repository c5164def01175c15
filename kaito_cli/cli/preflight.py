"""`kaito preflight`: what stands in the way, before a cent is spent. Touches nothing."""

import typer

from kaito_cli.catalog.engines import engines
from kaito_cli.cli import output
from kaito_cli.cli.options import Screen
from kaito_cli.cli.request import RequestOptions
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.errors import CloudFailed, DoesNotFit, Gated
from kaito_cli.model import Check, Preflight
from kaito_cli.operations.preflight import planned, read_cluster
from kaito_cli.operations.preflight import preflight as check
from kaito_cli.ports import World
from kaito_cli.readiness.preflight.facts import read
from kaito_cli.wiring import no_target

# cli.md, Exit codes: the worst of several is the first that any blocked check has
_WORST_FIRST = (CloudFailed.exit_code, DoesNotFit.exit_code, Gated.exit_code)
_EXIT_CODES = {
    Check.PERMISSION: CloudFailed.exit_code,
    Check.PROVIDER: CloudFailed.exit_code,
    Check.CLUSTER: CloudFailed.exit_code,
    Check.WEIGHTS: Gated.exit_code,
}


@spread
def preflight(
    ctx: typer.Context, request: RequestOptions, target: TargetOptions, screen: Screen
) -> None:
    """Say what would keep MODEL from being deployed: quota, offer, permissions, weights."""
    world = named(ctx.obj(target.target()))
    asked, model = request.asked(world), request.resolved(world)
    cluster = read_cluster(asked, world)
    hardware = request.hardware(asked, world, cluster if read(cluster) else None)
    plan = planned(asked, model, cluster, hardware, engines())
    found = check(plan, world, cluster, model, hardware, engines())
    output.show(found, screen)
    output.notes(plan.assumptions, screen, mark="assumed")
    output.notes(plan.notes, screen)
    if code := exit_code(found):
        raise typer.Exit(code)


def named(world: World) -> World:
    """The world, provided it has a target: preflight is about a cluster."""
    if world.target.kind is None:
        raise no_target()
    return world


def exit_code(found: Preflight) -> int:
    """0 unless something is blocked; then the worst, in the order 5, 4, 1."""
    codes = {_EXIT_CODES.get(each.check, DoesNotFit.exit_code) for each in found.blocked}
    return next((code for code in _WORST_FIRST if code in codes), 0)
