"""One request and what the server said to it, in words that hold no token."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kaito_cli.readiness.redaction import redacted

_DETAIL_CHARACTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, for messages: ``verb`` and ``resource`` as RBAC writes them.

    ``namespace`` empty: of all, or where the resource is not ``namespaced``, of the cluster.
    """

    server: str
    verb: str
    resource: str
    group: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    namespaced: bool = True
    subresource: str = ""

    @property
    def is_secret(self) -> bool:
        return self.kind == "Secret"

    @property
    def where(self) -> str:
        if not self.namespaced:
            return ""
        return f" in namespace `{self.namespace}`" if self.namespace else " in all namespaces"

    @property
    def what(self) -> str:
        """As kubectl writes it: `pods/chat`."""
        return f"`{self.resource}/{self.name}`" if self.name else f"`{self.resource}`"

    @property
    def object(self) -> str:
        """For people: the kind and the name."""
        return f"{self.kind} `{self.name}`{self.where if self.namespace else ''}"


class Rejected(Exception):
    """An answer that is no success: its HTTP status, what the server says, and when to come
    again. ``told`` is its `Status` object; empty where it sent none."""

    def __init__(
        self, status: int, body: bytes, headers: Mapping[str, str], reason: str = ""
    ) -> None:
        self.status = status
        self.told = _status(body)
        words = self.told.get("message") or body.decode(errors="replace") or reason
        self.words = harmless(str(words))
        self.retry_after_seconds = _seconds(headers.get("Retry-After", ""))
        super().__init__(f"{status}: {self.words}")

    @property
    def reason(self) -> str:
        """One word of the API server's, as in Conflict or Invalid."""
        return str(self.told.get("reason") or "")

    @property
    def details(self) -> Mapping[str, Any]:
        found = self.told.get("details")
        return found if isinstance(found, dict) else {}

    @property
    def causes(self) -> Sequence[Mapping[str, Any]]:
        found = self.details.get("causes")
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    @property
    def is_of_an_api_server(self) -> bool:
        """And not of something between us and it; for a path it does not know it sends text."""
        return bool(self.told) or self.words == "404 page not found"

    @property
    def is_of_the_object(self) -> bool:
        """A 404 of an object, and not of a path that the server does not know."""
        return bool(self.details.get("name"))


def harmless(text: str) -> str:
    """In one line, not too long, and without what looks like a token."""
    return redacted(" ".join(text.split()))[:_DETAIL_CHARACTERS]


def _status(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and found.get("kind") == "Status" else {}


def _seconds(text: str) -> float:
    return float(text) if text.isdigit() else 0.0
