"""Say what went wrong, in words or as JSON, and turn it into an exit code."""

import contextlib
import re
import sys
import traceback
from collections.abc import Sequence

import typer

from kaito_cli.cli.options import Format, Screen
from kaito_cli.cli.output import is_plain, serialized
from kaito_cli.cli.view import printable
from kaito_cli.errors import BadInput, KaitoError
from kaito_cli.readiness.redaction import redacted

BUG = 70
INTERRUPTED = 130
CLOSED_PIPE = 141


class Bug(KaitoError):
    """A mistake of kaito's own."""

    code = "bug"
    exit_code = BUG


class Interrupted(KaitoError):
    """The user pressed Ctrl-C."""

    code = "interrupted"
    exit_code = INTERRUPTED


def tell(error: KaitoError, screen: Screen) -> int:
    """Print ``error`` on stderr in the form of ``screen``; its exit code."""
    if screen.form is Format.TABLE:
        text = _words(error, screen) + "\n"
    else:
        text = serialized(_plain_data(error), screen.form)
    with contextlib.suppress(OSError):  # nobody listens: the exit code tells it all the same
        typer.echo(text, err=True, nl=False)
    return error.exit_code


def _plain_data(error: KaitoError) -> dict[str, dict[str, str | int]]:
    return {
        "error": {
            "code": error.code,
            "message": redacted(error.message),
            "detail": redacted(error.detail),
            "hint": redacted(error.hint),
            "exit_code": error.exit_code,
        }
    }


def _words(error: KaitoError, screen: Screen) -> str:
    def bold(text: str, colour: str) -> str:
        return text if is_plain(screen, sys.stderr) else typer.style(text, fg=colour, bold=True)

    lines = [f"{bold('error:', 'red')} {_harmless(error.message)}"]
    lines += [f"  {line}" for line in _harmless(error.detail).splitlines()]
    lines += [f"{bold('hint:', 'cyan')} {_harmless(error.hint)}"] if error.hint else []
    lines += [f"cause: {_harmless(each)}" for each in _causes(error)] if screen.verbose else []
    return "\n".join(lines)


def _harmless(text: str) -> str:
    return printable(redacted(text))


def _causes(error: BaseException) -> list[str]:
    cause = error.__cause__
    if cause is None:
        return []
    return [f"{type(cause).__name__}: {cause}", *_causes(cause)]


def misused(error: typer.TyperException, command: str) -> BadInput:
    """The argument parser's complaint as one of ours."""
    message = re.sub(r"'([^']*)'", r"`\1`", error.format_message()).strip()
    message = message.replace(": Value error, ", ": ")  # pydantic's, by way of Typer
    message, _, near = message.partition(" (Possible options: ")
    first, _, rest = re.sub(r"^(No such option): (\S+)", r"\1: `\2`", message).partition("\n")
    sentence = first if first.endswith((".", "?", "!")) else f"{first}."
    hint = f"`{command} --help` shows what it takes."
    if near:
        hint = f"Did you mean `{near.rstrip(').').replace(', ', '`, `')}`? {hint}"
    return BadInput(sentence, detail=rest.strip(), hint=hint)


def bug(error: BaseException) -> Bug:
    """An exception nobody foresaw, with its traceback."""
    return Bug(
        f"kaito made a mistake of its own: {type(error).__name__}.",
        detail="".join(traceback.format_exception(error)).rstrip(),
        hint="Report it with the text above and the command you typed, to whoever gave you kaito.",
    )


def unwritten(error: OSError) -> KaitoError:
    """The result had nowhere to go, as on a full disk."""
    return KaitoError(
        "The result could not be written.",
        detail=error.strerror or str(error),
        hint="Make room where the output goes, and try again.",
    )


def closed_pipe(error: BaseException | None) -> bool:
    """Whether the reader of our output went away; Rich and Typer exit 1 on that."""
    while error is not None:
        if isinstance(error, BrokenPipeError):
            return True
        error = error.__context__
    return False


def guessed(arguments: Sequence[str]) -> Screen:
    """The screen options of a command line, read without its parser, which may be what failed."""
    given = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    text = " ".join(given)
    found = re.findall(r"(?:^| )(?:-[qv]*o[ =]?|--output[ =])(table|json|yaml)(?= |$)", text)
    return Screen(
        form=Format(found[-1]) if found else Format.TABLE,
        verbose=bool({"-v", "--verbose"} & set(given)) and not {"-q", "--quiet"} & set(given),
        no_color="--no-color" in given,
    )
