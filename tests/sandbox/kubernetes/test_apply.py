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


def refused(cluster: Cluster, manifest: Manifest, **options: Any) -> tuple[int, Manifest]:
    """Status and body of an apply that fails."""
    with pytest.raises(ApiException) as caught:
        cluster.apply(manifest, **options)
    return int(caught.value.status or 0), status_of(caught.value)


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


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (deployment(replcas=1), ".spec.replcas: field not declared in schema"),
        (deployment(replicas="two"), '.spec.replicas: expected integer, got "two"'),
        (
            with_container(deployment(), env=[{"name": "A"}, {"name": "A"}]),
            'duplicate entries for key [name="A"]',
        ),
    ],
)
def test_a_schema_error_is_a_500_as_on_a_real_server(
    cluster: Cluster, manifest: Manifest, words: str
) -> None:
    status, body = refused(cluster, manifest)

    assert status == 500
    assert body["message"].startswith("failed to create typed patch object (")
    assert words in body["message"]


@pytest.mark.parametrize(
    ("manifest", "field", "words"),
    [
        (
            deployment(selector={"matchLabels": {"app": "other"}}),
            "spec.template.metadata.labels",
            "`selector` does not match template `labels`",
        ),
        (
            with_container(deployment(), image=""),
            "spec.template.spec.containers[0].image",
            "Required value",
        ),
        (
            with_container(deployment(), volumeMounts=[{"name": "x", "mountPath": "/x"}]),
            "spec.template.spec.containers[0].volumeMounts[0].name",
            'Not found: "x"',
        ),
        (
            with_container(deployment(), resources={"requests": {"nvidia.com/gpu": 1}}),
            "spec.template.spec.containers[0].resources.limits",
            "Limit must be set for non overcommitable resources",
        ),
        (deployment("Web"), "metadata.name", "a lowercase RFC 1123 subdomain must consist"),
        (
            deployment(strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}),
            "spec.strategy.rollingUpdate.maxUnavailable",
            "may not be 0 when `maxSurge` is 0",
        ),
    ],
)
def test_what_makes_no_sense_is_a_422(
    cluster: Cluster, manifest: Manifest, field: str, words: str
) -> None:
    status, body = refused(cluster, manifest)

    assert (status, body["reason"]) == (422, "Invalid")
    causes = {each["field"]: each["message"] for each in body["details"]["causes"]}
    assert words in causes[field]


def test_an_immutable_field_is_a_422(cluster: Cluster) -> None:
    cluster.apply(deployment())
    changed = deployment(selector={"matchLabels": {"app": "web", "x": "y"}})
    changed["spec"]["template"]["metadata"]["labels"]["x"] = "y"
    status, body = refused(cluster, changed)

    assert (status, "field is immutable" in body["message"]) == (422, True)


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
