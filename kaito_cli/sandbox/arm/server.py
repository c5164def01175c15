"""Azure Resource Manager on 127.0.0.1, for tests and for the rehearsal.

State is in memory (ArmState) and free to be changed while it is served.
"""

import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from kaito_cli.sandbox.arm.faults import Fault, Moment
from kaito_cli.sandbox.arm.routes import answer
from kaito_cli.sandbox.arm.state import ArmState
from kaito_cli.sandbox.arm.wire import Answer, Request

__all__ = ["ArmServer", "ArmState", "Fault", "Request", "serve_forever", "serving"]

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class ArmServer:
    """Serves a state at ``url`` from ``start`` to ``stop``; port 0: a free one."""

    def __init__(self, state: ArmState, port: int = 0) -> None:
        self.state = state
        self._listener = _Listener(state, port)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return self._listener.url

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Also ends connections that are kept open, and requests that hang."""
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()


@contextmanager
def serving(state: ArmState | None = None, port: int = 0) -> Iterator[ArmServer]:
    """A server until the end of the block."""
    server = ArmServer(state or ArmState(), port)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def serve_forever(
    state: ArmState, port: int = 0, ready: Callable[[str], object] | None = None
) -> None:
    """Serve in this thread until it is interrupted: what a process of its own runs.

    ``ready`` is called with the address once requests are taken.
    """
    with _Listener(state, port) as listener:
        if ready:
            ready(listener.url)
        listener.serve_forever()


class _Listener(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for all of them
    request_queue_size = 128

    def __init__(self, state: ArmState, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.state = state
        self.stopping = threading.Event()
        self._open: set[Any] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def server_bind(self) -> None:
        """Without the look-up of this machine's name, which takes seconds on some."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        self.stopping.set()
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away, or that are reset, are no news; a bug of ours is."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _handle(self) -> None:
        listener = cast("_Listener", self.server)
        state = listener.state
        request, fault = self._accept(state)
        if fault and self._breaks(fault, "before"):
            return
        with state.lock:
            found = _answered(state, request, self._token(), fault)
        if not (fault and self._breaks(fault, "after")):
            self._send(found)

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = _handle

    def _accept(self, state: ArmState) -> tuple[Request, Fault | None]:
        """Write the request down, and find the fault that hits it."""
        request = self._request(self._body())
        with state.lock:
            state.requests.append(request)
            number = len(state.requests)
            fault = next((each for each in state.faults if each.hits(request, number)), None)
            if fault:
                fault.spend()
        return request, fault

    def _request(self, body: Any) -> Request:
        address = urlsplit(self.path)
        headers = {key.lower(): value for key, value in self.headers.items()}
        headers.pop("authorization", None)
        return Request(
            method=self.command,
            path=unquote(address.path),
            query=dict(parse_qsl(address.query, keep_blank_values=True)),
            headers=headers,
            body=body,
        )

    def _body(self) -> Any:
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with suppress(ValueError):
            return json.loads(text)
        return None

    def _token(self) -> str:
        kind, _, token = (self.headers.get("Authorization") or "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""

    def _breaks(self, fault: Fault, moment: Moment) -> bool:
        """Whether the fault leaves the request without an answer."""
        listener = cast("_Listener", self.server)
        if moment == "before" and fault.latency_seconds:
            listener.stopping.wait(fault.latency_seconds)
        if fault.hang == moment:
            listener.stopping.wait()
            self.close_connection = True
            return True
        if fault.reset == moment:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            for each in (self.rfile, self.wfile, self.connection):
                each.close()
            raise ConnectionResetError
        return False

    def _send(self, found: Answer) -> None:
        data = b"" if found.body is None else json.dumps(found.body).encode()
        self.send_response(found.status)
        headers = {"Content-Type": "application/json", **found.headers}
        for key, value in headers.items():
            self.send_header(key, value)
        if found.status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """``state.requests`` tells it."""


def _answered(state: ArmState, request: Request, token: str, fault: Fault | None) -> Answer:
    if fault and fault.answer:
        return fault.answer
    return answer(state, request, token, fault.operation_error if fault else None)
