"""One connection: reads requests, writes answers, streams and port-forwards."""

import socket
import ssl
import struct
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from kaito_cli.sandbox.kubernetes.faults import Fault, Moment
from kaito_cli.sandbox.kubernetes.port_forward import PROTOCOL, Forwarding
from kaito_cli.sandbox.kubernetes.problem import Problem, bad_request, internal
from kaito_cli.sandbox.kubernetes.routes import answer, pod_to_forward
from kaito_cli.sandbox.kubernetes.state import ApiState
from kaito_cli.sandbox.kubernetes.websocket import accept_key
from kaito_cli.sandbox.kubernetes.wire import Answer, Identity, Request

_IDLE_SECONDS = 120
_LOOK_SECONDS = 0.05
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_HIDDEN = ("authorization",)


class _HasState(Protocol):
    state: ApiState


class Handler(BaseHTTPRequestHandler):
    """Its server has ``state``."""

    protocol_version = "HTTP/1.1"
    server_version = "kaito-sandbox"
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1  # buffered: one answer, one packet

    @property
    def _state(self) -> ApiState:
        return cast("_HasState", self.server).state

    def _handle(self) -> None:
        body = self._body()
        fault = self._state.faults.meet(self._request(body))
        if fault and self._breaks(fault, "before"):
            return
        try:
            user = self._state.access.admit(
                self.headers.get("Authorization", ""), self._subject(), self._state.store.now()
            )
            request = self._request(body, user)
            if self.headers.get("Upgrade", "").lower() == "websocket":
                self._forward(request)
                return
            found = fault.answer if fault and fault.answer else answer(self._state, request)
        except Problem as problem:
            found = Answer(status=problem.code, body=problem.status, headers=problem.headers)
        except (ConnectionError, ssl.SSLError):
            raise
        except Exception as error:
            found = Answer(status=500, body=internal(f"{type(error).__name__}: {error}").status)
            self._state.faults.surprises.append(error)
        if not (fault and self._breaks(fault, "after")):
            self._send(found)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_PATCH = do_OPTIONS = _handle

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            return b"".join(self._chunks())
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _request(self, body: bytes, user: Identity | None = None) -> Request:
        address = urlsplit(self.path)
        headers = {name.lower(): each for name, each in self.headers.items()}
        path = address.path if "/proxy" in address.path else unquote(address.path)
        return Request(
            method=self.command,
            path=path.rstrip("/") if "/proxy/" not in path else path,
            query=dict(parse_qsl(address.query, keep_blank_values=True)),
            raw_query=address.query,
            headers={name: each for name, each in headers.items() if name not in _HIDDEN},
            body=body,
            user=user or Identity(),
        )

    def _subject(self) -> Identity | None:
        """Whom a client certificate names."""
        peer: Any = getattr(self.connection, "getpeercert", dict)()
        pairs = [pair for part in (peer or {}).get("subject", ()) for pair in part]
        names = [value for name, value in pairs if name == "commonName"]
        groups = tuple(value for name, value in pairs if name == "organizationName")
        return Identity(name=names[0], groups=groups) if names else None

    def _breaks(self, fault: Fault, moment: Moment) -> bool:
        """Whether the fault leaves the request without an answer."""
        if moment == "before" and fault.latency_seconds:
            self._pause(fault.latency_seconds)
        if fault.hang == moment:
            self._pause(float("inf"))
            self.close_connection = True
            return True
        if fault.reset == moment:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.connection.close()
            raise ConnectionResetError
        return False

    def _pause(self, seconds: float) -> None:
        """Time passes, unless the server stops."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self._state.stop.done:
            time.sleep(min(left, _LOOK_SECONDS))

    def _send(self, found: Answer) -> None:
        self.send_response(found.status)
        self.send_header("Content-Type", found.media)
        for name, each in found.headers.items():
            self.send_header(name, each)
        if found.stream is not None:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self._stream(found.stream)
            return
        data = found.encoded()
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
        self.wfile.flush()

    def _stream(self, parts: Iterator[bytes]) -> None:
        self.wfile.flush()
        for each in parts:
            if each:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(each), each))
                self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _forward(self, request: Request) -> None:
        pod = pod_to_forward(self._state, request)
        offered = self.headers.get("Sec-WebSocket-Protocol", "")
        if PROTOCOL not in [each.strip() for each in offered.split(",")]:
            raise bad_request(f"unable to upgrade: {PROTOCOL} is the only protocol here")
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        key = self.headers.get("Sec-WebSocket-Key", "")
        self.send_header("Sec-WebSocket-Accept", accept_key(key))
        self.send_header("Sec-WebSocket-Protocol", PROTOCOL)
        self.end_headers()
        self.wfile.flush()
        self.close_connection = True
        self.connection.settimeout(None)
        ports = [int(each) for each in request.query.get("ports", "").split(",") if each]
        target = cast("BinaryIO", self.wfile)
        Forwarding(cast("BinaryIO", self.rfile), target, ports).run(
            lambda port: self._state.reach(pod, port)
        )

    def log_message(self, format: str, *args: Any) -> None:
        """``state.faults.requests`` tells it."""
