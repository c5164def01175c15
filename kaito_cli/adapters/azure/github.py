"""Signing in from GitHub Actions: an assertion of the job's identity, fresh for each token.

The one that azure/login asks for lives five to ten minutes, less than a GPU node pool takes
(AADSTS700024: Azure/login#180, #372).
"""

import json
import os
from urllib.parse import quote, urlsplit

from kaito_cli.adapters.answers import ODD, Endless
from kaito_cli.adapters.azure.clouds import EXCHANGE_AUDIENCES
from kaito_cli.adapters.azure.endpoints import checked
from kaito_cli.adapters.azure.retries import Patience, ShortRetries
from kaito_cli.adapters.azure.transport import transport
from kaito_cli.errors import BadInput, NotSignedIn
from kaito_cli.model import AzureCloud
from kaito_cli.readiness.known_secrets import keep_secret
from kaito_cli.readiness.redaction import redacted

URL = "ACTIONS_ID_TOKEN_REQUEST_URL"
TOKEN = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
_NEEDED = (URL, TOKEN, "AZURE_CLIENT_ID", "AZURE_TENANT_ID")
# whoever sets one of these has said how to sign in
_RATHER = ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE")
_PATIENCE = Patience(read_seconds=10)
_OK = 200
_HINT = (
    "Give the job `permissions: id-token: write`, and the identity in AZURE_CLIENT_ID a "
    "federated credential for this repository."
)


def can_assert() -> bool:
    """Whether this is a job that may assert its identity, and no other way was named."""
    return all(map(os.environ.get, _NEEDED)) and not any(map(os.environ.get, _RATHER))


def assertion(cloud: AzureCloud) -> str:
    """Ask GitHub for a token about this job, for Microsoft Entra to exchange.

    Raises NotSignedIn when GitHub gives none.
    """
    from azure.core import PipelineClient
    from azure.core.exceptions import AzureError
    from azure.core.rest import HttpRequest, HttpResponse

    address = _address(cloud)
    headers = {"Authorization": f"Bearer {os.environ[TOKEN]}", "Accept": "application/json"}
    client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
        address, policies=[ShortRetries(_PATIENCE)], transport=transport(_PATIENCE)
    )
    with client:
        try:
            response = client.send_request(HttpRequest("GET", address, headers=headers))
        except (AzureError, Endless) as error:
            raise _refused(f"{_host(address)} could not be reached: {error}") from error
        if response.status_code != _OK:
            raise _refused(f"{_host(address)} answered {response.status_code} {response.reason}")
        return _token(response.text())


def _address(cloud: AzureCloud) -> str:
    """GitHub's address with the audience; refused where the job's token would be read."""
    url = os.environ[URL]
    try:
        checked(url.partition("?")[0], URL)
    except BadInput as error:
        raise _refused(error.message) from error
    audience = quote(EXCHANGE_AUDIENCES[cloud], safe="")
    return f"{url}{'&' if '?' in url else '?'}audience={audience}"


def _token(body: str) -> str:
    try:
        token = json.loads(body)["value"]
    except ODD:
        token = None
    if not (token and isinstance(token, str)):
        raise _refused("Its answer holds no token.")
    keep_secret(token)
    return token


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


def _refused(detail: str) -> NotSignedIn:
    return NotSignedIn(
        "GitHub gave this job no token to sign in to Azure with.",
        detail=redacted(detail),
        hint=_HINT,
    )
