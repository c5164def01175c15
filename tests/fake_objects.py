"""What FakeCluster holds, and what becomes of it at each look."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kaito_cli.model import Ref
from kaito_cli.ports import Manifest
from tests import fake_fields

MANAGER = "kaito-cli"
Step = Mapping[str, Any] | Callable[[], object] | None
_NOW = "2026-11-23T12:00:00Z"


class FakeObjects:
    """``listed`` are all of them, free to be changed; ``life`` and ``lingering`` as FakeCluster
    explains them."""

    def __init__(
        self, listed: Sequence[Manifest], life: Mapping[str, Sequence[Step]], lingering: int
    ) -> None:
        self.listed = list(listed)
        self._life = life
        self._lingering = lingering
        self._steps: dict[str, list[Step]] = {}  # still to come, by uid
        self._going: dict[str, int] = {}  # looks left, by uid
        self._version = 0
        for each in self.listed:
            self._stamp(each)

    def at(self, ref: Ref) -> Manifest | None:
        return next((each for each in self.listed if ref_of(each) == ref), None)

    def look(
        self, kind: str, api_version: str, namespace: str, labels: str, fields: str
    ) -> tuple[Manifest, ...]:
        """Copies of those that are selected, after a step of their lives."""

        def chosen() -> list[Manifest]:
            return [
                each
                for each in self.listed
                if (each["kind"], each["apiVersion"]) == (kind, api_version)
                and namespace in ("", each["metadata"].get("namespace"))
                and _selected(each, labels, fields)
            ]

        for each in chosen():
            self._step(each)
        return tuple(copied(each) for each in chosen())

    def look_at(self, ref: Ref) -> Manifest | None:
        """A copy of one, after a step of its life."""
        if found := self.at(ref):
            self._step(found)
        found = self.at(ref)
        return copied(found) if found else None

    def keep(self, manifest: Manifest, holders: Mapping[str, set[fake_fields.Path]]) -> Manifest:
        """A new object, or what an old one has become."""
        metadata = manifest["metadata"]
        metadata.pop("resourceVersion", None)
        if holders:
            entries = fake_fields.entries(holders, MANAGER, manifest["apiVersion"])
            metadata["managedFields"] = entries
        old = self.at(ref_of(manifest))
        self._stamp(manifest)
        if old is None:
            self.listed.append(manifest)
        else:
            self.listed[self.listed.index(old)] = manifest
        return manifest

    def remove(self, found: Manifest) -> None:
        """At once, or after the looks it lingers for; what it owns goes with it."""
        if self._lingering:
            self._stamp(found)
            self._going.setdefault(found["metadata"]["uid"], self._lingering)
            found["metadata"].setdefault("deletionTimestamp", _NOW)
        else:
            self._gone(found)

    def _gone(self, found: Manifest) -> None:
        self.listed.remove(found)
        uid = found["metadata"].get("uid")
        for each in list(self.listed):
            owners = each["metadata"].get("ownerReferences", ())
            if any(owner.get("uid") == uid for owner in owners) and each in self.listed:
                self._gone(each)

    def _step(self, found: Manifest) -> None:
        self._stamp(found)  # a test may have put it there itself
        uid = found["metadata"]["uid"]
        if uid in self._going:
            self._going[uid] -= 1
            if self._going[uid] < 0:
                self._gone(found)
            return
        named = self._life.get(title(found), self._life.get(found["kind"], ()))
        steps = self._steps.setdefault(uid, list(named))
        step = steps.pop(0) if steps else None
        if callable(step):
            step()
        elif step:
            self.keep(fake_fields.merged(found, step), fake_fields.held(found))

    def _stamp(self, manifest: Manifest) -> None:
        metadata = manifest["metadata"]
        if "resourceVersion" not in metadata:
            self._version += 1
            metadata["resourceVersion"] = str(self._version)
        metadata.setdefault("uid", f"uid-{self._version}")


def ref_of(manifest: Manifest) -> Ref:
    metadata = manifest["metadata"]
    return Ref(
        kind=manifest["kind"],
        name=metadata["name"],
        api_version=manifest["apiVersion"],
        namespace=metadata.get("namespace", ""),
    )


def title(manifest: Manifest) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def copied(manifest: Manifest) -> Manifest:
    found: Manifest = json.loads(json.dumps(manifest))
    return found


def _selected(manifest: Manifest, labels: str, fields: str) -> bool:
    there = manifest["metadata"].get("labels", {})
    wanted = [each for each in labels.split(",") if each]
    return all(_matches(there, each) for each in wanted) and all(
        _field(manifest, each) for each in fields.split(",") if each
    )


def _matches(there: Mapping[str, str], wanted: str) -> bool:
    """`a=b`, `a!=b`, or `a`: has it."""
    name, equals, value = wanted.replace("==", "=").partition("=")
    if name.endswith("!"):
        return there.get(name[:-1]) != value
    return there.get(name) == value if equals else name in there


def _field(manifest: Manifest, wanted: str) -> bool:
    path, _, value = wanted.replace("==", "=").partition("=")
    differs = path.endswith("!")
    found: Any = manifest
    for step in path.rstrip("!").split("."):
        found = found.get(step, "") if isinstance(found, dict) else ""
    return (str(found) != value) if differs else (str(found) == value)
