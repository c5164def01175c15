"""What every controller needs: reading, writing, events, and a place on the agenda."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.agenda import Agenda
from kaito_cli.sandbox.kubernetes.life.behaviour import Scripts
from kaito_cli.sandbox.kubernetes.ownership import entries_of
from kaito_cli.sandbox.kubernetes.resource import Resource
from kaito_cli.sandbox.kubernetes.state import ApiState
from kaito_cli.sandbox.kubernetes.store import Key, Store, seconds_of
from kaito_cli.sandbox.kubernetes.writes import Writing, create

MANAGER = "kube-controller-manager"
_REPEATED_AFTER_SECONDS = 30.0


@dataclass(slots=True, kw_only=True)
class Context:
    """``speed``: how many simulated seconds pass in one of the store's clock."""

    state: ApiState
    speed: float = 1.0
    scripts: Scripts = field(default_factory=Scripts)
    agenda: Agenda = field(default_factory=Agenda)
    pending: set[Key] = field(default_factory=set)  # pods without a node
    runs: dict[str, Any] = field(default_factory=dict)  # uid → kubelet.PodRun
    images: set[tuple[str, str]] = field(default_factory=set)  # node, image
    pools: dict[str, Any] = field(default_factory=dict)  # name → nodes.NodePool
    born: dict[str, float] = field(default_factory=dict)  # node → when it registered
    coming: dict[str, list[float]] = field(default_factory=dict)  # pool → nodes on their way
    numbers: dict[str, int] = field(default_factory=dict)
    refused: dict[str, tuple[float, str]] = field(default_factory=dict)  # owner → until, why

    @property
    def store(self) -> Store:
        return self.state.store

    @property
    def now(self) -> float:
        return self.state.store.now()

    def span(self, seconds: float) -> float:
        """A simulated duration in seconds of the clock."""
        return seconds / self.speed

    def since(self, text: str | None) -> float:
        """Simulated seconds since a time stamp."""
        return (self.now - seconds_of(text)) * self.speed if text else 0.0

    def later(self, seconds: float, manifest: Manifest) -> None:
        """Look at an object again after so many simulated seconds."""
        meta = manifest["metadata"]
        task = manifest["kind"], meta.get("namespace", ""), meta["name"]
        self.agenda.add_at(self.now + self.span(seconds), task)

    def resource(self, group: str, plural: str) -> Resource:
        return self.store.resources.of(group, plural)

    def get(self, group: str, plural: str, namespace: str, name: str) -> Manifest | None:
        return self.store.get(self.resource(group, plural), namespace, name)

    def create(self, group: str, plural: str, manifest: Manifest) -> Manifest:
        """Raises a Problem where admission refuses."""
        namespace = manifest["metadata"].get("namespace", "")
        how = Writing(manager=MANAGER)
        return create(self.store, self.resource(group, plural), namespace, manifest, how)

    def put(self, manifest: Manifest, **changes: Any) -> Manifest:
        """Store an object with other top-level fields; nothing where nothing changes."""
        if all(manifest.get(name) == value for name, value in changes.items()):
            return manifest
        resource = self.store.resources.of_kind(manifest["apiVersion"], manifest["kind"])
        assert resource
        new = {**manifest, "metadata": dict(manifest["metadata"]), **changes}
        if "spec" in changes and "generation" in manifest["metadata"]:
            new["metadata"]["generation"] = manifest["metadata"]["generation"] + 1
        if "metadata" in changes:
            new["metadata"] = dict(changes["metadata"])
        return self.store.put(resource, new)

    def set_status(self, manifest: Manifest, status: Manifest) -> Manifest:
        """The same for the status, as its controller writes it."""
        if manifest.get("status") == status:
            return manifest
        meta = dict(manifest["metadata"])
        meta["managedFields"] = _with_status_owner(manifest, status, self.store.time)
        return self.put(manifest, metadata=meta, status=status)

    def event(
        self,
        manifest: Manifest,
        reason: str,
        message: str,
        *,
        warning: bool = False,
        source: str = MANAGER,
        field_path: str = "",
    ) -> None:
        """Tell something about an object; what was told before counts up."""
        resource, meta = self.resource("", "events"), manifest["metadata"]
        namespace = meta.get("namespace") or "default"
        name = f"{meta['name']}.{_digest(meta.get('uid', ''), reason, message)}"
        old = self.store.get(resource, namespace, name)
        if old is None:
            found = _event(manifest, namespace, name, reason, message, self.store.time)
            found["type"] = "Warning" if warning else "Normal"
            found["source"] = {"component": source}
            found["reportingComponent"] = source
            if field_path:
                found["involvedObject"]["fieldPath"] = field_path
            self.store.put(resource, found)
        elif self.since(old["lastTimestamp"]) >= _REPEATED_AFTER_SECONDS:
            count = old.get("count", 1) + 1
            self.put(old, count=count, lastTimestamp=self.store.time)


def _with_status_owner(manifest: Manifest, status: Manifest, time: str) -> list[Manifest]:
    """Roughly what the real server notes: the status belongs to its controller."""
    entry = {
        "manager": MANAGER,
        "operation": "Update",
        "apiVersion": manifest["apiVersion"],
        "time": time,
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:status": {f"f:{name}": {} for name in sorted(status)}},
        "subresource": "status",
    }
    others = [
        each
        for each in entries_of(manifest)
        if (each["manager"], each.get("subresource")) != (MANAGER, "status")
    ]
    return [*others, entry]


def _event(
    manifest: Manifest, namespace: str, name: str, reason: str, message: str, time: str
) -> Manifest:
    meta = manifest["metadata"]
    involved = {
        "kind": manifest["kind"],
        "apiVersion": manifest["apiVersion"],
        "name": meta["name"],
        "uid": meta.get("uid", ""),
        "resourceVersion": meta.get("resourceVersion", ""),
    }
    if meta.get("namespace"):
        involved["namespace"] = meta["namespace"]
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": str(uuid4()),
            "creationTimestamp": time,
        },
        "involvedObject": involved,
        "reason": reason,
        "message": message,
        "firstTimestamp": time,
        "lastTimestamp": time,
        "count": 1,
        "reportingInstance": "",
    }


def _digest(*parts: str) -> str:
    import zlib

    text = "\0".join(parts).encode()
    return f"{zlib.crc32(text):08x}{zlib.crc32(text[::-1]):08x}"


def condition(
    conditions: list[Manifest], kind: str, status: bool, reason: str, message: str, time: str
) -> list[Manifest]:
    """Conditions with one of them set; its transition time moves only when its status does."""
    text = "True" if status else "False"
    old = next((each for each in conditions if each["type"] == kind), None)
    new = {
        "type": kind,
        "status": text,
        "reason": reason,
        "message": message,
        "lastTransitionTime": time,
    }
    if old and old["status"] == text:
        new["lastTransitionTime"] = old["lastTransitionTime"]
    new = {name: each for name, each in new.items() if each}
    return [new if each is old else each for each in conditions] + ([] if old else [new])


def condition_of(manifest: Manifest, kind: str) -> Manifest | None:
    conditions = (manifest.get("status") or {}).get("conditions") or ()
    return next((each for each in conditions if each["type"] == kind), None)


def holds(manifest: Manifest, kind: str) -> bool:
    """Whether a condition is True."""
    found = condition_of(manifest, kind)
    return bool(found and found["status"] == "True")


def changed_spec(manifest: Manifest, **values: Any) -> Manifest:
    """A spec with other values."""
    return {**copied(manifest["spec"]), **values}
