"""What is a workspace's to delete: by its labels, and by what only kaito can have done."""

from collections.abc import Iterator
from typing import Any

import pytest

from kaito_cli.catalog.gpus import hardware
from kaito_cli.errors import BadInput, NotFound, NotPermitted
from kaito_cli.model import Event, LiveNodePool, Nodes, Ref, Target, TargetKind
from kaito_cli.operations.delete import delete
from kaito_cli.operations.replicas import stop
from kaito_cli.operations.resizing import to_delete
from kaito_cli.operations.steps import unattended
from kaito_cli.ports import Manifest
from tests.aks import DEPLOYMENT, NAME, NAMESPACE, POOL, Aks, chat
from tests.inventory import pool

OURS = {"app.kubernetes.io/managed-by": "kaito-cli"}
LABELS = {**OURS, "kaito-cli.dev/workspace": NAME}
CLAIM = "chat-weights"
NEWER = {"metadata": {"annotations": {"kaito-cli.dev/plan": '{"version":99,"kaito":"9.9"}'}}}


def served() -> Aks:
    aks = Aks()
    aks.deploy(chat(2))
    return aks


def gone(aks: Aks, **how: Any) -> Iterator[Event]:
    return delete(NAME, NAMESPACE, aks.world, **how)


def volume(name: str = CLAIM, labels: dict[str, str] = LABELS) -> Manifest:
    metadata = {"name": name, "namespace": NAMESPACE, "labels": labels}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata}


def mounting(claim: str = CLAIM) -> Manifest:
    """The spec of a pod."""
    volumes = [{"name": "tmp", "emptyDir": {}}]
    return {
        "volumes": [*volumes, {"name": "w", "persistentVolumeClaim": {"claimName": claim}}],
        "containers": [{"name": "main", "image": "x"}],
    }


def pod(name: str, labels: dict[str, str], owner: str = "") -> Manifest:
    metadata: Manifest = {"name": name, "namespace": NAMESPACE, "labels": labels}
    if owner:
        metadata["ownerReferences"] = [{"kind": "ReplicaSet", "name": owner, "uid": "1"}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": mounting()}


def workload(name: str, labels: dict[str, str], kind: str = "Deployment") -> Manifest:
    return {
        "apiVersion": "batch/v1" if kind == "Job" else "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels},
        "spec": {"replicas": 0, "template": {"metadata": {}, "spec": mounting()}},
    }


def claims(aks: Aks) -> list[str]:
    kind = "PersistentVolumeClaim"
    return [each["metadata"]["name"] for each in aks.cluster.objects if each["kind"] == kind]


class TestVolumes:
    def test_kaitos_own_goes_with_purge(self) -> None:
        aks = served()
        aks.cluster.objects.append(volume())
        aks.cluster.apply([volume("chat-of-another-kaito")])

        aks.run(gone(aks, purge=True))

        assert claims(aks) == []

    @pytest.mark.parametrize(
        "theirs",
        [
            volume("a-users-copy"),
            volume("chat"),
            volume(labels=OURS),
            volume(labels={"kaito-cli.dev/workspace": NAME}),
            volume("coder-weights"),
        ],
        ids=["copy", "as the workspace", "no workspace", "not managed", "of another workspace"],
    )
    def test_what_the_labels_alone_call_ours_stays(self, theirs: Manifest) -> None:
        aks = served()
        aks.cluster.objects.append(theirs)

        aks.run(gone(aks, purge=True))

        assert claims(aks) == [theirs["metadata"]["name"]]

    @pytest.mark.parametrize(
        "other",
        [
            pod("reader", {}),
            pod("coder-7d9f-0", {**OURS, "kaito-cli.dev/workspace": "coder"}),
            pod("copy-7d9f-0", LABELS, owner="copy-7d9f"),
            workload("coder", {**OURS, "kaito-cli.dev/workspace": "coder"}),
            workload("theirs", {}, "StatefulSet"),
            workload("theirs", {}, "Job"),
        ],
        ids=["pod", "other workspace", "copy's pod", "stopped workspace", "stateful", "job"],
    )
    def test_what_others_mount_stays_and_is_told(self, other: Manifest) -> None:
        aks = served()
        aks.live = lambda: None  # type: ignore[method-assign]
        aks.cluster.objects.extend([volume(), other])

        shown = to_delete(NAME, NAMESPACE, aks.world, hardware(), purge=True)
        told = [each.message for each in aks.run(unattended(gone(aks, purge=True)))]

        assert (shown.volumes, shown.stays[0]) == ((), f"volume {CLAIM} (others mount it)")
        assert claims(aks) == [CLAIM]
        assert f"others mount it, so it stays: volume {CLAIM}" in told

    def test_what_only_the_workspace_mounts_goes(self) -> None:
        aks = served()
        found = next(each for each in aks.cluster.objects if each["kind"] == "Deployment")
        found["spec"]["template"]["spec"]["volumes"] = mounting()["volumes"]
        for each in aks.pods():
            each["spec"] = mounting()
        aks.cluster.objects.append(volume())

        aks.run(gone(aks, purge=True))

        assert claims(aks) == []

    @pytest.mark.parametrize(
        "spec",
        [None, {}, {"volumes": None}, {"volumes": [{"name": "tmp", "emptyDir": {}}]}],
    )
    def test_a_pod_without_claims_is_nobodys(self, spec: Any) -> None:
        aks = served()
        aks.cluster.objects.extend([volume(), {**pod("odd", {}), "spec": spec}])

        aks.run(gone(aks, purge=True))

        assert claims(aks) == []

    def test_nothing_but_what_others_mount_is_nothing_to_delete(self) -> None:
        aks = Aks(objects=(volume(), workload("coder", {})))

        with pytest.raises(NotFound):
            aks.run(gone(aks, purge=True))

        assert claims(aks) == [CLAIM]


def test_what_kaito_applied_for_another_workspace_stays_whoever_relabelled_it() -> None:
    aks = served()
    other = chat(
        workspace="coder", node_pool={"name": "kc", "tags": {"kaito-cli-workspace": "ml.coder"}}
    )
    aks.deploy(other)
    service = Ref(kind="Service", name="coder", namespace=NAMESPACE)
    aks.cluster.edit(service, {"metadata": {"labels": {"kaito-cli.dev/workspace": NAME}}})

    events = aks.run(gone(aks))

    assert aks.cluster.get(service)
    assert any(each.message == "not kaito's, so it stays: Service coder" for each in events)


def nodes_of(name: str, **labels: str) -> Manifest:
    found = {"kubernetes.azure.com/agentpool": name, **labels}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"{name}-0", "labels": found}}


def unreadable(node: Manifest | None, name: str, *pools: LiveNodePool) -> Aks:
    """A workspace on a pool, with a plan of a newer kaito, behind a kubeconfig."""
    aks = Aks(*pools)
    existing = {"existing": True, "tags": {}} if pools else {}
    request = {"nodes": Nodes.EXISTING, "node_pool": name} if pools else {}
    aks.deploy(chat(2, request=request, node_pool={"name": name, **existing}))
    aks.cluster.edit(DEPLOYMENT, NEWER, manager="kaito-cli")
    aks.target = Target(kind=TargetKind.KUBECONFIG)
    aks.cluster.objects.extend([node] if node else [])
    return aks


MINE = pool("mine", tags=dict.fromkeys(("kaito-cli-workspace", "kaito-cli-cluster")))


class TestWithoutAzureAndWithoutThePlan:
    def test_a_pool_whose_nodes_are_not_kaitos_is_the_users(self) -> None:
        aks = unreadable(nodes_of("mine"), "mine", MINE)

        aks.run(gone(aks))

        assert aks.kinds() == ["Node"]
        assert aks.pools() == {"mine": 2}

    def test_stop_goes_by_the_same(self) -> None:
        aks = unreadable(nodes_of("mine"), "mine", MINE)

        aks.run(stop(NAME, NAMESPACE, aks.world))

        assert aks.pods() == []

    def test_one_that_another_workspace_has_there_is_not_its_own(self) -> None:
        theirs = {"kaito-cli.dev/workspace": "coder", "kaito-cli.dev/namespace": NAMESPACE}
        aks = unreadable(nodes_of("mine", **theirs), "mine", MINE)

        aks.run(gone(aks))

        assert "Deployment" not in aks.kinds()

    @pytest.mark.parametrize(
        "node",
        [
            nodes_of(
                POOL, **{"kaito-cli.dev/workspace": NAME, "kaito-cli.dev/namespace": NAMESPACE}
            ),
            None,
        ],
        ids=["its own", "no nodes to tell"],
    )
    def test_what_may_be_kaitos_is_not_forgotten(self, node: Manifest | None) -> None:
        aks = unreadable(node, POOL)

        with pytest.raises(BadInput, match=POOL) as caught:
            aks.run(gone(aks))

        assert "--target aks" in caught.value.hint
        assert "Deployment" in aks.kinds()

    def test_who_may_not_list_nodes_is_refused_as_before(self) -> None:
        aks = unreadable(nodes_of("mine"), "mine", MINE)
        aks.cluster.failing["find Node"] = NotPermitted("You may not list nodes.")

        with pytest.raises(BadInput, match="mine"):
            aks.run(gone(aks))
