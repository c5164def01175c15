"""The cluster's life: everything that happens between two requests."""

import threading
from collections.abc import Callable

from kaito_cli.sandbox.kubernetes.collect import delete
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life import nodes, pods
from kaito_cli.sandbox.kubernetes.life.admission import service_accounts
from kaito_cli.sandbox.kubernetes.life.agenda import Task
from kaito_cli.sandbox.kubernetes.life.behaviour import Scripts
from kaito_cli.sandbox.kubernetes.life.budgets import reconcile_budget
from kaito_cli.sandbox.kubernetes.life.claims import (
    add_classes,
    reconcile_claim,
    release_volume,
)
from kaito_cli.sandbox.kubernetes.life.context import Context
from kaito_cli.sandbox.kubernetes.life.daemon_sets import reconcile_daemon_set
from kaito_cli.sandbox.kubernetes.life.deployments import reconcile_deployment
from kaito_cli.sandbox.kubernetes.life.jobs import reconcile_job
from kaito_cli.sandbox.kubernetes.life.karpenter import add_definitions
from kaito_cli.sandbox.kubernetes.life.kubelet import fail, reconcile_pod
from kaito_cli.sandbox.kubernetes.life.machine import Pool
from kaito_cli.sandbox.kubernetes.life.replica_sets import reconcile_replica_set
from kaito_cli.sandbox.kubernetes.life.services import reconcile_service
from kaito_cli.sandbox.kubernetes.life.stateful_sets import reconcile_stateful_set
from kaito_cli.sandbox.kubernetes.selectors import labels_of, selects
from kaito_cli.sandbox.kubernetes.state import ApiState
from kaito_cli.sandbox.kubernetes.store import Change, Record, key_of

_LONGEST_LOOK_SECONDS = 1.0
_GROUPS = {
    "Deployment": ("apps", "deployments"),
    "ReplicaSet": ("apps", "replicasets"),
    "StatefulSet": ("apps", "statefulsets"),
    "DaemonSet": ("apps", "daemonsets"),
    "Job": ("batch", "jobs"),
    "Pod": ("", "pods"),
    "Node": ("", "nodes"),
    "Service": ("", "services"),
    "PersistentVolumeClaim": ("", "persistentvolumeclaims"),
    "PodDisruptionBudget": ("policy", "poddisruptionbudgets"),
}
_RECONCILERS: dict[str, Callable[[Context, Manifest], None]] = {
    "Deployment": reconcile_deployment,
    "ReplicaSet": reconcile_replica_set,
    "StatefulSet": reconcile_stateful_set,
    "DaemonSet": reconcile_daemon_set,
    "Job": reconcile_job,
    "Pod": reconcile_pod,
    "Node": nodes.reconcile_node,
    "Service": reconcile_service,
    "PersistentVolumeClaim": reconcile_claim,
    "PodDisruptionBudget": reconcile_budget,
}


class Simulation:
    """Lives in a state from now on. ``speed``: simulated seconds in one of the store's clock.

    With a clock that stands, call ``settle`` after changes and ``advance`` to let time pass; with
    a real one, ``start`` lives in a thread of its own until ``stop``.
    """

    def __init__(
        self, state: ApiState, *, speed: float = 1.0, scripts: Scripts | None = None
    ) -> None:
        self.state = state
        self.context = Context(state=state, speed=speed, scripts=scripts or Scripts())
        self._thread: threading.Thread | None = None
        self._over = False
        with state.store.lock:
            state.store.graceful = True
            state.store.listeners.append(self._notice)
            state.store.admission.append(service_accounts(self.context))
            add_classes(self.context)

    @property
    def scripts(self) -> Scripts:
        """What containers do; free to be changed."""
        return self.context.scripts

    def add_karpenter(self) -> None:
        """Be a cluster with node auto-provisioning, as far as its resources go."""
        with self.state.store.lock:
            add_definitions(self.context)

    def scale_pool(self, pool: Pool, count: int) -> None:
        """Have so many nodes in an agent pool; 0: the pool goes."""
        with self.state.store.lock:
            nodes.scale(self.context, pool, count)
            self.state.store.lock.notify_all()

    def preempt(self, name: str, notice_seconds: float = nodes.PREEMPTION_NOTICE_SECONDS) -> None:
        """Azure takes a spot machine back: it says so on the node, then the node goes."""
        with self.state.store.lock:
            nodes.preempt(self.context, name, notice_seconds)
            self.state.store.lock.notify_all()

    def remove_node(self, name: str) -> None:
        """A machine is gone without a word."""
        with self.state.store.lock:
            nodes.remove(self.context, name)

    def evict(self, namespace: str, name: str, message: str, reason: str = "Evicted") -> None:
        """A pod fails on its node, as under disk or memory pressure."""
        with self.state.store.lock:
            pod = self.context.get("", "pods", namespace, name)
            if pod is not None:
                fail(self.context, pod, reason, message)

    def restart_pod(self, namespace: str, name: str) -> None:
        """Delete a pod; its controller makes another."""
        with self.state.store.lock:
            pod = self.context.get("", "pods", namespace, name)
            if pod is not None:
                delete(self.state.store, self.context.resource("", "pods"), pod)

    def settle(self) -> None:
        """Do all that is due now."""
        with self.state.store.lock:
            while (task := self.context.agenda.next(self.context.now)) is not None:
                self._do(task)

    def next_due(self) -> float:
        """When something happens next, by the store's clock; infinite: never."""
        with self.state.store.lock:
            return self.context.agenda.due()

    def _do(self, task: Task) -> None:
        kind, namespace, name = task
        if kind == "AgentPool":
            nodes.reconcile_pool(self.context, name)
            return
        if kind == nodes.PREEMPTION:
            nodes.remove(self.context, name)
            return
        manifest = self.context.get(*_GROUPS[kind], namespace, name)
        if manifest is not None:
            _RECONCILERS[kind](self.context, manifest)

    def _notice(self, record: Record) -> None:
        """Put on the agenda what a change may concern."""
        agenda, manifest = self.context.agenda, record.manifest
        kind, (namespace, name) = record.resource.kind, key_of(manifest)
        if kind in _GROUPS:
            agenda.add((kind, namespace, name))
        for each in manifest["metadata"].get("ownerReferences", ()):
            if each["kind"] in _GROUPS:
                agenda.add((each["kind"], namespace, each["name"]))
        if kind == "Pod":
            self._notice_pod(record)
        elif kind == "Node":
            self._wake_pending()
            self._wake("apps", "daemonsets")
        elif kind in ("PersistentVolumeClaim", "Secret", "ConfigMap"):
            self._notice_needed(record)

    def _notice_pod(self, record: Record) -> None:
        manifest, agenda = record.manifest, self.context.agenda
        namespace = manifest["metadata"]["namespace"]
        node, labels = manifest["spec"].get("nodeName"), labels_of(manifest)
        if node:
            agenda.add(("Node", "", node))
        if pods.released(record):
            self._wake_pending()
        if record.change is Change.DELETED:
            self._wake_grand_owners(manifest)
        for each in self.state.store.kind("", "services", namespace):
            if selects({"matchLabels": each["spec"].get("selector")}, labels):
                agenda.add(("Service", namespace, each["metadata"]["name"]))
        for each in self.state.store.kind("policy", "poddisruptionbudgets", namespace):
            if selects((each.get("spec") or {}).get("selector"), labels):
                agenda.add(("PodDisruptionBudget", namespace, each["metadata"]["name"]))

    def _notice_needed(self, record: Record) -> None:
        """A claim, Secret or ConfigMap: pods may have waited for it."""
        if record.resource.kind == "PersistentVolumeClaim":
            self._wake_pending()
            if record.change is Change.DELETED:
                release_volume(self.context, record.manifest)
            return
        for pod in self.state.store.kind("", "pods", record.manifest["metadata"]["namespace"]):
            if (pod.get("status") or {}).get("phase") == "Pending":
                self.context.agenda.add(("Pod", *key_of(pod)))

    def _wake_grand_owners(self, pod: Manifest) -> None:
        """A Deployment that recreates waits for the end of its ReplicaSets' pods."""
        namespace = pod["metadata"]["namespace"]
        for reference in pod["metadata"].get("ownerReferences", ()):
            if reference["kind"] == "ReplicaSet":
                owner = self.context.get("apps", "replicasets", namespace, reference["name"])
                for each in (owner or {"metadata": {}})["metadata"].get("ownerReferences", ()):
                    self.context.agenda.add((each["kind"], namespace, each["name"]))

    def _wake_pending(self) -> None:
        for key in sorted(self.context.pending):
            self.context.agenda.add(("Pod", *key))

    def _wake(self, group: str, plural: str) -> None:
        for each in self.state.store.kind(group, plural):
            self.context.agenda.add((each["kind"], *key_of(each)))

    def start(self) -> None:
        """Live by the clock, in a thread."""
        self._over = False
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Time stands still from now on."""
        with self.state.store.lock:
            self._over = True
            self.state.store.lock.notify_all()
        if self._thread:
            self._thread.join()
            self._thread = None

    def _live(self) -> None:
        lock = self.state.store.lock
        while not self._over:
            with lock:
                task = self.context.agenda.next(self.context.now)
                if task is not None:
                    self._do(task)
                    continue
                left = self.context.agenda.due() - self.context.now
                if not self._over:
                    lock.wait(max(0.0, min(left, _LONGEST_LOOK_SECONDS)))
