"""Server-side apply: what the object becomes, and who owns what then."""

from dataclasses import dataclass

from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.merge import merged, remove
from kaito_cli.sandbox.kubernetes.fields.paths import (
    Path,
    Paths,
    decoded,
    differs,
    encoded,
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
    """What somebody applies."""

    manifest: Manifest
    author: Author

    def paths(self, resource: Resource) -> Paths:
        return owned_paths(resource.shape, self.manifest)


def first_applied(resource: Resource, applied: Applied) -> Manifest:
    """The object an apply creates."""
    new: Manifest = copied(applied.manifest)
    new["metadata"]["managedFields"] = [applied.author.entry(resource, applied.paths(resource))]
    return new


def applied_to(resource: Resource, old: Manifest, applied: Applied, *, force: bool) -> Manifest:
    """``old`` after an apply; raises a 409 that names fields and managers unless forced."""
    author, mine = applied.author, applied.paths(resource)
    before, others = _held(old, author)
    new: Manifest = merged(resource.shape, copied(old), applied.manifest)
    fought = contests(resource, old, new, mine, author)
    if fought and not force:
        raise conflict(fought)
    for path in _given_up(before - mine - others, others | mine):
        remove(resource.shape, new, path)
    kept = [
        _still_held(resource, old, new, each) for each in entries_of(old) if not author.wrote(each)
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


def _given_up(paths: Paths, held: Paths) -> list[Path]:
    """Fields to take out, whole items first; not those of which a part is held."""
    roots = {path[:length] for path in held for length in range(1, len(path) + 1)}
    free = paths - roots
    return sorted(free, key=lambda path: (not is_item(path), len(path)))


def _still_held(resource: Resource, old: Manifest, new: Manifest, entry: Manifest) -> Manifest:
    """An entry without the fields that the apply changed or removed."""
    held = decoded(entry["fieldsV1"])
    kept = {path for path in held if not differs(resource.shape, old, new, path)}
    return entry if kept == held else {**entry, "fieldsV1": encoded(kept)}
