"""What the server refuses to store, and in which words."""

from typing import Any

import pytest
from kubernetes.client.exceptions import ApiException

from tests.sandbox.kubernetes.conftest import Cluster, status_of
from tests.sandbox.kubernetes.manifests import Manifest, deployment, with_container


def refused(cluster: Cluster, manifest: Manifest, **options: Any) -> tuple[int, Manifest]:
    """Status and body of an apply that fails."""
    with pytest.raises(ApiException) as caught:
        cluster.apply(manifest, **options)
    return int(caught.value.status or 0), status_of(caught.value)


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
