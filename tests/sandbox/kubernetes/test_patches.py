"""Updates and the other patches."""

import json

import pytest
from kubernetes.client import ApiClient
from kubernetes.client.exceptions import ApiException

from tests.sandbox.kubernetes.conftest import Cluster, raw
from tests.sandbox.kubernetes.manifests import config_map, deployment, with_container

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
JSON = "application/json-patch+json"


def test_a_strategic_merge_patch_merges_lists_by_key(cluster: Cluster) -> None:
    cluster.apply(with_container(deployment(), env=[{"name": "A", "value": "1"}]))
    container = {"name": "model", "env": [{"name": "B", "value": "2"}]}
    body = {"spec": {"template": {"spec": {"containers": [container]}}}}
    found = cluster.patch("Deployment", "web", body, STRATEGIC)

    kept = found["spec"]["template"]["spec"]["containers"][0]
    assert kept["image"] == "registry.test/engine:1"
    assert {each["name"] for each in kept["env"]} == {"A", "B"}


def test_a_strategic_merge_patch_deletes_by_key(cluster: Cluster) -> None:
    cluster.apply(with_container(deployment(), env=[{"name": "A"}, {"name": "B"}]))
    container = {"name": "model", "env": [{"name": "A", "$patch": "delete"}]}
    body = {"spec": {"template": {"spec": {"containers": [container]}}}}
    found = cluster.patch("Deployment", "web", body, STRATEGIC)

    env = found["spec"]["template"]["spec"]["containers"][0]["env"]
    assert env == [{"name": "B"}]


def test_a_merge_patch_replaces_lists_and_null_deletes(cluster: Cluster) -> None:
    cluster.apply(config_map(a="1", b="2"))
    found = cluster.patch("ConfigMap", "settings", {"data": {"a": None, "c": "3"}}, MERGE)

    assert found["data"] == {"b": "2", "c": "3"}


def test_a_json_patch_follows_its_operations(cluster: Cluster) -> None:
    cluster.apply(config_map(a="1", b="2"))
    operations = [
        {"op": "test", "path": "/data/a", "value": "1"},
        {"op": "move", "from": "/data/a", "path": "/data/c"},
        {"op": "remove", "path": "/data/b"},
        {"op": "add", "path": "/metadata/labels/x~1y", "value": "z"},
    ]
    found = cluster.patch("ConfigMap", "settings", operations, JSON)

    assert found["data"] == {"c": "1"}
    assert found["metadata"]["labels"]["x/y"] == "z"


def test_a_json_patch_whose_test_fails_is_a_422(cluster: Cluster) -> None:
    cluster.apply(config_map(a="1"))
    operations = [{"op": "test", "path": "/data/a", "value": "2"}]
    with pytest.raises(ApiException) as caught:
        cluster.patch("ConfigMap", "settings", operations, JSON)

    assert caught.value.status == 422


def test_a_stale_version_is_a_409(cluster: Cluster) -> None:
    first = cluster.create(config_map(a="1"))
    cluster.patch("ConfigMap", "settings", {"data": {"a": "2"}}, MERGE)
    with pytest.raises(ApiException) as caught:
        cluster.resource("ConfigMap").replace(body=first, namespace=cluster.namespace)

    assert caught.value.status == 409
    assert "the object has been modified" in str(caught.value.body)


def test_a_put_without_a_version_replaces(cluster: Cluster) -> None:
    cluster.create(config_map(a="1", b="2"))
    cluster.resource("ConfigMap").replace(body=config_map(c="3"), namespace=cluster.namespace)

    assert cluster.get("ConfigMap", "settings")["data"] == {"c": "3"}


def test_a_change_by_hand_shows_its_manager(cluster: Cluster) -> None:
    cluster.apply(config_map(a="1", b="2"))
    found = cluster.patch(
        "ConfigMap", "settings", {"data": {"a": "9"}}, MERGE, field_manager="kubectl-edit"
    )

    entries = {each["manager"]: each["fieldsV1"] for each in found["metadata"]["managedFields"]}
    assert entries["kaito-cli"]["f:data"] == {"f:b": {}}
    assert entries["kubectl-edit"]["f:data"] == {"f:a": {}}


def test_the_generation_counts_changes_of_the_spec_alone(cluster: Cluster) -> None:
    cluster.apply(deployment())
    labelled = cluster.patch("Deployment", "web", {"metadata": {"labels": {"x": "y"}}}, MERGE)
    scaled = cluster.patch("Deployment", "web", {"spec": {"replicas": 4}}, MERGE)

    assert [each["metadata"]["generation"] for each in (labelled, scaled)] == [1, 2]


def test_strict_validation_refuses_unknown_fields_and_the_default_drops_them(
    api: ApiClient, cluster: Cluster
) -> None:
    path = f"/apis/apps/v1/namespaces/{cluster.namespace}/deployments?fieldValidation=Strict"
    body = json.dumps(deployment(replcas=1)).encode()
    refused = raw(api, "POST", path, {"Content-Type": "application/json"}, body)
    found = cluster.create(deployment(replcas=1))

    assert refused.json()["message"] == 'strict decoding error: unknown field "spec.replcas"'
    assert "replcas" not in found["spec"]


def test_the_status_is_apart(cluster: Cluster) -> None:
    kind = cluster.resource("Deployment")
    cluster.apply(deployment())
    body = {"spec": {"replicas": 9}, "status": {"readyReplicas": 1, "replicas": 1}}
    kind.status.patch(body=body, name="web", namespace=cluster.namespace, content_type=MERGE)
    cluster.patch("Deployment", "web", {"status": {"readyReplicas": 7}}, MERGE)

    found = cluster.get("Deployment", "web")
    assert found["spec"]["replicas"] == 1
    assert found["status"]["readyReplicas"] == 1


def test_scale_is_read_and_written_apart(cluster: Cluster) -> None:
    kind = cluster.resource("Deployment").scale
    cluster.apply(deployment())
    where = {"name": "web", "namespace": cluster.namespace}
    shown = kind.get(**where)
    kind.patch(body={"spec": {"replicas": 3}}, content_type=MERGE, **where)

    assert (shown.kind, shown.spec.replicas) == ("Scale", 1)
    assert cluster.get("Deployment", "web")["spec"]["replicas"] == 3


def test_a_stale_scale_is_a_409(cluster: Cluster) -> None:
    kind = cluster.resource("Deployment").scale
    cluster.apply(deployment())
    where = {"name": "web", "namespace": cluster.namespace}
    old = kind.get(**where).to_dict()
    kind.patch(body={"spec": {"replicas": 3}}, content_type=MERGE, **where)
    with pytest.raises(ApiException) as caught:
        kind.replace(body={**old, "spec": {"replicas": 1}}, **where)

    assert caught.value.status == 409
