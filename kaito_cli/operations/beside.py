"""What stands beside a workload: whether all that its plan renders is there."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field

from kaito_cli.errors import BadInput, ClusterFailed, KaitoError
from kaito_cli.manifests.annotation import plan_of
from kaito_cli.manifests.environment import has_api_key
from kaito_cli.manifests.names import api_key_secret
from kaito_cli.manifests.render import render
from kaito_cli.model import Absent, Plan, Ref
from kaito_cli.operations.secrets import by_hand
from kaito_cli.planner.compare import ref_of
from kaito_cli.ports import Clock, Cluster, Manifest
from kaito_cli.readiness.around import Around
from kaito_cli.readiness.judges import readiness

LOOK_SECONDS = 10.0  # between two looks at what is in order
AGAIN_SECONDS = 2.0  # and at what is not

# without an own plan to read: what every version of kaito rendered, where it may be read
_ALWAYS = (("Service", "v1"), ("ServiceAccount", "v1"), ("PodDisruptionBudget", "policy/v1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """``absent``: what the plan asks for and the cluster does not have. What may not be read is
    in neither."""

    objects: tuple[Manifest, ...] = ()
    absent: tuple[Absent, ...] = ()


def beside(workload: Manifest, cluster: Cluster) -> Beside:
    """All that a workload's plan renders beside it, and its API key's Secret."""
    plan, metadata = _plan(workload), workload["metadata"]
    if plan is not None:
        return _looked((*_rendered(plan), *_secret(plan)), plan, cluster)
    refs = (
        Ref(
            kind=kind,
            api_version=version,
            name=metadata["name"],
            namespace=metadata.get("namespace", ""),
        )
        for kind, version in _ALWAYS
    )
    return _looked(refs, None, cluster)


@dataclass(slots=True, kw_only=True)
class Needs:
    """The Service and the API key of one workspace, without which nothing answers; looked at
    every few seconds."""

    cluster: Cluster
    clock: Clock
    found: Beside = field(default_factory=Beside)
    _due: float = 0.0

    def look(self, workload: Manifest | None) -> Beside:
        """As the cluster told at most ten seconds ago; nothing where no plan tells
        what is needed."""
        plan = _plan(workload) if workload else None
        if plan is None:
            return Beside()
        if self.clock.seconds() >= self._due:
            refs = [each for each in _rendered(plan) if each.kind == "Service"]
            self.found = _looked((*refs, *_secret(plan)), plan, self.cluster)
            pause = LOOK_SECONDS if _in_order(self.found) else AGAIN_SECONDS
            self._due = self.clock.seconds() + pause
        return self.found


def _in_order(found: Beside) -> bool:
    around = Around(failures=())
    return not found.absent and all(readiness(each, around).done for each in found.objects)


def _plan(workload: Manifest) -> Plan | None:
    """None for what is on its way out, too: it misses nothing."""
    if workload["metadata"].get("deletionTimestamp") or workload["kind"] != "Deployment":
        return None
    try:
        return plan_of(workload)
    except BadInput:
        return None


def _rendered(plan: Plan) -> tuple[Ref, ...]:
    try:
        refs = map(ref_of, render(plan))
    except KaitoError:  # an older kaito's plan, which this one would not make
        return ()
    return tuple(each for each in refs if each.kind != "Deployment")


def _secret(plan: Plan) -> tuple[Ref, ...]:
    if not has_api_key(plan):
        return ()
    return (Ref(kind="Secret", name=api_key_secret(plan).secret, namespace=plan.namespace),)


def _looked(refs: Iterable[Ref], plan: Plan | None, cluster: Cluster) -> Beside:
    objects: list[Manifest] = []
    absent: list[Absent] = []
    for ref in refs:
        try:
            live = cluster.get(ref)
        except ClusterFailed:  # not allowed: what helps to judge, and no more
            continue
        if live and ref.kind != "Secret":  # whose content is nobody's business
            objects.append(live)
        elif plan and not live:
            absent.append(_absent(ref, plan))
    return Beside(objects=tuple(objects), absent=tuple(absent))


def _absent(ref: Ref, plan: Plan) -> Absent:
    name, namespace = plan.workspace, plan.namespace
    again = (
        f"`kaito deploy {shlex.quote(plan.model.id)} --name {name} -n {namespace}`, with the flags "
        "it was made with, makes it anew."
    )
    budget = f"`kaito scale {name} --replicas {plan.placement.replicas} -n {namespace}` makes it."
    fixes = {"PodDisruptionBudget": budget, "Secret": _key(plan)}
    return Absent(
        subject=f"{ref.kind} {ref.name}",
        fix=fixes.get(ref.kind, again),
        needed=ref.kind in ("Secret", "Service"),
    )


def _key(plan: Plan) -> str:
    """Pods that run still hold the old value: they are started anew."""
    key = api_key_secret(plan)
    restart = f"kubectl rollout restart deployment/{plan.workspace} -n {plan.namespace}"
    return f"Make it with `{by_hand(key.secret, key.key, plan)}`, then `{restart}`."
