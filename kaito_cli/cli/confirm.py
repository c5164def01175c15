"""The question before anything is spent or destroyed."""

import sys

import typer

from kaito_cli.errors import BadInput, KaitoError

_YES = ("y", "yes")


class Declined(KaitoError):
    """The user said no."""

    code = "declined"


def confirm(question: str, *, yes: bool) -> None:
    """Ask on stderr, and go on only after a yes; ``yes``: it was given on the command line.

    Raises Declined for any other answer, and BadInput where nobody can be asked.
    """
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise BadInput(
            "Nothing was done: this asks before it goes on, and there is no terminal to ask on.",
            hint="Add --yes to confirm.",
        )
    typer.echo(f"{question} [y/N] ", err=True, nl=False)
    if sys.stdin.readline().strip().lower() not in _YES:
        raise Declined("Nothing was done.", hint="Answer `y` to go on, or add --yes.")
