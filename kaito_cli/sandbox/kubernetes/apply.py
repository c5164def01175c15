"""Server-side apply: what the object becomes, and who owns what then."""

from dataclasses import dataclass
from typing import Any

from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.merge import merged, remove
from kaito_cli.sandbox.kubernetes.fields.paths import (
    Path,
    Paths,
    decoded,
    encoded,
    found_at,
    is_item,
    owned_paths,
)
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.ownership import (
    Author,
    conflict,
    contests,
    entries_of,
    keep_times,
)
from kaito_cli.sandbox.kubernetes.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What somebody applies: ``sent`` decides what is owned, an empty map included;
    ``manifest`` is the same as the server stores it."""

    sent: Manifest
    manifest: Manifest
    author: Author

    def paths(self, resource: Resource) -> Paths:
        return owned_paths(resource.shape, self.sent)


def first_applied(resource: Resource, applied: Applied) -> Manifest:
    """The object an apply creates."""
    new: Manifest = copied(applied.manifest)
    new["metadata"]["managedFields"] = [applied.author.entry(resource, applied.paths(resource))]
    return new


def applied_to(resource: Resource, old: Manifest, applied: Applied, *, force: bool) -> Manifest:
    """``old`` after an apply; raises a 409 that names fields and managers unless forced."""
    author, mine = applied.author, applied.paths(resource)
    fought = contests(resource, old, applied.manifest, mine, author)
    if fought and not force:
        raise conflict(fought)
    before, others = _held(old, author)
    new: Manifest = merged(resource.shape, copied(old), applied.manifest)
    for path in _given_up(before - mine - others, others):
        remove(resource.shape, new, path)
    kept = [
        _still_held(resource, old, new, each, mine)
        for each in entries_of(old)
        if not author.wrote(each)
    ]
    entries = [author.entry(resource, mine), *kept]
    new["metadata"]["managedFields"] = [each for each in entries if each["fieldsV1"]]
    keep_times(old, new)
    return new


def _held(old: Manifest, author: Author) -> tuple[Paths, Paths]:
    """What the author held, and what all others hold."""
    before: Paths = set()
    others: Paths = set()
    for each in entries_of(old):
        target = before if author.wrote(each) else others
        target |= decoded(each["fieldsV1"])
    return before, others


def _given_up(paths: Paths, others: Paths) -> list[Path]:
    """Fields to take out, whole items first; not those somebody else holds a part of."""
    roots = {path[:length] for path in others for length in range(1, len(path) + 1)}
    free = paths - roots
    return sorted(free, key=lambda path: (not is_item(path), len(path)))


def _still_held(
    resource: Resource, old: Manifest, new: Manifest, entry: Manifest, mine: Paths
) -> Manifest:
    """An entry without the fields that the apply changed or removed."""
    shape, held = resource.shape, decoded(entry["fieldsV1"])
    kept = {
        path
        for path in held
        if _unchanged(found_at(shape, old, path), found_at(shape, new, path), path, path in mine)
    }
    return entry if kept == held else {**entry, "fieldsV1": encoded(kept)}


def _unchanged(before: tuple[bool, Any], after: tuple[bool, Any], path: Path, mine: bool) -> bool:
    if before[0] != after[0]:
        return False
    if is_item(path):
        return True
    # others' fields within an empty map that somebody holds are no change of it
    grew = isinstance(before[1], dict) and isinstance(after[1], dict) and not mine
    return grew or bool(before[1] == after[1])
