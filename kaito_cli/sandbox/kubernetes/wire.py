"""Requests and answers, between the socket and everything else."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.problem import bad_request, unsupported_media

JSON = "application/json"
_YAML = ("application/yaml", "application/apply-patch+yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who asks."""

    name: str = "system:admin"
    groups: tuple[str, ...] = ("system:masters", "system:authenticated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """``headers`` in lower case, Authorization left out; ``query`` holds the last value of a
    name."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    raw_query: str = ""
    user: Identity = field(default_factory=Identity)

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", JSON).partition(";")[0].strip()

    @property
    def accept(self) -> str:
        return self.headers.get("accept", "")

    @property
    def manager(self) -> str:
        """The field manager; without one, what the client calls itself."""
        agent = self.headers.get("user-agent", "unknown").partition("/")[0]
        return self.query.get("fieldManager") or agent or "unknown"

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in ("1", "true")

    def number(self, name: str) -> int | None:
        text = self.query.get(name, "")
        if text and not text.lstrip("-").isdigit():
            raise bad_request(f'invalid value "{text}" for {name}')
        return int(text) if text else None

    def document(self) -> Any:
        """The body as data; raises a 400 or 415."""
        if "protobuf" in self.content_type or "cbor" in self.content_type:
            raise unsupported_media(self.content_type, (JSON, *_YAML))
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return self._yaml()

    def _yaml(self) -> Any:
        import yaml

        try:
            return yaml.load(self.body, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.YAMLError as error:
            raise bad_request(f"error decoding body: {error}") from error

    def manifest(self) -> Manifest:
        """The body as an object."""
        found = self.document()
        if not isinstance(found, dict):
            raise bad_request("the object provided is unrecognized (must be of type object)")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``body``: data, sent as JSON, or bytes as they are; ``stream``: sent in chunks as they
    come instead."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Iterator[bytes] | None = None
    media: str = JSON

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, separators=(",", ":")).encode() + b"\n"
