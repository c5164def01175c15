"""Write results to files: whole or not at all."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from kaito_cli.errors import BadInput

PRIVATE = 0o600


def write(file: Path, text: str, mode: int = PRIVATE) -> None:
    """Replace ``file`` by ``text`` in one step; a reader sees the old file or the new one."""
    try:
        if file.is_dir():
            raise IsADirectoryError(21, "Is a directory")
        _replace(file, text, mode)
    except OSError as error:
        raise BadInput(
            f"`{file}` cannot be written.",
            detail=error.strerror or str(error),
            hint="Name a file in a folder that exists and is yours.",
        ) from error


def _replace(file: Path, text: str, mode: int) -> None:
    if file.exists() and not file.is_file():  # /dev/stdout and pipes cannot be replaced
        file.write_text(text, encoding="utf-8")
        return
    target = file.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_all(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write each text under ``folder``, which is made when missing; the files, in order."""
    umask = os.umask(0)
    os.umask(umask)
    written = []
    for name, text in texts.items():
        file = folder / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(
                f"The folder `{file.parent}` cannot be made.",
                detail=error.strerror or str(error),
                hint="Name another folder with `--output-dir`.",
            ) from error
        write(file, text, mode=0o666 & ~umask)
        written.append(file)
    return written
