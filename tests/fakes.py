"""Ports without the outside world: small, and with a life of their own."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from kaito_cli.errors import BadInput, Gated, NotFound
from kaito_cli.ports import Snapshot


class FakeHub:
    """A hub that holds snapshots. ``locked`` ids are gated and no token is there; ``here``
    are in the local cache; folders are snapshots whose id is the path."""

    def __init__(
        self, snapshots: Iterable[Snapshot] = (), *, locked: Iterable[str] = (), here: str = ""
    ) -> None:
        self._snapshots = {snapshot.id: snapshot for snapshot in snapshots}
        self._locked = frozenset(locked)
        self._here = here

    def snapshot(self, id: str, revision: str = "") -> Snapshot:
        if id not in self._snapshots:
            raise NotFound(f"There is no model `{id}`.", hint="`kaito models` lists presets.")
        if id in self._locked:
            raise Gated(f"`{id}` is gated.", hint="Then `export HF_TOKEN=…`.")
        found = self._snapshots[id]
        if revision not in ("", "main", found.revision):
            raise NotFound(f"`{id}` has no revision `{revision}`.", hint=f"Use `{id}` alone.")
        return found

    def cached(self, id: str, revision: str = "") -> Snapshot | None:
        return self._snapshots[id] if id == self._here else None

    def folder(self, path: Path) -> Snapshot:
        if str(path) not in self._snapshots:
            raise BadInput(f"{path}/config.json cannot be read.", hint="Point at the folder.")
        return replace(self._snapshots[str(path)], revision="")
