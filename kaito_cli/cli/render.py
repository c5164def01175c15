"""`kaito render`: the manifests of a plan. Touches no cluster; one that is named is read."""

from pathlib import Path
from typing import Annotated

import typer

from kaito_cli import manifests
from kaito_cli.cli import files, output
from kaito_cli.cli.options import HOW, Format, Screen
from kaito_cli.cli.request import RequestOptions
from kaito_cli.cli.spread import spread
from kaito_cli.cli.target import TargetOptions
from kaito_cli.errors import BadInput
from kaito_cli.model import Plan

Layout = Annotated[
    manifests.Format,
    typer.Option(
        "--format", help="Plain manifests, a kustomize base or a Helm chart.", rich_help_panel=HOW
    ),
]
OutputDir = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Write files there; made if missing.", rich_help_panel=HOW),
]
DevicePlugin = Annotated[
    bool,
    typer.Option(
        "--device-plugin",
        help="Print NVIDIA's device plugin instead, for nodes with the driver alone.",
        rich_help_panel=HOW,
    ),
]


@spread
def render(
    ctx: typer.Context,
    request: RequestOptions,
    target: TargetOptions,
    screen: Screen,
    layout: Layout = manifests.Format.YAML,
    output_dir: OutputDir = None,
    device_plugin: DevicePlugin = False,
) -> None:
    """Print the Kubernetes manifests that serve MODEL, for kubectl, kustomize or Helm."""
    _refuse_many_files_on_stdout(layout, output_dir)
    if device_plugin:
        _refuse_files_of_the_plugin(output_dir)
        plugin = manifests.device_plugin(request.registry_mirror)
        output.write(_stream([plugin], screen.form))
        return
    plan = request.plan(ctx.obj(target.target()))
    if output_dir:
        for file in files.write_all(output_dir, manifests.files(plan, layout)):
            output.note(f"wrote {file}", screen)
    else:
        output.write(_stream(manifests.render(plan), screen.form))
    for remark in _remarks(plan):
        output.note(remark, screen)


def _stream(objects: list[manifests.Manifest], form: Format) -> str:
    """All objects as one text: YAML documents, or the JSON list that kubectl takes."""
    if form is Format.JSON:
        return output.serialized({"apiVersion": "v1", "kind": "List", "items": objects}, form)
    return manifests.to_yaml(objects)


def _remarks(plan: Plan) -> list[str]:
    """What to know and to do before the objects are applied; no object holds it."""
    commands = manifests.secret_commands(plan)
    return [
        *(f"assumed: {each}" for each in plan.assumptions),
        *(f"note: {each}" for each in (*plan.notes, *manifests.remarks(plan))),
        *(["Before you apply them, make the Secrets they refer to:"] if commands else []),
        *(f"  {each}" for each in commands),
    ]


def _refuse_many_files_on_stdout(layout: manifests.Format, output_dir: Path | None) -> None:
    if layout is not manifests.Format.YAML and output_dir is None:
        raise BadInput(
            f"`--format {layout}` makes several files.", hint="Say where: `--output-dir DIR`."
        )


def _refuse_files_of_the_plugin(output_dir: Path | None) -> None:
    """It is one for all workspaces: deleted with the files of one, it would be missed."""
    if output_dir:
        raise BadInput(
            "`--device-plugin` is one object, apart from those of a workspace.",
            hint="Leave `--output-dir` out, or write it with `> device-plugin.yaml`.",
        )
