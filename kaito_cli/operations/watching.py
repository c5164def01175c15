"""Follow workspaces while they become ready: shared watches, logs only where they tell.

`kaito wait` and deploy's settle judge by the same look: :meth:`Watching.judged`, told by
:meth:`Watching.events`, and :func:`never` for what will not be.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kaito_cli.catalog.failures import failures
from kaito_cli.errors import ClusterFailed
from kaito_cli.model import (
    MANAGED_BY_LABEL,
    MANAGER,
    WORKSPACE_LABEL,
    Event,
    Failure,
    Progress,
    Readiness,
)
from kaito_cli.operations.beside import Beside, Needs
from kaito_cli.operations.judging import (
    NO_POOLS,
    WORKLOADS,
    Found,
    Judged,
    JudgedPod,
    judged,
    needs_log,
    passed_events,
    pod_event,
    replicas,
    runs_for,
    workload_of,
)
from kaito_cli.operations.last_lines import last_lines
from kaito_cli.operations.mirrors import Mirrors
from kaito_cli.ports import Clock, Manifest
from kaito_cli.readiness.around import Live, name_of
from kaito_cli.readiness.pods import MENDED_BY_NODES

OURS = f"{MANAGED_BY_LABEL}={MANAGER}"
LOOK_SECONDS = 1.0  # a look at mirrors asks nobody
LOG_SECONDS = 2.0  # between two requests for one pod's log
# What is lost has to stay so for a moment: a rollout's old pods show their failure until they
# go, and a pod that found no node is tried again when one comes (the scheduler's longest
# backoff is ten seconds)
SURE_SECONDS = 2.0
PLACED_SECONDS = 30.0


@dataclass(slots=True, kw_only=True)
class Watching:
    """One workspace, looked at again and again.

    ``kinds``: what of it is judged, as (kind, apiVersion); those with its label. ``needs``: its
    Service and Secret, None: they do not matter. ``said``: what was last told of each subject;
    ``steps``: all steps that are told or too old to be, of each; ``lost_since``: the clock's
    seconds of the first look that found it lost.
    """

    name: str
    namespace: str
    mirrors: Mirrors
    clock: Clock
    kinds: Sequence[tuple[str, str]] = WORKLOADS
    failures: Sequence[Failure] = field(default_factory=failures)
    needs: Needs | None = None
    said: dict[str, Event] = field(default_factory=dict)
    steps: dict[str, set[str]] = field(default_factory=dict)
    began: bool = False
    lost_since: float | None = None
    _logs: dict[str, tuple[float, tuple[str, ...]]] = field(default_factory=dict)
    _last: tuple[object, Judged] | None = None

    def judged(
        self,
        found: Found | None = None,
        *,
        nodes_coming: bool = False,
        pools: Mapping[str, Sequence[Live]] = NO_POOLS,
        lost: Readiness | None = None,
    ) -> Judged:
        """The verdict now. What looks lost is `not yet` until it stayed so for a moment.

        ``found``: what a look has just shown, None: look now. ``pools``: the nodes of its own
        pools, by pool. ``lost``: what the cluster cannot
        know, as of a node pool that failed; it counts for as long as the workspace is not ready.
        """
        seen = found or self.look()
        verdict = self._judged(seen, nodes_coming, pools)
        waits = verdict.readiness.ok and not verdict.readiness.done
        given_up = lost if waits else None
        return replace(verdict, readiness=self._sure(given_up or verdict.readiness, bool(given_up)))

    def look(self) -> Found:
        """All that is known of it now; only the logs cost a request."""
        objects = tuple(
            each
            for kind, version in self.kinds
            for each in self._mirrored(kind, version)
            if name_of(each) == self.name  # a copy has the label too
        )
        pods = tuple(each for each in self._mirrored("Pod", "v1") if runs_for(each, self.name))
        needed = self.needs.look(workload_of(objects, self.name)) if self.needs else Beside()
        return Found(
            objects=(*objects, *needed.objects),
            absent=needed.absent,
            pods=pods,
            events=tuple(e for e in self.mirrors.seen("Event", self.namespace) if self._is_ours(e)),
            logs={name_of(each): self._log(each) for each in pods if needs_log(each)},
        )

    def events(self, verdict: Judged) -> Iterator[Event]:
        """What is new of each pod, and at the end how far the whole is: that one waits, or is
        done."""
        for each in verdict.pods:
            yield from self._news(each)
        self.began = True
        yield self._whole(verdict)

    def _news(self, one: JudgedPod) -> Iterator[Event]:
        """With the steps it took since the last look; what was before the first is past."""
        event = pod_event(one)
        told = self.steps.setdefault(event.subject, set())
        if self.began:
            yield from passed_events(one, frozenset(told))
        told.update((*one.passed, event.message))
        if self.said.get(event.subject) != event:
            self.said[event.subject] = event
            yield event

    def _judged(
        self, found: Found, nodes_coming: bool, pools: Mapping[str, Sequence[Live]]
    ) -> Judged:
        """Judged anew where something changed: matching what it says against all that may fail
        costs more than looking."""
        nodes = [node for each in pools.values() for node in each]
        seen = (*found.objects, *found.pods, *found.events, *nodes)
        versions = tuple(map(_version, seen))
        shown = (versions, tuple(found.logs.items()), found.absent, nodes_coming)
        if self._last is None or self._last[0] != shown:
            verdict = judged(
                found, self.failures, nodes_coming=nodes_coming, pools=pools, name=self.name
            )
            self._last = (shown, verdict)
        return self._last[1]

    def _whole(self, verdict: Judged) -> Event:
        found = verdict.readiness
        progressed = found.done and found.ok
        return Event(
            subject=f"workspace {self.name}",
            progress=Progress.DONE if progressed else Progress.WAITING,
            message=_whole(verdict),
            retry_after_seconds=None if progressed else LOOK_SECONDS,
        )

    def _sure(self, found: Readiness, by_pool: bool) -> Readiness:
        if found.ok:
            self.lost_since = None
            return found
        now = self.clock.seconds()
        self.lost_since = now if self.lost_since is None else self.lost_since
        patience = PLACED_SECONDS if by_pool or found.cause in MENDED_BY_NODES else SURE_SECONDS
        is_sure = now - self.lost_since >= patience
        return found if is_sure else replace(found, done=False, ok=True)

    def _mirrored(self, kind: str, version: str) -> Iterator[Manifest]:
        """Watched for all workspaces of the namespace at once."""
        for each in self.mirrors.objects(kind, version, self.namespace, OURS):
            if (each["metadata"].get("labels") or {}).get(WORKSPACE_LABEL) == self.name:
                yield each

    def _is_ours(self, event: Manifest) -> bool:
        """About its objects, which all have names that begin like it, or an autoscaler's."""
        about = event.get("involvedObject") or {}
        named = str(about.get("name", "")).startswith(self.name)
        return named or event.get("reason") in ("FailedScaleUp", "ScaleUpTimedOut")

    def _log(self, pod: Manifest) -> tuple[str, ...]:
        now, uid = self.clock.seconds(), str(pod["metadata"].get("uid", name_of(pod)))
        read = self._logs.get(uid)
        if read is None or now - read[0] >= LOG_SECONDS:
            read = (now, last_lines(pod, self.mirrors.cluster))
            self._logs[uid] = read
        return read[1]


def _whole(verdict: Judged) -> str:
    """How many are ready; and what keeps the rest, where no pod's own line tells."""
    (wanted, ready), found = replicas(verdict.workload), verdict.readiness
    if verdict.workload is None or not wanted or verdict.workload["kind"] == "Job":
        return found.message
    counted = f"{ready} of {wanted} replicas "
    by_pods = any(not each.readiness.done or not each.readiness.ok for each in verdict.pods)
    repeats = found.done or by_pods or found.message.startswith(counted)
    return f"{counted}ready" if repeats else f"{counted}ready; {found.message}"


def _version(live: Live) -> tuple[str, str]:
    metadata = live["metadata"]
    return str(metadata.get("uid", name_of(live))), str(metadata.get("resourceVersion", ""))


def never(name: str, found: Readiness) -> ClusterFailed:
    """The error for what will not be: the cause, what shows it, and what to type."""
    diagnosis = found.diagnosis
    if diagnosis is None:
        return ClusterFailed(
            f"`{name}` cannot become ready.",
            detail=found.message,
            hint=f"`kaito doctor {name}` shows what the cluster says.",
        )
    told = found.message
    more = (each for each in diagnosis.evidence if told not in each and each not in told)
    lines = dict.fromkeys((found.message, *more))
    return ClusterFailed(
        f"`{name}` cannot become ready: {diagnosis.message.rstrip('.')} ({diagnosis.cause}).",
        detail="\n".join(lines),
        hint=diagnosis.fix or f"`kaito doctor {name}` shows what the cluster says.",
    )
