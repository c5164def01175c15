"""Services, claims, budgets: what is around the pods."""

import pytest

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from tests.sandbox.kubernetes.life.conftest import Town
from tests.sandbox.kubernetes.life.workloads import serving
from tests.sandbox.kubernetes.manifests import service, with_pod


def test_a_service_knows_its_ready_pods(town: Town) -> None:
    town.with_gpus(1).apply(serving())
    town.apply(service())
    town.behave(pull_seconds=0, ready_seconds=50)
    seen = []
    for seconds in (30, 60):
        town.pass_time(seconds)
        endpoints = town.all("endpointslices")[0]["endpoints"]
        seen.append([each["conditions"]["ready"] for each in endpoints])

    assert seen == [[False], [True]]
    assert town.all("endpointslices")[0]["ports"][0]["port"] == 8000
    assert len(town.get("endpoints", "web")["subsets"][0]["addresses"]) == 1


@pytest.mark.parametrize(
    ("annotations", "network"),
    [
        ({}, "203.0.113."),
        ({"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}, "10.224.0."),
    ],
)
def test_a_load_balancer_gets_an_address_after_a_while(
    town: Town, annotations: Manifest, network: str
) -> None:
    manifest = service(type="LoadBalancer")
    manifest["metadata"]["annotations"] = annotations
    town.apply(manifest)
    town.pass_time(10)
    early = town.status("services", "web")["loadBalancer"]
    town.pass_time(60)
    ingress = town.status("services", "web")["loadBalancer"]["ingress"]

    assert early == {}
    assert ingress[0]["ip"].startswith(network)


def claim(storage_class: str | None) -> Manifest:
    spec: Manifest = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
    }
    named = {"storageClassName": storage_class} if storage_class is not None else {}
    meta = {"name": "weights"}
    kind = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta}
    return {**kind, "spec": {**spec, **named}}


@pytest.mark.parametrize(
    ("storage_class", "phase"),
    [("azurefile-csi", "Bound"), ("managed-csi", "Pending"), (None, "Pending"), ("no", "Pending")],
)
def test_a_claim_is_bound_as_its_class_says(
    town: Town, storage_class: str | None, phase: str
) -> None:
    town.apply(claim(storage_class))
    town.pass_time(60)

    assert town.status("persistentvolumeclaims", "weights")["phase"] == phase


def test_a_claim_nobody_can_bind_holds_its_pod_back(town: Town) -> None:
    volume = {"name": "w", "persistentVolumeClaim": {"claimName": "weights"}}
    town.apply(claim("no"))
    town.with_gpus(1).apply(with_pod(serving(), volumes=[volume]))
    town.pass_time(60)

    assert "pod has unbound immediate PersistentVolumeClaims" in town.told("FailedScheduling")[0]
    assert town.told("ProvisioningFailed") == ['storageclass.storage.k8s.io "no" not found']


def test_a_cluster_with_node_auto_provisioning_takes_node_pools(town: Town) -> None:
    town.life.add_karpenter()
    meta = {"name": "gpus"}
    manifest = {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": meta}
    town.apply({**manifest, "spec": {"template": {"spec": {"requirements": []}}}})

    assert town.get("nodepools", "gpus")["spec"] == {"template": {"spec": {"requirements": []}}}


def test_a_budget_counts_what_may_be_missed(town: Town) -> None:
    selector = {"matchLabels": {"app": "web"}}
    budget = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget"}
    spec = {"minAvailable": 1, "selector": selector}
    town.with_gpus(2).apply(serving(replicas=2))
    town.apply({**budget, "metadata": {"name": "web"}, "spec": spec})
    town.pass_time(60)
    status = town.status("poddisruptionbudgets", "web")

    assert (status["currentHealthy"], status["disruptionsAllowed"]) == (2, 1)
