"""What an orphan is: every condition of the definition, and nothing less."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaito_cli.manifests import names, render
from kaito_cli.model import MANAGED_BY_LABEL, MANAGER, WORKSPACE_LABEL, LiveNodePool, PoolVerdict
from kaito_cli.readiness.orphans import Judgement, Seen, Unseen, judge
from tests.builders import plan
from tests.inventory import NOW, aks, node, pod, pool, workload

HERE, ON = "kchatabc123", "aks-kchatabc123-0"
NODES = (node("system"), node(HERE))
EMPTY = Seen(nodes=NODES)


def judged(live: LiveNodePool | None = None, seen: Seen | Unseen = EMPTY) -> Judgement:
    live = live or pool()
    return judge(live, aks(live), seen, NOW)


def with_pod(**given: Any) -> Seen:
    return Seen(nodes=NODES, pods=(pod(**given),))


def tagged(**tags: str | None) -> LiveNodePool:
    return pool(tags={f"kaito-cli-{name}": value for name, value in tags.items()})


def affinity(
    *pools: str, operator: str = "In", when: str = "requiredDuringScheduling"
) -> dict[str, Any]:
    """A pod's spec as our own template binds it to a pool."""
    rule = {"key": "kubernetes.azure.com/agentpool", "operator": operator, "values": [*pools]}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [rule]}]}
    return {"affinity": {"nodeAffinity": {f"{when}IgnoredDuringExecution": terms}}}


def bound(spec: dict[str, Any], ended: str = "", **given: str) -> Seen:
    """A workload of somebody else, without pods."""
    found = workload("web", "default", manager="Helm", **given)
    conditions = [{"type": ended, "status": "True"}] if ended else []
    found |= {"spec": {"template": {"spec": spec}}, "status": {"conditions": conditions}}
    return Seen(nodes=NODES, workloads=(found,))


JOB = {"kind": "Job", "api_version": "batch/v1"}


@pytest.mark.parametrize(
    ("live", "seen"),
    [
        pytest.param(pool(), EMPTY, id="nothing is left"),
        pytest.param(pool(), with_pod(**affinity("other")), id="a pod bound to another pool"),
        pytest.param(pool(), with_pod(**affinity(HERE, operator="NotIn")), id="one that shuns it"),
        pytest.param(pool(), bound(affinity("other")), id="a workload bound to another pool"),
        pytest.param(pool(), bound({}), id="a workload bound to none"),
        pytest.param(pool(), bound(affinity(HERE), "Complete", **JOB), id="a Job that is done"),
        pytest.param(pool(), bound(affinity(HERE), "Failed", **JOB), id="a Job that gave up"),
        pytest.param(pool(), with_pod(on=ON, owner="DaemonSet"), id="a DaemonSet's pod"),
        pytest.param(pool(), with_pod(on="aks-system-0"), id="a pod elsewhere"),
        pytest.param(pool(), Seen(nodes=NODES[:1]), id="no node came"),
        pytest.param(pool(provisioning_state="Failed"), EMPTY, id="a failed pool"),
        pytest.param(pool(count=0), EMPTY, id="a pool without nodes"),
        pytest.param(tagged(cluster="PROD"), EMPTY, id="Azure's names have no case"),
        *(
            pytest.param(pool(), Seen(nodes=NODES, workloads=(found,)), id=what)
            for what, found in {
                "a workspace of another name": workload("chats"),
                "a workspace in another namespace": workload(namespace="default"),
                "an object of somebody else": workload(manager="Helm"),
            }.items()
        ),
    ],
)
def test_an_orphan(live: LiveNodePool, seen: Seen) -> None:
    assert judged(live, seen).verdict == PoolVerdict.ORPHAN


@pytest.mark.parametrize(
    ("live", "seen", "verdict", "reason"),
    [
        (pool(), Seen(workloads=(workload(),)), "in-use", "its workspace is there"),
        (pool(), with_pod(on=ON), "in-use", "pod default/web-1 on its nodes"),
        (pool(), with_pod(on=ON, owner=""), "in-use", "pod default/web-1 on its nodes"),
        (pool(), with_pod(on=ON, phase="Succeeded"), "in-use", "pod"),
        (pool(), with_pod(on=ON, phase="Failed"), "in-use", "pod"),
        (pool(), with_pod(phase="Pending", nodeSelector={"agentpool": HERE}), "in-use", "pod"),
        (pool(), with_pod(phase="Pending", **affinity("other", HERE)), "in-use", "pod default/web"),
        (pool(), bound(affinity(HERE)), "in-use", "Deployment default/web bound to it"),
        (pool(), bound({"nodeSelector": {"agentpool": HERE}}), "in-use", "bound to it"),
        (pool(), bound(affinity(HERE), **JOB), "in-use", "Job default/web bound to it"),
        (pool(), bound(affinity(HERE), "Suspended", **JOB), "in-use", "Job default/web bound"),
        (pool(provisioning_state="Failed"), Seen(workloads=(workload(),)), "failed", "workspace"),
        (pool(provisioning_state="Failed"), Unseen(reason="403"), "failed", "403"),
        (pool(provisioning_state="Creating"), EMPTY, "busy", "Azure says Creating"),
        (pool(provisioning_state="Scaling"), Unseen(reason="403"), "busy", "Azure says Scaling"),
        (pool(provisioning_state="Deleting"), EMPTY, "busy", "Azure says Deleting"),
        (pool(provisioning_state="Migrating"), EMPTY, "unknown", "Azure says Migrating"),
        (pool(), Unseen(reason="You may not list pods"), "unknown", "You may not list pods"),
        (pool(), Seen(), "unknown", "no node seen in Kubernetes is one of prod's"),
        (pool(), Seen(nodes=(node("system", group="mc_other"),)), "unknown", "no node seen"),
        (pool(), Seen(nodes=(node("system", subscription="0-1"),)), "unknown", "no node seen"),
        (tagged(workspace="chat"), EMPTY, "unknown", "kaito-cli-workspace names no workspace"),
        (tagged(cluster="dev"), EMPTY, "unknown", "its tag kaito-cli-cluster is `dev`"),
        (tagged(cluster=None), EMPTY, "unknown", "its tag kaito-cli-cluster is ``"),
        (tagged(created=None), EMPTY, "unknown", "kaito-cli-created tells no time"),
        (tagged(created="yesterday"), EMPTY, "unknown", "kaito-cli-created tells no time"),
        (tagged(created="2026-11-22T12:00:00"), EMPTY, "unknown", "tells no time"),
        (tagged(created="2026-11-23T11:00:00Z"), EMPTY, "unknown", "not older than an hour"),
        (tagged(created="2027-01-01T00:00:00Z"), EMPTY, "unknown", "not older than an hour"),
    ],
)
def test_what_is_no_orphan(
    live: LiveNodePool, seen: Seen | Unseen, verdict: str, reason: str
) -> None:
    found = judged(live, seen)

    assert found.verdict == verdict
    assert reason in found.reason


STATES = st.sampled_from(["Creating", "Updating", "Scaling", "Deleting", "Odd", ""])
YOUNG = st.timedeltas(timedelta(days=-9), timedelta(hours=1)).map(lambda age: NOW - age)
OLD = st.timedeltas(timedelta(hours=1, seconds=1), timedelta(days=99)).map(lambda age: NOW - age)
HARMLESS = st.one_of(
    st.builds(pod, st.sampled_from(["aks-system-0", ""])),
    st.builds(pod, st.just(ON), owner=st.just("DaemonSet")),
)
# for each condition of the definition what meets it, and what does not
CONDITIONS: dict[str, tuple[st.SearchStrategy[Any], st.SearchStrategy[Any]]] = {
    "state": (st.sampled_from(["Succeeded", "succeeded", "Failed"]), STATES),
    "cluster": (st.just("prod"), st.sampled_from(["dev", "", None])),
    "created": (
        OLD.map(lambda at: at.isoformat()),
        st.one_of(YOUNG.map(lambda at: at.isoformat()), st.sampled_from(["", "soon", None])),
    ),
    "owner": (st.just("ml.chat"), st.sampled_from(["chat", ".chat", "ml.", ""])),
    "pods": (
        st.lists(HARMLESS, max_size=3),
        st.lists(HARMLESS, max_size=2).map(lambda pods: [*pods, pod(ON)]),
    ),
    "workloads": (
        st.lists(st.just(workload("web")), max_size=1),
        st.just([workload("web"), workload()]),
    ),
    "nodes": (st.just(NODES), st.sampled_from([(), (node("system", group="mc_dev"),)])),
    "seen": (st.just(True), st.just(False)),
}


@given(st.data(), st.sets(st.sampled_from(sorted(CONDITIONS))))
def test_an_orphan_meets_every_condition_and_whatever_does_is_one(
    data: st.DataObject, broken: set[str]
) -> None:
    drawn = {
        name: data.draw(unmet if name in broken else met, label=name)
        for name, (met, unmet) in CONDITIONS.items()
    }
    live = pool(
        provisioning_state=drawn["state"],
        tags={
            "kaito-cli-workspace": drawn["owner"],
            "kaito-cli-cluster": drawn["cluster"],
            "kaito-cli-created": drawn["created"],
        },
    )
    seen = Seen(
        nodes=drawn["nodes"], pods=tuple(drawn["pods"]), workloads=tuple(drawn["workloads"])
    )

    found = judged(live, seen if drawn["seen"] else Unseen(reason="forbidden"))

    assert (found.verdict is PoolVerdict.ORPHAN) == (not broken)


def test_objects_are_found_by_the_labels_they_are_made_with() -> None:
    labels = names.labels_of(plan())

    assert labels[MANAGED_BY_LABEL] == MANAGER
    assert labels[WORKSPACE_LABEL] == plan().workspace


def test_our_own_template_binds_as_is_looked_for() -> None:
    named = plan(request={"node_pool": HERE}, node_pool={"name": HERE, "existing": True})
    made = tuple(each for each in render(named) if each["kind"] == "Deployment")

    reason = judged(seen=Seen(nodes=NODES, workloads=made)).reason

    assert reason == f"Deployment {named.namespace}/{named.workspace} bound to it"


def test_whose_nodes_are_seen_is_not_asked_where_azure_does_not_say() -> None:
    live = pool()
    nameless = replace(aks(live), node_resource_group="")

    assert judge(live, nameless, EMPTY, NOW).verdict == PoolVerdict.ORPHAN
