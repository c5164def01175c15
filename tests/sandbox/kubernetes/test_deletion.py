"""Deletion: by label, with what is owned, and after finalizers."""

import pytest
from kubernetes.client.exceptions import ApiException

from tests.sandbox.kubernetes.conftest import Cluster
from tests.sandbox.kubernetes.manifests import Manifest, config_map, deployment

MERGE = "application/merge-patch+json"


def owned_by(owner: Manifest, name: str) -> Manifest:
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
    }
    manifest = config_map(name)
    manifest["metadata"]["ownerReferences"] = [reference]
    return manifest


def test_a_collection_is_deleted_by_label(cluster: Cluster) -> None:
    for name in "abc":
        cluster.create(config_map(name))
    cluster.delete("ConfigMap", label_selector="app in (a,b)")

    assert cluster.names("ConfigMap") == ["c"]


def test_what_is_owned_goes_with_its_owner(cluster: Cluster) -> None:
    owner = cluster.apply(deployment())
    child = cluster.create(owned_by(owner, "child"))
    cluster.create(owned_by(child, "grandchild"))
    cluster.delete("Deployment", "web")

    assert cluster.names("ConfigMap") == []


def test_orphans_stay(cluster: Cluster) -> None:
    owner = cluster.apply(deployment())
    cluster.create(owned_by(owner, "child"))
    cluster.delete("Deployment", "web", body={"propagationPolicy": "Orphan"})

    assert "ownerReferences" not in cluster.get("ConfigMap", "child")["metadata"]


def test_foreground_deletion_waits_for_what_is_owned(cluster: Cluster) -> None:
    owner = cluster.apply(deployment())
    child = owned_by(owner, "child")
    child["metadata"]["finalizers"] = ["test/hold"]
    cluster.create(child)
    cluster.delete("Deployment", "web", body={"propagationPolicy": "Foreground"})
    waiting = cluster.get("Deployment", "web")["metadata"]
    cluster.patch("ConfigMap", "child", {"metadata": {"finalizers": None}}, MERGE)

    assert waiting["finalizers"] == ["foregroundDeletion"]
    assert cluster.names("Deployment") == []


def test_a_finalizer_holds_an_object_back(cluster: Cluster) -> None:
    manifest = config_map()
    manifest["metadata"]["finalizers"] = ["test/hold"]
    cluster.create(manifest)
    cluster.delete("ConfigMap", "settings")
    held = cluster.get("ConfigMap", "settings")["metadata"]
    cluster.patch("ConfigMap", "settings", {"metadata": {"finalizers": []}}, MERGE)

    assert "deletionTimestamp" in held
    assert cluster.names("ConfigMap") == []


def test_a_namespace_takes_everything_along(cluster: Cluster) -> None:
    cluster.create(config_map())
    cluster.resource("Namespace").delete(name=cluster.namespace)

    assert cluster.names("ConfigMap") == []


def test_a_uid_is_a_condition(cluster: Cluster) -> None:
    cluster.create(config_map())
    with pytest.raises(ApiException) as caught:
        cluster.delete("ConfigMap", "settings", body={"preconditions": {"uid": "another"}})

    assert caught.value.status == 409
    assert cluster.names("ConfigMap") == ["settings"]


def test_a_dry_run_deletes_nothing(cluster: Cluster) -> None:
    cluster.create(config_map())
    cluster.delete("ConfigMap", "settings", body={"dryRun": ["All"]})

    assert cluster.names("ConfigMap") == ["settings"]
