"""What is made to go wrong on the way to the server or back."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from kaito_cli.sandbox.kubernetes.wire import Answer, Request

Moment = Literal["before", "after"]  # the request has its effect, or has had it


@dataclass(slots=True, kw_only=True)
class Fault:
    """Hits requests whose method and path (a regular expression, searched) match, ``times``
    times (None: always), or the request with this ``number`` alone (the first is 1).

    It answers with ``answer``, breaks the connection (``reset``), never answers (``hang``) or
    comes late (``latency_seconds``).
    """

    method: str = ""
    path: str = ""
    number: int | None = None
    times: int | None = 1
    answer: Answer | None = None
    reset: Moment | None = None
    hang: Moment | None = None
    latency_seconds: float = 0

    def hits(self, request: Request, number: int) -> bool:
        if self.times == 0 or self.method not in ("", request.method):
            return False
        if self.number is not None and self.number != number:
            return False
        return bool(re.search(self.path, request.path))

    def spend(self) -> None:
        self.times = None if self.times is None else self.times - 1


@dataclass(slots=True)
class Faults:
    """All of them, and the requests so far. ``requests`` are free to be cleared."""

    listed: list[Fault] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    surprises: list[Exception] = field(default_factory=list)  # defects of the server itself
    remember: int = 1000
    count: int = 0

    def add(self, **what: Any) -> Fault:
        """A fault from now on; what the words mean: Fault."""
        fault = Fault(**what)
        self.listed.append(fault)
        return fault

    def meet(self, request: Request) -> Fault | None:
        """Write a request down, and find what hits it."""
        self.requests.append(request)
        del self.requests[: -self.remember]
        self.count += 1
        fault = next((each for each in self.listed if each.hits(request, self.count)), None)
        if fault:
            fault.spend()
        return fault
