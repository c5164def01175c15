"""Lines of an answer that comes in pieces."""

from collections.abc import Iterator
from typing import Any

_PIECE = 64 * 1024
_LONGEST = 4 * 1024 * 1024  # bytes; more without a line's end is cut: an object of etcd has 1.5 MiB


def lines_of(response: Any) -> Iterator[bytes]:
    """Each line without its end, as soon as it is there; the last one also without an end.

    Raises what urllib3 does when the connection breaks: then what there was of a line is gone.
    """
    rest = b""
    for piece in response.stream(_PIECE, decode_content=True):
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
        if len(rest) > _LONGEST:
            yield rest
            rest = b""
    if rest:
        yield rest
