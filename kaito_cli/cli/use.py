"""`kaito use`: remember which cluster is meant, and show what is in force."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from kaito_cli.adapters.home import expanded
from kaito_cli.cli import output, settings
from kaito_cli.cli.options import WHERE, Screen
from kaito_cli.cli.settings import FLAG, Setting, Settings
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions, kind_of, target_of
from kaito_cli.cli.view import Column, Grid, view
from kaito_cli.errors import BadInput
from kaito_cli.manifests.names import check_namespace

if TYPE_CHECKING:
    from rich.console import RenderableType

IN_FORCE = (
    Column(title="OPTION"),
    Column(title="VALUE", narrowest=10),
    Column(title="FROM", narrowest=10),
)

Namespace = Annotated[
    str,
    typer.Option(
        "-n",
        "--namespace",
        help="Kubernetes namespace. (env var: KAITO_NAMESPACE)",
        rich_help_panel=WHERE,
    ),
]
Clear = Annotated[bool, typer.Option("--clear", help="Forget what was saved.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """The settings in force, and the ``file`` that saved ones are in; empty: no home for it."""

    file: str
    settings: tuple[Setting, ...]


@view.register(Use)
def view_use(use: Use) -> "RenderableType":
    if not use.settings:
        return "No target is named: `kaito use -g GROUP --cluster NAME` remembers one."
    rows = tuple((each.option, each.value, each.source) for each in use.settings)
    return Grid(columns=IN_FORCE, rows=rows)


@spread
def use(
    where: TargetOptions, screen: Screen, namespace: Namespace = "", clear: Clear = False
) -> None:
    """Save the target options given as defaults; without any, show what is in force, and why."""
    typed = {**where.typed(), **({"namespace": namespace} if namespace else {})}
    if clear and typed:
        raise BadInput("`--clear` takes no other option.", hint="First `kaito use --clear`.")
    if clear:
        output.note("forgotten" if settings.clear() else "nothing was saved", screen)
    elif typed:
        output.note(f"saved in {settings.save(_wanted(typed))}", screen)
    output.show(
        Use(file=str(settings.file() or ""), settings=tuple(settings.in_force({}).values())), screen
    )


def _wanted(typed: Mapping[str, str]) -> Settings:
    """What was saved with what was typed in its place; BadInput when that names no target
    that makes sense. Naming a cluster of AKS chooses the target."""
    wanted = settings.merged(typed, settings.saved())
    if wanted.namespace:
        check_namespace(wanted.namespace)
    if "kubeconfig" in typed:
        wanted = replace(wanted, kubeconfig=str(expanded(wanted.kubeconfig).absolute()))
    saved = str(settings.file() or "")
    found = {
        name: Setting(option=name, value=value, source=FLAG if name in typed else saved)
        for name, value in wanted.given().items()
    }
    target_of(found)
    return replace(wanted, target=kind_of(found))
