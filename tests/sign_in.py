"""Those who sign in to Azure, on this machine: an `az`, Microsoft Entra, GitHub's own server."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from tests.listening import listening

TENANT = "00000000-0000-0000-0000-00000000000f"
RUNNER_TOKEN = "runner-token"


def fake_az(folder: Path, *, says: str = "", code: int = 0, expires_on: int = 4070908800) -> Path:
    """An `az` that logs its arguments in ``az.log`` and hands out a token; or fails, and
    ``says`` why on stderr. The folder is for PATH."""
    token = {"accessToken": "az-token", "expires_on": expires_on, "tokenType": "Bearer"}
    (folder / "token.json").write_text(json.dumps(token))
    answer = f"echo '{says}' >&2; exit {code}" if code else f"cat {folder}/token.json"
    script = folder / "az"
    script.write_text(f'#!/bin/sh\necho "$@" >> {folder}/az.log\n{answer}\n')
    script.chmod(0o755)
    return folder


def runs(folder: Path) -> list[str]:
    """What the fake `az` of ``folder`` was called with."""
    log = folder / "az.log"
    return log.read_text().splitlines() if log.exists() else []


@dataclass(slots=True, kw_only=True)
class Identities:
    """Entra's token endpoint and GitHub's, on one port.

    ``refusal`` is what Entra answers instead of a token; ``github_status`` and ``github_body``
    what GitHub answers instead of its assertion. ``exchanged`` are the forms that Entra got,
    ``asserted`` the queries that GitHub got.
    """

    lifetime_seconds: int = 3600
    refusal: str = ""
    github_status: int = 200
    github_body: bytes | None = None
    exchanged: list[dict[str, str]] = field(default_factory=list)
    asserted: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def environment(self, certificate: Path, **more: str) -> dict[str, str]:
        """What a workload that signs in here has in its environment."""
        return {
            "AZURE_CLIENT_ID": "client",
            "AZURE_TENANT_ID": TENANT,
            "AZURE_AUTHORITY_HOST": self.url,
            "REQUESTS_CA_BUNDLE": str(certificate),
            **more,
        }

    @property
    def job(self) -> dict[str, str]:
        """What GitHub adds for a job with `id-token: write`."""
        return {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/github?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": RUNNER_TOKEN,
        }


@contextmanager
def serving(identities: Identities, certificate: Path) -> Iterator[Identities]:
    """They answer at ``identities.url``, over https, until the end of the block."""
    with listening(_Listener(identities), certificate) as identities.url:
        yield identities


class _Listener(ThreadingHTTPServer):
    def __init__(self, identities: Identities) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.identities = identities


class _Handler(BaseHTTPRequestHandler):
    @property
    def _identities(self) -> Identities:
        return cast("_Listener", self.server).identities

    def do_GET(self) -> None:
        """GitHub: an assertion that says which one it is."""
        here = self._identities
        here.asserted.append(_plain(urlsplit(self.path).query))
        if self.headers.get("Authorization") != f"Bearer {RUNNER_TOKEN}":
            return self._answer(401, {"message": "bad token"})
        body = {"value": f"assertion-{len(here.asserted)}"}
        return self._answer(here.github_status, body, here.github_body)

    def do_POST(self) -> None:
        """Entra: a token for what was shown."""
        here = self._identities
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        here.exchanged.append(_plain(form))
        if here.refusal:
            told = {"error": "invalid_client", "error_description": here.refusal}
            return self._answer(401, told)
        token = {"access_token": f"token-{len(here.exchanged)}", "token_type": "Bearer"}
        return self._answer(200, {**token, "expires_in": here.lifetime_seconds})

    def _answer(self, status: int, value: Any, body: bytes | None = None) -> None:
        sent = json.dumps(value).encode() if body is None else body
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read ``exchanged`` and ``asserted`` instead."""


def _plain(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
