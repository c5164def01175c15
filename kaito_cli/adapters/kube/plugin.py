"""Credential plugins: programs that a kubeconfig names, and that print a token."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kaito_cli.adapters.answers import ODD
from kaito_cli.errors import ClusterFailed
from kaito_cli.readiness.known_secrets import keep_secret

_EARLY = timedelta(minutes=5)
_FIRST = ("auth-provider", "token", "tokenFile")  # what the client takes before a plugin


def is_kubelogin(command: str) -> bool:
    """Whether ``command`` is Microsoft's plugin for Entra, wherever it is installed."""
    return re.fullmatch(r"(.*[\\/])?kubelogin(\.exe)?", command) is not None


def take_plugin(config: Any, context: dict[str, Any]) -> "Plugin | None":
    """The plugin of a context's user, taken out of ``config``; None where there is none, or
    something else goes first. ``config`` is a ConfigNode of the Kubernetes client."""
    user = _user(config, context.get("user", ""))
    if user is None or "exec" not in user or any(each in user for each in _FIRST):
        return None
    settings = user["exec"]
    cluster = config["clusters"].get_with_name(context["cluster"])["cluster"]
    del user.value["exec"]
    return Plugin(settings=settings, cluster=cluster, user=user.value)


def _user(config: Any, name: str) -> Any:
    users = config["users"] if config.safe_get("users") else None
    found = users.get_with_name(name, safe=True) if users else None
    return found["user"] if found and found.safe_get("user") else None


@dataclass(slots=True, kw_only=True)
class Plugin:
    """One plugin: ``settings`` and ``cluster`` as the kubeconfig has them, ``user`` the
    mapping they were taken from; ``_status`` is its last answer."""

    settings: Any
    cluster: Any
    user: dict[str, Any]
    _status: dict[str, Any] = field(default_factory=dict)

    @property
    def command(self) -> str:
        return str(self.settings["command"])

    def sign_in(self) -> Callable[[], str] | None:
        """Run it. The token it printed, renewed when it expires; None when it printed a client
        certificate, which is then the user's. Raises ClusterFailed."""
        self._status = self._answer()
        if "token" in self._status:
            return self.token
        for ours, theirs in (("certificate", "Certificate"), ("key", "Key")):
            pem = str(self._status.get(f"client{theirs}Data") or "")
            if not pem:
                raise self._failed("It printed neither a token nor a client certificate.")
            self.user[f"client-{ours}-data"] = base64.b64encode(pem.encode()).decode()
        return None

    def token(self) -> str:
        """The token, good for some minutes at least. Raises ClusterFailed."""
        if self._is_expiring():
            self._status = self._answer()
        return str(self._status.get("token", ""))

    def renew(self) -> None:
        """Its token is not accepted: run it again. Raises ClusterFailed."""
        self._status = self._answer()

    def _is_expiring(self) -> bool:
        stamp = str(self._status.get("expirationTimestamp") or "")
        try:
            return bool(stamp) and datetime.fromisoformat(stamp) - _EARLY < datetime.now(UTC)
        except (TypeError, ValueError):  # no time of day, or none with a zone
            return False

    def _answer(self) -> dict[str, Any]:
        from kubernetes.config import ConfigException
        from kubernetes.config.exec_provider import ExecProvider

        folder = str(Path(self.settings.path).parent) if self.settings.path else None
        try:
            answer = ExecProvider(self.settings, folder, self.cluster).run()
        except FileNotFoundError as error:
            raise self._missing() from error
        except (ConfigException, OSError) as error:
            raise self._failed(str(error)) from error
        except ODD as error:
            # the client's own, of an odd answer or, on a terminal, of any failure
            raise self._failed("It failed, or did not print a credential.") from error
        found = answer if isinstance(answer, dict) else {}
        keep_secret(found.get("token"))
        return found

    def _missing(self) -> ClusterFailed:
        instead = "Install it"
        if is_kubelogin(self.command):
            instead = "Name the cluster with --target aks, which needs no kubelogin, or install it"
        return ClusterFailed(
            f"The kubeconfig signs in with `{self.command}`, which is not on this machine.",
            hint=str(self.settings.safe_get("installHint") or f"{instead}."),
        )

    def _failed(self, detail: str) -> ClusterFailed:
        return ClusterFailed(
            f"`{self.command}`, with which the kubeconfig signs in, gave no credential.",
            detail=detail,
            hint="`kubectl get namespaces` shows what it says to kubectl.",
        )
