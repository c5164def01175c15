"""Server-side apply of many objects, and what it did to each."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic, sleep

from kaito_cli.adapters.kube.calls import JSON, Sent
from kaito_cli.adapters.kube.kinds import Kind
from kaito_cli.adapters.kube.objects import Objects, named
from kaito_cli.adapters.kube.problems import translated
from kaito_cli.adapters.kube.side_by_side import side_by_side
from kaito_cli.adapters.kube.told import Rejected
from kaito_cli.adapters.kube.waves import waves
from kaito_cli.errors import BadManifest, NotPermitted
from kaito_cli.model import Applied, Effect, Ref
from kaito_cli.ports import Manifest

MANAGER = "kaito-cli"
_APPLY = "application/apply-patch+yaml"  # JSON is YAML
_CREATED, _NOT_FOUND = 201, 404
_AGAIN_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An object to apply, and where."""

    manifest: Manifest
    body: bytes
    kind: Kind
    ref: Ref


@dataclass(slots=True, kw_only=True)
class Applying:
    """One apply. ``before``: how objects were, by reference; ``absent``: what was not there;
    what is in neither was not looked at. ``defined``: API versions that are new with it."""

    objects: Objects
    force: bool
    dry_run: bool
    before: dict[Ref, Manifest] = field(default_factory=dict)
    absent: set[Ref] = field(default_factory=set)
    defined: set[str] = field(default_factory=set)

    def run(self, manifests: Sequence[Manifest]) -> tuple[Applied, ...]:
        """In waves: what fails lets its own wave finish, and the next does not begin."""
        for kind in _defined(manifests):
            self.objects.kinds.learn([kind])
            self.defined.add(kind.api_version)
        wanted = [self._wanted(each) for each in manifests]
        alone = side_by_side(self._look, _together(wanted))
        side_by_side(self._look_at, [each for group in alone for each in group])
        done = [
            applied
            for wave in waves(wanted, lambda each: each.kind.name)
            for applied in side_by_side(self._apply, wave)
        ]
        places = {each.ref: place for place, each in enumerate(wanted)}
        return tuple(sorted(done, key=lambda each: places[each.ref]))

    def _wanted(self, manifest: Manifest) -> Wanted:
        name, version = _named(manifest)
        kind = self.objects.kind(manifest["kind"], version)
        namespace = kind.in_namespace(str(manifest["metadata"].get("namespace") or ""))
        ref = Ref(kind=kind.name, name=name, api_version=version, namespace=namespace)
        try:
            body = json.dumps(manifest, allow_nan=False).encode()
        except (TypeError, ValueError) as error:
            raise BadManifest(f"{ref} is not JSON.", detail=str(error), hint=_INSTEAD) from None
        return Wanted(manifest=manifest, body=body, kind=kind, ref=ref)

    def _look(self, group: Sequence[Wanted]) -> Sequence[Wanted]:
        """How the objects of a group are now, by one list where they share labels; those that
        have to be looked at one by one. An object that a list lacks and that is there all the
        same gets these labels now: it changes."""
        kind, namespace = group[0].kind, group[0].ref.namespace
        if kind.api_version in self.defined:
            return ()
        labels = _shared_labels(group)
        if len(group) == 1 or not labels:
            return group
        try:
            query = {"labelSelector": labels}
            found, _ = self.objects.listed(kind, namespace, query, self._accept(True))
        except NotPermitted:
            return group
        there = {each["metadata"].get("name"): each for each in found}
        self.before |= {each.ref: there[each.ref.name] for each in group if each.ref.name in there}
        return ()

    def _look_at(self, wanted: Wanted) -> None:
        with suppress(NotPermitted):  # who may only write is not told what it changed
            found = self.objects.get(wanted.ref, self._accept(False))
            if found is None:
                self.absent.add(wanted.ref)
            else:
                self.before[wanted.ref] = found

    def _accept(self, many: bool) -> str:
        """Metadata is enough, unless contents have to be compared."""
        if self.dry_run:
            return JSON
        form = f"as=PartialObjectMetadata{'List' if many else ''};g=meta.k8s.io;v=v1"
        return f"{JSON};{form},{JSON}"

    def _apply(self, wanted: Wanted) -> Applied:
        kind, ref = wanted.kind, wanted.ref
        sent = Sent(
            method="PATCH",
            path=kind.path(ref.namespace, ref.name),
            query={
                "fieldManager": MANAGER,
                "force": str(self.force).lower(),
                "fieldValidation": "Strict",
                "dryRun": "All" if self.dry_run else None,
            },
            body=wanted.body,
            media=_APPLY,
        )
        with translated(self.objects.call("patch", kind, ref.namespace, ref.name)):
            status, after = self._sent(sent, kind)
            named(kind, after)
        return Applied(ref=ref, effect=self._effect(ref, status, after), object=after)

    def _sent(self, sent: Sent, kind: Kind) -> tuple[int, Manifest]:
        """The answer; where the kind itself is new, when the server has come to know it."""
        until = monotonic() + self.objects.calls.pace.patience_seconds
        while True:
            try:
                return self.objects.calls.asked(sent)
            except Rejected as error:
                unknown = error.status == _NOT_FOUND and not error.is_of_the_object
                if not unknown or kind.api_version not in self.defined or monotonic() > until:
                    raise
                sleep(_AGAIN_SECONDS)

    def _effect(self, ref: Ref, status: int, after: Manifest) -> Effect:
        if status == _CREATED or ref in self.absent:
            return Effect.CREATED
        before = self.before.get(ref)
        if before is None:
            return Effect.UPDATED
        same = _content if self.dry_run else _version  # a dry run keeps the version anyhow
        return Effect.UNCHANGED if same(before) == same(after) else Effect.UPDATED


def _version(manifest: Manifest) -> object:
    return manifest["metadata"].get("resourceVersion")


def _content(manifest: Manifest) -> object:
    metadata = {
        name: each
        for name, each in manifest["metadata"].items()
        if name not in ("managedFields", "resourceVersion", "generation")
    }
    return {**manifest, "metadata": metadata}


def _named(manifest: Manifest) -> tuple[str, str]:
    """Name and API version; raises BadManifest for what has none."""
    metadata = manifest.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    for value, what in (
        (manifest.get("kind"), "kind"),
        (manifest.get("apiVersion"), "apiVersion"),
        (name, "metadata.name"),
    ):
        if not isinstance(value, str) or not value:
            shown = f"{manifest.get('kind') or 'An object'} {name or ''}".strip()
            raise BadManifest(f"{shown} has no `{what}`.", hint=_INSTEAD)
    return str(name), str(manifest["apiVersion"])


_INSTEAD = "`kaito render` shows what kaito itself would apply."


def _together(wanted: Sequence[Wanted]) -> list[list[Wanted]]:
    """Those that one list can tell of: of one kind, in one namespace."""
    found: dict[tuple[Kind, str], list[Wanted]] = {}
    for each in wanted:
        found.setdefault((each.kind, each.ref.namespace), []).append(each)
    return list(found.values())


def _shared_labels(group: Sequence[Wanted]) -> str:
    """The labels that all of a group have, as a selector."""
    labels = [(each.manifest["metadata"].get("labels") or {}).items() for each in group]
    shared = [pair for pair in labels[0] if all(pair in each for each in labels)]
    return ",".join(f"{name}={value}" for name, value in shared)


def _defined(manifests: Sequence[Manifest]) -> Iterator[Kind]:
    """The kinds that definitions among the manifests bring."""
    for each in manifests:
        if each.get("kind") != "CustomResourceDefinition":
            continue
        spec = each.get("spec") or {}
        names = spec.get("names") or {}
        for version in spec.get("versions") or ():
            yield Kind(
                name=str(names.get("kind")),
                api_version=f"{spec.get('group')}/{version.get('name')}",
                plural=str(names.get("plural")),
                namespaced=spec.get("scope") == "Namespaced",
            )
