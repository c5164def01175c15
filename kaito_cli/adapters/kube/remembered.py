"""What an API server said about its kinds, kept on this machine for a while.

In a folder that only its owner may enter: the client's own cache is a file of a predictable
name in the folder for temporary files, where anybody may have put another one before.
"""

import hashlib
import json
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from kaito_cli.adapters.kube.kinds import Kind

_GOOD_SECONDS = 600.0
_PRIVATE = 0o700
_OTHERS = 0o077


class RememberedKinds:
    """The kinds of ``server``. What cannot be kept or read is asked for anew: no errors."""

    def __init__(self, server: str, folder: Path | None = None) -> None:
        self._folder = folder or default_folder()
        self._file = self._folder / f"{hashlib.sha256(server.encode()).hexdigest()[:32]}.json"

    def read(self, api_version: str) -> tuple[Kind, ...]:
        """Empty when nothing is kept, or too old."""
        try:
            entry = self._entries()[api_version]
            if time.time() - entry["at"] > _GOOD_SECONDS:
                return ()
            return tuple(Kind(api_version=api_version, **each) for each in entry["kinds"])
        except (KeyError, TypeError):
            return ()

    def keep(self, api_version: str, kinds: tuple[Kind, ...]) -> None:
        """Instead of what is kept; of no kinds: forget it."""
        entries = self._entries()
        entries.pop(api_version, None)
        if kinds:
            named = [
                {"name": each.name, "plural": each.plural, "namespaced": each.namespaced}
                for each in kinds
            ]
            entries[api_version] = {"at": time.time(), "kinds": named}
        with suppress(OSError):
            self._folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            if self._is_private():
                self._write(json.dumps(entries))

    def _entries(self) -> dict[str, Any]:
        try:
            found = json.loads(self._file.read_bytes()) if self._is_private() else {}
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _is_private(self) -> bool:
        """Whether the folder is ours, is no link to elsewhere, and is closed to others."""
        try:
            found = self._folder.lstat()
        except OSError:
            return False
        if os.name == "nt":  # a profile's folder is its owner's there
            return self._folder.is_dir()
        ours = found.st_uid == os.getuid() and not found.st_mode & _OTHERS
        return ours and self._folder.is_dir() and not self._folder.is_symlink()

    def _write(self, text: str) -> None:
        """Whole or not at all; a file of mkstemp is its owner's alone."""
        handle, name = tempfile.mkstemp(dir=self._folder)
        with os.fdopen(handle, "w") as file:
            file.write(text)
        Path(name).replace(self._file)


def default_folder() -> Path:
    """XDG_CACHE_HOME, as other programs of a user's; ~/.cache without it."""
    named = os.environ.get("XDG_CACHE_HOME")
    return (Path(named) if named else Path.home() / ".cache") / "kaito" / "kinds"
