"""What goes over the wire: a request as it came, the answer to it, errors in ARM's shapes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request that came in. Names of ``headers`` are lower case; Authorization is left out."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def base(self) -> str:
        """The address the client spoke to, for links in answers."""
        return f"http://{self.headers.get('host', '127.0.0.1')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``body`` None: no body at all."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """A request that is answered with an error, from wherever that is found out."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


def flat(status: int, code: str, message: str, **more: Any) -> Refusal:
    """An error as AKS writes it when it refuses at once (see errors.json)."""
    body = {"code": code, "details": None, "message": message, "subcode": "", **more}
    return Refusal(Answer(status=status, body=body))


def nested(status: int, code: str, message: str) -> Refusal:
    """An error as ARM itself, Compute and Network write it."""
    return Refusal(Answer(status=status, body={"error": {"code": code, "message": message}}))


def not_found(path: str) -> Refusal:
    """There is no such resource."""
    return nested(404, "ResourceNotFound", f"The Resource '{path}' was not found.")
