"""Everything kaito prints. The result goes to stdout; all else goes to stderr."""

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import singledispatch
from io import StringIO
from typing import TYPE_CHECKING, Any, TextIO

import typer

from kaito_cli.cli import (  # noqa: F401  they register
    views_estimate,
    views_events,
    views_gpus,
    views_plan,
    views_pools,
    views_preflight,
    views_resize,
    views_status,
)
from kaito_cli.cli.options import Format, Screen
from kaito_cli.cli.view import printable, table, view
from kaito_cli.cli.views_models import ModelCard

if TYPE_CHECKING:
    from rich.console import RenderableType

VERSION = 1
CHEAPEST = ("placement", "context_length", "concurrency", "memory", "cost")
UNWRAPPED = 10_000  # columns of a pipe or file, where a program cuts the lines


def show(value: Any, screen: Screen, shown: "RenderableType | None" = None) -> None:
    """Print one result; ``shown`` is its view for people where the value alone is not enough."""
    if screen.form is Format.TABLE:
        write(drawn(shown or view(value), screen))
    else:
        write(serialized(document(value), screen.form))


def show_list(values: Sequence[Any], screen: Screen, shown: "RenderableType | None" = None) -> None:
    """Print results of one type: a document of kind List for programs, for people a table, or
    ``shown`` where that says more. Nothing for people where there is none."""
    if screen.form is not Format.TABLE:
        write(
            serialized({"kind": "List", "items": [document(each) for each in values]}, screen.form)
        )
    elif values:
        write(drawn(shown or table(values), screen))


@singledispatch
def document(value: Any) -> dict[str, Any]:
    """The dataclass as plain data, after its ``kind`` and the ``version`` of its shape."""
    return {"kind": type(value).__name__, "version": VERSION, **asdict(value)}


@document.register(ModelCard)
def _model_document(shown: ModelCard) -> dict[str, Any]:
    """The Model as lists hold it, and what its cheapest plan comes to."""
    plan = asdict(shown.cheapest) if shown.cheapest else {}
    fit = {name: plan[name] for name in CHEAPEST} if plan else None
    return {**document(shown.model), "cheapest_fit": fit, "unfit": shown.unfit}


def serialized(document: Mapping[str, Any], form: Format) -> str:
    """JSON, or YAML of the same data; half a character, which JSON can bring and no file can
    hold, becomes a �."""
    text = re.sub(r"[\ud800-\udfff]", "�", json.dumps(document, ensure_ascii=False))
    plain = json.loads(text)
    if form is Format.JSON:
        return json.dumps(plain, indent=2, ensure_ascii=not _speaks_unicode(sys.stdout)) + "\n"
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(plain, Dumper=dumper, sort_keys=False, allow_unicode=True))


def drawn(renderable: "RenderableType", screen: Screen, stream: TextIO | None = None) -> str:
    """What people see: as wide as the terminal, or as it takes when no terminal is there."""
    from rich.console import Console

    stream = stream or sys.stdout
    plain = is_plain(screen, stream)
    console = Console(
        file=StringIO(),
        width=shutil.get_terminal_size((UNWRAPPED, 24)).columns,
        color_system=None if plain else "standard",
        force_terminal=not plain,
        highlight=False,
        emoji=False,
        markup=False,
    )
    with console.capture() as capture:
        console.print(renderable)
    return "\n".join(line.rstrip() for line in capture.get().split("\n"))


def is_plain(screen: Screen, stream: TextIO) -> bool:
    """Whether colour was refused, or nobody is there to see it."""
    refused = screen.no_color or bool(os.environ.get("NO_COLOR")) or "CI" in os.environ
    return refused or os.environ.get("TERM") == "dumb" or not stream.isatty()


def write(text: str) -> None:
    """Put the one result on stdout, now: a closed pipe has to be noticed here."""
    typer.echo(text, nl=False)
    sys.stdout.flush()


def note(text: str, screen: Screen) -> None:
    """Say something beside the result, unless only errors are wanted."""
    if not screen.quiet:
        typer.echo(printable(text), err=True)


def aside(shown: "RenderableType", screen: Screen) -> None:
    """Show people something beside the result, as what a question is about."""
    if screen.form is Format.TABLE and not screen.quiet:
        typer.echo(drawn(shown, screen, sys.stderr), err=True, nl=False)


def notes(texts: Sequence[str], screen: Screen, mark: str = "note") -> None:
    """What a document already holds and a table does not: said to people only."""
    for text in texts if screen.form is Format.TABLE else ():
        note(f"{mark}: {text}", screen)


def _speaks_unicode(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "").startswith("utf")
