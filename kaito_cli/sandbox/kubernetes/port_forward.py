"""Port-forward over a WebSocket: a pair of channels per port, as the Python client speaks it."""

import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import BinaryIO

from kaito_cli.sandbox.kubernetes.websocket import Opcode, frame, read_frame

PROTOCOL = "v4.channel.k8s.io"
_CHUNK = 64 * 1024
_CONNECT_SECONDS = 5.0
Address = tuple[str, int]
Reach = Callable[[int], Address | None]


class Forwarding:
    """One connection: data on channel 2i, errors of port i on channel 2i + 1."""

    def __init__(self, source: BinaryIO, target: BinaryIO, ports: Sequence[int]) -> None:
        self._source = source
        self._target = target
        self._ports = ports
        self._backends: dict[int, socket.socket] = {}
        self._sending = threading.Lock()

    def run(self, reach: Reach) -> None:
        """Until the client hangs up or all backends do."""
        threads = [self._open(index, port, reach) for index, port in enumerate(self._ports)]
        try:
            self._pump()
        finally:
            for each in self._backends.values():
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
            for thread in threads:
                if thread:
                    thread.join()

    def _open(self, index: int, port: int, reach: Reach) -> threading.Thread | None:
        number = port.to_bytes(2, "little")
        self._send(2 * index, number)
        self._send(2 * index + 1, number)
        try:
            address = reach(port)
            if address is None:
                raise ConnectionRefusedError(f"connection refused: port {port}")
            backend = socket.create_connection(address, timeout=_CONNECT_SECONDS)
        except OSError as error:
            text = f"error forwarding port {port} to pod, uid : failed to connect: {error}"
            self._send(2 * index + 1, text.encode())
            return None
        backend.settimeout(None)
        self._backends[2 * index] = backend
        thread = threading.Thread(target=self._drain, args=(2 * index, backend), daemon=True)
        thread.start()
        return thread

    def _pump(self) -> None:
        """From the client to the backends."""
        while (found := read_frame(self._source)) is not None:
            if found.opcode == Opcode.CLOSE:
                self._write(frame(Opcode.CLOSE, found.data))
                return
            if found.opcode == Opcode.PING:
                self._write(frame(Opcode.PONG, found.data))
            elif found.opcode == Opcode.BINARY and found.data:
                backend = self._backends.get(found.data[0])
                if backend:
                    backend.sendall(found.data[1:])

    def _drain(self, channel: int, backend: socket.socket) -> None:
        """From a backend to the client; the last one to end closes the connection."""
        with suppress(OSError):
            while data := backend.recv(_CHUNK):
                self._send(channel, data)
        self._backends.pop(channel, None)
        if not self._backends:
            with suppress(OSError):
                self._write(frame(Opcode.CLOSE, (1000).to_bytes(2)))

    def _send(self, channel: int, data: bytes) -> None:
        self._write(frame(Opcode.BINARY, bytes([channel]) + data))

    def _write(self, data: bytes) -> None:
        with self._sending:
            self._target.write(data)
            self._target.flush()
