"""A small AKS without a server: node pools bring nodes, nodes bring pods, pods become ready."""

from collections.abc import Callable, Iterator
from typing import Any

from kaito_cli.model import (
    AzureProblem,
    Event,
    LiveNodePool,
    Plan,
    PoolState,
    Ref,
    Target,
    TargetKind,
)
from kaito_cli.operations.drive import drive
from kaito_cli.operations.settle import settle
from kaito_cli.operations.submit import submit
from kaito_cli.ports import Manifest, World
from tests.builders import change
from tests.builders import plan as changed
from tests.fake_cluster import FakeCluster
from tests.fakes import FakeClock, FakeCloud, FakeWorld
from tests.inventory import SYSTEM, aks

NAME, NAMESPACE = "chat", "ml"
OWNER = f"{NAMESPACE}.{NAME}"
POOL = "kchatabc123"
AKS = Target(kind=TargetKind.AKS)
SECRET = Ref(kind="Secret", name=f"{NAME}-api-key", namespace=NAMESPACE)
DEPLOYMENT = Ref(kind="Deployment", api_version="apps/v1", name=NAME, namespace=NAMESPACE)
TIMEOUT_SECONDS = 3600.0
FOREVER = 5000  # looks


_RESTARTED: Manifest = {
    "name": "model",
    "ready": True,
    "restartCount": 1,
    "state": {"running": {"startedAt": "2026-11-23T12:01:00Z"}},
    "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}},
}


class Killed(BaseException):
    """The process ends here; nothing is tidied up."""


def chat(replicas: int = 1, **changes: Any) -> Plan:
    """A plan for workspace `chat` in namespace `ml`, one A100 a replica."""
    found: Plan = changed(
        workspace=NAME,
        namespace=NAMESPACE,
        placement={"replicas": replicas, "nodes": replicas},
        cost={"usd_per_hour": 3.673 * replicas},
        node_pool={
            "name": POOL,
            "count": replicas,
            "tags": {"kaito-cli-workspace": OWNER, "kaito-cli-cluster": "prod"},
        },
    )
    made: Plan = change(found, **changes)
    return made


class Aks:
    """Azure and Kubernetes of one cluster, living together.

    ``interfere`` is called with what is about to happen or has just happened, as in
    `cluster before apply` and `cloud after create`.
    """

    def __init__(
        self,
        *pools: LiveNodePool,
        objects: tuple[Manifest, ...] = (),
        failing: dict[str, AzureProblem] | None = None,
        target: Target = AKS,
        managed_gpus: bool = True,
        looks: int = 2,
    ) -> None:
        self.interfere: Callable[[str], None] = lambda moment: None
        self.cloud = FakeCloud(
            SYSTEM,
            *pools,
            cluster=aks(),
            failing=failing,
            managed_gpus=managed_gpus,
            looks=looks,
            interfere=lambda moment: self.interfere(f"cloud {moment}"),
        )
        self.cluster = FakeCluster(
            _namespace(),
            *objects,
            life={kind: [lambda: self.live()] * FOREVER for kind in ("Deployment", "Pod")},
            interfere=lambda moment: self.interfere(f"cluster {moment}"),
        )
        self.clock = FakeClock()
        self.target = target
        self.restarted: set[str] = set()  # pods whose engine has run before
        self.never = ""  # why pods cannot start, in the kubelet's words
        # the scheduler's words; to read them again and again is what sweeps over this take long for
        self.unscheduled = "0/1 nodes are available: 1 Insufficient nvidia.com/gpu."

    @property
    def world(self) -> FakeWorld:
        """As a new process sees it."""
        return FakeWorld(
            target=self.target,
            fake_cloud=self.cloud,
            fake_cluster=self.cluster,
            clock=self.clock,
        )

    def live(self) -> None:
        """Pods of every Deployment: as many as are asked for, ready where a node is."""
        for each in [one for one in self.cluster.objects if one["kind"] == "Deployment"]:
            self._live(each)

    def _live(self, deployment: Manifest) -> None:
        wanted = int(deployment["spec"].get("replicas", 1))
        pods = self.pods(deployment)
        for extra in pods[wanted:]:
            self.cluster.objects.remove(extra)
        ready = min(wanted, self.nodes())
        for number in range(wanted):
            if number >= len(pods):
                self.cluster.objects.append(_pod(deployment, number))
        for number, pod in enumerate(self.pods(deployment)):
            pod["status"] = self._status(number < ready)
            if pod["metadata"]["name"] in self.restarted:
                pod["status"]["containerStatuses"] = [_RESTARTED]
        available = 0 if self.never else ready
        deployment["status"] = {
            "observedGeneration": deployment["metadata"].get("generation", 0),
            "replicas": wanted,
            "updatedReplicas": wanted,
            "readyReplicas": available,
            "availableReplicas": available,
        }

    def _status(self, placed: bool) -> Manifest:
        if not placed:
            why = {"reason": "Unschedulable", "message": self.unscheduled}
            return {
                "phase": "Pending",
                "conditions": [{"type": "PodScheduled", "status": "False", **why}],
            }
        scheduled = {"type": "PodScheduled", "status": "True"}
        if self.never:
            waiting = {"waiting": {"reason": "ErrImagePull", "message": self.never}}
            status = {"name": "model", "ready": False, "state": waiting}
            return {
                "phase": "Pending",
                "conditions": [scheduled],
                "containerStatuses": [status],
            }
        ready = {"type": "Ready", "status": "True"}
        return {"phase": "Running", "conditions": [scheduled, ready]}

    def nodes(self) -> int:
        """Of pools of ours that are there."""
        return sum(
            each.count
            for each in self.cloud.pools.values()
            if each.state is PoolState.READY and each.mode == "User"
        )

    def pods(self, deployment: Manifest | None = None) -> list[Manifest]:
        return [each for each in self.cluster.objects if each["kind"] == "Pod"]

    def kinds(self) -> list[str]:
        """Kinds of all objects but the namespace."""
        return sorted(each["kind"] for each in self.cluster.objects if each["kind"] != "Namespace")

    def pools(self) -> dict[str, int]:
        """Nodes by pool, without the system pool."""
        return {
            each.name: each.count for each in self.cloud.pools.values() if each.name != "system"
        }

    def deploy(self, plan: Plan | None = None, **how: Any) -> list[Event]:
        """Submit and settle."""
        return self.run(deployed(plan or chat(), self.world, **how))

    def run(self, operation: Iterator[Event]) -> list[Event]:
        return list(drive([operation], self.clock, TIMEOUT_SECONDS))

    def killed(self, operation: Iterator[Event], moment: int) -> bool:
        """Run it in a process that ends at the ``moment``-th time anything happens outside;
        whether it came so far."""
        left = moment

        def interfere(_: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed

        self.interfere = interfere
        try:
            self.run(operation)
        except Killed:
            return True
        finally:
            self.interfere = lambda moment: None
        return False

    def secret(self) -> str:
        found = self.cluster.get(SECRET)
        assert found
        return str(found["data"]["VLLM_API_KEY"])


def deployed(plan: Plan, world: World, **how: Any) -> Iterator[Event]:
    """What `kaito deploy` does after it asked."""
    made = yield from submit(plan, world, **how)
    yield from settle(made, world)


def _namespace() -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}


def _pod(deployment: Manifest, number: int) -> Manifest:
    metadata = deployment["metadata"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{metadata['name']}-{number}",
            "namespace": metadata["namespace"],
            "labels": labels,
            "creationTimestamp": f"2026-11-23T12:00:0{number}Z",
            "ownerReferences": [{"kind": "Deployment", "uid": metadata["uid"]}],
        },
        "spec": {"containers": [{"name": "model", "image": "vllm"}]},
        "status": {"phase": "Pending"},
    }
