"""How long one call to Azure may take, and when it is made again."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

from azure.core.pipeline.policies import RetryPolicy

from kaito_cli.adapters.answers import Bounds

# All our calls may be repeated: what is created carries If-None-Match, what is changed If-Match.
_METHODS = frozenset({"GET", "PUT", "POST", "DELETE"})
_SERVER_ERROR = 500
_NOT_IMPLEMENTED = 501


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """The limits of one call. A second or third try begins within ``retry_within_seconds`` of
    the first; ``read_seconds`` is the longest silence of an open connection, and ``bounds``
    what one answer or one list comes to at most."""

    connect_seconds: float = 10
    read_seconds: float = 30
    retries: int = 2
    retry_within_seconds: float = 5
    bounds: Bounds = field(default_factory=Bounds)


class ShortRetries(RetryPolicy[Any, Any]):
    """Tries again after a broken connection and after 5xx, soon or not at all.

    429 is not waited for, nor is a long Retry-After: the answer goes up, and whoever asked
    knows what else there is to do meanwhile.
    """

    def __init__(self, patience: Patience) -> None:
        super().__init__(
            retry_total=patience.retries,
            retry_connect=patience.retries,
            retry_read=patience.retries,
            retry_status=patience.retries,
            retry_backoff_factor=patience.retry_within_seconds / 10,
        )
        self._within_seconds = patience.retry_within_seconds

    def configure_retries(self, options: dict[str, Any]) -> dict[str, Any]:
        until = time.monotonic() + self._within_seconds
        return {**super().configure_retries(options), "methods": _METHODS, "until": until}

    def get_retry_after(self, response: Any) -> float | None:
        return retry_after(response.http_response.headers) or None

    def is_retry(self, settings: dict[str, Any], response: Any) -> bool:
        status = response.http_response.status_code
        if status < _SERVER_ERROR or status == _NOT_IMPLEMENTED:
            return False
        wait = self.get_retry_after(response) or 0
        return time.monotonic() + wait < float(settings["until"])

    def increment(
        self, settings: dict[str, Any], response: Any = None, error: Exception | None = None
    ) -> bool:
        left = super().increment(settings, response, error)
        pause = self.get_backoff_time(settings)
        return left and time.monotonic() + pause < float(settings["until"])


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that Retry-After asks for, as a number or a date; 0 where it says nothing."""
    asked = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    try:
        seconds = float(asked)
    except ValueError:
        return _until(asked)
    return max(0.0, seconds) if isfinite(seconds) else 0.0


def _until(date: str) -> float:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - time.time())
    except (OverflowError, TypeError, ValueError):
        return 0.0
