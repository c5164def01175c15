"""Who owns which field: managedFields after an update, and what an apply may not touch."""

from dataclasses import dataclass
from typing import Any

from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.paths import (
    Path,
    Paths,
    decoded,
    differs,
    encoded,
    found_at,
    is_item,
    owned_paths,
    spelled,
)
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest, Shape
from kaito_cli.sandbox.kubernetes.problem import Problem
from kaito_cli.sandbox.kubernetes.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who writes: ``manager`` as in managedFields, ``subresource`` such as `status`, at
    ``time`` (RFC 3339)."""

    manager: str
    time: str
    subresource: str = ""
    operation: str = "Update"

    def entry(self, resource: Resource, paths: Paths) -> Manifest:
        """A managedFields entry."""
        found: Manifest = {
            "manager": self.manager,
            "operation": self.operation,
            "apiVersion": resource.api_version,
            "time": self.time,
            "fieldsType": "FieldsV1",
            "fieldsV1": encoded(paths),
        }
        return found | ({"subresource": self.subresource} if self.subresource else {})

    def wrote(self, entry: Manifest) -> bool:
        """Whether an entry is this author's."""
        mine = (self.manager, self.operation, self.subresource)
        return mine == (entry["manager"], entry["operation"], entry.get("subresource", ""))


def entries_of(manifest: Manifest | None) -> list[Manifest]:
    found: list[Manifest] = ((manifest or {}).get("metadata") or {}).get("managedFields") or []
    return found


def note_update(resource: Resource, old: Manifest | None, new: Manifest, author: Author) -> None:
    """Write into ``new`` who owns its fields after an author changed ``old`` into it."""
    shape = resource.shape
    before = owned_paths(shape, old) if old else set()
    after = owned_paths(shape, new)
    changed = {path for path in after if _differs(shape, old, new, path)}
    lost = before - after
    entries = entries_of(old)
    if changed or lost:
        entries = [_without(each, changed | lost) for each in entries]
        entries = _with_author(resource, entries, author, changed)
    new["metadata"]["managedFields"] = [each for each in entries if each["fieldsV1"]]


def _differs(shape: Shape, old: Manifest | None, new: Manifest, path: Path) -> bool:
    if old is None:
        return True
    there, value = found_at(shape, old, path)
    if not there:
        return True
    return not is_item(path) and bool(value != found_at(shape, new, path)[1])


def _without(entry: Manifest, taken: Paths) -> Manifest:
    held = decoded(entry["fieldsV1"])
    return {**entry, "fieldsV1": encoded(held - taken)} if held & taken else entry


def _with_author(
    resource: Resource, entries: list[Manifest], author: Author, changed: Paths
) -> list[Manifest]:
    if not changed:
        return entries
    mine = next((each for each in entries if author.wrote(each)), None)
    held = decoded(mine["fieldsV1"]) if mine else set()
    return [each for each in entries if each is not mine] + [author.entry(resource, held | changed)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A field that somebody else owns and an apply would change."""

    entry: Manifest
    path: Path


def contests(
    resource: Resource, old: Manifest, new: Manifest, mine: Paths, author: Author
) -> list[Contest]:
    """All fields an apply has to fight for: others own them, and it changes them."""
    shape, found = resource.shape, []
    for entry in entries_of(old):
        if author.wrote(entry):
            continue
        shared = sorted(path for path in decoded(entry["fieldsV1"]) & mine if not is_item(path))
        found += [
            Contest(entry=entry, path=path) for path in shared if differs(shape, old, new, path)
        ]
    return found


def conflict(found: list[Contest]) -> Problem:
    """409 as managedfields/internal/conflict.go words it."""
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f"conflict with {_manager(each.entry)}",
            "field": spelled(each.path),
        }
        for each in found
    ]
    return Problem(409, "Conflict", _conflict_message(found), {"causes": causes})


def _conflict_message(found: list[Contest]) -> str:
    if len(found) == 1:
        who, field = _manager(found[0].entry), spelled(found[0].path)
        return f"Apply failed with 1 conflict: conflict with {who}: {field}"
    by_manager: dict[str, list[str]] = {}
    for each in found:
        by_manager.setdefault(_manager(each.entry), []).append(f"- {spelled(each.path)}")
    told = [
        f"conflicts with {who}:\n" + "\n".join(fields) for who, fields in sorted(by_manager.items())
    ]
    return f"Apply failed with {len(found)} conflicts: " + "\n".join(told)


def _manager(entry: Manifest) -> str:
    text = f'"{entry["manager"]}"'
    if entry.get("subresource"):
        text += f' with subresource "{entry["subresource"]}"'
    if entry["operation"] == "Update":
        text += f" using {entry['apiVersion']}"
        text += f" at {entry['time']}" if entry.get("time") else ""
    return text


def same_owners(old: Manifest, new: Manifest) -> bool:
    """Whether managedFields say the same, times aside."""

    def told(manifest: Manifest) -> list[Any]:
        return [{**each, "time": None} for each in entries_of(manifest)]

    return told(old) == told(new)


def keep_times(old: Manifest, new: Manifest) -> None:
    """Entries that did not change keep their time."""
    known = {_identity(each): each for each in entries_of(old)}
    new["metadata"]["managedFields"] = [
        copied(known.get(_identity(each), each)) for each in entries_of(new)
    ]


def _identity(entry: Manifest) -> str:
    return repr({**entry, "time": None})
