"""How many replicas each revision of a Deployment has next (pkg/controller/deployment)."""

import math
from dataclasses import dataclass

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life import pods
from kaito_cli.sandbox.kubernetes.life.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """``current``: the ReplicaSet of the template as it is now; ``old``: all others."""

    context: Context
    deployment: Manifest
    current: Manifest
    old: list[Manifest]

    @property
    def wanted(self) -> int:
        return int(self.deployment["spec"]["replicas"])

    @property
    def surge(self) -> int:
        return fraction(self._rolling.get("maxSurge", "25%"), self.wanted, up=True)

    @property
    def unavailable(self) -> int:
        """At least one where no surge is allowed, or nothing could move."""
        found = fraction(self._rolling.get("maxUnavailable", "25%"), self.wanted, up=False)
        return max(found, 0 if self.surge else 1)

    @property
    def _rolling(self) -> Manifest:
        found: Manifest = self.deployment["spec"]["strategy"].get("rollingUpdate") or {}
        return found


def fraction(value: int | str, total: int, *, up: bool) -> int:
    """A number or a percentage of the replicas."""
    if isinstance(value, int):
        return value
    share = total * float(value.rstrip("%")) / 100
    return math.ceil(share) if up else math.floor(share)


def replicas(manifest: Manifest) -> int:
    return int(manifest["spec"]["replicas"])


def name(manifest: Manifest) -> str:
    return str(manifest["metadata"]["name"])


def available(manifest: Manifest) -> int:
    """At most what it shall have: its own report may be older than its last scaling."""
    told = int((manifest.get("status") or {}).get("availableReplicas", 0))
    return min(told, replicas(manifest))


def after_recreate(rollout: Rollout) -> dict[str, int]:
    """All old pods go before the first new one comes."""
    found = {name(each): 0 for each in rollout.old}
    left = [
        pod
        for each in rollout.old
        for pod in pods.owned(rollout.context, each)
        if pods.phase(pod) not in ("Succeeded", "Failed")
    ]
    if not left:
        found[name(rollout.current)] = rollout.wanted
    return found


def after_rolling(rollout: Rollout) -> dict[str, int]:
    """As many new ones as maxSurge allows, as few old ones as maxUnavailable allows."""
    current, found = rollout.current, {}
    total = replicas(current) + sum(map(replicas, rollout.old))
    if replicas(current) > rollout.wanted:
        found[name(current)] = rollout.wanted
    elif replicas(current) < rollout.wanted:
        room = max(0, rollout.wanted + rollout.surge - total)
        found[name(current)] = min(rollout.wanted, replicas(current) + room)
    grows = found.get(name(current), 0) > replicas(current)
    return found if grows else found | _shrunk(rollout, total)


def _shrunk(rollout: Rollout, total: int) -> dict[str, int]:
    """The old ones: first those that do not work, then as many as may be missed."""
    found = {name(each): replicas(each) for each in rollout.old}
    waiting = replicas(rollout.current) - available(rollout.current)
    least = rollout.wanted - rollout.unavailable
    spare = total - least - waiting
    if spare <= 0:
        return {}
    for each in rollout.old:
        broken = min(replicas(each) - available(each), max(0, spare))
        found[name(each)] -= max(0, broken)
        spare -= max(0, broken)
    working = available(rollout.current) + sum(map(available, rollout.old))
    spare = working - least
    for each in rollout.old:
        taken = min(found[name(each)], max(0, spare))
        found[name(each)] -= taken
        spare -= taken
    return found
