"""Latency and faults on demand: which request they hit, and what happens to it."""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from kaito_cli.sandbox.arm.wire import Answer, Body, Request

Moment = Literal["before", "after"]


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong, and for which request.

    ``request`` is the number of a request, the first is 1; ``method`` and ``path`` (a regular
    expression, searched for) narrow it further; the first ``times`` requests that match are
    hit, None: all. ``answer`` is sent instead of processing; ``operation_error`` is what the
    long-running operation that the request starts fails with. ``reset`` and ``hang`` happen
    before the request is processed or after, when only the answer is lost.
    """

    request: int | None = None
    method: str = ""
    path: str = ""
    times: int | None = 1
    answer: Answer | None = None
    operation_error: Body | None = None
    reset: Moment | None = None
    hang: Moment | None = None
    latency_seconds: float = 0

    def hits(self, request: Request, number: int) -> bool:
        return (
            self.times != 0
            and self.request in (None, number)
            and self.method in ("", request.method)
            and bool(re.search(self.path, request.path, re.IGNORECASE))
        )

    def spend(self) -> None:
        if self.times is not None:
            self.times -= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorSample:
    """One error body of errors.json, with where it was seen."""

    id: str
    http: int
    shape: str  # flat, nested or lro
    body: Body
    source: str
    headers: dict[str, str] = field(default_factory=dict)


@cache
def error_samples() -> dict[str, ErrorSample]:
    """Every error body we know Azure to send, by id."""
    text = Path(__file__).with_name("errors.json").read_text(encoding="utf-8")
    return {each["id"]: ErrorSample(**each) for each in json.loads(text)["samples"]}


def fault_of(sample: ErrorSample, **where: Any) -> Fault:
    """The fault that answers with this sample, or fails the operation with it."""
    if sample.shape == "lro":
        given = {name: value for name, value in where.items() if value != ""}
        return Fault(operation_error=sample.body["error"], **{"method": "PUT", **given})
    answer = Answer(status=sample.http, body=sample.body, headers=sample.headers)
    return Fault(answer=answer, **where)
