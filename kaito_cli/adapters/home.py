"""Files below a home folder, which not every user has: a pod may run as any number."""

from pathlib import Path

from kaito_cli.errors import BadInput


def in_home(*parts: str) -> Path | None:
    """The file there; None where the user has no home."""
    try:
        return Path.home().joinpath(*parts)
    except RuntimeError:
        return None


def expanded(file: str) -> Path:
    """The path with its ``~`` replaced. Raises BadInput where nobody has such a home, and for
    what can be no path."""
    if "\0" in file:
        raise BadInput(
            f"`{file.replace(chr(0), '�')}` is no path: it holds a NUL character.",
            hint="Type the path of a file.",
        )
    try:
        return Path(file).expanduser()
    except RuntimeError as error:
        raise BadInput(
            f"`{file}` begins with the home of a user who has none here.",
            detail=str(error),
            hint="Type the whole path, from / on.",
        ) from error
