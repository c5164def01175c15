"""Is a pod ready, will it be, or never: from its conditions, containers, events and last lines."""

from collections.abc import Sequence
from dataclasses import replace

from kaito_cli.model import Diagnosis, Readiness
from kaito_cli.readiness.around import (
    Around,
    Live,
    by_diagnosis,
    condition,
    event_lines,
    events_of,
    holds,
    name_of,
    named,
    never,
    not_yet,
    ready,
)
from kaito_cli.readiness.diagnosis import shown
from kaito_cli.readiness.documents import container_lines, object_lines
from kaito_cli.readiness.full_pools import NODE_POOL_FULL, full_pool
from kaito_cli.readiness.progress import progress

RESTARTS_WITHOUT_HOPE = 3  # of a container that ends for a reason we do not know or that may pass
PULLING = "pulling the image"
# what new nodes, or the ends of other pods, can still bring about
MENDED_BY_NODES = {
    "insufficient-gpu",
    "insufficient-resources",
    "node-selector-mismatch",
    "taint-not-tolerated",
    "volume-zone-conflict",
    "node-volume-limit",
    NODE_POOL_FULL,
}
PASSING_TAINTS = ("node.kubernetes.io/", "uninitialized", "startup-taint", "karpenter.sh/")


def judge_pod(pod: Live, around: Around) -> Readiness:
    """Ready, or why not, in the words of the scheduler, the kubelet or the engine."""
    phase = pod.get("status", {}).get("phase")
    if phase == "Succeeded":
        return ready("completed")
    if phase == "Failed":
        return _failed(pod, around)
    if holds(pod, "Ready"):
        return ready("ready")
    if not pod.get("spec", {}).get("nodeName") and not holds(pod, "PodScheduled"):
        return _unscheduled(pod, around)
    return _starting(pod, around)


def _failed(pod: Live, around: Around) -> Readiness:
    lines = [*around.logs.get(name_of(pod), ()), *object_lines(pod)]
    status = pod["status"]
    told = ": ".join(filter(None, (status.get("reason"), status.get("message")))) or "failed"
    return never(told, named(lines, around))


def _unscheduled(pod: Live, around: Around) -> Readiness:
    told = str(condition(pod, "PodScheduled").get("message") or "")
    warnings = list(event_lines(events_of(pod, around)))[-1:]
    told = told or " ".join(warnings)
    if not told:
        return not_yet("waiting for the scheduler")
    diagnosis = named([f"Warning  FailedScheduling  {told}", *_scaling(pod, around)], around)
    if not diagnosis or _may_be_placed(diagnosis, told, around) or _scaled(pod, around):
        return not_yet(shown(told), diagnosis)
    if diagnosis.cause == "insufficient-gpu" and (full := full_pool(pod, around)):
        return never(shown(told), replace(full, evidence=diagnosis.evidence))
    return by_diagnosis(shown(told), diagnosis)


def _may_be_placed(diagnosis: Diagnosis, told: str, around: Around) -> bool:
    passing = diagnosis.cause == "taint-not-tolerated" and any(
        each in told for each in PASSING_TAINTS
    )
    return passing or (around.nodes_coming and diagnosis.cause in MENDED_BY_NODES)


def _scaling(pod: Live, around: Around) -> list[str]:
    """What the scale-up of an autoscaler ran into, as quota or capacity."""
    reasons = {"FailedScaleUp", "ScaleUpTimedOut"}
    return [
        line
        for each in around.events
        if each.get("reason") in reasons
        for line in event_lines([each])
    ]


def _scaled(pod: Live, around: Around) -> bool:
    name = name_of(pod)
    return any(
        each.get("reason") in {"TriggeredScaleUp", "Nominated"}
        and (each.get("involvedObject") or {}).get("name") == name
        for each in around.events
    )


def _containers(pod: Live) -> list[Live]:
    status = pod.get("status", {})
    return [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]


def _starting(pod: Live, around: Around) -> Readiness:
    """Placed on a node: pulled, mounted, started, restarted, loading."""
    for each in _containers(pod):
        waiting = (each.get("state") or {}).get("waiting") or {}
        reason = waiting.get("reason")
        if reason in (None, "ContainerCreating", "PodInitializing"):
            continue
        if reason == "CrashLoopBackOff":
            return _crashed(pod, each, around)
        return _waiting(pod, waiting, around)
    ended = [each for each in _containers(pod) if _broken(each)]
    if ended:
        return _crashed(pod, ended[0], around)
    if not any((each.get("state") or {}).get("running") for each in _containers(pod)):
        return _creating(pod, around)
    return _loading(pod, around)


def _since_placed(pod: Live, around: Around) -> list[Live]:
    """Warnings about a pod that has its node: what the scheduler said before that is past."""
    return [each for each in events_of(pod, around) if each.get("reason") != "FailedScheduling"]


def _broken(container: Live) -> bool:
    """It ended with an error, just now or before it was started again."""
    state = container.get("state") or {}
    ended = state.get("terminated") or (container.get("lastState") or {}).get("terminated") or {}
    return bool(ended.get("exitCode"))


def _waiting(pod: Live, waiting: Live, around: Around) -> Readiness:
    told = shown(": ".join(filter(None, (waiting["reason"], waiting.get("message")))))
    lines = [*event_lines(_since_placed(pod, around)), f"Waiting: {told}"]
    diagnosis = named(lines, around)
    return by_diagnosis(told, diagnosis) if diagnosis else not_yet(told)


def _crashed(pod: Live, container: Live, around: Around) -> Readiness:
    restarts = int(container.get("restartCount") or 0)
    states = [container.get("lastState") or {}, container.get("state") or {}]
    ends = [line for state in states for line in container_lines(state)]
    diagnosis = named([*around.logs.get(name_of(pod), ()), *ends, *_probes(pod, around)], around)
    told = shown(_evidence(diagnosis) or (ends[0] if ends else "the container ended"))
    message = f"{told} (started {restarts + 1} times)" if restarts else told
    if diagnosis and not diagnosis.passes:
        return never(message, diagnosis)
    hopeless = restarts >= RESTARTS_WITHOUT_HOPE
    return never(message, diagnosis) if hopeless else not_yet(message, diagnosis)


def _probes(pod: Live, around: Around) -> list[str]:
    """Only probes that had the container killed: others fail while it is still loading."""
    return [line for line in event_lines(_killing(pod, around)) if "will be restarted" in line]


def _killing(pod: Live, around: Around) -> list[Live]:
    name = name_of(pod)
    return [
        each
        for each in around.events
        if each.get("reason") == "Killing"
        and (each.get("involvedObject") or {}).get("name") == name
    ]


def _creating(pod: Live, around: Around) -> Readiness:
    lines = list(event_lines(_since_placed(pod, around)))
    diagnosis = named(lines, around) if lines else None
    if diagnosis:
        return by_diagnosis(shown(_evidence(diagnosis)), diagnosis)
    return not_yet(PULLING if is_pulled(pod, around) else "being created")


def is_pulled(pod: Live, around: Around) -> bool:
    """Whether its image is being pulled, or was: one that is on the node already is not."""
    return any(each.get("reason") == "Pulling" for each in _about(pod, around))


def _about(pod: Live, around: Around) -> list[Live]:
    name = name_of(pod)
    return [e for e in around.events if (e.get("involvedObject") or {}).get("name") == name]


def _loading(pod: Live, around: Around) -> Readiness:
    """Running, not ready: loading, unless its own last lines say that it has died inside."""
    lines: Sequence[str] = around.logs.get(name_of(pod), ())
    diagnosis = named(lines, around) if lines else None
    if diagnosis and not diagnosis.passes:
        return never(shown(_evidence(diagnosis)), diagnosis)
    return not_yet(progress(lines).message if lines else "started, not ready yet", diagnosis)


def _evidence(diagnosis: Diagnosis | None) -> str:
    return diagnosis.evidence[0] if diagnosis and diagnosis.evidence else ""
