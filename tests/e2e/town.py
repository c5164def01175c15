"""Both local servers as one AKS: nodes come with node pools, pods with nodes, all in compressed
time; and the real adapters on them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from kaito_cli.model import Target, TargetKind
from kaito_cli.ports import World
from kaito_cli.sandbox.arm import ArmServer, ArmState
from kaito_cli.sandbox.arm import serving as serving_arm
from kaito_cli.sandbox.arm.state import CLUSTER, RESOURCE_GROUP, SUBSCRIPTION
from kaito_cli.sandbox.kubernetes.life.behaviour import Behaviour
from kaito_cli.sandbox.kubernetes.life.machine import Machine, Pool
from kaito_cli.sandbox.kubernetes.life.simulation import Simulation
from kaito_cli.sandbox.kubernetes.server import KubernetesServer, serving
from kaito_cli.sandbox.kubernetes.state import ApiState
from kaito_cli.sandbox.kubernetes.writes import create
from kaito_cli.wiring import connect
from tests.aks import Killed

SPEED = 100.0  # simulated seconds in one
TARGET = Target(
    kind=TargetKind.AKS,
    subscription=SUBSCRIPTION,
    resource_group=RESOURCE_GROUP,
    cluster=CLUSTER,
)
WHERE = ("--target", "aks", "-s", SUBSCRIPTION, "-g", RESOURCE_GROUP, "--cluster", CLUSTER)
A100 = Machine(vm_size="Standard_NC24ads_A100_v4", vcpus=24, memory_gib=220, gpus=1, disk_gib=256)
SERVES = Behaviour(
    pull_seconds=5,
    log=((0, "INFO Starting to load model"), (3, "INFO Application startup complete.")),
    ready_seconds=5,
)


@dataclass(slots=True, kw_only=True)
class Town:
    """``arm`` and ``kube`` serve; ``life`` is what happens in the cluster by itself."""

    arm: ArmServer
    kube: KubernetesServer
    life: Simulation

    def world(self, target: Target = TARGET) -> World:
        """As a new process sees it, with a clock as fast as the town's."""
        found: Any = connect(replace(target, arm_endpoint=self.arm.url))
        found.clock = FastClock(self.tend)
        return found  # type: ignore[no-any-return]

    def tend(self) -> None:
        """What the scale sets of AKS do: as many nodes as Azure says."""
        for pool in list(self.arm.state.cluster.pools.values()):
            properties = pool.properties
            settled = properties["provisioningState"] == "Succeeded"
            if properties.get("mode") == "User" and settled:
                self.life.scale_pool(_pool(pool.name, properties), properties["count"])
        there = self.arm.state.cluster.pools
        for name in [each for each in self.life.context.pools if each not in there]:
            self.life.scale_pool(self.life.context.pools[name], 0)

    def pools(self) -> dict[str, int]:
        """Nodes by pool of ours."""
        found = self.arm.state.cluster.pools.values()
        ours = [each for each in found if each.name != "system"]
        return {each.name: each.properties["count"] for each in ours}

    def objects(self, *kinds: str) -> list[str]:
        """Kinds and names in namespace `ml`."""
        store = self.kube.state.store
        return sorted(
            f"{resource.kind} {each['metadata']['name']}"
            for resource in store.resources
            if resource.kind in kinds
            for each in store.all(resource)
            if each["metadata"].get("namespace", "ml") == "ml"
        )

    def asked(self, method: str) -> list[str]:
        """What Azure was asked for, without the look-ups."""
        return [each.path for each in self.arm.state.requests if each.method == method]


class FastClock:
    """Time as the town has it. ``tend`` is called whenever somebody sleeps."""

    def __init__(self, tend: Callable[[], None]) -> None:
        self._tend = tend

    def now(self) -> datetime:
        return datetime.now(UTC)

    def seconds(self) -> float:
        return time.monotonic() * SPEED

    def sleep(self, seconds: float) -> None:
        self._tend()
        time.sleep(seconds / SPEED)
        self._tend()


class Mortal:
    """A port whose process ends at the call that ``left`` comes down to: before it, or right
    after it took effect."""

    def __init__(self, port: Any, left: list[int], *, after: bool) -> None:
        self._port, self._left, self._after = port, left, after

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)

        def called(*arguments: Any, **how: Any) -> Any:
            self._left[0] -= 1
            if self._left[0] < 0 and not self._after:
                raise Killed
            result = found(*arguments, **how)
            if self._left[0] < 0:
                raise Killed
            return result

        return called


def mortal(world: World, calls: int, *, after: bool) -> World:
    """A world whose process ends at the call after so many to Azure or the cluster."""
    found: Any = world
    left, cluster = [calls], found.cluster
    found.cloud = Mortal(found.cloud, left, after=after)
    found.cluster = Mortal(cluster, left, after=after)
    return found  # type: ignore[no-any-return]


@contextmanager
def living() -> Iterator[Town]:
    """A town until the end of the block; threads are gone then."""
    state = ApiState()
    namespaces = state.store.resources.of("", "namespaces")
    create(state.store, namespaces, "", {"metadata": {"name": "ml"}})
    life = Simulation(state, speed=SPEED)
    life.scripts.otherwise = lambda pod, container, restarts: SERVES
    azure = ArmState(operation_looks=1)
    with serving(state, secure=False) as kube, serving_arm(azure) as arm:
        azure.cluster.server = kube.url
        life.start()
        try:
            yield Town(arm=arm, kube=kube, life=life)
        finally:
            life.stop()
    assert state.faults.surprises == []


def _pool(name: str, properties: dict[str, Any]) -> Pool:
    return Pool(
        name=name,
        machine=A100,
        labels=dict(properties.get("nodeLabels") or {}),
        taints=tuple(properties.get("nodeTaints") or ()),
        ready_seconds=5,
        gpu_seconds=5,
    )
