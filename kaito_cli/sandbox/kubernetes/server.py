"""The API server on a port of 127.0.0.1, with TLS of its own unless told otherwise."""

import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from kaito_cli.sandbox.kubernetes.certificates import Authority, Credentials
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.handler import Handler
from kaito_cli.sandbox.kubernetes.state import ApiState

__all__ = ["KubernetesServer", "serving"]

# kubectl asks for a password where a kubeconfig has no credential at all
ANYBODY = "sandbox"
_HOSTS = ("127.0.0.1", "::1", "localhost", "kubernetes", "kubernetes.default.svc")


class KubernetesServer:
    """Serves a state at ``url`` from ``start`` to ``stop``.

    ``port`` 0: a free one. ``authority``: whose certificate to show, a new one by default;
    ``secure`` False: plain HTTP.
    """

    def __init__(
        self,
        state: ApiState | None = None,
        port: int = 0,
        *,
        secure: bool = True,
        authority: Authority | None = None,
    ) -> None:
        self.state = state or ApiState()
        self.authority = (authority or Authority()) if secure else None
        context = _context(self.authority) if self.authority else None
        self._listener = Listener(("127.0.0.1", port), self.state, context)
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.01,), daemon=True
        )

    @property
    def port(self) -> int:
        return self._listener.server_port

    @property
    def url(self) -> str:
        return f"{'https' if self.authority else 'http'}://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Also ends watches and logs that are followed."""
        with self.state.store.lock:
            self.state.stop.done = True
            self.state.store.lock.notify_all()
        self._listener.shutdown()
        self._listener.server_close()
        self._listener.hang_up()
        self._thread.join()

    def kubeconfig(self, user: Manifest | None = None, namespace: str = "default") -> Manifest:
        """A kubeconfig for this server; ``user``: its user entry, such as ``{"token": …}``."""
        from base64 import b64encode

        cluster: Manifest = {"server": self.url}
        if self.authority:
            trusted = b64encode(self.authority.certificate).decode()
            cluster["certificate-authority-data"] = trusted
        context = {"cluster": "sandbox", "user": "sandbox", "namespace": namespace}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "sandbox",
            "clusters": [{"name": "sandbox", "cluster": cluster}],
            "users": [{"name": "sandbox", "user": user or {"token": ANYBODY}}],
            "contexts": [{"name": "sandbox", "context": context}],
        }

    def client_certificate(self, user: str, *groups: str) -> Manifest:
        """The user entry of a kubeconfig that signs in by certificate."""
        from base64 import b64encode

        assert self.authority, "a server without TLS knows no certificates"
        made = self.authority.client(user, *groups)
        return {
            "client-certificate-data": b64encode(made.certificate).decode(),
            "client-key-data": b64encode(made.key).decode(),
        }


@contextmanager
def serving(
    state: ApiState | None = None, port: int = 0, *, secure: bool = True
) -> Iterator[KubernetesServer]:
    """A server until the end of the block."""
    server = KubernetesServer(state, port, secure=secure)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Listener(ThreadingHTTPServer):
    """Each connection has its thread; the TLS handshake happens there."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(
        self, address: tuple[str, int], state: ApiState, context: ssl.SSLContext | None
    ) -> None:
        super().__init__(address, Handler)
        self.state = state
        self._context = context
        self._open: set[socket.socket] = set()
        self._opening = threading.Lock()

    def server_bind(self) -> None:
        """HTTPServer would look its own name up, which may take long."""
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        host, port = self.socket.getsockname()[:2]
        self.server_address = (host, port)
        self.server_name, self.server_port = str(host), port

    def finish_request(self, request: Any, client_address: Any) -> None:
        connection = request
        if self._context:
            connection = self._context.wrap_socket(
                request, server_side=True, do_handshake_on_connect=False
            )
        with self._opening:
            self._open.add(connection)
        try:
            super().finish_request(connection, client_address)
        finally:
            with self._opening:
                self._open.discard(connection)
            if connection is not request:
                connection.close()

    def hang_up(self) -> None:
        """End the connections clients keep open."""
        with self._opening:
            for each in self._open:
                _reset(each)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away or speak no TLS are no news."""


def _reset(connection: socket.socket) -> None:
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _context(authority: Authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=authority.certificate.decode())
    context.verify_mode = ssl.CERT_OPTIONAL
    _load(context, authority.server(*_HOSTS))
    return context


def _load(context: ssl.SSLContext, made: Credentials) -> None:
    """ssl reads certificates from files alone."""
    with tempfile.TemporaryDirectory(prefix="kaito-sandbox-") as folder:
        certificate, key = Path(folder, "tls.crt"), Path(folder, "tls.key")
        certificate.write_bytes(made.certificate)
        key.touch(mode=0o600)
        key.write_bytes(made.key)
        context.load_cert_chain(certificate, key)
