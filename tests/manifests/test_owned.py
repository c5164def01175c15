"""What kaito set on a live object is what it applied, whatever a server or somebody else added."""

from collections.abc import Iterator
from typing import Any

import pytest

from kaito_cli.adapters.kube.cluster import KubeCluster
from kaito_cli.errors import BadInput
from kaito_cli.manifests.owned import is_applied, is_kaitos, owned
from kaito_cli.manifests.render import render
from kaito_cli.model import Effect, Ref
from tests.clusters import connected, local_cluster
from tests.clusters import edit as edited
from tests.manifests.shapes import SHAPES

DEPLOYMENT = Ref(
    kind="Deployment", api_version="apps/v1", name="falcon-7b-instruct", namespace="default"
)


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    with local_cluster() as found:
        yield found


@pytest.fixture
def cluster(served: Any) -> KubeCluster:
    return served[1]  # type: ignore[no-any-return]


def live(cluster: KubeCluster, manifest: dict[str, Any]) -> dict[str, Any]:
    metadata = manifest["metadata"]
    found = cluster.get(
        Ref(
            kind=manifest["kind"],
            api_version=manifest["apiVersion"],
            name=metadata["name"],
            namespace=metadata.get("namespace", ""),
        )
    )
    assert found
    return found


@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_what_was_applied(cluster: KubeCluster, shape: str) -> None:
    """The server adds defaults, status and what is its own."""
    wanted = [each for each in render(SHAPES[shape]) if not each["kind"].endswith("NodeClass")]
    wanted = [each for each in wanted if each["kind"] != "NodePool"]  # no such kind there
    cluster.apply(wanted, force=True)

    for each in wanted:
        found = owned(live(cluster, each))

        assert found == each
        assert [one.effect for one in cluster.apply([found])] == [Effect.UNCHANGED]


def test_what_somebody_else_changed_is_theirs_and_stays(served: Any) -> None:
    server, cluster = served
    wanted = render(SHAPES["one-gpu"])
    cluster.apply(wanted, force=True)
    theirs = {"spec": {"template": {"spec": {"priorityClassName": "high"}}}}
    edited(connected(server), DEPLOYMENT, theirs)

    found = owned(cluster.get(DEPLOYMENT))
    found["spec"]["replicas"] = 0
    cluster.apply([found])

    after = cluster.get(DEPLOYMENT)
    assert after["spec"]["replicas"] == 0
    assert after["spec"]["template"]["spec"]["priorityClassName"] == "high"


@pytest.mark.parametrize(
    ("entries", "spec"),
    [
        ([], None),
        ([{"manager": "kubectl", "operation": "Apply", "fieldsV1": {"f:spec": {}}}], None),
        ([{"manager": "kaito-cli", "operation": "Update", "fieldsV1": {"f:spec": {}}}], None),
        (
            [
                {
                    "manager": "kaito-cli",
                    "operation": "Apply",
                    "subresource": "status",
                    "fieldsV1": {"f:spec": {}},
                }
            ],
            None,
        ),
        (
            [{"manager": "kaito-cli", "operation": "Apply", "fieldsV1": {"f:spec": {"f:a": {}}}}],
            {"a": [1, {"x": 2}]},
        ),
        (
            [
                {
                    "manager": "kaito-cli",
                    "operation": "Apply",
                    "fieldsV1": {"f:spec": {"f:set": {'v:"b"': {}}, "f:map": {".": {}}}},
                }
            ],
            {"set": ["b"], "map": {}},
        ),
        (
            [
                {
                    "manager": "kaito-cli",
                    "operation": "Apply",
                    "fieldsV1": {"f:spec": {"f:gone": {}, "f:a": {}}},
                }
            ],
            {"a": [1, {"x": 2}]},
        ),
    ],
)
def test_only_our_own_fields_count(entries: list[Any], spec: Any) -> None:
    found = owned(
        {
            "apiVersion": "v1",
            "kind": "Odd",
            "metadata": {"name": "x", "namespace": "ml", "uid": "1", "managedFields": entries},
            "spec": {"a": [1, {"x": 2}], "set": ["a", "b"], "map": {"theirs": 1}},
        }
    )

    assert found["metadata"] == {"name": "x", "namespace": "ml"}
    assert found.get("spec") == spec


@pytest.mark.parametrize(
    "fields",
    [
        {"f:spec": {"f:a": {"k:{": {}}}},
        {"f:spec": {"f:a": {"v:": {}}}},
        {"f:spec": {"f:a": {"i:0": {}}}},
        {"f:spec": {"f:a": {"f:x": {}}}},
        {"f:spec": {"f:a": {"k:1": {}}}},
        {"f:spec": {"f:a": {"k:[]": {}}}},
        {"f:spec": {"f:a": {'k:{"x":2}': "all"}}},
        {"f:spec": {"f:a": {'k:{"x":2}': None}}},
        {"f:spec": {"f:a": {"k:" + "[" * 100_000: {}}}},
        {"f:spec": None},
        ["f:spec"],
        "f:spec",
    ],
)
def test_what_only_looks_like_managed_fields_is_bad_input(fields: Any) -> None:
    entry = {"manager": "kaito-cli", "operation": "Apply", "fieldsV1": fields}

    with pytest.raises(BadInput, match="managedFields of Odd `x`"):
        owned(
            {
                "apiVersion": "v1",
                "kind": "Odd",
                "metadata": {"name": "x", "managedFields": [None, "kaito-cli", entry]},
                "spec": {"a": [1, {"x": 2}]},
            }
        )


def test_a_label_that_somebody_else_set_makes_nothing_kaitos(served: Any) -> None:
    server, cluster = served
    labels = {"kaito-cli.dev/workspace": "chat"}
    metadata = {"name": "coder", "namespace": "default", "labels": labels}
    wanted = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    cluster.apply([wanted])
    ref = Ref(kind="ConfigMap", name="coder", namespace="default")
    before = cluster.get(ref)

    edited(connected(server), ref, {"metadata": {"labels": {"kaito-cli.dev/workspace": "other"}}})

    after = cluster.get(ref)
    assert (is_applied(before), is_kaitos(before, "chat")) == (True, True)
    assert (is_applied(after), is_kaitos(after, "other")) == (False, False)


@pytest.mark.parametrize("fields", [None, "x", [], {"f:metadata": 5}, {"f:metadata": {}}])
def test_odd_managed_fields_make_nothing_kaitos(fields: Any) -> None:
    entry = {"manager": "kaito-cli", "operation": "Apply", "fieldsV1": fields}
    metadata = {"name": "coder", "managedFields": [entry]}

    assert not is_kaitos({"kind": "ConfigMap", "metadata": metadata}, "chat")
