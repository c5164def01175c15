"""Watches: what a server tells of objects as they change, kept fresh in the background."""

import json
import logging
import threading
from collections.abc import Mapping
from enum import Enum, auto
from time import monotonic
from typing import Any

from kaito_cli.adapters.kube.calls import Sent
from kaito_cli.adapters.kube.kinds import Kind
from kaito_cli.adapters.kube.lines import lines_of
from kaito_cli.adapters.kube.objects import Objects, named
from kaito_cli.adapters.kube.problems import OddAnswer
from kaito_cli.adapters.kube.shapes import oddity
from kaito_cli.adapters.kube.told import Rejected
from kaito_cli.errors import ClusterFailed
from kaito_cli.ports import Manifest

_GONE, _TOO_MANY, _SERVER_ERROR = 410, 429, 500
_JOIN_SECONDS = 1.0  # one that waits for an answer's head cannot be woken
_SHORT_SECONDS = 0.9  # a watch that ends sooner was none; the shortest to be asked for is 1 s

_OF_OBJECTS = ("ADDED", "MODIFIED", "DELETED")

_log = logging.getLogger(__name__)

Key = tuple[str, str]


class _End(Enum):
    """How a watch ended."""

    RESUME = auto()  # the server has had enough: go on where it was
    ANEW = auto()  # it no longer knows where that was
    BROKEN = auto()  # the connection, or the server
    REFUSED = auto()  # it does not let us watch


class KubeMirror:
    """The Mirror port. Listed once when it is made, then watched by a thread of its own;
    listed at intervals where watching is not possible."""

    def __init__(self, objects: Objects, kind: Kind, namespace: str, label_selector: str) -> None:
        self._objects = objects
        self._kind = kind
        self._namespace = namespace
        self._query = {"labelSelector": label_selector}
        self._pace = objects.calls.pace
        self._there: dict[Key, Manifest] = {}
        self._version = ""
        self._failure: ClusterFailed | None = None
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._response: Any = None
        self._list()
        self._thread = threading.Thread(
            target=self._run, name=f"kaito-watch-{kind.plural}", daemon=True
        )
        self._thread.start()

    def objects(self) -> tuple[Manifest, ...]:
        """See :class:`kaito_cli.ports.Mirror`."""
        with self._lock:
            if self._failure:
                raise self._failure
            return tuple(self._there.values())

    def close(self) -> None:
        """See :class:`kaito_cli.ports.Mirror`."""
        self._closed.set()
        with self._lock:
            _hang_up(self._response)
        if self._thread is not threading.current_thread():
            self._thread.join(_JOIN_SECONDS)

    def _run(self) -> None:
        last = end = _End.RESUME
        while not self._closed.is_set():
            last, end = end, _End.REFUSED if end is _End.REFUSED else self._watch()
            # once is a connection that had to end: the next watch goes on where it was
            once = end is _End.BROKEN and last is not _End.BROKEN and not self._failure
            if end is _End.RESUME or once:
                continue
            if not (end is _End.ANEW and last is not _End.ANEW):
                self._closed.wait(self._pace.poll_seconds)
            if not self._closed.is_set():
                self._try_to_list()

    def _try_to_list(self) -> None:
        try:
            self._list()
        except ClusterFailed as error:
            _log.info("%s", error.message)
            with self._lock:
                self._failure = error

    def _list(self) -> None:
        found, version = self._objects.listed(self._kind, self._namespace, self._query)
        with self._lock:
            self._there = {_key(each): each for each in found}
            self._version = version
            self._failure = None

    def _watch(self) -> _End:
        """One watch, until it ends."""
        from urllib3.exceptions import HTTPError

        started = monotonic()
        try:
            with self._objects.calls.streamed(self._sent(), self._pace.quiet_seconds) as response:
                self._hold(response)
                for line in lines_of(response):
                    end = self._take(line)
                    if end:
                        return end
        except Rejected as error:
            return _end_of(error.status)
        # the last two: what ssl raises when ``close`` ends a read
        except (HTTPError, OSError, OddAnswer, ClusterFailed, ValueError, AttributeError) as error:
            _log.info("the watch of %s broke: %s", self._kind.plural, type(error).__name__)
        finally:
            self._hold(None)
        return _End.RESUME if monotonic() - started > _SHORT_SECONDS else _End.BROKEN

    def _hold(self, response: Any) -> None:
        """The response that ``close`` has to end."""
        with self._lock:
            self._response = response
            if self._closed.is_set():
                _hang_up(response)

    def _sent(self) -> Sent:
        query: dict[str, str | int | None] = {
            **self._query,
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._version,
            "timeoutSeconds": max(1, int(self._pace.watch_seconds)),
        }
        return Sent(method="GET", path=self._kind.path(self._namespace), query=query)

    def _take(self, line: bytes) -> _End | None:
        """One event; not None: the watch is over."""
        happened, found = _event(line)
        if happened == "ERROR":
            code = found.get("code")
            return _End.ANEW if code == _GONE else _End.BROKEN
        metadata = found.get("metadata")
        if not isinstance(metadata, dict):
            raise OddAnswer(f"an event {happened} without metadata")
        if happened in _OF_OBJECTS:
            if what := oddity(self._kind.name, [found]):
                raise OddAnswer(f"an event {happened}: {what}")
            found = named(self._kind, found)
        with self._lock:
            self._version = str(metadata.get("resourceVersion") or self._version)
            self._failure = None
            if happened in ("ADDED", "MODIFIED"):
                self._there[_key(found)] = found
            elif happened == "DELETED":
                self._there.pop(_key(found), None)
        return None


def _event(line: bytes) -> tuple[str, Manifest]:
    try:
        event = json.loads(line)
        happened, found = str(event["type"]), event["object"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise OddAnswer(f"no event: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise OddAnswer(f"an event {happened} without object")
    return happened, found


def _end_of(status: int) -> _End:
    if status == _GONE:
        return _End.ANEW
    passes = status == _TOO_MANY or status >= _SERVER_ERROR
    return _End.BROKEN if passes else _End.REFUSED


def _key(manifest: Mapping[str, Any]) -> Key:
    metadata = manifest["metadata"]
    return str(metadata.get("namespace") or ""), str(metadata.get("name") or "")


def _hang_up(response: Any) -> None:
    """End a read that another thread is in; older versions of urllib3 cannot."""
    if response is not None and hasattr(response, "shutdown"):
        try:
            response.shutdown()
        except (OSError, RuntimeError, ValueError):  # it has ended by itself
            return
