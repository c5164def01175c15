"""Everything the server holds: objects, their versions, and the history that watches read."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from time import time

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.resource import Resource, ResourceKey, Resources

# Changes a watch may reach back to. etcd keeps five minutes; a test may want fewer.
HISTORY = 4096
Key = tuple[str, str]  # namespace, name


class Change(StrEnum):
    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of the history. ``before``: the object as it was, None when it is new."""

    version: int
    change: Change
    resource: Resource
    manifest: Manifest
    before: Manifest | None


Listener = Callable[[Record], None]
# sees a new or changed object before it is stored; raises a Problem to refuse it
Admission = Callable[[Resource, Manifest], None]


class Store:
    """Objects are never changed in place: whoever wants a change puts a copy.

    Hold ``lock`` around what belongs together; it is notified at every change. ``now``: seconds
    since the epoch, the clock of all time stamps.
    """

    def __init__(self, now: Callable[[], float] = time, history: int = HISTORY) -> None:
        self.now = now
        self.lock = threading.Condition(threading.RLock())
        self.resources = Resources()
        self.version = 1
        self.history: deque[Record] = deque(maxlen=history)
        self.listeners: list[Listener] = []
        self.admission: list[Admission] = []
        self.graceful = False  # a kubelet is there to end pods
        self.changed: dict[ResourceKey, int] = {}  # the version of the last change of a kind
        self._objects: dict[ResourceKey, dict[Key, Manifest]] = {}
        self._dependents: dict[str, set[tuple[ResourceKey, Key]]] = {}

    @property
    def time(self) -> str:
        """Now, as time stamps are written."""
        return stamp(self.now())

    @property
    def oldest(self) -> int:
        """The version before the first change that is still known."""
        full = len(self.history) == self.history.maxlen
        return self.history[0].version - 1 if full else 0

    def get(self, resource: Resource, namespace: str, name: str) -> Manifest | None:
        return self._objects.get(resource.key, {}).get((namespace, name))

    def all(self, resource: Resource, namespace: str = "") -> list[Manifest]:
        """In order of namespace and name; ``namespace`` empty: all of them."""
        table = self._objects.get(resource.key, {})
        return [table[key] for key in sorted(table) if not namespace or key[0] == namespace]

    def kind(self, group: str, plural: str, namespace: str = "") -> list[Manifest]:
        """The same by name of the resource."""
        return self.all(self.resources.of(group, plural), namespace)

    def put(self, resource: Resource, manifest: Manifest) -> Manifest:
        """Store what is new or changed; gives it its resourceVersion."""
        with self.lock:
            key = key_of(manifest)
            table = self._objects.setdefault(resource.key, {})
            before = table.get(key)
            self._stamp(manifest)
            table[key] = manifest
            self._index(resource, before, manifest)
            self._tell(resource, Change.MODIFIED if before else Change.ADDED, manifest, before)
            return manifest

    def drop(self, resource: Resource, manifest: Manifest) -> Manifest:
        """Take an object away for good; what is told last of it."""
        with self.lock:
            before = self._objects[resource.key].pop(key_of(manifest))
            last = {**before, "metadata": dict(before["metadata"])}
            self._stamp(last)
            self._index(resource, before, None)
            self._tell(resource, Change.DELETED, last, before)
            return last

    def dependents(self, uid: str) -> list[tuple[Resource, Manifest]]:
        """Objects with an owner reference to this uid."""
        found = []
        for resource_key, key in sorted(self._dependents.get(uid, ())):
            manifest = self._objects[resource_key].get(key)
            if manifest:
                found.append((self.resources.of(*resource_key), manifest))
        return found

    def since(self, version: int) -> Iterable[Record]:
        """Changes after a version, oldest first."""
        found = []
        for each in reversed(self.history):
            if each.version <= version:
                break
            found.append(each)
        return reversed(found)

    def _stamp(self, manifest: Manifest) -> None:
        self.version += 1
        manifest["metadata"]["resourceVersion"] = str(self.version)

    def _tell(
        self, resource: Resource, change: Change, manifest: Manifest, before: Manifest | None
    ) -> None:
        record = Record(
            version=self.version,
            change=change,
            resource=resource,
            manifest=manifest,
            before=before,
        )
        self.history.append(record)
        self.changed[resource.key] = self.version
        for listener in self.listeners:
            listener(record)
        self.lock.notify_all()

    def _index(self, resource: Resource, before: Manifest | None, after: Manifest | None) -> None:
        for uid in owners(before):
            self._dependents.get(uid, set()).discard((resource.key, key_of(before or {})))
        for uid in owners(after):
            self._dependents.setdefault(uid, set()).add((resource.key, key_of(after or {})))


def owners(manifest: Manifest | None) -> list[str]:
    """The uids of an object's owners."""
    references = ((manifest or {}).get("metadata") or {}).get("ownerReferences") or ()
    return [each["uid"] for each in references]


def key_of(manifest: Manifest) -> Key:
    meta = manifest["metadata"]
    return meta.get("namespace", ""), meta["name"]


def stamp(seconds: float) -> str:
    """RFC 3339 in whole seconds, as metav1.Time is written."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(text: str) -> float:
    """The other way round, with or without a fraction."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
