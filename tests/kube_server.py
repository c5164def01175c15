"""A small Kubernetes API server on a loopback port: lists, by pages and label selectors."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from tests.listening import listening

TOKEN = "good-token"
Manifest = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class KubeServer:
    """Objects by the path that lists them all, as in `/apis/apps/v1/deployments`.

    ``failures`` are what is answered first: a status, or a status and a body; 0 is no answer
    at all, -1 none before ``released``. ``forgetful``: a continue token is Gone. ``page``: the
    most objects of one, whatever is asked for. ``asked`` lists what was asked for.
    """

    objects: Mapping[str, list[Manifest]] = field(default_factory=dict)
    failures: list[int | tuple[int, object]] = field(default_factory=list)
    forgetful: bool = False
    page: int = 500
    released: threading.Event = field(default_factory=threading.Event)
    token: str = TOKEN
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def kubeconfig(self, **user: Any) -> str:
        """A kubeconfig for this server, as JSON, which is YAML; ``user`` in place of a token."""
        named = {"cluster": "here", "user": "me"}
        cluster = {"server": self.url}
        return json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "here",
                "clusters": [{"name": "here", "cluster": cluster}],
                "contexts": [{"name": "here", "context": named}],
                "users": [{"name": "me", "user": user or {"token": self.token}}],
            }
        )


@contextmanager
def serving(server: KubeServer, certificate: Path | None = None) -> Iterator[KubeServer]:
    """The cluster answers at ``server.url`` until the end of the block; over https with a
    ``certificate`` file that holds its key too."""
    with listening(_Listener(server), certificate) as server.url:
        try:
            yield server
        finally:
            server.released.set()


def status(code: int, reason: str, message: str) -> Manifest:
    """What the API server answers instead of an object."""
    return {
        "apiVersion": "v1",
        "kind": "Status",
        "status": "Failure",
        "code": code,
        "reason": reason,
        "message": message,
    }


class _Listener(ThreadingHTTPServer):
    def __init__(self, cluster: KubeServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.cluster = cluster

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust us breaks off: that is what its test wants."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _cluster(self) -> KubeServer:
        return cast("_Listener", self.server).cluster

    def do_GET(self) -> None:
        cluster, asked = self._cluster, urlsplit(self.path)
        cluster.asked.append(self.path)
        if cluster.failures:
            failure = cluster.failures.pop(0)
            code, body = failure if isinstance(failure, tuple) else (failure, {})
            return self._answer(code, body) if code > 0 else self._hang_up(code)
        if self.headers.get("Authorization") != f"Bearer {cluster.token}":
            return self._answer(401, status(401, "Unauthorized", "Unauthorized"))
        return self._list(asked.path, dict(parse_qsl(asked.query)))

    def _list(self, path: str, query: Mapping[str, str]) -> None:
        whole, namespace = _of_all_namespaces(path)
        if whole not in self._cluster.objects:
            return self._answer(404, "404 page not found\n")
        if "continue" in query and self._cluster.forgetful:
            return self._answer(410, status(410, "Expired", "The provided continue is too old."))
        found = [
            each
            for each in self._cluster.objects[whole]
            if _matches(each, namespace, query.get("labelSelector", ""))
        ]
        start, asked = int(query.get("continue", 0)), int(query.get("limit", 0))
        limit = min(asked, self._cluster.page) if asked else len(found)
        more = {"continue": str(start + limit)} if start + limit < len(found) else {}
        items = found[start : start + limit]
        return self._answer(200, {"kind": "SomeList", "metadata": more, "items": items})

    def _hang_up(self, code: int) -> None:
        if code < 0:
            self._cluster.released.wait()
        self.close_connection = True

    def _answer(self, code: int, body: object) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        self.send_response(code)
        kind = "text/plain" if isinstance(body, str) else "application/json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read ``asked`` instead."""


def _of_all_namespaces(path: str) -> tuple[str, str]:
    before, _, rest = path.partition("/namespaces/")
    namespace, _, resource = rest.partition("/")
    return (f"{before}/{resource}", namespace) if rest else (path, "")


def _matches(found: Manifest, namespace: str, selector: str) -> bool:
    metadata = found["metadata"]
    wanted = dict(each.split("=") for each in selector.split(",") if each)
    same = wanted.items() <= metadata.get("labels", {}).items()
    return same and namespace in ("", metadata.get("namespace"))
