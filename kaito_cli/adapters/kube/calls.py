"""HTTP requests to an API server, by the connections of the official client.

Raw ones: the client's typed classes take a second to make, and its models drop fields.
"""

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from time import monotonic, sleep
from typing import Any, TypeVar
from urllib.parse import urlencode

from kaito_cli import __version__
from kaito_cli.adapters.answers import within
from kaito_cli.adapters.kube.connection import Connection
from kaito_cli.adapters.kube.pace import Pace
from kaito_cli.adapters.kube.problems import OddAnswer, is_of_the_certificate
from kaito_cli.adapters.kube.refusals import is_of_the_schema
from kaito_cli.adapters.kube.told import Rejected

T = TypeVar("T")
Query = Mapping[str, str | int | None]

THREADS = 16
_CONNECTIONS = 64  # kept open; watches hold theirs
JSON = "application/json"
_UNAUTHORIZED, _CONFLICT, _TOO_MANY, _SERVER_ERROR = 401, 409, 429, 500

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request: ``body`` is JSON, and is called ``media``."""

    method: str
    path: str
    query: Query
    body: bytes | None = None
    media: str = JSON
    accept: str = JSON

    @property
    def target(self) -> str:
        asked = {name: each for name, each in self.query.items() if each not in (None, "")}
        return f"{self.path}?{urlencode(asked)}" if asked else self.path


class Calls:
    """Asks one API server. Every method may be used by several threads; raises Rejected,
    OddAnswer, Endless, or the errors of urllib3."""

    def __init__(self, connection: Connection, pace: Pace) -> None:
        self._connection = connection
        self._signing = threading.Lock()
        self.pace = pace

    @property
    def server(self) -> str:
        return self._connection.server

    @property
    def configuration(self) -> Any:
        return self._connection.configuration

    def asked(self, sent: Sent) -> tuple[int, dict[str, Any]]:
        """The status and the JSON object of an answer; asked again where that may help, so
        only for what may be done twice."""
        return self.tried(lambda: self._decoded(sent))

    def read(self, sent: Sent) -> bytes:
        """The body of an answer, whatever it is. Asked once."""
        return self._whole(sent)[1]

    @contextmanager
    def streamed(self, sent: Sent, read_seconds: float) -> Iterator[Any]:
        """An answer that comes in pieces: a response of urllib3, closed at the end."""
        response = self.tried(lambda: self._open(sent, read_seconds))
        try:
            yield response
        finally:
            response.close()

    def authorization(self) -> str:
        """The Authorization header that goes with a request now; empty: none."""
        with self._signing:
            if self._connection.token:
                return f"Bearer {self._connection.token()}"
            found = self._connection.configuration.auth_settings().get("BearerToken", {})
            return str(found.get("value") or "")

    def other(self, shown: str) -> str:
        """An Authorization header other than the one that was not accepted; empty: there is
        none."""
        found = self.authorization()
        if found == shown:  # no other thread has got one meanwhile
            with self._signing:
                self._connection.forget()
            found = self.authorization()
        return found if found != shown else ""

    def tried(self, ask: Callable[[], T]) -> T:
        """The answer of ``ask``, asked again at most twice, and not longer than patience lasts,
        where a broken connection or the server's own trouble may pass."""
        from urllib3.exceptions import HTTPError

        until = monotonic() + self.pace.patience_seconds
        for pause in self.pace.pauses_seconds:
            try:
                return ask()
            except (Rejected, HTTPError) as error:
                wait = max(pause, getattr(error, "retry_after_seconds", 0.0))
                if not _passes(error) or monotonic() + wait > until:
                    raise
                _log.info("again in %.1f s, after: %s", wait, type(error).__name__)
                sleep(wait)
        return ask()

    def _decoded(self, sent: Sent) -> tuple[int, dict[str, Any]]:
        status, body = self._whole(sent)
        try:
            found = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise OddAnswer(f"{type(error).__name__}: {body[:200]!r}") from None
        if not isinstance(found, dict):
            raise OddAnswer(f"not an object: {body[:200]!r}")
        return status, found

    def _whole(self, sent: Sent) -> tuple[int, bytes]:
        """Raises Endless where it does not come to an end."""
        return within(self.pace.bounds, lambda: self._read(sent))

    def _read(self, sent: Sent) -> tuple[int, bytes]:
        response = self._open(sent, self.pace.read_seconds)
        try:
            return response.status, response.read(decode_content=True)
        finally:
            response.release_conn()

    def _open(self, sent: Sent, read_seconds: float) -> Any:
        """The beginning of an answer; with another credential where the first is not accepted
        and there is another."""
        shown = self.authorization()
        response = self._send(sent, shown, read_seconds)
        if response.status == _UNAUTHORIZED and (other := self.other(shown)):
            response.close()
            response = self._send(sent, other, read_seconds)
        if response.status >= 300:
            raise _rejection(response)
        return response

    def _send(self, sent: Sent, authorization: str, read_seconds: float) -> Any:
        from urllib3 import Timeout

        headers = {"Accept": sent.accept, "User-Agent": f"kaito-cli/{__version__}"}
        if authorization:
            headers["Authorization"] = authorization
        if sent.body is not None:
            headers["Content-Type"] = sent.media
        _log.info("%s %s%s", sent.method, self.server, sent.target)
        return self._pool.request(
            sent.method,
            self.server.rstrip("/") + sent.target,
            body=sent.body,
            headers=headers,
            timeout=Timeout(connect=self.pace.connect_seconds, read=read_seconds),
            preload_content=False,
            redirect=False,  # a token is for one server
            retries=False,
        )

    @cached_property
    def _pool(self) -> Any:
        """Connections with the certificates and the proxy of the kubeconfig."""
        from kubernetes.client.rest import RESTClientObject

        self.configuration.connection_pool_maxsize = _CONNECTIONS
        return RESTClientObject(self.configuration).pool_manager


def _rejection(response: Any) -> Rejected:
    try:
        body = response.read(decode_content=True)
    finally:
        response.release_conn()
    return Rejected(response.status, body, response.headers, response.reason or "")


def _passes(error: Exception) -> bool:
    """Whether the same request may go well in a moment."""
    if not isinstance(error, Rejected):
        return not is_of_the_certificate(error)
    if error.status == _CONFLICT:
        return not error.causes  # somebody wrote in between
    return error.status == _TOO_MANY or (
        error.status >= _SERVER_ERROR and not is_of_the_schema(error)
    )
