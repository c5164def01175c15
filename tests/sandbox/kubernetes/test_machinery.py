"""Versions, discovery, identity, defaults: what every client meets first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from kubernetes.client import ApiClient, CoreV1Api, VersionApi
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.exceptions import NotFoundError, ResourceNotFoundError

from kaito_cli.sandbox.kubernetes.server import KubernetesServer
from tests.sandbox.kubernetes.conftest import Cluster, raw, status_of
from tests.sandbox.kubernetes.manifests import (
    config_map,
    deployment,
    pod,
    service,
    with_container,
)


def test_the_server_tells_its_version(api: ApiClient) -> None:
    found = VersionApi(api).get_code()

    assert (found.major, int(found.minor) >= 30) == ("1", True)


def test_namespaces_are_there_and_can_be_made(dynamic: DynamicClient) -> None:
    namespaces = dynamic.resources.get(kind="Namespace")
    namespaces.create(body={"metadata": {"name": "mine"}})

    names = [each.metadata.name for each in namespaces.get().items]
    assert {"default", "kube-system", "mine"} <= set(names)
    assert namespaces.get(name="mine").status.phase == "Active"


@pytest.mark.parametrize(
    ("version", "kind", "namespaced"),
    [
        ("v1", "Pod", True),
        ("v1", "Node", False),
        ("apps/v1", "Deployment", True),
        ("batch/v1", "Job", True),
        ("policy/v1", "PodDisruptionBudget", True),
        ("networking.k8s.io/v1", "NetworkPolicy", True),
        ("coordination.k8s.io/v1", "Lease", True),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", False),
    ],
)
def test_the_dynamic_client_discovers_the_kinds_kaito_applies(
    dynamic: DynamicClient, version: str, kind: str, namespaced: bool
) -> None:
    assert dynamic.resources.get(api_version=version, kind=kind).namespaced is namespaced


def test_a_kind_nobody_has_is_not_discovered(dynamic: DynamicClient) -> None:
    with pytest.raises(ResourceNotFoundError):
        dynamic.resources.get(api_version="kaito.sh/v1", kind="Workspace")


def test_discovery_also_comes_aggregated(api: ApiClient) -> None:
    accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    found = raw(api, "GET", "/apis", {"Accept": accept})

    assert "apps" in [each["metadata"]["name"] for each in found.json()["items"]]
    assert found.headers["Content-Type"] == accept


def test_an_object_gets_an_identity(cluster: Cluster) -> None:
    meta = cluster.create(config_map())["metadata"]

    assert len(meta["uid"]) == 36
    assert int(meta["resourceVersion"]) > 0
    assert meta["creationTimestamp"].endswith("Z")


def test_generate_name_makes_names(cluster: Cluster) -> None:
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "run-"}}
    names = {cluster.create(manifest)["metadata"]["name"] for _ in range(3)}

    assert len(names) == 3
    assert all(each.startswith("run-") and len(each) == 9 for each in names)


def test_string_data_of_a_secret_becomes_data(cluster: Cluster) -> None:
    meta = {"name": "key"}
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": meta}
    found = cluster.apply({**manifest, "stringData": {"token": "abc"}})

    assert found["data"] == {"token": "YWJj"}
    assert "stringData" not in found
    assert found["type"] == "Opaque"


def test_events_are_found_by_what_they_are_about(cluster: Cluster) -> None:
    involved = {"kind": "Pod", "name": "one", "namespace": cluster.namespace}
    for name, target in (("a", "one"), ("b", "two")):
        meta = {"name": name, "namespace": cluster.namespace}
        event = {"apiVersion": "v1", "kind": "Event", "metadata": meta}
        cluster.create({**event, "involvedObject": {**involved, "name": target}})

    found = cluster.get("Event", field_selector="involvedObject.name=one")
    assert [each["metadata"]["name"] for each in found["items"]] == ["a"]


def test_what_is_not_there_is_a_404_that_names_it(cluster: Cluster) -> None:
    with pytest.raises(NotFoundError) as caught:
        cluster.get("Deployment", "nothing")

    assert status_of(caught.value)["message"] == 'deployments.apps "nothing" not found'


def test_creating_twice_is_a_409(cluster: Cluster) -> None:
    cluster.create(config_map())
    with pytest.raises(ApiException) as caught:
        cluster.create(config_map())

    assert (caught.value.status, status_of(caught.value)["reason"]) == (409, "AlreadyExists")


def test_a_deployment_gets_its_defaults(cluster: Cluster) -> None:
    manifest = with_container(deployment(), ports=[{"containerPort": 8000}])
    spec = cluster.apply(manifest)["spec"]

    assert spec["replicas"] == 1
    assert spec["progressDeadlineSeconds"] == 600
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": "25%", "maxUnavailable": "25%"}
    container = spec["template"]["spec"]["containers"][0]
    assert container["imagePullPolicy"] == "IfNotPresent"
    assert container["ports"] == [{"containerPort": 8000, "protocol": "TCP"}]
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] == 30


def test_quantities_are_written_canonically(cluster: Cluster) -> None:
    limits = {"nvidia.com/gpu": 1, "memory": "1024Mi", "cpu": "0.5"}
    manifest = with_container(deployment(), resources={"limits": limits})
    found = cluster.apply(manifest)["spec"]["template"]["spec"]["containers"][0]

    wanted = {"nvidia.com/gpu": "1", "memory": "1Gi", "cpu": "500m"}
    assert found["resources"] == {"limits": wanted}


def test_the_limits_of_a_pod_are_its_requests(cluster: Cluster) -> None:
    manifest = with_container(pod(), resources={"limits": {"memory": "1Gi"}})
    found = cluster.apply(manifest)["spec"]["containers"][0]["resources"]

    assert found["requests"] == {"memory": "1Gi"}


def test_a_service_gets_an_address_that_stays(cluster: Cluster) -> None:
    first = cluster.apply(service())["spec"]
    second = cluster.apply(service(ports=[{"port": 81}]))["spec"]

    assert first["clusterIP"].startswith("10.0.")
    assert second["clusterIP"] == first["clusterIP"]
    assert second["ports"] == [{"port": 81, "protocol": "TCP", "targetPort": 81}]


def test_a_client_that_knows_no_models_reads_typed_lists(api: ApiClient, cluster: Cluster) -> None:
    cluster.create(pod())
    found = CoreV1Api(api).list_namespaced_pod(cluster.namespace)

    assert [each.metadata and each.metadata.name for each in found.items] == ["one"]


def test_many_clients_write_at_once(cluster: Cluster) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = [f"c-{number}" for number in range(40)]
        made = list(pool.map(lambda name: cluster.apply(config_map(name)), names))
    versions = {each["metadata"]["resourceVersion"] for each in made}

    assert sorted(names) == cluster.names("ConfigMap")
    assert len(versions) == 40


def test_nothing_here_surprised_the_server(server: KubernetesServer) -> None:
    assert server.state.faults.surprises == []
