"""A server for each file of tests, a namespace for each test, and the official client."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from kubernetes import config
from kubernetes.client import ApiClient
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic import DynamicClient

from kaito_cli.sandbox.kubernetes.server import KubernetesServer, serving

_NUMBERS = count()
Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def server() -> Iterator[KubernetesServer]:
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def api(server: KubernetesServer) -> Iterator[ApiClient]:
    client = config.new_client_from_config_dict(server.kubeconfig())
    yield client
    client.rest_client.pool_manager.clear()


@pytest.fixture(scope="module")
def dynamic(api: ApiClient, tmp_path_factory: pytest.TempPathFactory) -> DynamicClient:
    cache: Path = tmp_path_factory.mktemp("discovery") / "cache.json"
    return DynamicClient(api, cache_file=str(cache))


def raw(api: ApiClient, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Any:
    """An answer as it is: status, headers, data."""
    pool = api.rest_client.pool_manager
    return pool.request(method, api.configuration.host + path, headers=headers, body=body)


def status_of(error: ApiException) -> Manifest:
    """The Status that the server answered."""
    return dict(json.loads(error.body or "{}"))


class Cluster:
    """The dynamic client within one namespace, in few words and plain dicts."""

    def __init__(self, client: DynamicClient, namespace: str) -> None:
        self.client = client
        self.namespace = namespace

    def resource(self, kind: str, version: str = "") -> Any:
        found = {"api_version": version} if version else {}
        return self.client.resources.get(kind=kind, **found)

    def apply(self, manifest: Manifest, manager: str = "kaito-cli", **options: Any) -> Manifest:
        kind = self.resource(manifest["kind"], manifest["apiVersion"])
        found = kind.server_side_apply(
            body=manifest, namespace=self.namespace, field_manager=manager, **options
        )
        return dict(found.to_dict())

    def create(self, manifest: Manifest, **options: Any) -> Manifest:
        kind = self.resource(manifest["kind"], manifest["apiVersion"])
        found = kind.create(body=manifest, namespace=self.namespace, **options)
        return dict(found.to_dict())

    def get(self, kind: str, name: str = "", **options: Any) -> Manifest:
        options |= {"name": name} if name else {}
        return dict(self.resource(kind).get(namespace=self.namespace, **options).to_dict())

    def names(self, kind: str, **options: Any) -> list[str]:
        return [each["metadata"]["name"] for each in self.get(kind, **options)["items"]]

    def patch(self, kind: str, name: str, body: Any, media: str, **options: Any) -> Manifest:
        found = self.resource(kind).patch(
            body=body, name=name, namespace=self.namespace, content_type=media, **options
        )
        return dict(found.to_dict())

    def delete(self, kind: str, name: str = "", **options: Any) -> Any:
        options |= {"name": name} if name else {}
        return self.resource(kind).delete(namespace=self.namespace, **options)


@pytest.fixture
def cluster(dynamic: DynamicClient) -> Cluster:
    """In a namespace that only this test uses."""
    namespace = f"test-{next(_NUMBERS)}"
    dynamic.resources.get(kind="Namespace").create(body={"metadata": {"name": namespace}})
    return Cluster(dynamic, namespace)
