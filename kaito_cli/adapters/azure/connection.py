"""The way to Azure Resource Manager: one endpoint, one credential, one set of limits."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote

from kaito_cli import __version__
from kaito_cli.adapters.answers import Endless, bounded
from kaito_cli.adapters.azure.endpoints import Endpoint
from kaito_cli.adapters.azure.retries import Patience, ShortRetries
from kaito_cli.adapters.azure.transport import transport
from kaito_cli.errors import Unreachable

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.pipeline import PipelineRequest
    from azure.core.pipeline.transport import RequestsTransport
    from azure.core.rest import HttpRequest
    from azure.mgmt.containerservice import ContainerServiceClient
    from azure.mgmt.core import ARMPipelineClient

T = TypeVar("T")

# what a server on this machine gets instead of the user's token
LOOPBACK_TOKEN = "kaito-loopback"
_OK = 200
_OF_PATHS = "/%:@!$&'()*+,;=~"  # RFC 3986, and what is quoted already


class Connection:
    """Calls to one Azure Resource Manager, by the SDK for AKS and by plain GETs.

    Nothing is imported, asked or signed in before the first call. A server without TLS, which
    can only be on this machine, is sent LOOPBACK_TOKEN; the credential is then never asked.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credential: "TokenCredential",
        patience: Patience | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._credential = credential
        self._patience = patience or Patience()
        self._containers: dict[str, ContainerServiceClient] = {}
        _keep_quiet()

    def containers(self, subscription: str) -> "ContainerServiceClient":
        """The SDK's client for AKS in a subscription."""
        if subscription not in self._containers:
            self._containers[subscription] = self._container_client(subscription)
        return self._containers[subscription]

    def get(self, path: str, api_version: str, **query: str) -> Mapping[str, Any]:
        """The JSON object at ``path`` (or at a link of an earlier answer); raises as azure-core
        does."""
        from azure.core.rest import HttpRequest

        if path.lower().startswith(("http://", "https://")):
            return self._json(HttpRequest("GET", path))  # a nextLink carries its own query
        # not by the SDK's format_url: a foreign id may hold braces
        address = f"{self.endpoint.url}/{quote(path.lstrip('/'), safe=_OF_PATHS)}"
        return self._json(HttpRequest("GET", address, params={"api-version": api_version, **query}))

    def items(self, path: str, api_version: str, **query: str) -> Iterator[Mapping[str, Any]]:
        """The entries of a list, over all its pages; raises Endless where they have no end."""
        for page in self.bounded(self._pages(path, api_version, query)):
            yield from page["value"] or ()

    def bounded(self, pages: Iterable[T]) -> Iterator[T]:
        """Pages of a list within our patience; raises Endless beyond it."""
        return bounded(pages, self._patience.bounds)

    def _pages(
        self, path: str, api_version: str, query: Mapping[str, str]
    ) -> Iterator[Mapping[str, Any]]:
        seen = set()
        while path:
            if path in seen:  # what was read so far is not all
                raise Endless("its pages lead in a circle")
            seen.add(path)
            page = self.get(path, api_version, **query)
            yield page
            path = page.get("nextLink") or ""

    def close(self) -> None:
        """Close the connections that are open."""
        if "_transport" in self.__dict__:
            self._transport.close()

    def _json(self, request: "HttpRequest") -> Mapping[str, Any]:
        from azure.core.exceptions import (
            ClientAuthenticationError,
            HttpResponseError,
            ResourceNotFoundError,
            map_error,
        )

        response = self._plain.send_request(request)
        if response.status_code != _OK:
            known = {401: ClientAuthenticationError, 404: ResourceNotFoundError}
            map_error(response.status_code, response, known)
            raise HttpResponseError(response=response)
        return cast("Mapping[str, Any]", response.json())

    @cached_property
    def _plain(self) -> "ARMPipelineClient[Any, Any]":
        from azure.mgmt.core import ARMPipelineClient

        return ARMPipelineClient(
            self.endpoint.url, policies=self._policies(), transport=self._transport
        )

    def _container_client(self, subscription: str) -> "ContainerServiceClient":
        from azure.core import AzureClouds
        from azure.mgmt.containerservice import ContainerServiceClient

        return ContainerServiceClient(
            self._credential,
            subscription,
            base_url=self.endpoint.url,
            # left out, the SDK reads AZURE_CLOUD, which it wants spelled otherwise than we do
            cloud_setting=AzureClouds.AZURE_PUBLIC_CLOUD,
            credential_scopes=[self._scope],
            policies=self._policies(),
            transport=self._transport,
        )

    @property
    def _scope(self) -> str:
        return f"{self.endpoint.audience}/.default"

    @cached_property
    def _transport(self) -> "RequestsTransport":
        # a proxy has no business between us and this machine
        return transport(self._patience, use_environment=not self.endpoint.plain_loopback)

    def _policies(self) -> list[Any]:
        """A new chain each time: a pipeline links the policies it is given to each other.

        The SDK's own chain would also follow redirects, which would carry the token elsewhere,
        and register resource providers behind the user's back.
        """
        from azure.core.pipeline.policies import RequestIdPolicy, UserAgentPolicy
        from azure.mgmt.core.policies import ARMHttpLoggingPolicy

        return [
            RequestIdPolicy(),
            UserAgentPolicy(base_user_agent=f"kaito-cli/{__version__}"),
            ShortRetries(self._patience),
            _only_to(self.endpoint),
            self._authentication(),
            ARMHttpLoggingPolicy(),
        ]

    def _authentication(self) -> Any:
        from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

        if self.endpoint.plain_loopback:
            return _with_loopback_token()
        return ARMChallengeAuthenticationPolicy(self._credential, self._scope)


def _keep_quiet() -> None:
    """Without a handler, Python prints the SDK's warnings to stderr, with a traceback; whoever
    wants them (-v) adds one. What matters of them is in our errors."""
    logger = logging.getLogger("azure")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _with_loopback_token() -> Any:
    from azure.core.pipeline.policies import HeadersPolicy

    return HeadersPolicy({"Authorization": f"Bearer {LOOPBACK_TOKEN}"})


def _only_to(endpoint: Endpoint) -> Any:
    """A policy that lets no request, and so no token, follow a link to another server."""
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    class OnlyTo(SansIOHTTPPolicy[Any, Any]):
        def on_request(self, request: "PipelineRequest[Any]") -> None:
            if not endpoint.covers(request.http_request.url):
                raise Unreachable(
                    f"{endpoint.host} points to another server, which gets no token of yours.",
                    hint="Check --arm-endpoint.",
                )

    return OnlyTo()
