"""A Deployment's status: counts, Available, Progressing, ReplicaFailure."""

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.context import (
    Context,
    condition,
    condition_of,
)
from kaito_cli.sandbox.kubernetes.life.rollout import Rollout

_COUNTS = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
_TIMED_OUT = "ProgressDeadlineExceeded"


def report(
    context: Context, deployment: Manifest, sets: list[Manifest], current: Manifest | None
) -> None:
    """Write it, and look again when the deadline is over."""
    found = context.get(
        "apps",
        "deployments",
        deployment["metadata"]["namespace"],
        deployment["metadata"]["name"],
    )
    if found is None:
        return
    status = _counts(found, sets, current)
    conditions = list((found.get("status") or {}).get("conditions", []))
    conditions = _available(context, found, status, conditions)
    conditions = _failure(context, sets, conditions)
    if current is not None:
        conditions = _progress(context, found, status, conditions, current)
    context.set_status(found, {**status, "conditions": conditions})


def _sum(sets: list[Manifest], field: str) -> int:
    return sum((each.get("status") or {}).get(field, 0) for each in sets)


def _counts(deployment: Manifest, sets: list[Manifest], current: Manifest | None) -> Manifest:
    name = current["metadata"]["name"] if current else ""
    new = [each for each in sets if each["metadata"]["name"] == name]
    wanted, ready = deployment["spec"]["replicas"], _sum(sets, "availableReplicas")
    total = _sum(sets, "replicas")
    counts = {
        "replicas": total,
        "updatedReplicas": _sum(new, "replicas"),
        "readyReplicas": _sum(sets, "readyReplicas"),
        "availableReplicas": ready,
        "unavailableReplicas": max(0, max(wanted, total) - ready),
    }
    generation = deployment["metadata"].get("generation", 1)
    return {"observedGeneration": generation} | {k: v for k, v in counts.items() if v}


def _available(
    context: Context, deployment: Manifest, status: Manifest, conditions: list[Manifest]
) -> list[Manifest]:
    rollout = Rollout(context=context, deployment=deployment, current=deployment, old=[])
    rolling = deployment["spec"]["strategy"]["type"] == "RollingUpdate"
    missed = rollout.unavailable if rolling and rollout.wanted else 0
    enough = status.get("availableReplicas", 0) >= rollout.wanted - missed
    reason = "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable"
    message = f"Deployment {'has' if enough else 'does not have'} minimum availability."
    return _set(context, conditions, "Available", enough, reason, message)


def _failure(context: Context, sets: list[Manifest], conditions: list[Manifest]) -> list[Manifest]:
    failed = [condition_of(each, "ReplicaFailure") for each in sets]
    told = next((each for each in failed if each), None)
    if told is None:
        return [each for each in conditions if each["type"] != "ReplicaFailure"]
    return _set(context, conditions, "ReplicaFailure", True, told["reason"], told["message"])


def _progress(
    context: Context,
    deployment: Manifest,
    status: Manifest,
    conditions: list[Manifest],
    current: Manifest,
) -> list[Manifest]:
    named = f'ReplicaSet "{current["metadata"]["name"]}"'
    old = next((each for each in conditions if each["type"] == "Progressing"), None)
    if _complete(deployment, status):
        text = f"{named} has successfully progressed."
        return _set(context, conditions, "Progressing", True, "NewReplicaSetAvailable", text)
    if old is None:
        text = f"Created new replica set {named.removeprefix('ReplicaSet ')}"
        return _watched(context, deployment, conditions, "NewReplicaSetCreated", text)
    if _moved(deployment, status) or (
        old["reason"] == "NewReplicaSetAvailable" and _new_round(deployment, status)
    ):
        return _watched(
            context, deployment, conditions, "ReplicaSetUpdated", f"{named} is progressing."
        )
    deadline = deployment["spec"].get("progressDeadlineSeconds", 600)
    passed = context.since(old.get("lastUpdateTime"))
    if old["reason"] in (_TIMED_OUT, "NewReplicaSetAvailable"):
        return conditions
    if passed >= deadline:
        text = f"{named} has timed out progressing."
        return _set(context, conditions, "Progressing", False, _TIMED_OUT, text)
    context.later(deadline - passed, deployment)
    return conditions


def _complete(deployment: Manifest, status: Manifest) -> bool:
    wanted = deployment["spec"]["replicas"]
    held = [status.get(name, 0) for name in ("updatedReplicas", "replicas", "availableReplicas")]
    return all(each == wanted for each in held)


def _moved(deployment: Manifest, status: Manifest) -> bool:
    """Whether counts went the right way since the last report."""
    old = deployment.get("status") or {}
    stale = old.get("replicas", 0) - old.get("updatedReplicas", 0)
    left = status.get("replicas", 0) - status.get("updatedReplicas", 0)
    grew = any(status.get(name, 0) > old.get(name, 0) for name in _COUNTS[1:])
    return grew or left < stale


def _new_round(deployment: Manifest, status: Manifest) -> bool:
    """Whether a finished Deployment was changed: its spec is newer than its last report."""
    old = (deployment.get("status") or {}).get("observedGeneration", 0)
    return bool(status["observedGeneration"] > old)


def _watched(
    context: Context, deployment: Manifest, conditions: list[Manifest], reason: str, text: str
) -> list[Manifest]:
    """Progress: the deadline starts anew."""
    context.later(deployment["spec"].get("progressDeadlineSeconds", 600), deployment)
    return _set(context, conditions, "Progressing", True, reason, text, renew=True)


def _set(
    context: Context,
    conditions: list[Manifest],
    kind: str,
    status: bool,
    reason: str,
    message: str,
    *,
    renew: bool = False,
) -> list[Manifest]:
    old = next((each for each in conditions if each["type"] == kind), None)
    new = condition(conditions, kind, status, reason, message, context.store.time)
    same = old and (old["reason"], old.get("message")) == (reason, message) and not renew
    time = old.get("lastUpdateTime") if old and same else context.store.time
    return [{**each, "lastUpdateTime": time} if each["type"] == kind else each for each in new]
