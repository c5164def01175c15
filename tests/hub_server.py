"""A small Hugging Face hub on a loopback port: model info, and files with byte ranges."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import unquote

from tests.listening import listening

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GOOD_TOKEN = "hf_goodtoken"
_INFO = re.compile(r"/api/models/(?P<id>[^/]+/[^/]+)(/revision/(?P<revision>.+))?")
_FILE = re.compile(r"/(?P<id>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<name>.+)")
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


@dataclass(slots=True, kw_only=True)
class Repository:
    """What the hub holds under one id. ``info`` is answered for model info instead of our own."""

    files: Mapping[str, bytes]
    license: str = "apache-2.0"
    gated: bool = False
    revisions: tuple[str, ...] = ("main", COMMIT)
    info: object = None


@dataclass(slots=True, kw_only=True)
class HubServer:
    """``failures`` are statuses to answer with first; ``ranges`` False: as a mirror that
    sends whole files. ``asked`` lists the paths asked for."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    ranges: bool = True
    asked: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(server: HubServer) -> Iterator[HubServer]:
    """The hub answers at ``server.url`` until the end of the block."""
    with listening(_Listener(server)) as server.url:
        yield server


def safetensors(tensors: Mapping[str, tuple[str, tuple[int, ...], int]]) -> bytes:
    """The start of a file with these tensors (dtype, shape, bytes); their values are left out."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, (dtype, shape, size) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text


class _Listener(ThreadingHTTPServer):
    def __init__(self, hub: HubServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hub = hub


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _hub(self) -> HubServer:
        return cast("_Listener", self.server).hub

    def do_GET(self) -> None:
        path = unquote(self.path.split("?")[0])
        self._hub.asked.append(path)
        if self._hub.failures:
            return self._answer(self._hub.failures.pop(0))
        if found := _INFO.fullmatch(path):
            return self._info(found["id"], found["revision"] or "main")
        if found := _FILE.fullmatch(path):
            return self._file(found["id"], found["name"])
        return self._answer(404)

    def _info(self, id: str, revision: str) -> None:
        repository = self._hub.repositories.get(id)
        if repository is None:
            return self._answer(401, error="RepoNotFound")
        if self._has_bad_token():
            return self._answer(401, message="Invalid credentials in Authorization header")
        if revision not in repository.revisions:
            return self._answer(404, error="RevisionNotFound")
        return self._answer(200, json.dumps(_info(id, repository)).encode())

    def _file(self, id: str, name: str) -> None:
        repository = self._hub.repositories[id]
        if repository.gated and self._token() != GOOD_TOKEN:
            return self._answer(403 if self._token() else 401, error="GatedRepo")
        if name not in repository.files:
            return self._answer(404, error="EntryNotFound")
        body = repository.files[name]
        asked = _RANGE.fullmatch(self.headers.get("Range") or "")
        if asked and self._hub.ranges:
            return self._answer(206, body[int(asked[1]) : int(asked[2]) + 1])
        return self._answer(200, body)

    def _token(self) -> str:
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ")

    def _has_bad_token(self) -> bool:
        return self._token().startswith("hf_bad")

    def _answer(
        self, status: int, body: bytes = b"", *, error: str = "", message: str = ""
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if error:
            self.send_header("X-Error-Code", error)
        if message:
            self.send_header("X-Error-Message", message)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read ``asked`` instead."""


def _info(id: str, repository: Repository) -> object:
    if repository.info is not None:
        return repository.info
    return {
        "id": id,
        "sha": COMMIT,
        "gated": "manual" if repository.gated else False,
        "cardData": {"license": repository.license},
        "siblings": [{"rfilename": name} for name in sorted(repository.files)],
    }
