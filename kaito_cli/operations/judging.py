"""One workspace judged: its workload and its pods, by the judges of each kind."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kaito_cli.model import EngineProgress, Event, Failure, Progress, Readiness, Stage
from kaito_cli.ports import Manifest
from kaito_cli.readiness.around import Around, Live, name_of, not_yet, pods_of
from kaito_cli.readiness.judges import readiness
from kaito_cli.readiness.progress import progress

# the kinds that may carry a workspace
WORKLOADS = (("Deployment", "apps/v1"), ("StatefulSet", "apps/v1"), ("Job", "batch/v1"))
_WORKLOAD_KINDS = {kind for kind, _ in WORKLOADS}
# of an engine's stages, those of which its own words tell more than the kubelet's
WORDS = {
    Stage.STARTING: "starting",
    Stage.DOWNLOADING: "downloading weights",
    Stage.LOADING: "loading weights",
    Stage.COMPILING: "compiling",
    Stage.PROFILING: "measuring memory",
    Stage.CAPTURING: "capturing CUDA graphs",
    Stage.READY: "ready",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the cluster holds of one workspace: its ``objects`` that are worth judging, the pods
    with its label, the events of its namespace, and the last lines of those pods that are not
    ready, by name."""

    objects: tuple[Manifest, ...] = ()
    pods: tuple[Manifest, ...] = ()
    events: tuple[Manifest, ...] = ()
    logs: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPod:
    """``progress`` is the engine's, None where its log was not read or says nothing."""

    pod: Live
    readiness: Readiness
    progress: EngineProgress | None = None

    @property
    def name(self) -> str:
        return name_of(self.pod)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``readiness`` is the whole workspace's; ``workload`` None: it is not there (yet)."""

    readiness: Readiness
    workload: Manifest | None
    pods: tuple[JudgedPod, ...] = ()


def judged(
    found: Found, failures: Sequence[Failure], *, nodes_coming: bool = False, name: str
) -> Judged:
    """The verdict on all of ``found``: what is lost first, then what is not yet, then ready.

    ``nodes_coming``: a node pool is being made, or its nodes have no GPUs to offer yet.
    """
    around = Around(
        failures=failures,
        pods=found.pods,
        events=found.events,
        logs=found.logs,
        nodes_coming=nodes_coming,
    )
    workload = workload_of(found.objects, name)
    beside = [each for each in found.objects if each["kind"] not in _WORKLOAD_KINDS]
    pods = pods_of(workload, around) if workload else found.pods
    return Judged(
        readiness=_of_all(workload, beside, around, name),
        workload=workload,
        pods=tuple(_judged_pod(each, around) for each in pods),
    )


def workload_of(objects: Iterable[Manifest], name: str) -> Manifest | None:
    """The object that runs a workspace's pods, None where there is none. It has the workspace's
    name: labels alone may be a copy's."""
    return next(
        (each for each in objects if each["kind"] in _WORKLOAD_KINDS and name_of(each) == name),
        None,
    )


def runs_for(pod: Manifest, name: str) -> bool:
    """Whether a pod with the label of a workspace is no other workload's.

    A ReplicaSet is named after its Deployment and a hash; one without an owner is nobody else's.
    """
    for owner in pod["metadata"].get("ownerReferences") or ():
        kind, of = owner.get("kind"), str(owner.get("name") or name)
        if name not in (of, of.rpartition("-")[0] if kind == "ReplicaSet" else of):
            return False
    return True


def _of_all(
    workload: Manifest | None, beside: Sequence[Manifest], around: Around, name: str
) -> Readiness:
    if workload is None:
        return not_yet(f"no workload of {name} is in the cluster yet")
    verdicts = [_fresh(each, around) for each in (workload, *beside)]
    lost = (each for each in verdicts if not each.ok)
    waiting = (each for each in verdicts if not each.done)
    return next(lost, None) or next(waiting, None) or verdicts[0]


def _fresh(live: Manifest, around: Around) -> Readiness:
    """Until its controller has seen the newest generation, all else is of an older one."""
    newest = int(live["metadata"].get("generation") or 0)
    seen = (live.get("status") or {}).get("observedGeneration")
    if live["kind"] in ("Deployment", "StatefulSet") and int(seen or 0) < newest:
        return not_yet("its controller has not seen the newest generation yet")
    return readiness(live, around)


def _judged_pod(pod: Live, around: Around) -> JudgedPod:
    lines = around.logs.get(name_of(pod))
    verdict = readiness(pod, around)
    return JudgedPod(
        pod=pod,
        readiness=verdict,
        progress=progress(lines) if lines and not verdict.done and verdict.ok else None,
    )


def replicas(workload: Manifest | None) -> tuple[int, int]:
    """Replicas wanted and ready; of a Job, pods that are to complete and that did."""
    if workload is None:
        return 0, 0
    spec, status = workload.get("spec") or {}, workload.get("status") or {}
    if workload["kind"] == "Job":
        return int(spec.get("completions") or 1), int(status.get("succeeded") or 0)
    wanted = spec.get("replicas")
    ready = status.get("availableReplicas" if workload["kind"] == "Deployment" else "readyReplicas")
    return 1 if wanted is None else int(wanted), int(ready or 0)


def needs_log(pod: Live) -> str:
    """The container whose last lines tell why the pod is not ready; empty: none has run yet, or
    the pod is well."""
    status = pod.get("status") or {}
    statuses = [
        *(status.get("initContainerStatuses") or ()),
        *(status.get("containerStatuses") or ()),
    ]
    return next((str(each["name"]) for each in statuses if _is_telling(each)), "")


def _is_telling(status: Live) -> bool:
    state, last = status.get("state") or {}, status.get("lastState") or {}
    ended = state.get("terminated") or {}
    if status.get("ready") or (ended and not ended.get("exitCode")):
        return False
    return bool("running" in state or ended or last.get("terminated"))


def pod_events(found: Judged) -> Iterator[Event]:
    """One event a pod: what it is at, in the engine's words where it has come so far."""
    for each in found.pods:
        yield _pod_event(each)


def _pod_event(one: JudgedPod) -> Event:
    at, verdict = one.progress, one.readiness
    telling = at is not None and at.stage is not Stage.STARTING and verdict.diagnosis is None
    finished = Progress.DONE if verdict.ok else Progress.FAILED
    return Event(
        subject=f"pod {one.name}",
        progress=finished if verdict.done else Progress.WAITING,
        message=WORDS[at.stage] if at and telling else verdict.message,
        retry_after_seconds=None if verdict.done else 0.0,
        fraction=at.fraction if at and telling else None,
        bytes_per_second=at.bytes_per_second if at and telling else None,
    )
