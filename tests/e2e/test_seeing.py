"""What a cluster and Azure say of workspaces: real commands, adapters and SDKs against servers of
this machine."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from kaito_cli.cli import run
from kaito_cli.manifests.annotation import PLAN_ANNOTATION
from kaito_cli.manifests.names import selector_of
from kaito_cli.manifests.render import render
from kaito_cli.model import MANAGED_BY_LABEL, MANAGER, Plan, Ref, Target, TargetKind
from kaito_cli.ports import Manifest, World
from kaito_cli.sandbox.arm import ArmServer
from kaito_cli.sandbox.arm import serving as serving_arm
from kaito_cli.sandbox.kubernetes.life.behaviour import Behaviour
from kaito_cli.sandbox.kubernetes.life.machine import Machine, Pool
from kaito_cli.sandbox.kubernetes.life.simulation import Simulation
from kaito_cli.sandbox.kubernetes.server import KubernetesServer, serving
from kaito_cli.sandbox.kubernetes.state import ApiState
from kaito_cli.sandbox.kubernetes.writes import Writing, apply, create
from kaito_cli.wiring import connect
from tests.sandbox.arm.calls import CLUSTER, put
from tests.workspaces import chat

SPEED = 120  # simulated seconds in one
A100 = Machine(vm_size="Standard_NC24ads_A100_v4", vcpus=24, memory_gib=220, gpus=1, disk_gib=256)
PLAN = chat()
POOL = PLAN.node_pool.name
WHERE = (
    *("--target", "aks", "-s", "00000000-0000-0000-0000-000000000001"),
    *("-g", "ml", "--cluster", "prod", "-n", "ml"),
)
LOG = (
    (1, "INFO 11-23 12:00:01 [loader.py:1] Starting to load model tiiuae/falcon-7b-instruct..."),
    (4, "model-00001-of-00002.safetensors:  45%|####  | 4.5G/9.9G [00:10<00:12, 210MB/s]"),
    (300, "Capturing CUDA graphs (decode, FULL):  10%|#  | 3/35 [00:01<00:10,  3.3it/s]"),
    (600, "INFO:     Application startup complete."),
)
OUT_OF_MEMORY = (
    (1, "INFO 11-23 12:00:01 [loader.py:1] Starting to load model tiiuae/falcon-7b-instruct..."),
    (2, "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a "
        "total capacity of 79.15 GiB of which 1.20 GiB is free."),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Both servers, and the life behind one of them."""

    arm: ArmServer
    kube: KubernetesServer
    life: Simulation

    @property
    def state(self) -> ApiState:
        return self.kube.state

    @property
    def world(self) -> World:
        where = Target(
            kind=TargetKind.AKS,
            subscription=WHERE[3],
            resource_group="ml",
            cluster="prod",
            arm_endpoint=self.arm.url,
        )
        return connect(where)

    def resource(self, kind: str, version: str = "v1") -> Any:
        return self.state.store.resources.of_kind(version, kind)

    def deploy(
        self, plan: Plan = PLAN, nodes: int = 1, objects: list[Manifest] | None = None
    ) -> None:
        """What deploy does, and nodes that come with the pool. ``objects``: other than those the
        plan renders."""
        made = put(self.arm, f"{CLUSTER}/agentPools/{POOL}", tags=_tags(plan))
        assert made.status in (200, 201)
        self.world.cluster.apply(objects or render(plan))
        name = {"name": f"{plan.workspace}-api-key"}
        secret = {"metadata": name, "stringData": {"VLLM_API_KEY": "k"}}
        create(self.state.store, self.resource("Secret"), plan.namespace, secret)
        self.life.scale_pool(Pool(name=POOL, machine=A100, taints=("sku=gpu:NoSchedule",)), nodes)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    state = ApiState()
    create(
        state.store, state.store.resources.of("", "namespaces"), "", {"metadata": {"name": "ml"}}
    )
    life = Simulation(state, speed=SPEED)
    with serving(state, secure=False) as kube, serving_arm() as arm:
        arm.state.cluster.server = kube.url
        monkeypatch.setenv("KAITO_ARM_ENDPOINT", arm.url)
        life.start()
        try:
            yield Site(arm=arm, kube=kube, life=life)
        finally:
            life.stop()
    assert state.faults.surprises == []


def _tags(plan: Plan) -> dict[str, str]:
    return {
        "kaito-cli-workspace": f"{plan.namespace}.{plan.workspace}",
        "kaito-cli-cluster": "prod",
        "kaito-cli-created": "2026-01-01T00:00:00Z",
    }


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any, str]:
    """Exit code, the document on stdout, and stderr."""
    capsys.readouterr()
    code = run([*arguments, *WHERE])
    out, error = capsys.readouterr()
    return code, out, error


def test_a_workspace_is_waited_for_and_each_stage_is_told(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.life.scripts.cue(Behaviour(pull_seconds=300, log=LOG, ready_seconds=600))
    site.deploy()

    code, _, error = told(capsys, "wait", "chat", "--timeout", "60")

    assert code == 0, error
    lines = [line for line in error.splitlines() if "pod chat-" in line]
    stages = ["pulling the image", "loading weights", "downloading weights 45%, 210 MB/s"]
    stages += ["capturing CUDA graphs", ": ready"]
    places = [next(n for n, line in enumerate(lines) if each in line) for each in stages]
    assert places == sorted(places)

    code, out, _ = told(capsys, "status", "chat", "-o", "json")
    found = json.loads(out)
    assert (code, found["phase"], found["nodes"][0]["ready"]) == (0, "ready", True)
    assert found["pools"][0]["verdict"] == "in-use"
    assert found["drift"] == []
    assert found["plan_readable"] is True


def test_what_never_will_be_is_told_at_once(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    crash = Behaviour(pull_seconds=1, log=OUT_OF_MEMORY, exit_seconds=5, exit_code=1)
    site.life.scripts.cue(crash)
    site.deploy()

    code, _, error = told(capsys, "wait", "chat", "--timeout", "60")
    assert (code, "(cuda-oom-load)" in error) == (6, True), error
    assert "hint: " in error

    code, out, _ = told(capsys, "doctor", "chat", "-o", "json", "--exit-code")
    assert (code, json.loads(out)["cause"]) == (1, "cuda-oom-load")


def test_a_field_changed_by_hand_drifts_with_who_did_it(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.deploy()
    edit = {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 2}}
    edit["metadata"] = {"name": "chat"}
    how = Writing(manager="kubectl-scale", force=True)
    apply(site.state.store, site.resource("Deployment", "apps/v1"), "ml", "chat", edit, how)

    _, out, _ = told(capsys, "status", "chat", "-o", "json")

    (drift,) = json.loads(out)["drift"]
    assert (drift["path"], drift["manager"], drift["wanted"], drift["found"]) == (
        *("spec.replicas", "kubectl-scale"),
        *(1, 2),
    )


def test_a_plan_of_a_newer_kaito_stops_nothing_that_looks(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.deploy(objects=_of_a_newer_kaito(render(PLAN)))

    for command in ("list", "status", "doctor"):
        assert told(capsys, command)[0] == 0
    code, out, _ = told(capsys, "status", "chat")
    assert (code, "written by kaito 9.1" in " ".join(out.split())) == (0, True), out
    assert told(capsys, "wait", "chat", "--timeout", "60")[0] == 0


def _of_a_newer_kaito(objects: list[Manifest]) -> list[Manifest]:
    """Changed before they are written: once they are there, controllers write them too."""
    for each in objects:
        notes = each["metadata"].get("annotations") or {}
        if PLAN_ANNOTATION in notes:
            newer = {"version": 99, "kaito": "9.1", "request": "as nobody knows"}
            notes[PLAN_ANNOTATION] = json.dumps(json.loads(notes[PLAN_ANNOTATION]) | newer)
    return objects


def test_a_deletion_is_waited_for(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.deploy()
    world = site.world
    world.cluster.delete([
        Ref(kind=each["kind"], name="chat", api_version=each["apiVersion"], namespace="ml")
        for each in render(PLAN)
    ])  # fmt: skip
    (pool,) = (each for each in world.cloud.node_pools() if each.name == POOL)
    world.cloud.delete_node_pool(pool)

    assert told(capsys, "wait", "chat", "--for", "deleted", "--timeout", "60")[0] == 0
    assert told(capsys, "status", "chat")[0] == 3


def test_two_hundred_workspaces_in_five_requests(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.life.stop()
    site.arm.state.max_pools = 300
    for quota in site.arm.state.quotas("eastus2").values():
        quota.limit = 10_000
    for number in range(200):
        _fill(site, chat(f"w{number}"), number)
    site.arm.state.requests.clear()
    site.state.faults.requests.clear()

    code, out, _ = told(capsys, "status", "-o", "json")

    items = json.loads(out)["items"]
    assert (code, len(items)) == (0, 200)
    assert {each["phase"] for each in items} == {"ready"}
    assert all(each["plan_readable"] and each["pools"] and each["nodes"] for each in items)
    asked = [each.path for each in site.arm.state.requests]
    asked += [each.path for each in site.state.faults.requests]
    assert len(asked) <= 5, asked


def _fill(site: Site, plan: Plan, number: int) -> None:
    """A workspace that is ready, written straight into both servers."""
    pool = f"k{number}"
    put(site.arm, f"{CLUSTER}/agentPools/{pool}", tags=_tags(plan), count=1)
    labels = {**selector_of(plan), MANAGED_BY_LABEL: MANAGER}
    deployment = next(each for each in render(plan) if each["kind"] == "Deployment")
    status: dict[str, Any] = {"observedGeneration": 1}
    status |= dict.fromkeys(("replicas", "updatedReplicas", "availableReplicas"), 1)
    _put(site, "Deployment", "apps/v1", {**deployment, "status": status})
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    spec = {"nodeName": f"node-{number}", "containers": [{"name": "model", "image": "x"}]}
    for pod in range(3):  # more in all than kubectl asks for at once
        metadata = {"name": f"{plan.workspace}-{pod}", "namespace": "ml", "labels": labels}
        _put(site, "Pod", "v1", {"metadata": metadata, "spec": spec, "status": ready})
    metadata = {"name": f"node-{number}", "labels": {"agentpool": pool}}
    offered = {**ready, "allocatable": {"nvidia.com/gpu": "1"}}
    _put(site, "Node", "v1", {"metadata": metadata, "status": offered})


def _put(site: Site, kind: str, version: str, manifest: dict[str, Any]) -> None:
    resource = site.resource(kind, version)
    namespace = "ml" if resource.namespaced else ""
    made = create(site.state.store, resource, namespace, manifest, Writing(manager=MANAGER))
    site.state.store.put(resource, {**made, "status": manifest["status"]})
