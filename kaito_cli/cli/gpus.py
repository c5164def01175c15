"""`kaito gpus`: the VM sizes there are, what they hold and what they cost."""

import typer

from kaito_cli.catalog.gpus import hardware
from kaito_cli.catalog.offers import offers
from kaito_cli.cli import options, output
from kaito_cli.cli.options import Screen
from kaito_cli.cli.spread import spread
from kaito_cli.model import DEFAULT_REGION

gpus = typer.Typer()


@gpus.callback(invoke_without_command=True)
@spread
def alone(ctx: typer.Context, screen: Screen, region: options.Region = DEFAULT_REGION) -> None:
    """List VM sizes with GPUs: usable memory, price, and whether kaito plans with them."""
    ctx.default_map = {"list": ctx.params}
    if ctx.invoked_subcommand is None:
        _list(screen, region)


@gpus.command("list")
@spread
def listed(screen: Screen, region: options.Region = DEFAULT_REGION) -> None:
    """The same as `kaito gpus`."""
    _list(screen, region)


def _list(screen: Screen, region: str) -> None:
    found = offers(hardware(), region)
    output.show_list(found, screen)
    priced = f"pay-as-you-go prices of {found[0].region}, Linux, {found[0].price_date}"
    output.notes([priced], screen)
