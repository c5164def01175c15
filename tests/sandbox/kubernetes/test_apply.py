"""Server-side apply: ownership, conflicts, refusals, rehearsals."""

import json
from typing import Any

import pytest
from kubernetes.client import ApiClient, AppsV1Api
from kubernetes.client.exceptions import ApiException

from tests.sandbox.kubernetes.conftest import Cluster, raw, status_of
from tests.sandbox.kubernetes.manifests import (
    Manifest,
    config_map,
    deployment,
    pod,
    with_container,
)
from tests.sandbox.kubernetes.test_refusals import refused


def owned(manifest: Manifest, manager: str = "kaito-cli") -> Manifest:
    entries = manifest["metadata"].get("managedFields", [])
    return next((each["fieldsV1"] for each in entries if each["manager"] == manager), {})


def test_the_typed_client_applies(api: ApiClient, cluster: Cluster) -> None:
    found: Any = AppsV1Api(api).patch_namespaced_deployment(
        "web",
        cluster.namespace,
        deployment(),
        field_manager="typed",
        force=True,
        _content_type="application/apply-patch+yaml",
    )

    assert found.metadata.managed_fields[0].manager == "typed"


def test_what_is_applied_is_owned_and_nothing_else(cluster: Cluster) -> None:
    found = cluster.apply(with_container(deployment(), ports=[{"containerPort": 8000}]))
    fields = owned(found)

    assert set(fields) == {"f:metadata", "f:spec"}
    assert set(fields["f:spec"]) == {"f:selector", "f:template"}
    container = fields["f:spec"]["f:template"]["f:spec"]["f:containers"]['k:{"name":"model"}']
    assert container["f:ports"] == {
        'k:{"containerPort":8000,"protocol":"TCP"}': {".": {}, "f:containerPort": {}}
    }


def test_applying_the_same_again_changes_nothing(cluster: Cluster) -> None:
    first = cluster.apply(deployment())

    assert cluster.apply(deployment()) == first


def test_keyed_lists_merge_by_their_key(cluster: Cluster) -> None:
    cluster.apply(with_container(deployment(), env=[{"name": "A", "value": "1"}]))
    other = deployment()
    container = {"name": "model", "env": [{"name": "B", "value": "2"}]}
    other["spec"] = {"template": {"spec": {"containers": [container]}}}
    found = cluster.apply(other, manager="other")

    env = found["spec"]["template"]["spec"]["containers"][0]["env"]
    assert env == [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]


def test_a_field_applied_no_more_goes(cluster: Cluster) -> None:
    cluster.apply(with_container(deployment(replicas=3), env=[{"name": "A", "value": "1"}]))
    found = cluster.apply(deployment())

    assert found["spec"]["replicas"] == 1
    assert "env" not in found["spec"]["template"]["spec"]["containers"][0]


def test_a_field_somebody_else_also_owns_stays(cluster: Cluster) -> None:
    cluster.apply(config_map(a="1", b="2"))
    cluster.apply(config_map(a="1"), manager="other")
    found = cluster.apply(config_map(b="2"))

    assert found["data"] == {"a": "1", "b": "2"}


def test_a_conflict_names_the_field_and_the_manager(cluster: Cluster) -> None:
    cluster.apply(deployment(replicas=1))
    status, body = refused(cluster, deployment(replicas=2), manager="other")

    assert (status, body["reason"]) == (409, "Conflict")
    assert body["message"] == (
        'Apply failed with 1 conflict: conflict with "kaito-cli": .spec.replicas'
    )
    assert body["details"]["causes"] == [
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "kaito-cli"',
            "field": ".spec.replicas",
        }
    ]


def test_a_conflict_with_an_update_tells_its_version_and_time(cluster: Cluster) -> None:
    cluster.apply(deployment(replicas=1))
    cluster.patch(
        "Deployment",
        "web",
        {"spec": {"replicas": 5}},
        "application/merge-patch+json",
        field_manager="kubectl-edit",
    )
    _, body = refused(cluster, deployment(replicas=1))

    assert 'conflict with "kubectl-edit" using apps/v1 at 20' in body["message"]


def test_a_conflict_within_a_list_spells_the_key(cluster: Cluster) -> None:
    cluster.apply(deployment())
    other = with_container(deployment(), image="registry.test/engine:2")
    _, body = refused(cluster, other, manager="other")

    field = '.spec.template.spec.containers[name="model"].image'
    assert [each["field"] for each in body["details"]["causes"]] == [field]


def test_force_takes_ownership(cluster: Cluster) -> None:
    cluster.apply(deployment(replicas=1))
    found = cluster.apply(deployment(replicas=2), manager="other", force_conflicts=True)

    assert found["spec"]["replicas"] == 2
    assert "f:replicas" not in owned(found)["f:spec"]
    assert "f:replicas" in owned(found, "other")["f:spec"]


def test_a_dry_run_returns_the_merge_and_keeps_nothing(cluster: Cluster) -> None:
    cluster.apply(config_map(a="1"))
    shown = cluster.apply(config_map(b="2"), manager="other", dry_run="All")

    assert shown["data"] == {"a": "1", "b": "2"}
    assert cluster.get("ConfigMap", "settings")["data"] == {"a": "1"}


def test_a_dry_run_creates_nothing(cluster: Cluster) -> None:
    shown = cluster.apply(config_map(a="1"), dry_run="All")

    assert shown["metadata"]["uid"]
    assert cluster.names("ConfigMap") == []


def test_an_empty_map_is_owned_and_not_kept(cluster: Cluster) -> None:
    manifest = config_map(a="1")
    manifest["metadata"]["annotations"] = {}
    found = cluster.apply(manifest)

    assert "annotations" not in found["metadata"]
    assert owned(found)["f:metadata"]["f:annotations"] == {}
    assert cluster.apply(manifest) == found


def test_an_apply_without_a_manager_is_refused(api: ApiClient, cluster: Cluster) -> None:
    path = f"/api/v1/namespaces/{cluster.namespace}/configmaps/settings"
    media = {"Content-Type": "application/apply-patch+yaml"}
    found = raw(api, "PATCH", path, media, json.dumps(config_map()).encode())

    assert (found.status, "fieldManager" in found.json()["message"]) == (400, True)


def test_an_apply_into_a_namespace_that_is_not_there_is_a_404(cluster: Cluster) -> None:
    kind = cluster.resource("ConfigMap")
    with pytest.raises(ApiException) as caught:
        kind.server_side_apply(body=config_map(), namespace="gone", field_manager="kaito-cli")

    assert status_of(caught.value)["message"] == 'namespaces "gone" not found'


def test_a_pod_may_be_applied_too(cluster: Cluster) -> None:
    found = cluster.apply(pod())

    assert found["status"]["phase"] == "Pending"
    assert found["spec"]["tolerations"][0]["key"] == "node.kubernetes.io/not-ready"
