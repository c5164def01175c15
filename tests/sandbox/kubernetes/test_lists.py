"""Lists: selectors, pages, tables, and what they leave out."""

import pytest
from kubernetes.client import ApiClient
from kubernetes.client.exceptions import ApiException

from tests.sandbox.kubernetes.conftest import Cluster, raw, status_of
from tests.sandbox.kubernetes.manifests import Manifest, config_map, deployment, pod


def labelled(name: str, **labels: str) -> Manifest:
    manifest = config_map(name)
    manifest["metadata"]["labels"] = labels
    return manifest


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("tier=gold", ["a"]),
        ("tier==gold", ["a"]),
        ("tier!=gold", ["b", "c"]),
        ("tier in (gold, silver)", ["a", "b"]),
        ("tier notin (gold)", ["b", "c"]),
        ("tier", ["a", "b"]),
        ("!tier", ["c"]),
        ("tier,zone=1", ["b"]),
    ],
)
def test_label_selectors_select(cluster: Cluster, selector: str, names: list[str]) -> None:
    cluster.create(labelled("a", tier="gold"))
    cluster.create(labelled("b", tier="silver", zone="1"))
    cluster.create(labelled("c", zone="1"))

    assert cluster.names("ConfigMap", label_selector=selector) == names


def test_a_selector_that_cannot_be_read_is_a_400(cluster: Cluster) -> None:
    with pytest.raises(ApiException) as caught:
        cluster.names("ConfigMap", label_selector="tier in gold)")

    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("metadata.name=one", ["one"]),
        ("metadata.name!=one", ["two"]),
        ("status.phase=Pending", ["one", "two"]),
        ("status.phase!=Pending", []),
        ("spec.nodeName=here", ["two"]),
        ("spec.nodeName=", ["one"]),
    ],
)
def test_field_selectors_select(cluster: Cluster, selector: str, names: list[str]) -> None:
    cluster.create(pod("one"))
    cluster.create(pod("two", nodeName="here"))

    assert cluster.names("Pod", field_selector=selector) == names


def test_pages_go_on_where_they_ended(cluster: Cluster) -> None:
    for name in "abcde":
        cluster.create(config_map(name))
    first = cluster.get("ConfigMap", limit=2)
    second = cluster.get("ConfigMap", limit=2, _continue=first["metadata"]["continue"])

    assert first["metadata"]["remainingItemCount"] == 3
    assert [each["metadata"]["name"] for each in second["items"]] == ["c", "d"]


def test_a_list_tells_its_kind_and_version(cluster: Cluster) -> None:
    made = cluster.create(config_map())
    found = cluster.get("ConfigMap")

    assert (found["kind"], found["apiVersion"]) == ("ConfigMapList", "v1")
    assert int(found["metadata"]["resourceVersion"]) >= int(made["metadata"]["resourceVersion"])


def asked(api: ApiClient, path: str, accept: str) -> Manifest:
    return dict(raw(api, "GET", path, {"Accept": accept}).json())


def test_kubectl_gets_tables(api: ApiClient, cluster: Cluster) -> None:
    cluster.apply(deployment(replicas=2))
    path = f"/apis/apps/v1/namespaces/{cluster.namespace}/deployments"
    found = asked(api, path, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")

    names = [each["name"] for each in found["columnDefinitions"] if not each["priority"]]
    assert names == ["Name", "Ready", "Up-to-date", "Available", "Age"]
    assert found["rows"][0]["cells"][:4] == ["web", "0/2", 0, 0]
    assert found["rows"][0]["object"]["kind"] == "PartialObjectMetadata"


def test_metadata_alone_can_be_asked_for(api: ApiClient, cluster: Cluster) -> None:
    cluster.create(config_map(a="1"))
    accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
    path = f"/api/v1/namespaces/{cluster.namespace}/configmaps"

    assert set(asked(api, path, accept)["items"][0]) == {"kind", "apiVersion", "metadata"}


def test_a_continue_token_that_is_none_is_a_400(cluster: Cluster) -> None:
    with pytest.raises(ApiException) as caught:
        cluster.get("ConfigMap", limit=1, _continue="nonsense")

    assert status_of(caught.value)["reason"] == "BadRequest"
