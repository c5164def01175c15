"""A server whose answer never ends: a byte now and then, for as long as somebody listens."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def dripping(*, head: bool = False) -> Iterator[str]:
    """Its address; it drips headers where ``head`` is wanted, otherwise the body."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    serving = threading.Thread(target=_serve, args=(listener, head, over), daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        serving.join()


def _serve(listener: socket.socket, head: bool, over: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listener.accept()
            with client, contextlib.suppress(OSError):
                client.recv(65536)
                client.sendall(HEAD if head else HEAD + b"Content-Length: 99999\r\n\r\n[")
                while not over.wait(0.02):
                    client.sendall(b"x" if head else b" ")
