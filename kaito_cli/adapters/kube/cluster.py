"""The Cluster port over Kubernetes' HTTP API, by the official client."""

import json
import logging
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from kaito_cli.adapters.answers import Bounds, bounded, within
from kaito_cli.adapters.kube.connection import Connection
from kaito_cli.adapters.kube.problems import Call, odd, translated, tried
from kaito_cli.adapters.kube.shapes import oddity
from kaito_cli.ports import Manifest

_PAGE = 500  # objects; what kubectl asks for at once
_TIMEOUTS_SECONDS = (10.0, 30.0)  # connect, read
# 200,000 pods: more than Kubernetes is tested with (kubernetes.io/docs/setup/best-practices/
# cluster-large: 150,000)
_BOUNDS = Bounds(pages=400, seconds=300)
_GONE = 410

_log = logging.getLogger(__name__)


class KubeCluster:
    """The Cluster port. Objects are plain mappings, as the API server sends them."""

    def __init__(
        self,
        connection: Connection,
        timeouts_seconds: tuple[float, float] = _TIMEOUTS_SECONDS,
        bounds: Bounds = _BOUNDS,
    ) -> None:
        self._connection = connection
        self._timeouts_seconds = timeouts_seconds
        self._bounds = bounds

    def find(
        self, kind: str, *, api_version: str = "v1", namespace: str = "", label_selector: str = ""
    ) -> tuple[Manifest, ...]:
        """See :class:`kaito_cli.ports.Cluster`."""
        call = Call(
            server=self._connection.server,
            verb="list",
            resource=plural(kind),
            namespace=namespace,
        )
        path = _path(api_version, namespace, call.resource)
        with translated(call):
            items = self._listed(path, label_selector, call)
            if what := oddity(kind, items):
                raise odd(call, f"items.{what}")
            # items of a list carry neither
            return tuple({"apiVersion": api_version, "kind": kind, **each} for each in items)

    def _listed(self, path: str, label_selector: str, call: Call) -> list[Manifest]:
        """All pages; all at once where the server forgets its pages before we read them."""
        from kubernetes.client.exceptions import ApiException

        def all_pages(limit: int | None) -> list[Manifest]:
            query = {"label_selector": label_selector or None, "limit": limit}
            pages = bounded(self._pages(path, query, call), self._bounds)
            return [each for page in pages for each in page]

        try:
            return all_pages(_PAGE)
        except ApiException as error:
            if error.status != _GONE:
                raise
            return all_pages(None)

    def _pages(self, path: str, query: dict[str, Any], call: Call) -> Iterator[list[Manifest]]:
        token = ""
        while True:
            page = self._get(path, query | {"_continue": token or None})
            if not str(page.get("kind", "")).endswith("List"):
                raise odd(call, f"kind: {page.get('kind')}")
            yield page.get("items") or []
            token = page["metadata"].get("continue") or ""
            if not token:
                return

    def _get(self, path: str, query: dict[str, Any]) -> dict[str, Any]:
        def ask() -> Any:
            response = self._client.request(
                "get",
                path,
                query_params=[],
                header_params=self._headers(),
                serialize=False,
                _request_timeout=self._timeouts_seconds,
                **query,
            )
            return json.loads(response.data)

        asked = " ".join(f"{name.strip('_')}={value}" for name, value in query.items() if value)
        _log.info("GET %s%s %s", self._connection.server, path, asked)
        answer: dict[str, Any] = tried(lambda: within(self._bounds, ask))
        return answer

    def _headers(self) -> dict[str, str]:
        token = self._connection.token
        return {"Authorization": f"Bearer {token()}"} if token else {}

    @cached_property
    def _client(self) -> Any:
        """The dynamic client without its discovery: paths are known here, and it spares three
        requests."""
        from kubernetes.client import ApiClient
        from kubernetes.dynamic import DynamicClient

        return DynamicClient(
            ApiClient(self._connection.configuration), discoverer=lambda client, cache: None
        )


def plural(kind: str) -> str:
    """A kind as paths and RBAC write it, by the rule of Kubernetes' own
    meta.UnsafeGuessKindToResource (k8s.io/apimachinery)."""
    name = kind.lower()
    if name.endswith("s"):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def _path(api_version: str, namespace: str, resource: str) -> str:
    root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    return f"{root}/namespaces/{namespace}/{resource}" if namespace else f"{root}/{resource}"
