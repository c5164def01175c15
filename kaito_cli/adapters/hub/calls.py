"""How we call the hub: few retries, and its refusals in our words, without any token."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from kaito_cli.errors import Gated, HubFailed, KaitoError, NotFound

T = TypeVar("T")

_TRIES = 3
_SERVER_ERROR = 500
_UNAUTHORIZED = 401
_BAD_TOKEN = "invalid credentials"
_DETAIL_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository of a hub at one revision, for addresses and messages."""

    host: str
    id: str
    revision: str = ""

    @property
    def page(self) -> str:
        return f"{self.host}/{self.id}"


def tried(ask: Callable[[], T], pause_seconds: float) -> T:
    """The answer of ``ask``, asked again at most twice where that can help."""
    for attempt in range(1, _TRIES):
        try:
            return ask()
        except _failures() as error:
            if not _worth_retrying(error):
                raise
            time.sleep(attempt * pause_seconds)
    return ask()


@contextmanager
def translated(repository: Repository) -> Iterator[None]:
    """Errors of huggingface_hub come out as ours."""
    from huggingface_hub import errors

    try:
        yield
    except errors.GatedRepoError as error:
        raise _gated(repository) from error
    except errors.RevisionNotFoundError as error:
        raise NotFound(
            f"`{repository.id}` has no revision `{repository.revision}`.",
            hint=f"Use `{repository.id}` alone for its main branch.",
        ) from error
    except (errors.RepositoryNotFoundError, errors.HFValidationError) as error:
        raise _not_found(repository) from error
    except _failures() as error:
        raise _refused(repository, error) from error
    except (AttributeError, KeyError, TypeError) as error:  # the library's, of an odd answer
        raise HubFailed(
            f"{repository.host} does not answer as a model hub does.",
            detail=f"{type(error).__name__}: {error}",
            hint="Check HF_ENDPOINT: `unset HF_ENDPOINT` asks huggingface.co.",
        ) from error


def _failures() -> tuple[type[Exception], ...]:
    """What its HTTP library raises (httpx or httpx2, by version), and what it wraps."""
    from huggingface_hub import errors

    http_error = errors.HfHubHTTPError.__bases__[0]
    return (http_error, OSError, ValueError)


def _worth_retrying(error: Exception) -> bool:
    """Connection errors and the server's own; not what is wrong with the request."""
    from huggingface_hub import errors

    if isinstance(error, errors.OfflineModeIsEnabled | ValueError):
        return False
    return _status(error) is None or (_status(error) or 0) >= _SERVER_ERROR


def _status(error: Exception) -> int | None:
    response = getattr(error, "response", None)
    return None if response is None else int(response.status_code)


def _gated(repository: Repository) -> Gated:
    from huggingface_hub import get_token

    if get_token():
        return Gated(
            f"Your token may not read `{repository.id}` yet.",
            hint=f"Accept its terms at {repository.page} with the account of the token.",
        )
    return Gated(
        f"`{repository.id}` is gated: its terms have to be accepted at {repository.page}.",
        hint="Then `export HF_TOKEN=…` with a token of that account.",
    )


def _not_found(repository: Repository) -> NotFound:
    return NotFound(
        f"There is no model `{repository.id}` at {repository.host}, or it is private.",
        hint="Check the name; for a private one `export HF_TOKEN=…`. "
        "`kaito models` lists what needs no hub.",
    )


def _refused(repository: Repository, error: Exception) -> KaitoError:
    detail = _detail(error)
    if isinstance(error, UnicodeError):  # only the token's header takes words of the user
        return HubFailed(
            "Your hub token holds a character that no token has.",
            hint="`export HF_TOKEN=…` with the token alone.",
        )
    if _status(error) == _UNAUTHORIZED:
        if _BAD_TOKEN not in detail.lower():  # the hub's answer for what does not exist, too
            return _not_found(repository)
        return HubFailed(
            f"{repository.host} does not accept your token.",
            detail=detail,
            hint="`export HF_TOKEN=…` with a valid one, or `unset HF_TOKEN`.",
        )
    return HubFailed(
        f"{repository.host} could not be asked about `{repository.id}`.",
        detail=detail,
        hint="Try again later, or set HF_ENDPOINT to a mirror; "
        "`--offline` uses the local hub cache.",
    )


def _detail(error: Exception) -> str:
    """The error's own words, shortened, and without the token that some of them quote."""
    from huggingface_hub import get_token

    told = " ".join(str(error).split()) or type(error).__name__
    for secret in (get_token() or "").split():
        told = told.replace(secret, "…")
    return told[:_DETAIL_CHARACTERS]
