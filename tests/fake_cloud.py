"""A cloud with a little life of its own."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from kaito_cli.errors import Conflict, Refused
from kaito_cli.model import (
    NO_AUTOSCALING,
    AksCluster,
    Autoscale,
    AzureProblem,
    GpuDriver,
    LiveNodePool,
    NodePool,
)

CLUSTER = AksCluster(
    id="/subscriptions/0-0/resourceGroups/ml/providers/Microsoft.ContainerService"
    "/managedClusters/prod",
    name="prod",
    subscription="0-0",
    resource_group="ml",
    region="eastus2",
    kubernetes_version="1.35.2",
    fqdn="prod-abc.hcp.eastus2.azmk8s.io",
)
_NEXT = {
    "Creating": "Succeeded",
    "Updating": "Succeeded",
    "Scaling": "Succeeded",
    "Canceling": "Canceled",
}


class FakeCloud:
    """Node pools that move one state forward after ``looks`` looks at them.

    A pool of a VM size in ``failing`` ends Failed with that problem. ``interfere`` is called
    with the name of each method, once before its effect and once after: it may raise, or do
    what somebody else does meanwhile. ``managed_gpus`` False: Azure refuses to manage GPUs.
    """

    def __init__(
        self,
        *pools: LiveNodePool,
        cluster: AksCluster = CLUSTER,
        looks: int = 2,
        failing: Mapping[str, AzureProblem] | None = None,
        interfere: Callable[[str], None] = lambda moment: None,
        managed_gpus: bool = True,
    ) -> None:
        self.pools = {pool.name: replace(pool, etag=pool.etag or "0") for pool in pools}
        self.asked: list[str] = []  # what changed something, as in `create kx 1`
        self._cluster = cluster
        self._looks = looks
        self._left: dict[str, int] = {}
        self._failing = failing or {}
        self._interfere = interfere
        self._managed_gpus = managed_gpus

    def cluster(self) -> AksCluster:
        return replace(self._cluster, node_pools=self.node_pools())

    def node_pools(self) -> tuple[LiveNodePool, ...]:
        self._interfere("before list")
        for name in list(self.pools):
            self._advance(name)
        found = tuple(self.pools.values())
        self._interfere("after list")
        return found

    def node_pool(self, name: str) -> LiveNodePool | None:
        self._interfere("before get")
        self._advance(name)
        found = self.pools.get(name)
        self._interfere("after get")
        return found

    def create_node_pool(self, pool: NodePool) -> None:
        self._interfere("before create")
        if pool.name in self.pools:
            raise Conflict(f"There is a node pool {pool.name}.")
        if pool.gpu_driver is GpuDriver.MANAGED and not self._managed_gpus:
            raise Refused(
                "Azure refuses.", detail="InvalidParameter: gpuProfile.nvidia.managementMode"
            )
        self._set(_live(pool), "Creating")
        self.asked.append(f"create {pool.name} {pool.count}")
        self._interfere("after create")

    def scale_node_pool(
        self, live: LiveNodePool, count: int, autoscale: Autoscale | None = None
    ) -> None:
        self._interfere("before scale")
        found = self._matching(live)
        if found is None:
            raise Conflict(f"There is no node pool {live.name} any more.")
        bounds = (found.min_count, found.max_count)
        if autoscale == NO_AUTOSCALING:
            bounds = (None, None)
        elif autoscale:
            bounds = (autoscale.min_nodes, autoscale.max_nodes)
        elif found.min_count is not None and found.max_count is not None:
            bounds = (min(found.min_count, count), max(found.max_count, count))
        scaled = replace(found, count=count, min_count=bounds[0], max_count=bounds[1], error=None)
        self._set(scaled, "Scaling")
        self.asked.append(f"scale {live.name} {count}")
        self._interfere("after scale")

    def delete_node_pool(self, live: LiveNodePool) -> None:
        self._interfere("before delete")
        if found := self._matching(live):
            if found.provisioning_state in _NEXT:
                raise Conflict(f"An operation on node pool {live.name} is in progress.")
            self._set(found, "Deleting")
            self.asked.append(f"delete {live.name}")
        self._interfere("after delete")

    def abort_node_pool(self, name: str) -> None:
        self._interfere("before abort")
        if name in self.pools and self.pools[name].provisioning_state in _NEXT:
            self._set(self.pools[name], "Canceling")
            self.asked.append(f"abort {name}")
        self._interfere("after abort")

    def kubeconfig(self) -> str:
        return "apiVersion: v1\nkind: Config\n"

    def _matching(self, live: LiveNodePool) -> LiveNodePool | None:
        found = self.pools.get(live.name)
        if found and found.etag != live.etag:
            raise Conflict(f"The node pool {live.name} has changed.")
        return found

    def _set(self, pool: LiveNodePool, state: str) -> None:
        etag = str(int(pool.etag or "0") + 1)
        self.pools[pool.name] = replace(pool, provisioning_state=state, etag=etag)
        self._left[pool.name] = self._looks

    def _advance(self, name: str) -> None:
        pool = self.pools.get(name)
        if pool is None or pool.provisioning_state not in (*_NEXT, "Deleting"):
            return
        self._left[name] = self._left.get(name, self._looks) - 1
        if self._left[name] > 0:
            return
        if pool.provisioning_state == "Deleting":
            del self.pools[name]
        elif problem := self._failing.get(pool.vm_size):
            self._set(replace(pool, error=problem), "Failed")
        else:
            self._set(pool, _NEXT[pool.provisioning_state])


def _live(pool: NodePool) -> LiveNodePool:
    shared = {each.name for each in fields(NodePool)} & {each.name for each in fields(LiveNodePool)}
    values: dict[str, Any] = {name: getattr(pool, name) for name in shared}
    return LiveNodePool(**values, provisioning_state="Creating")
