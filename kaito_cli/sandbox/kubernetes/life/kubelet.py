"""The kubelet of every node: what becomes of a pod once it has one."""

from dataclasses import dataclass, field

from kaito_cli.sandbox.kubernetes.collect import OVER, end
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.container import ContainerRun, Step
from kaito_cli.sandbox.kubernetes.life.context import Context
from kaito_cli.sandbox.kubernetes.life.needs import missing_for_volumes
from kaito_cli.sandbox.kubernetes.life.pod_status import pod_status
from kaito_cli.sandbox.kubernetes.life.running import KUBELET, advance
from kaito_cli.sandbox.kubernetes.life.scheduler import schedule
from kaito_cli.sandbox.kubernetes.store import key_of, seconds_of

_MOUNT_RETRY_SECONDS = 120.0


@dataclass(slots=True, kw_only=True)
class PodRun:
    """What the kubelet knows of a pod."""

    started: float
    first: list[ContainerRun] = field(default_factory=list)  # init containers
    main: list[ContainerRun] = field(default_factory=list)
    address: str = ""

    @property
    def containers(self) -> list[ContainerRun]:
        return [*self.first, *self.main]


def reconcile_pod(context: Context, pod: Manifest) -> None:
    """Schedule it, run it, end it."""
    node = pod["spec"].get("nodeName")
    if pod["metadata"].get("deletionTimestamp"):
        _terminate(context, pod)
    elif (pod.get("status") or {}).get("phase") in OVER:
        return
    elif not node:
        schedule(context, pod)
    elif context.get("", "nodes", "", node) is None:
        _remove(context, pod)  # the pod garbage collector
    else:
        _run(context, pod)


def _run(context: Context, pod: Manifest) -> None:
    run = context.runs.get(pod["metadata"]["uid"]) or _admit(context, pod)
    missing = missing_for_volumes(context, pod)
    if missing and not any(each.running for each in run.containers):
        context.event(pod, "FailedMount", missing, warning=True, source=KUBELET)
        context.later(_MOUNT_RETRY_SECONDS, pod)
    else:
        _advance_all(context, pod, run)
    context.set_status(pod, pod_status(context, pod, run))
    due = [each.due for each in run.containers if each.due is not None]
    if due:
        meta = pod["metadata"]
        context.agenda.add_at(min(due), ("Pod", meta["namespace"], meta["name"]))


def _admit(context: Context, pod: Manifest) -> PodRun:
    spec, number = pod["spec"], context.numbers.get("pods", 0) + 1
    context.numbers["pods"] = number
    run = PodRun(
        started=context.now,
        first=[
            ContainerRun(spec=each, since=context.now) for each in spec.get("initContainers", ())
        ],
        main=[ContainerRun(spec=each, since=context.now) for each in spec["containers"]],
        address=f"10.244.{number // 250 % 250}.{number % 250 + 4}",
    )
    if run.first:
        for each in run.main:
            each.wait(context.now, "PodInitializing")
    context.runs[pod["metadata"]["uid"]] = run
    return run


def _advance_all(context: Context, pod: Manifest, run: PodRun) -> None:
    policy = pod["spec"]["restartPolicy"]
    for each in run.first:
        advance(context, pod, each, "Never" if policy == "Never" else "OnFailure")
        if not each.succeeded:
            return
    for each in run.main:
        advance(context, pod, each, policy)


def _terminate(context: Context, pod: Manifest) -> None:
    """End it within its grace period."""
    meta, run = pod["metadata"], context.runs.get(pod["metadata"]["uid"])
    gone = context.get("", "nodes", "", pod["spec"].get("nodeName", "")) is None
    running = [each for each in run.containers if each.running] if run else []
    if gone or not running:
        _remove(context, pod)
        return
    slowest = max(each.behaviour.stop_seconds for each in running)
    grace = min(meta.get("deletionGracePeriodSeconds", 30), slowest)
    passed = context.since(meta["deletionTimestamp"])
    if passed >= grace:
        _remove(context, pod)
        return
    for each in running:
        context.event(pod, "Killing", f"Stopping container {each.name}", source=KUBELET)
    when = seconds_of(meta["deletionTimestamp"]) + context.span(grace)
    context.agenda.add_at(when, ("Pod", meta["namespace"], meta["name"]))


def _remove(context: Context, pod: Manifest) -> None:
    uid = pod["metadata"]["uid"]
    context.runs.pop(uid, None)
    context.pending.discard(key_of(pod))
    end(context.store, context.resource("", "pods"), pod)
    context.state.logs.forget(uid)


def fail(context: Context, pod: Manifest, reason: str, message: str) -> None:
    """Evict a pod: it stays to be looked at, Failed, and its node is free of it."""
    run = context.runs.pop(pod["metadata"]["uid"], None)
    for each in run.main if run else ():
        if each.running:
            each.end(context.now, 137, "Error")
            context.state.logs.end(pod["metadata"]["uid"], each.name)
    status = pod_status(context, pod, run) if run else dict(pod.get("status") or {})
    status |= {"phase": "Failed", "reason": reason, "message": message}
    context.set_status(pod, status)
    context.event(pod, reason, message, warning=True, source=KUBELET)


def is_running(run: PodRun | None) -> bool:
    return run is not None and any(each.step is Step.RUNNING for each in run.main)
