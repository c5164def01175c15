"""A pod whose pool is full of its own workspace's pods waits for ever; any other may be placed."""

from collections.abc import Callable
from typing import Any

import pytest

from kaito_cli.manifests.render import render
from kaito_cli.ports import Manifest
from kaito_cli.readiness.pods import judge_pod
from tests.readiness.cluster import around
from tests.workspaces import chat, gpu_node, running, unscheduled

PLAN = chat(placement={"replicas": 2})
POOL = PLAN.node_pool.name


def bound(pod: Manifest) -> Manifest:
    """As the Deployment makes it: for the workspace's own pool, with a GPU."""
    template = next(each for each in render(PLAN) if each["kind"] == "Deployment")["spec"]
    return {**pod, "spec": {**template["template"]["spec"], **pod["spec"]}}


WAITING = bound(unscheduled(PLAN))
THERE = bound(running(PLAN, 1))


def told(pods: list[Manifest], nodes: list[Manifest], **known: Any) -> tuple[bool, str, str]:
    found = judge_pod(WAITING, around(pods=[WAITING, *pods], pools={POOL: nodes}, **known))
    return found.ok, found.cause, found.diagnosis.fix if found.diagnosis else ""


def test_it_never_will_be_and_the_command_names_workspace_and_numbers() -> None:
    ok, cause, fix = told([THERE], [gpu_node(POOL)])

    assert (ok, cause) == (False, "node-pool-full")
    assert "`kaito scale chat -n ml --replicas 2`" in fix
    assert "`--replicas 1`" in fix


def _leaving(pod: Manifest) -> Manifest:
    gone = {"deletionTimestamp": "2026-11-23T12:00:00Z"}
    return {**pod, "metadata": {**pod["metadata"], **gone}}


def _ending(pod: Manifest) -> Manifest:
    return {**pod, "spec": {**pod["spec"], "restartPolicy": "Never"}}


def _of_another(pod: Manifest) -> Manifest:
    other = {**pod["metadata"]["labels"], "kaito-cli.dev/workspace": "coder"}
    return {**pod, "metadata": {**pod["metadata"], "labels": other}}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_leaving, id="a pod that is on its way out"),
        pytest.param(_ending, id="a pod that ends by itself"),
        pytest.param(_of_another, id="a pod of somebody else"),
        pytest.param(lambda pod: bound(running(PLAN, 1, ready=False)), id="one that is not ready"),
        pytest.param(lambda pod: bound(running(PLAN, 1, node="other")), id="one elsewhere"),
    ],
)
def test_room_that_others_may_make_is_waited_for(change: Callable[[Manifest], Manifest]) -> None:
    assert told([change(THERE)], [gpu_node(POOL)])[0]


@pytest.mark.parametrize(
    ("nodes", "known"),
    [
        pytest.param([], {}, id="nodes that are not seen"),
        pytest.param([gpu_node(POOL, gpus=0)], {}, id="a node that offers no GPU"),
        pytest.param([gpu_node(POOL), gpu_node(POOL, "gpu-1")], {}, id="another node with room"),
        pytest.param([gpu_node(POOL)], {"nodes_coming": True}, id="nodes are coming"),
    ],
)
def test_nodes_that_may_have_room_are_waited_for(
    nodes: list[Manifest], known: dict[str, Any]
) -> None:
    assert told([THERE], nodes, **known)[0]


def test_a_quantity_of_another_spelling_is_no_proof() -> None:
    node = gpu_node(POOL)
    node["status"]["allocatable"]["nvidia.com/gpu"] = "1k"

    assert told([THERE], [node])[0]
