"""A cluster whose time stands still until a test lets it pass."""

from typing import Any

import pytest

from kaito_cli.sandbox.kubernetes.collect import Deletion, delete
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.behaviour import Behaviour
from kaito_cli.sandbox.kubernetes.life.clock import StandingClock
from kaito_cli.sandbox.kubernetes.life.context import condition_of, holds
from kaito_cli.sandbox.kubernetes.life.machine import Machine, Pool
from kaito_cli.sandbox.kubernetes.life.simulation import Simulation
from kaito_cli.sandbox.kubernetes.resource import Resource
from kaito_cli.sandbox.kubernetes.state import ApiState
from kaito_cli.sandbox.kubernetes.store import Store
from kaito_cli.sandbox.kubernetes.writes import Writing, apply

A100 = Machine(vm_size="Standard_NC24ads_A100_v4", vcpus=24, memory_gib=220, gpus=1, disk_gib=256)
GPU_TAINT = "sku=gpu:NoSchedule"


def gpu_pool(name: str = "kgpu", **fields: Any) -> Pool:
    return Pool(**{"name": name, "machine": A100, "taints": (GPU_TAINT,), **fields})


class Town:
    """A simulated cluster in a test's words."""

    def __init__(self) -> None:
        self.clock = StandingClock()
        self.state = ApiState(store=Store(self.clock))
        self.life = Simulation(self.state)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(self.life, seconds)

    def kind(self, plural: str) -> Resource:
        return next(each for each in self.state.store.resources if each.plural == plural)

    def apply(self, manifest: Manifest) -> Manifest:
        resource = self.state.store.resources.of_kind(manifest["apiVersion"], manifest["kind"])
        assert resource
        namespace = "default" if resource.namespaced else ""
        how = Writing(manager="kaito-cli", force=True)
        found, _ = apply(
            self.state.store, resource, namespace, manifest["metadata"]["name"], manifest, how
        )
        self.life.settle()
        return found

    def all(self, plural: str) -> list[Manifest]:
        return self.state.store.all(self.kind(plural))

    def get(self, plural: str, name: str) -> Manifest:
        return next(each for each in self.all(plural) if each["metadata"]["name"] == name)

    def delete(self, plural: str, name: str, how: Deletion | None = None) -> None:
        delete(self.state.store, self.kind(plural), self.get(plural, name), how or Deletion())
        self.life.settle()

    def status(self, plural: str, name: str) -> Manifest:
        return dict(self.get(plural, name).get("status") or {})

    def condition(self, plural: str, name: str, kind: str) -> tuple[str, str, str]:
        """Status, reason and message."""
        found = condition_of(self.get(plural, name), kind) or {}
        return found.get("status", ""), found.get("reason", ""), found.get("message", "")

    def pods(self, phase: str = "") -> list[Manifest]:
        found = self.all("pods")
        return [each for each in found if phase in ("", each["status"]["phase"])]

    def ready(self) -> int:
        return sum(holds(each, "Ready") for each in self.pods())

    def container(self, pod: Manifest) -> Manifest:
        return dict(pod["status"]["containerStatuses"][0])

    def told(self, reason: str) -> list[str]:
        """The messages of events with this reason."""
        return [each["message"] for each in self.all("events") if each["reason"] == reason]

    def behave(self, **fields: Any) -> None:
        """What every container does from now on."""
        self.life.scripts.cues.clear()
        self.life.scripts.cue(Behaviour(**fields))

    def with_gpus(self, count: int = 1) -> "Town":
        """GPU nodes that have been there for long."""
        self.life.scale_pool(gpu_pool(), count)
        self.pass_time(300)
        return self


@pytest.fixture
def town() -> Town:
    return Town()
