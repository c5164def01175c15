"""Port-forward: a listener on this machine, and a WebSocket to the pod for each connection.

The proxy of an API server strips Authorization, so that this is the way to what wants a key.
"""

import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

from kaito_cli.adapters.kube.calls import Calls
from kaito_cli.adapters.kube.problems import translated
from kaito_cli.adapters.kube.told import Call, Rejected, harmless
from kaito_cli.errors import ClusterFailed

_HERE = "127.0.0.1"
_PIECE = 64 * 1024
_DATA, _ERROR = 0, 1  # channels; the first frame of each is the number of the port
_UNAUTHORIZED = 401
_JOIN_SECONDS, _LOOK_SECONDS = 2.0, 0.05
_PROTOCOL = "v4.channel.k8s.io"


@dataclass(slots=True, kw_only=True)
class Forward:
    """The way to ``port`` of a pod; ``path`` is that of its port-forward. ``failure``: why the
    last connection was none."""

    calls: Calls
    call: Call
    path: str
    port: int
    failure: ClusterFailed | None = None
    _open: set[socket.socket] = field(default_factory=set)

    @contextmanager
    def listening(self) -> Iterator[int]:
        """A port of 127.0.0.1 that leads there. The way is tried once before. When it fails
        within the block, that is told instead of what the block makes of it."""
        _hang_up(self._websocket())
        with _Listener(self) as listener:
            thread = threading.Thread(target=listener.serve_forever, args=(_LOOK_SECONDS,))
            thread.start()
            try:
                yield listener.server_address[1]
            except Exception as error:
                if self.failure:
                    raise self.failure from error
                raise
            finally:
                listener.shutdown()
                thread.join(_JOIN_SECONDS)
                for each in list(self._open):
                    with suppress(OSError):
                        each.shutdown(socket.SHUT_RDWR)

    def carry(self, client: socket.socket) -> None:
        """Everything between a client and the pod, until one of them ends."""
        self._open.add(client)
        try:
            websocket = self._websocket()
            try:
                said = Tunnel(client, websocket).run()
            finally:
                _hang_up(websocket)
            if said:
                self.failure = self._refused(said)
        except ClusterFailed as error:
            self.failure = error
        finally:
            self._open.discard(client)

    def _refused(self, said: str) -> ClusterFailed:
        return ClusterFailed(
            f"{self.call.object} does not answer on port {self.port}.",
            detail=harmless(said),
            hint="`kaito status` tells whether it is ready.",
        )

    def _websocket(self) -> Any:
        """A connection to the pod's port. The client library sets no time limit for opening
        one, so that it is opened aside; raises ClusterFailed."""
        opened: list[Any] = []
        thread = threading.Thread(target=lambda: opened.append(self._opened()), daemon=True)
        thread.start()
        pace = self.calls.pace
        thread.join(pace.connect_seconds + pace.read_seconds)
        with translated(self.call):
            if not opened:
                raise TimeoutError(f"no answer within {pace.read_seconds:g} seconds")
            if isinstance(opened[0], Exception):
                raise opened[0]
        return opened[0]

    def _opened(self) -> Any:
        """A WebSocket, or the error there was instead."""
        try:
            shown = self.calls.authorization()
            found = self._attempt(shown)
            refused = isinstance(found, Rejected) and found.status == _UNAUTHORIZED
            if refused and (other := self.calls.other(shown)):
                return self._attempt(other)
            return found
        except ClusterFailed as error:
            return error
        except Exception as error:  # of a library in a thread, where nobody else would catch it
            return ConnectionError(harmless(str(error) or type(error).__name__))

    def _attempt(self, authorization: str) -> Any:
        from kubernetes.stream.ws_client import create_websocket
        from websocket import WebSocketBadStatusException

        address = self.calls.server.rstrip("/") + self.path + f"?ports={self.port}"
        headers = {"sec-websocket-protocol": _PROTOCOL}
        if authorization:
            headers["authorization"] = authorization
        try:
            websocket = create_websocket(
                self.calls.configuration, "ws" + address.removeprefix("http"), headers
            )
        except WebSocketBadStatusException as error:
            return Rejected(error.status_code, error.resp_body or b"", error.resp_headers or {})
        websocket.settimeout(self.calls.pace.read_seconds)
        return websocket


@dataclass(slots=True)
class Tunnel:
    """Carries bytes between a socket and a WebSocket, in one thread: OpenSSL's connections are
    not for two."""

    client: socket.socket
    websocket: Any
    _begun: set[int] = field(default_factory=set)
    _said: bytes = b""

    def run(self) -> str:
        """What the other side says of the port; empty: nothing, it went well."""
        from websocket import WebSocketException

        # of connections that end, by either side, at any moment
        with suppress(WebSocketException, OSError, ValueError):
            while self._step():
                continue
        return self._said.decode(errors="replace")

    def _step(self) -> bool:
        """Whether it goes on."""
        remote = self.websocket.sock
        if isinstance(remote, ssl.SSLSocket) and remote.pending():
            return self._from_pod()
        ready, _, _ = select.select([self.client, remote], [], [])
        if remote in ready and not self._from_pod():
            return False
        return self.client not in ready or self._to_pod()

    def _to_pod(self) -> bool:
        data = self.client.recv(_PIECE)
        if data:
            self.websocket.send_binary(bytes([_DATA]) + data)
        return bool(data)

    def _from_pod(self) -> bool:
        from websocket import ABNF

        code, frame = self.websocket.recv_data_frame(True)
        if code == ABNF.OPCODE_CLOSE:
            return False
        data = bytes(frame.data)
        if code != ABNF.OPCODE_BINARY or not data:
            return True
        channel = data[0]
        if channel not in self._begun:
            self._begun.add(channel)
        elif channel == _ERROR:
            self._said += data[1:]
            return False
        elif channel == _DATA:
            self.client.sendall(data[1:])
        return True


class _Listener(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, forward: Forward) -> None:
        super().__init__((_HERE, 0), _Carrier)
        self.forward = forward

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nobody reads a traceback of a connection."""


class _Carrier(BaseRequestHandler):
    server: _Listener

    def handle(self) -> None:
        self.server.forward.carry(self.request)


def _hang_up(websocket: Any) -> None:
    from websocket import WebSocketException

    with suppress(WebSocketException, OSError, ValueError):
        websocket.close(timeout=1)
