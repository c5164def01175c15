"""Watches: changes as they come, from a resourceVersion on."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.listing import one, selected
from kaito_cli.sandbox.kubernetes.problem import gone
from kaito_cli.sandbox.kubernetes.resource import Resource
from kaito_cli.sandbox.kubernetes.selectors import Test, selection
from kaito_cli.sandbox.kubernetes.store import Change, Record, Store
from kaito_cli.sandbox.kubernetes.wire import Answer, Request

# apiserver's minRequestTimeout is 1800 s; its bookmarks come each minute, and 2 s before the end
_LONGEST_SECONDS = 1800.0
_BOOKMARK_SECONDS = 60.0
_LAST_BOOKMARK_SECONDS = 2.0
_LOOK_SECONDS = 0.5


def watch(
    store: Store,
    resource: Resource,
    namespace: str,
    request: Request,
    stopped: "Stop",
) -> Answer:
    """GET with watch=true: a stream of JSON lines."""
    query = request.query
    watcher = _Watcher(
        store=store,
        resource=resource,
        namespace=namespace,
        request=request,
        test=selection(query.get("labelSelector", ""), query.get("fieldSelector", "")),
        stopped=stopped,
    )
    return Answer(stream=watcher.lines())


class Stop:
    """Tells streams that the server ends."""

    def __init__(self) -> None:
        self.done = False


@dataclass(slots=True, kw_only=True)
class _Watcher:
    store: Store
    resource: Resource
    namespace: str
    request: Request
    test: Test
    stopped: Stop
    seen: int = 0
    bookmark_at: float = 0.0
    ends_at: float = field(default_factory=time.monotonic)

    def lines(self) -> Iterator[bytes]:
        timeout = self.request.number("timeoutSeconds")
        self.ends_at += timeout if timeout is not None else _LONGEST_SECONDS
        self._next_bookmark()
        with self.store.lock:
            started = self._start()
        yield from started
        if not self.seen:
            return
        while not self.stopped.done and time.monotonic() < self.ends_at:
            yield from self._wait()

    def _start(self) -> list[bytes]:
        """What there is, or the refusal of a version too old."""
        version = self.request.number("resourceVersion") or 0
        if version and version < self.store.oldest:
            message = f"too old resource version: {version} ({self.store.oldest + 1})"
            return [_line("ERROR", gone(message).status)]
        self.seen = version or self.store.version
        if version:
            return []
        found = selected(self.store, self.resource, self.namespace, self.request)
        lines = [self._event("ADDED", each) for each in found]
        if self.request.flag("sendInitialEvents"):
            lines.append(self._bookmark({"k8s.io/initial-events-end": "true"}))
        return lines

    def _wait(self) -> list[bytes]:
        """The next changes, or a bookmark, or nothing for a while."""
        with self.store.lock:
            if self.store.changed.get(self.resource.key, 0) <= self.seen:
                left = min(self.ends_at, self.bookmark_at) - time.monotonic()
                self.store.lock.wait(max(0.0, min(left, _LOOK_SECONDS)))
            records = self._records()
            self.seen = self.store.version
        lines = [line for each in records for line in self._told(each)]
        if self.request.flag("allowWatchBookmarks") and time.monotonic() >= self.bookmark_at:
            self._next_bookmark()
            lines.append(self._bookmark({}))
        return lines

    def _records(self) -> list[Record]:
        if self.store.changed.get(self.resource.key, 0) <= self.seen:
            return []
        key = self.resource.key
        return [each for each in self.store.since(self.seen) if each.resource.key == key]

    def _told(self, record: Record) -> Iterator[bytes]:
        """What a change is to this watch: an object may come into its selection and leave it."""
        if self.namespace and record.manifest["metadata"].get("namespace") != self.namespace:
            return
        was = record.before is not None and self.test(record.before)
        now = record.change is not Change.DELETED and self.test(record.manifest)
        if now:
            yield self._event("MODIFIED" if was else "ADDED", record.manifest)
        elif was:
            yield self._event("DELETED", record.manifest)

    def _event(self, kind: str, manifest: Manifest) -> bytes:
        return _line(kind, one(self.resource, manifest, self.request, self.store.now()))

    def _bookmark(self, annotations: Manifest) -> bytes:
        meta: Manifest = {"resourceVersion": str(self.seen)}
        if annotations:
            meta["annotations"] = annotations
        found = {"kind": self.resource.kind, "apiVersion": self.resource.api_version}
        return _line("BOOKMARK", {**found, "metadata": meta})

    def _next_bookmark(self) -> None:
        last = self.ends_at - _LAST_BOOKMARK_SECONDS
        soon = time.monotonic() + _BOOKMARK_SECONDS
        self.bookmark_at = min(soon, last) if last > time.monotonic() else soon


def _line(kind: str, manifest: Manifest) -> bytes:
    return json.dumps({"type": kind, "object": manifest}, separators=(",", ":")).encode() + b"\n"
