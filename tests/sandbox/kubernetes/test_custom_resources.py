"""CustomResourceDefinitions and their objects."""

from collections.abc import Iterator

import pytest
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.exceptions import ResourceNotFoundError

from tests.sandbox.kubernetes.conftest import Cluster, status_of
from tests.sandbox.kubernetes.manifests import Manifest

SPEC = {
    "type": "object",
    "required": ["size"],
    "properties": {
        "size": {"type": "integer", "minimum": 1},
        "mode": {"type": "string", "enum": ["a", "b"], "default": "a"},
        "parts": {
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["id"],
            "items": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "value": {"type": "string"}},
            },
        },
    },
}
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.test.dev"},
    "spec": {
        "group": "test.dev",
        "scope": "Namespaced",
        "names": {"kind": "Widget", "plural": "widgets", "shortNames": ["wd"]},
        "versions": [
            {
                "name": "v1alpha1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": SPEC,
                            "status": {
                                "type": "object",
                                "x-kubernetes-preserve-unknown-fields": True,
                            },
                        },
                    }
                },
            }
        ],
    },
}


@pytest.fixture
def defined(dynamic: DynamicClient) -> Iterator[Manifest]:
    kind = dynamic.resources.get(kind="CustomResourceDefinition")
    kind.server_side_apply(body=DEFINITION, field_manager="kaito-cli")
    dynamic.resources.invalidate_cache()
    yield kind.get(name="widgets.test.dev").to_dict()
    kind.delete(name="widgets.test.dev")


def widget(**spec: object) -> Manifest:
    meta = {"name": "one"}
    return {"apiVersion": "test.dev/v1alpha1", "kind": "Widget", "metadata": meta, "spec": spec}


def test_a_definition_becomes_established(defined: Manifest) -> None:
    conditions = {each["type"]: each["status"] for each in defined["status"]["conditions"]}

    assert conditions == {"NamesAccepted": "True", "Established": "True"}


def test_its_objects_are_applied_with_defaults(defined: Manifest, cluster: Cluster) -> None:
    found = cluster.apply(widget(size=1))

    assert found["spec"] == {"size": 1, "mode": "a"}
    assert cluster.apply(widget(size=1)) == found


def test_its_keyed_lists_merge(defined: Manifest, cluster: Cluster) -> None:
    cluster.apply(widget(size=1, parts=[{"id": "x", "value": "1"}]))
    found = cluster.apply(widget(parts=[{"id": "y", "value": "2"}]), manager="other")

    assert [each["id"] for each in found["spec"]["parts"]] == ["x", "y"]


@pytest.mark.parametrize(
    ("spec", "status", "words"),
    [
        ({"size": 1, "colour": "red"}, 500, ".spec.colour: field not declared in schema"),
        ({"size": "1"}, 500, ".spec.size: expected integer"),
        ({"size": 0}, 422, "should be greater than or equal to 1"),
        ({"size": 1, "mode": "c"}, 422, 'Unsupported value: "c"'),
        ({}, 422, "spec.size: Required value"),
    ],
)
def test_its_schema_is_kept(
    defined: Manifest, cluster: Cluster, spec: Manifest, status: int, words: str
) -> None:
    with pytest.raises(ApiException) as caught:
        cluster.apply(widget(**spec))

    assert caught.value.status == status
    assert words in status_of(caught.value)["message"]


def test_its_objects_go_with_it(cluster: Cluster, dynamic: DynamicClient) -> None:
    kind = dynamic.resources.get(kind="CustomResourceDefinition")
    kind.create(body=DEFINITION)
    dynamic.resources.invalidate_cache()
    cluster.apply(widget(size=1))
    kind.delete(name="widgets.test.dev")
    dynamic.resources.invalidate_cache()

    with pytest.raises(ResourceNotFoundError):
        cluster.apply(widget(size=1))
