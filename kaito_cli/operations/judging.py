"""One workspace judged: its workload and its pods, by the judges of each kind."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kaito_cli.model import (
    Absent,
    Diagnosis,
    EngineProgress,
    Event,
    Failure,
    Progress,
    Readiness,
    Stage,
)
from kaito_cli.ports import Manifest
from kaito_cli.readiness.around import Around, Live, name_of, never, not_yet, pods_of
from kaito_cli.readiness.judges import readiness
from kaito_cli.readiness.pods import PULLING, is_pulled
from kaito_cli.readiness.progress import progress, stages

# the kinds that may carry a workspace
WORKLOADS = (("Deployment", "apps/v1"), ("StatefulSet", "apps/v1"), ("Job", "batch/v1"))
_WORKLOAD_KINDS = {kind for kind, _ in WORKLOADS}
NO_POOLS: Mapping[str, Sequence[Live]] = {}
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
    ready, by name. ``absent``: what its plan asks for and is not there."""

    objects: tuple[Manifest, ...] = ()
    pods: tuple[Manifest, ...] = ()
    events: tuple[Manifest, ...] = ()
    logs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    absent: tuple[Absent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPod:
    """``progress`` is the engine's, None where its log was not read or says nothing. ``passed``:
    every step it took so far of which something tells, in their order."""

    pod: Live
    readiness: Readiness
    progress: EngineProgress | None = None
    passed: tuple[str, ...] = ()

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
    found: Found,
    failures: Sequence[Failure],
    *,
    nodes_coming: bool = False,
    pools: Mapping[str, Sequence[Live]] = NO_POOLS,
    name: str,
) -> Judged:
    """The verdict on all of ``found``: what is lost first, then what is not yet, then ready.

    ``nodes_coming``: a node pool is being made, or its nodes have no GPUs to offer yet.
    ``pools``: the nodes of its own pools, by pool.
    """
    around = Around(
        failures=failures,
        pods=found.pods,
        events=found.events,
        logs=found.logs,
        nodes_coming=nodes_coming,
        pools=pools,
    )
    workload = workload_of(found.objects, name)
    beside = [each for each in found.objects if each["kind"] not in _WORKLOAD_KINDS]
    pods = pods_of(workload, around) if workload else found.pods
    return Judged(
        readiness=_of_all(workload, beside, found.absent, around, name),
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
    workload: Manifest | None,
    beside: Sequence[Manifest],
    absent: Sequence[Absent],
    around: Around,
    name: str,
) -> Readiness:
    if workload is None:
        return not_yet(f"no workload of {name} is in the cluster yet")
    verdicts = [_fresh(each, around) for each in (workload, *beside)]
    verdicts += [_missing(each) for each in absent if each.needed]
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


def _missing(one: Absent) -> Readiness:
    """It does not come by itself: whoever made the workload made it first."""
    told = f"{one.subject} is not there"
    cause = f"missing-{one.subject.partition(' ')[0].lower()}"
    says = f"{told}, and without it nothing answers."
    return never(told, Diagnosis(cause=cause, message=says, evidence=(told,), fix=one.fix))


def _judged_pod(pod: Live, around: Around) -> JudgedPod:
    lines = around.logs.get(name_of(pod))
    verdict = readiness(pod, around)
    return JudgedPod(
        pod=pod,
        readiness=verdict,
        progress=progress(lines) if lines and not verdict.done and verdict.ok else None,
        passed=_passed(pod, lines or (), around),
    )


def _passed(pod: Live, lines: Sequence[str], around: Around) -> tuple[str, ...]:
    pulled = (PULLING,) if is_pulled(pod, around) else ()
    seen = (each for each in stages(lines) if each not in (Stage.STARTING, Stage.READY))
    return (*pulled, *(WORDS[each] for each in seen))


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


def passed_events(one: JudgedPod, told: Collection[str]) -> Iterator[Event]:
    """Steps that a pod took between two looks: those that are neither told nor what it is at."""
    at = pod_event(one)
    for message in one.passed:
        if message not in told and message != at.message:
            yield Event(
                subject=at.subject,
                progress=Progress.WAITING,
                message=message,
                retry_after_seconds=0.0,
            )


def pod_event(one: JudgedPod) -> Event:
    """What a pod is at, in the engine's words where it has come so far."""
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
