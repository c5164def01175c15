"""Are the controllers' objects ready: Deployment, StatefulSet, DaemonSet, Job."""

from kaito_cli.model import Readiness
from kaito_cli.readiness.around import (
    Around,
    Live,
    by_diagnosis,
    condition,
    event_lines,
    events_of,
    holds,
    named,
    never,
    not_yet,
    pods_of,
    ready,
)
from kaito_cli.readiness.diagnosis import shown
from kaito_cli.readiness.pods import judge_pod

EXCEEDED = "ProgressDeadlineExceeded"


def judge_deployment(live: Live, around: Around) -> Readiness:
    """Ready when every replica of the newest generation is available."""
    status, wanted = live.get("status", {}), _wanted(live)
    available = int(status.get("availableReplicas") or 0)
    updated = int(status.get("updatedReplicas") or 0)
    told = f"{available} of {wanted} replicas available"
    if _seen(live) and min(available, updated) >= wanted:
        return ready(told)
    reason = condition(live, "Progressing")
    if reason.get("reason") == EXCEEDED:
        return _late(live, around, f"{EXCEEDED}: {reason.get('message') or told}")
    return _by_pods(live, around, told)


def judge_stateful_set(live: Live, around: Around) -> Readiness:
    """Ready when every replica of the newest revision is."""
    status, wanted = live.get("status", {}), _wanted(live)
    count = int(status.get("readyReplicas") or 0)
    newest = status.get("updateRevision") in (None, status.get("currentRevision"))
    told = f"{count} of {wanted} replicas ready"
    if _seen(live) and count >= wanted and (newest or not wanted):
        return ready(told)
    return _by_pods(live, around, told)


def judge_daemon_set(live: Live, around: Around) -> Readiness:
    """Ready when it is on every node that wants it; also when none does."""
    status = live.get("status", {})
    wanted = int(status.get("desiredNumberScheduled") or 0)
    count = min(int(status.get("numberReady") or 0), int(status.get("updatedNumberScheduled") or 0))
    told = f"{count} of {wanted} nodes ready"
    return ready(told) if _seen(live) and count >= wanted else _by_pods(live, around, told)


def judge_job(live: Live, around: Around) -> Readiness:
    """Done when it is complete; its failure is told by its last pod."""
    status = live.get("status", {})
    if holds(live, "Complete"):
        return ready("complete")
    failed = condition(live, "Failed")
    if failed.get("status") == "True":
        return _failed_job(live, around, f"{failed.get('reason')}: {failed.get('message') or ''}")
    if live.get("spec", {}).get("suspend"):
        return not_yet("suspended")
    wanted = int(live.get("spec", {}).get("completions") or 1)
    running = int(status.get("ready") or status.get("active") or 0)
    told = f"{int(status.get('succeeded') or 0)} of {wanted} complete, {running} running"
    return not_yet(told) if status.get("ready") else _by_pods(live, around, told)


def _failed_job(live: Live, around: Around, told: str) -> Readiness:
    verdicts = (judge_pod(pod, around) for pod in reversed(pods_of(live, around)))
    said = next((each for each in verdicts if each.diagnosis), None)
    return never(said.message if said else shown(told), said.diagnosis if said else None)


def _wanted(live: Live) -> int:
    replicas = live.get("spec", {}).get("replicas")
    return 1 if replicas is None else int(replicas)


def _seen(live: Live) -> bool:
    """Whether the controller has seen the newest generation; its figures are of an older else."""
    newest = int(live.get("metadata", {}).get("generation") or 0)
    return int(live.get("status", {}).get("observedGeneration") or 0) >= newest


def _by_pods(live: Live, around: Around, told: str) -> Readiness:
    """The gravest that a pod or the controller says; else what is still going on."""
    refused = _refused(live, around)
    if refused:
        return refused
    verdicts = [judge_pod(pod, around) for pod in pods_of(live, around)]
    lost = next((each for each in verdicts if not each.ok), None)
    if lost:
        return lost
    waiting = [each for each in verdicts if not each.done]
    if not waiting:
        return not_yet(told)
    gravest = next((each for each in waiting if each.diagnosis), waiting[0])
    return not_yet(f"{told}; {gravest.message}", gravest.diagnosis)


def _refused(live: Live, around: Around) -> Readiness | None:
    """The controller could not even make the pods: quota, admission, a webhook."""
    failure = condition(live, "ReplicaFailure")
    lines = [str(failure["message"])] if failure.get("message") else []
    reasons = {"FailedCreate", "FailedUpdate"}
    events = [each for each in events_of(live, around) if each.get("reason") in reasons]
    lines += event_lines(events if not pods_of(live, around) else [])
    diagnosis = named(lines, around) if lines else None
    return by_diagnosis(shown(lines[-1]), diagnosis) if diagnosis else None


def _late(live: Live, around: Around, told: str) -> Readiness:
    """Past its deadline: not yet, as long as nodes come or a pod is on its way."""
    verdict = _by_pods(live, around, told)
    if not verdict.ok:
        return verdict
    on_its_way = any(_on_its_way(pod) for pod in pods_of(live, around))
    return verdict if around.nodes_coming or on_its_way else never(shown(told), verdict.diagnosis)


def _on_its_way(pod: Live) -> bool:
    """Pending, pulling, or in its startup probe."""
    status = pod.get("status", {})
    states = status.get("containerStatuses") or ()
    in_probe = any(
        (each.get("state") or {}).get("running") and not each.get("started") for each in states
    )
    return status.get("phase") == "Pending" or in_probe
