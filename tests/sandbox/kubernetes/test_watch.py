"""Watches: what they tell, from when, and until when."""

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from kubernetes import config
from kubernetes.client import ApiClient, CoreV1Api, V1ConfigMap, V1ObjectMeta
from kubernetes.client.exceptions import ApiException
from kubernetes.watch import Watch

from kaito_cli.sandbox.kubernetes.server import serving
from kaito_cli.sandbox.kubernetes.state import ApiState
from kaito_cli.sandbox.kubernetes.store import Store
from tests.sandbox.kubernetes.conftest import Cluster
from tests.sandbox.kubernetes.manifests import Manifest, config_map

MERGE = "application/merge-patch+json"


@pytest.fixture
def core(api: ApiClient) -> CoreV1Api:
    return CoreV1Api(api)


def watched(core: CoreV1Api, cluster: Cluster, **options: Any) -> Iterator[tuple[str, Manifest]]:
    stream = Watch().stream(
        core.list_namespaced_config_map, cluster.namespace, timeout_seconds=1, **options
    )
    return ((each["type"], each["raw_object"]) for each in stream)


def kinds(
    core: CoreV1Api, cluster: Cluster, count: int | None = None, **options: Any
) -> list[tuple[str, str]]:
    """The first events, or all until the watch ends."""
    found = islice(watched(core, cluster, **options), count)
    return [(kind, each["metadata"].get("name", "")) for kind, each in found]


def version(cluster: Cluster) -> str:
    return str(cluster.get("ConfigMap")["metadata"]["resourceVersion"])


def test_a_watch_tells_everything_since_a_version(core: CoreV1Api, cluster: Cluster) -> None:
    cluster.create(config_map("before"))
    start = version(cluster)
    cluster.create(config_map("a"))
    cluster.patch("ConfigMap", "a", {"data": {"x": "y"}}, MERGE)
    cluster.delete("ConfigMap", "a")

    assert kinds(core, cluster, 3, resource_version=start) == [
        ("ADDED", "a"),
        ("MODIFIED", "a"),
        ("DELETED", "a"),
    ]


def test_a_watch_without_a_version_begins_with_what_is_there(
    core: CoreV1Api, cluster: Cluster
) -> None:
    cluster.create(config_map("a"))

    assert kinds(core, cluster, 1) == [("ADDED", "a")]


def test_a_watch_ends_when_its_time_is_over(core: CoreV1Api, cluster: Cluster) -> None:
    start = time.monotonic()
    assert kinds(core, cluster) == []

    assert 0.9 < time.monotonic() - start < 3


def test_bookmarks_tell_how_far_a_watch_is(api: ApiClient, cluster: Cluster) -> None:
    cluster.create(config_map("a"))
    found = Watch().stream(
        CoreV1Api(api).list_namespaced_config_map,
        cluster.namespace,
        resource_version=version(cluster),
        timeout_seconds=3,
        allow_watch_bookmarks=True,
    )
    kind, manifest = next((each["type"], each["raw_object"]) for each in found)

    assert kind == "BOOKMARK"
    assert int(manifest["metadata"]["resourceVersion"]) >= int(version(cluster))


def test_a_selector_turns_changes_into_coming_and_going(core: CoreV1Api, cluster: Cluster) -> None:
    start = version(cluster)
    cluster.create(config_map("a"))
    for value in ("in", "out"):
        cluster.patch("ConfigMap", "a", {"metadata": {"labels": {"club": value}}}, MERGE)

    last = config_map("last")
    last["metadata"]["labels"] = {"club": "in"}
    cluster.create(last)

    found = kinds(core, cluster, 3, resource_version=start, label_selector="club=in")
    assert found == [("ADDED", "a"), ("DELETED", "a"), ("ADDED", "last")]


def test_an_ancient_version_is_gone() -> None:
    with serving(ApiState(store=Store(history=4))) as server:
        client = config.new_client_from_config_dict(server.kubeconfig())
        core = CoreV1Api(client)
        for name in "abcdef":
            body = V1ConfigMap(metadata=V1ObjectMeta(name=name))
            core.create_namespaced_config_map("default", body)
        stream = Watch().stream(
            core.list_namespaced_config_map, "default", resource_version="2", timeout_seconds=1
        )
        with pytest.raises(ApiException) as caught:
            list(stream)
        client.rest_client.pool_manager.clear()

    assert caught.value.status == 410


def test_a_watch_ends_when_the_server_stops() -> None:
    with serving() as server:
        client = config.new_client_from_config_dict(server.kubeconfig())
        stream = Watch().stream(CoreV1Api(client).list_namespace, timeout_seconds=60)
        first = next(stream)
        start = time.monotonic()

    client.rest_client.pool_manager.clear()
    assert first["type"] == "ADDED"
    assert time.monotonic() - start < 5
