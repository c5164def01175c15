"""Objects of another shape than Kubernetes': told where they come in, with the field."""

import pytest

from kaito_cli.errors import ClusterFailed
from tests.adapters.kube.conftest import cluster
from tests.kube_server import KubeServer

NAMED = {"metadata": {"name": "a"}}


def with_container(field: str, found: object) -> dict[str, object]:
    return NAMED | {"status": {"containerStatuses": [{"name": "engine", field: found}]}}


def managed(fields: object) -> dict[str, object]:
    return {"metadata": {"name": "a", "managedFields": [{"fieldsV1": fields}]}, "spec": {}}


@pytest.mark.parametrize(
    ("kind", "item", "what"),
    [
        ("Node", {}, "items.0.metadata"),
        ("Node", None, "items.0"),
        ("Node", "text", "items.0"),
        ("Node", {"metadata": None}, "items.0.metadata"),
        ("Node", {"metadata": {}}, "items.0.metadata.name"),
        ("Node", {"metadata": {"name": 5}}, "items.0.metadata.name"),
        ("Node", {"metadata": {"name": "a", "labels": True}}, "items.0.metadata.labels"),
        ("Node", {"metadata": {"name": "a", "labels": {"a": 1}}}, "items.0.metadata.labels.a"),
        ("Node", NAMED | {"spec": []}, "items.0.spec"),
        ("Node", NAMED | {"status": "x"}, "items.0.status"),
        ("Pod", {"metadata": {"name": "a", "namespace": []}}, "items.0.metadata.namespace"),
        ("Pod", {"metadata": {"name": "a", "annotations": "x"}}, "items.0.metadata.annotations"),
        ("Pod", {"metadata": {"name": "a", "ownerReferences": "x"}}, "ownerReferences"),
        ("Pod", {"metadata": {"name": "a", "ownerReferences": ["x"]}}, "ownerReferences.0"),
        ("Pod", NAMED | {"spec": {"nodeName": []}}, "items.0.spec.nodeName"),
        ("Pod", NAMED | {"spec": {"affinity": {"nodeAffinity": 1}}}, "affinity.nodeAffinity"),
        ("Pod", NAMED | {"spec": {"volumes": [None]}}, "items.0.spec.volumes.0"),
        (
            "Pod",
            NAMED | {"spec": {"volumes": [{"persistentVolumeClaim": {}}]}},
            "persistentVolumeClaim.claimName",
        ),
        ("Pod", NAMED | {"status": {"phase": {}}}, "items.0.status.phase"),
        ("Deployment", {"metadata": True}, "items.0.metadata"),
        ("Deployment", NAMED | {"spec": {"template": []}}, "items.0.spec.template"),
        ("Pod", NAMED | {"status": None}, "items.0.status"),
        ("Pod", NAMED | {"status": {"containerStatuses": [{}]}}, "containerStatuses.0.name"),
        ("Pod", with_container("state", 5), "containerStatuses.0.state"),
        ("Pod", with_container("state", {"waiting": {"reason": []}}), "state.waiting.reason"),
        (
            "Pod",
            with_container("lastState", {"terminated": {"exitCode": "x"}}),
            "terminated.exitCode",
        ),
        ("Pod", with_container("restartCount", []), "restartCount"),
        ("Node", {"metadata": {"name": "a", "creationTimestamp": 5}}, "creationTimestamp"),
        ("Node", {"metadata": {"name": "a", "creationTimestamp": "5"}}, "items.0.metadata"),
        ("Node", NAMED | {"status": {"allocatable": {"nvidia.com/gpu": "x"}}}, "items.0.status"),
        ("Event", NAMED | {"involvedObject": "x"}, "items.0.involvedObject"),
        ("Event", NAMED | {"reason": ["x"]}, "items.0.reason"),
        ("Service", NAMED | {"status": {"loadBalancer": {"ingress": [5]}}}, "ingress.0"),
        ("Service", NAMED | {"spec": {"ports": 5}}, "items.0.spec.ports"),
        ("PersistentVolumeClaim", NAMED | {"status": {"phase": 5}}, "items.0.status.phase"),
        ("Deployment", NAMED, "items.0.spec"),
        ("Deployment", NAMED | {"spec": {"replicas": "x"}}, "items.0.spec.replicas"),
        ("Deployment", NAMED | {"spec": {"selector": {"matchLabels": 5}}}, "matchLabels"),
        ("Deployment", NAMED | {"spec": {}, "status": {"readyReplicas": {}}}, "readyReplicas"),
        ("Deployment", managed({"x:metadata": {}}), "items.0.metadata.managedFields.0"),
        ("Deployment", managed({"f:metadata": 5}), "items.0.metadata.managedFields.0"),
        ("Deployment", managed({"k:no json": {}}), "items.0.metadata.managedFields.0"),
        (
            "Job",
            NAMED | {"spec": {}, "status": {"conditions": [None]}},
            "items.0.status.conditions.0",
        ),
    ],
)
def test_objects_of_another_shape_are_no_kubernetes(
    server: KubeServer, kind: str, item: object, what: str
) -> None:
    server.failures = [(200, {"kind": "SomeList", "metadata": {}, "items": [item]})]
    version = {"Deployment": "apps/v1", "Job": "batch/v1"}.get(kind, "v1")

    with pytest.raises(ClusterFailed, match="does not answer as a Kubernetes API") as caught:
        cluster(server).find(kind, api_version=version)

    assert what in caught.value.detail


def test_what_kaito_does_not_read_may_have_any_shape(server: KubeServer) -> None:
    item = NAMED | {"spec": {"nodeName": None, "more": [1]}, "more": 3}
    server.failures = [(200, {"kind": "PodList", "metadata": {}, "items": [item]})]

    assert cluster(server).find("Pod") == ({"apiVersion": "v1", "kind": "Pod", **item},)
