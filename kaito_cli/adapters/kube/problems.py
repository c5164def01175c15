"""What the API server refuses, in our words and its own, and without any token."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any, TypeVar

from kaito_cli.adapters.answers import ODD, Endless
from kaito_cli.errors import ClusterFailed
from kaito_cli.readiness.redaction import redacted

T = TypeVar("T")

_PAUSES_SECONDS = (0.1, 0.4)
_PATIENCE_SECONDS = 5.0
_TOO_MANY = 429
_SERVER_ERROR = 500
_DETAIL_CHARACTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, for messages: ``resource`` is a plural as RBAC writes it; ``namespace``
    empty: of all."""

    server: str
    verb: str
    resource: str
    namespace: str = ""

    @property
    def where(self) -> str:
        return f"in namespace `{self.namespace}`" if self.namespace else "in all namespaces"


def tried(ask: Callable[[], T]) -> T:
    """The answer of ``ask``, asked again at most twice, and within five seconds, after a broken
    connection and the server's own errors. Only for requests that change nothing."""
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError

    until = monotonic() + _PATIENCE_SECONDS
    for pause in _PAUSES_SECONDS:
        try:
            return ask()
        except (ApiException, HTTPError) as error:
            if not _passes(error) or monotonic() + pause > until:
                raise
            sleep(pause)
    return ask()


def _passes(error: Exception) -> bool:
    status = getattr(error, "status", None)
    return status is None or status == _TOO_MANY or status >= _SERVER_ERROR


@contextmanager
def translated(call: Call) -> Iterator[None]:
    """Errors of the Kubernetes client and its HTTP library come out as ClusterFailed."""
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ApiException as error:
        _shorten(error)
        raise _refused(call, error) from error
    except (HTTPError, OSError) as error:
        raise _unreachable(call, error) from error
    except Endless as error:
        raise odd(call, f"The answer does not come to an end: {error}.") from error
    except ODD as error:
        if isinstance(error.__context__, ApiException):  # client 36 trips over one without a body
            raise _refused(call, error.__context__) from error
        raise odd(call, f"{type(error).__name__}: {error}") from error


def _shorten(error: Any) -> None:
    """-v prints the cause: its status and the server's words, not headers and a traceback."""
    error.headers = None
    error.original_traceback = None
    body = error.body or ""  # bytes in some versions of the client
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body)
    error.body = redacted(text)[:_DETAIL_CHARACTERS]


def _refused(call: Call, error: Any) -> ClusterFailed:
    detail = _words(error)
    match error.status:
        case 0 | None:
            return _untrusted(call, detail)
        case 401:
            return ClusterFailed(
                f"The cluster at `{call.server}` does not accept the credentials shown.",
                detail=detail,
                hint="Sign in again, with `az login`, or write the kubeconfig anew with "
                "`az aks get-credentials -g GROUP -n CLUSTER --overwrite-existing`.",
            )
        case 403:
            return ClusterFailed(
                f"You may not {call.verb} `{call.resource}` {call.where} of the cluster.",
                detail=detail,
                hint=f"Ask for a role that allows it; `kubectl auth can-i {call.verb} "
                f"{call.resource} {_flag(call)}` tells when it does.",
            )
    return ClusterFailed(
        f"The cluster at `{call.server}` did not {call.verb} `{call.resource}`.",
        detail=detail,
        hint="Try again; `kubectl get --raw /readyz?verbose` tells how the API server is.",
    )


def _flag(call: Call) -> str:
    return f"-n {call.namespace}" if call.namespace else "--all-namespaces"


def _untrusted(call: Call, detail: str) -> ClusterFailed:
    return ClusterFailed(
        f"The certificate of `{call.server}` is not trusted, or it refuses ours.",
        detail=detail,
        hint="`az aks get-credentials -g GROUP -n CLUSTER --overwrite-existing` writes the "
        "kubeconfig with the cluster's present certificate.",
    )


def _unreachable(call: Call, error: Exception) -> ClusterFailed:
    return ClusterFailed(
        f"The cluster at `{call.server}` cannot be reached.",
        detail=_harmless(str(error) or type(error).__name__),
        hint="`az aks show -g GROUP -n CLUSTER --query powerState` tells whether it runs; a "
        "private cluster answers in its own network only.",
    )


def odd(call: Call, detail: str) -> ClusterFailed:
    """For answers that are no Kubernetes API's, as those of a proxy that wants a log-in."""
    return ClusterFailed(
        f"`{call.server}` does not answer as a Kubernetes API server does.",
        detail=_harmless(detail),
        hint="`kubectl config view --minify` shows which address the kubeconfig names.",
    )


def _words(error: Any) -> str:
    """The server's own sentence: a Status object's message, else the beginning of the body."""
    try:
        message = json.loads(error.body)["message"]
    except ODD:
        message = error.body or error.reason
    return _harmless(str(message))


def _harmless(text: str) -> str:
    return " ".join(redacted(text).split())[:_DETAIL_CHARACTERS]
