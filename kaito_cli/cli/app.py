"""Put the commands together, and turn every failure into an exit code."""

import errno
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TextIO

import typer

from kaito_cli import __version__
from kaito_cli.cli import failures
from kaito_cli.cli import list as inventory
from kaito_cli.cli.delete import delete
from kaito_cli.cli.doctor import doctor
from kaito_cli.cli.estimate import estimate
from kaito_cli.cli.gpus import gpus
from kaito_cli.cli.logs import logs
from kaito_cli.cli.models import models
from kaito_cli.cli.plan import plan
from kaito_cli.cli.preflight import preflight
from kaito_cli.cli.render import render
from kaito_cli.cli.scale import scale
from kaito_cli.cli.start import start
from kaito_cli.cli.status import status
from kaito_cli.cli.stop import stop
from kaito_cli.cli.use import use
from kaito_cli.cli.version import version
from kaito_cli.cli.wait import wait
from kaito_cli.errors import BadInput, KaitoError
from kaito_cli.wiring import Connect, connect

app = typer.Typer(
    name="kaito",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(models, name="models")
app.add_typer(gpus, name="gpus")
for command in (
    estimate,
    plan,
    preflight,
    render,
    inventory.list,
    status,
    wait,
    logs,
    scale,
    stop,
    start,
    doctor,
    delete,
    use,
    version,
):
    app.command()(command)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kaito {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Say which kaito this is.", callback=_tell_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Put an open-weights language model on Kubernetes, sized and priced before it costs."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help(), nl=False)


def main() -> None:
    """The program: run the command line of this process and leave with its exit code."""
    # None is a stream that was closed before we started, as by `>&-`
    sys.stdout, sys.stderr = (each or _nowhere() for each in (sys.stdout, sys.stderr))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show × gets a ?
            stream.reconfigure(errors="replace")
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        _let_go(stream)
    sys.exit(code)


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _let_go(stream: TextIO) -> None:
    """Drop what cannot be written any more: the interpreter would complain of it at its end."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def run(arguments: Sequence[str], connect: Connect = connect) -> int:
    """Run one command line; its exit code. Failures are told on stderr.

    ``connect`` makes the outside world of a target, when a command asks for it.
    """
    try:
        _refuse_broken_text(arguments)
        code = app(list(arguments), prog_name="kaito", obj=connect, standalone_mode=False) or 0
        if code == failures.INTERRUPTED:  # how Typer hands Ctrl-C over
            raise KeyboardInterrupt
        return int(code)
    except SystemExit as leaving:
        return failures.CLOSED_PIPE if failures.closed_pipe(leaving) else int(leaving.code or 0)
    except BrokenPipeError:
        return failures.CLOSED_PIPE
    except (Exception, KeyboardInterrupt) as error:
        return failures.tell(_explained(error, arguments), failures.guessed(arguments))


def _refuse_broken_text(arguments: Sequence[str]) -> None:
    """Bytes that are no text reach us as lone surrogates, which no file of ours can hold."""
    for each in arguments:
        if re.search(r"[\ud800-\udfff]", each):
            raise BadInput(
                f"`{each.encode('utf-8', 'replace').decode()}` is not text in UTF-8.",
                hint="Type it in UTF-8: `locale` says what the shell sends.",
            )


def _explained(error: BaseException, arguments: Sequence[str]) -> KaitoError:
    if isinstance(error, KaitoError):
        return error
    if isinstance(error, typer.TyperException):
        return failures.misused(error, _command(arguments))
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EIO, errno.EDQUOT):
        return failures.unwritten(error)
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return failures.Interrupted("Stopped.")
    return failures.bug(error)


def _command(arguments: Sequence[str]) -> str:
    """`kaito plan` of ``plan --nodes 3``: whose --help to point at."""
    known = {each.name for each in app.registered_groups}
    known |= {each.callback.__name__ for each in app.registered_commands if each.callback}
    return " ".join(["kaito", *(each for each in arguments[:1] if each in known)])
