"""A server on a loopback port that answers what a test tells it, and keeps what it was sent."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Said:
    """One answer; ``body`` is JSON, or bytes as they are."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Wire:
    """``answers`` maps a path to what is said there. ``paths`` are what was asked for, with the
    query; ``tokens`` and ``if_match`` the headers Authorization and If-Match that came."""

    answers: Callable[[str], Said]
    tokens: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    if_match: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def answering(answers: Callable[[str], Said]) -> Iterator[Wire]:
    wire = Wire(answers)
    listener = _Listener(wire)
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    wire.url = f"http://127.0.0.1:{listener.server_port}"
    try:
        yield wire
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, wire: Wire) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wire = wire


class _Handler(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        wire = cast("_Listener", self.server).wire
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        wire.tokens.append(self.headers.get("Authorization") or "")
        wire.if_match.append(self.headers.get("If-Match") or "")
        wire.paths.append(self.path)
        said = wire.answers(self.path)
        body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        self.send_response(said.status)
        for name, value in {**headers, **said.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read ``paths`` instead."""
