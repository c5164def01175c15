"""Errors of the Azure SDK in our words, without any token."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kaito_cli.adapters.answers import ODD, Endless
from kaito_cli.adapters.azure.retries import retry_after
from kaito_cli.errors import CloudFailed, KaitoError, NotSignedIn, Unreachable
from kaito_cli.model import AzureProblem, ProblemKind
from kaito_cli.readiness.azure import failure, problem_of
from kaito_cli.readiness.redaction import redacted

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError

_UNAUTHORIZED = 401
_PRECONDITION_FAILED = 412
_ERROR = 400
_DETAIL_CHARACTERS = 1000


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Whatever the SDK raises in this block comes out as an error of ours.

    ``doing`` is an infinitive, as in ``create node pool `kfalco1a2b3c```.
    """
    from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

    try:
        yield
    except ClientAuthenticationError as error:
        raise _not_signed_in(error) from error
    except HttpResponseError as error:
        raise _refused(error, doing) from error
    except AzureError as error:
        raise _unreachable(str(error), doing) from error
    except Endless as error:
        raise _endless(error, doing) from error
    except ODD as error:
        raise _odd(f"{type(error).__name__}: {error}", doing) from error


def said(error: "HttpResponseError") -> str:
    """Azure's own words, with its code in front."""
    problem = _problem(error)
    return f"{problem.code}: {problem.message}" if problem.code else problem.message


def _harmless(text: str) -> str:
    """``text`` without secrets, and shortened."""
    return redacted(text.strip())[:_DETAIL_CHARACTERS]


def _refused(error: "HttpResponseError", doing: str) -> KaitoError:
    status = error.status_code or 0
    if error.response is None or status < _ERROR:
        return _odd(str(error), doing)
    if status == _UNAUTHORIZED:
        return _not_signed_in(error)
    headers: Mapping[str, str] = getattr(error.response, "headers", {})
    wait = retry_after(headers)
    return failure(_decided_by_status(_problem(error), status, wait), doing, wait)


def _problem(error: "HttpResponseError") -> AzureProblem:
    """The problem that the answer's body names, whatever its shape."""
    status = error.status_code or 0
    problem = problem_of(_body(error), status)
    said = problem.message or f"HTTP {status} {error.reason or ''}"
    return replace(problem, message=_harmless(said))


def _body(error: "HttpResponseError") -> Mapping[str, Any]:
    """The JSON object that was answered; empty for anything else, as a proxy's HTML."""
    try:
        body = json.loads(error.response.text()) if error.response else None
    except Exception:  # a body that was cut off, or is no text: each transport has its own
        return {}
    return body if isinstance(body, dict) else {}


def _decided_by_status(problem: AzureProblem, status: int, wait: float) -> AzureProblem:
    """What the status says more surely than a code: a stale etag, and when to come again."""
    if status == _PRECONDITION_FAILED:
        return replace(problem, kind=ProblemKind.CONFLICT)
    if problem.kind is ProblemKind.UNREACHABLE and wait:
        return replace(problem, kind=ProblemKind.THROTTLE)
    return problem


def _not_signed_in(error: "HttpResponseError") -> CloudFailed:
    """401, or a credential of azure-identity that failed in the middle of a request."""
    if error.response is None:
        return NotSignedIn(
            "Signing in to Azure failed.",
            detail=_harmless(str(error.message)),
            hint="Sign in with `az login`.",
        )
    return NotSignedIn(
        "Azure does not accept the token you are signed in with.",
        detail=said(error),
        hint="Sign in again with `az login`, to the tenant of the subscription.",
    )


def _unreachable(said: str, doing: str) -> Unreachable:
    return Unreachable(
        f"Azure could not be reached to {doing}.",
        detail=_harmless(said),
        hint="Check the network, HTTPS_PROXY and --arm-endpoint, then run the same command "
        "again: it goes on from there.",
    )


def _endless(error: Endless, doing: str) -> Unreachable:
    return Unreachable(
        f"Azure's answer does not come to an end: it was asked to {doing}.",
        detail=f"The answer does not come to an end: {error}.",
        hint="Check --arm-endpoint, and whether HTTPS_PROXY or a sign-in page is in between.",
    )


def _odd(said: str, doing: str) -> Unreachable:
    return Unreachable(
        f"What answers does not speak as Azure does: it was asked to {doing}.",
        detail=_harmless(said),
        hint="Check --arm-endpoint, and whether HTTPS_PROXY or a sign-in page is in between.",
    )
