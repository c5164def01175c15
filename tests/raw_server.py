"""A server that answers with whatever bytes a test wants, right or wrong."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class RawServer:
    """Each connection gets ``answer`` to its first request, or what it makes of its text, and is
    closed; ``hang``: not before the end of the block. ``asked``: what came, as text."""

    answer: bytes | Callable[[str], bytes]
    hang: bool = False
    asked: list[str] = field(default_factory=list)
    url: str = ""
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def serving(self) -> Iterator["RawServer"]:
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(0.005)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        threads = [threading.Thread(target=self._serve, args=(listener,), daemon=True)]
        threads[0].start()
        try:
            yield self
        finally:
            self._over.set()
            threads[0].join()
            listener.close()

    def _serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while not self._over.is_set():
                with suppress(TimeoutError):
                    connection, _ = listener.accept()
                    threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            text = connection.recv(64 * 1024).decode(errors="replace")
            self.asked.append(text)
            connection.sendall(self.answer(text) if callable(self.answer) else self.answer)
            if self.hang:
                self._over.wait()


def http(status: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """An answer; ``length``: what it claims to be long, where that is a lie."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([*lines, *headers, "Connection: close", "", ""]).encode() + body


def chunked(*pieces: bytes, ended: bool = True) -> bytes:
    """An answer in pieces; ``ended``: with the last one, which is empty."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    body = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in pieces)
    return head + body + (b"0\r\n\r\n" if ended else b"")
