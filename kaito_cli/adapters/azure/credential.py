"""Signing in to Azure: one token an audience, kept until five minutes before it expires."""

import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from kaito_cli.adapters.answers import ODD
from kaito_cli.adapters.azure import github
from kaito_cli.adapters.azure.clouds import authority_of
from kaito_cli.adapters.azure.refusals import not_signed_in, unreachable, unusable
from kaito_cli.errors import KaitoError
from kaito_cli.model import Auth, AzureCloud
from kaito_cli.readiness.known_secrets import keep_secret

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential

# the API server of every Entra cluster (learn.microsoft.com/azure/aks/kubelogin-authentication)
AKS_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"
AKS_SCOPE = f"{AKS_SERVER}/.default"
RENEW_SECONDS = 300
_LAST_SECONDS = 60
# of each call to Entra; the library's own are ten tries and five minutes of silence
_LIMITS: dict[str, Any] = {
    "retry_total": 2,
    "retry_backoff_factor": 0.4,
    "connection_timeout": 10,
    "read_timeout": 30,
}
_UNUSABLE: tuple[type[Exception], ...] = (*ODD, OSError, RuntimeError)
_PROCESS_SECONDS = 30  # `az` takes longer than azure-identity's 10 s on a busy runner


@dataclass(slots=True)
class _Kept:
    """The token of one audience; whoever asks for another one does not wait for it."""

    lock: Lock = field(default_factory=Lock)
    token: "AccessToken | None" = None


class Credential:
    """A TokenCredential of azure-core that asks ``make``'s result as rarely as it can.

    Made at the first token: importing azure-identity takes half a second. Every failure is
    NotSignedIn or Unreachable.
    """

    def __init__(
        self, make: "Callable[[], TokenCredential]", now: Callable[[], float] = time.time
    ) -> None:
        self._make = make
        self._now = now
        self._lock = Lock()
        self._kept: dict[tuple[str, ...], _Kept] = {}

    def get_token(self, *scopes: str, **options: Any) -> "AccessToken":
        """The token for ``scopes``. One with claims answers a challenge: it is always new."""
        with self._lock:
            kept = self._kept.setdefault((*scopes, options.get("tenant_id") or ""), _Kept())
        with kept.lock:
            if kept.token is None or options.get("claims"):
                kept.token = self._asked(scopes, options)
            elif self._seconds_left(kept.token) < RENEW_SECONDS:
                kept.token = self._renewed(kept.token, scopes, options)
            return kept.token

    def token(self, scope: str) -> str:
        """The bare token, for whoever sends it without azure-core."""
        return self.get_token(scope).token

    def fetch(self, *scopes: str) -> None:
        """Get the tokens of several audiences side by side, before the first is needed.

        Raises only when none came: an audience that is refused may not be needed at all, and
        is refused again when it is.
        """
        with ThreadPoolExecutor(max_workers=len(scopes)) as pool:
            failures = [each for each in pool.map(self._failure, scopes) if each]
        if len(failures) == len(scopes):
            raise failures[0]

    def _failure(self, scope: str) -> KaitoError | None:
        try:
            self.get_token(scope)
        except KaitoError as error:
            return error
        return None

    def _renewed(
        self, token: "AccessToken", scopes: tuple[str, ...], options: dict[str, Any]
    ) -> "AccessToken":
        """A new token; the old one while it holds, when there is none for a moment."""
        try:
            return self._asked(scopes, options)
        except KaitoError:
            if self._seconds_left(token) < _LAST_SECONDS:
                raise
            return token

    def _seconds_left(self, token: "AccessToken") -> float:
        return token.expires_on - self._now()

    def _asked(self, scopes: tuple[str, ...], options: dict[str, Any]) -> "AccessToken":
        from azure.core.exceptions import AzureError, ClientAuthenticationError

        try:
            with self._lock:
                source = self._source
            token = source.get_token(*scopes, **options)
            keep_secret(token.token)
            self._seconds_left(token)  # a program may answer any number
            return token
        except ClientAuthenticationError as error:
            raise not_signed_in(str(error)) from error
        except AzureError as error:
            raise unreachable(str(error)) from error
        except _UNUSABLE as error:  # an odd variable, file or program
            raise unusable(error) from error

    @cached_property
    def _source(self) -> "TokenCredential":
        return self._make()


def credential(auth: Auth, cloud: AzureCloud, subscription: str = "") -> Credential:
    """The user's own credential, as ``auth`` says; nothing is asked yet.

    ``subscription`` picks the tenant among several that the Azure CLI is signed in to, with
    ``--auth cli``.
    """
    return Credential(lambda: source_of(auth, cloud, subscription))


def source_of(auth: Auth, cloud: AzureCloud, subscription: str) -> "TokenCredential":
    """The credential of azure-identity that ``credential`` asks. ValueError: odd settings."""
    from azure.identity import (
        AzureCliCredential,
        ClientAssertionCredential,
        DefaultAzureCredential,
    )

    _quiet()
    if auth is Auth.CLI:
        return AzureCliCredential(
            subscription=subscription or None, process_timeout=_PROCESS_SECONDS
        )
    settings = {**_LIMITS, **_authority(cloud)}
    if github.can_assert():
        return ClientAssertionCredential(
            os.environ["AZURE_TENANT_ID"],
            os.environ["AZURE_CLIENT_ID"],
            func=lambda: github.assertion(cloud),
            **settings,
        )
    return DefaultAzureCredential(process_timeout=_PROCESS_SECONDS, **settings)


def _authority(cloud: AzureCloud) -> dict[str, str]:
    """Public: what AZURE_AUTHORITY_HOST says, which azure-identity reads itself."""
    return {} if cloud is AzureCloud.PUBLIC else {"authority": authority_of(cloud)}


def _quiet() -> None:
    """Keep off stderr what the libraries warn of: without -v our error tells it."""
    for name in ("azure", "msal"):
        if not logging.getLogger(name).handlers:
            logging.getLogger(name).addHandler(logging.NullHandler())
