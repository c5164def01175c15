"""The server's side of a WebSocket (RFC 6455): handshake and frames."""

import base64
import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_LARGEST_FRAME = 16 * 1024 * 1024


class Opcode(IntEnum):
    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    opcode: int
    data: bytes


def accept_key(key: str) -> str:
    """Sec-WebSocket-Accept for a client's Sec-WebSocket-Key."""
    return base64.b64encode(hashlib.sha1((key + _MAGIC).encode()).digest()).decode()


def read_frame(source: BinaryIO) -> Frame | None:
    """The next frame of a client; None when it has hung up."""
    head = source.read(2)
    if len(head) < 2:
        return None
    length = head[1] & 0x7F
    if length == 126:
        length = int.from_bytes(source.read(2))
    elif length == 127:
        length = int.from_bytes(source.read(8))
    mask = source.read(4) if head[1] & 0x80 else b"\0\0\0\0"
    if length > _LARGEST_FRAME:
        return None
    data = source.read(length)
    if len(data) < length:
        return None
    return Frame(opcode=head[0] & 0x0F, data=_unmasked(data, mask))


def _unmasked(data: bytes, mask: bytes) -> bytes:
    """XOR with the repeated mask, as one large number: bytewise would be slow."""
    if not data:
        return b""
    repeated = (mask * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data) ^ int.from_bytes(repeated)).to_bytes(len(data))


def frame(opcode: Opcode, data: bytes) -> bytes:
    """A frame to send; servers do not mask."""
    size = len(data)
    if size < 126:
        length = bytes([size])
    elif size < 1 << 16:
        length = bytes([126]) + size.to_bytes(2)
    else:
        length = bytes([127]) + size.to_bytes(8)
    return bytes([0x80 | opcode]) + length + data
