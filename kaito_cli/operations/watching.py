"""Follow workspaces while they become ready: shared watches, logs only where they tell.

`kaito wait` and deploy's settle judge by the same look: :meth:`Watching.judged`, told by
:meth:`Watching.events`, and :func:`never` for what will not be.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
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
    Ref,
)
from kaito_cli.operations.judging import (
    WORKLOADS,
    Found,
    Judged,
    judged,
    needs_log,
    pod_events,
    replicas,
    runs_for,
)
from kaito_cli.ports import Clock, Cluster, Manifest, Mirror
from kaito_cli.readiness.around import name_of
from kaito_cli.readiness.pods import MENDED_BY_NODES
from kaito_cli.readiness.redaction import redacted

OURS = f"{MANAGED_BY_LABEL}={MANAGER}"
LOOK_SECONDS = 1.0  # a look at mirrors asks nobody
LOG_SECONDS = 2.0  # between two requests for one pod's log
LOG_LINES = 400
# What is lost has to stay so for a moment: a rollout's old pods show their failure until they
# go, and a pod that found no node is tried again when one comes (the scheduler's longest
# backoff is ten seconds)
SURE_SECONDS = 2.0
PLACED_SECONDS = 30.0


class Mirrors(AbstractContextManager["Mirrors"]):
    """Watches of one cluster, each opened when it is first looked at, and shared by all that
    wait for something in the same namespace. The end of the block closes them."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._open: dict[tuple[str, ...], Mirror] = {}

    def objects(
        self, kind: str, api_version: str = "v1", namespace: str = "", label_selector: str = ""
    ) -> tuple[Manifest, ...]:
        """As the server last told. Raises ClusterFailed."""
        key = (kind, api_version, namespace, label_selector)
        if key not in self._open:
            self._open[key] = self.cluster.watch(
                kind, api_version=api_version, namespace=namespace, label_selector=label_selector
            )
        return self._open[key].objects()

    def seen(self, kind: str, namespace: str = "") -> tuple[Manifest, ...]:
        """The same, nothing where they may not be read: what helps to judge, and no more."""
        try:
            return self.objects(kind, namespace=namespace)
        except ClusterFailed:
            return ()

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop watching; all at once, for the end of one may take a moment."""
        mirrors = list(self._open.values())
        self._open.clear()
        with ThreadPoolExecutor(max_workers=max(1, len(mirrors))) as ends:
            list(ends.map(lambda each: each.close(), mirrors))


@dataclass(slots=True, kw_only=True)
class Watching:
    """One workspace, looked at again and again.

    ``kinds``: what of it is judged, as (kind, apiVersion); those with its label. ``said``: what
    was last told of each subject; ``lost_since``: the clock's seconds of the first look that
    found it lost.
    """

    name: str
    namespace: str
    mirrors: Mirrors
    clock: Clock
    kinds: Sequence[tuple[str, str]] = WORKLOADS
    failures: Sequence[Failure] = field(default_factory=failures)
    said: dict[str, Event] = field(default_factory=dict)
    lost_since: float | None = None
    _logs: dict[str, tuple[float, tuple[str, ...]]] = field(default_factory=dict)
    _last: tuple[object, Judged] | None = None

    def judged(
        self,
        found: Found | None = None,
        *,
        nodes_coming: bool = False,
        lost: Readiness | None = None,
    ) -> Judged:
        """The verdict now. What looks lost is `not yet` until it stayed so for a moment.

        ``found``: what a look has just shown, None: look now. ``lost``: what the cluster cannot
        know, as of a node pool that failed; it counts for as long as the workspace is not ready.
        """
        seen = found or self.look()
        verdict = self._judged(seen, nodes_coming)
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
        return Found(
            objects=objects,
            pods=pods,
            events=tuple(e for e in self.mirrors.seen("Event", self.namespace) if self._is_ours(e)),
            logs={name_of(each): self._log(each) for each in pods if needs_log(each)},
        )

    def events(self, verdict: Judged) -> Iterator[Event]:
        """What is new of each pod, and at the end how far the whole is: that one waits, or is
        done."""
        for event in pod_events(verdict):
            if self.said.get(event.subject) != event:
                self.said[event.subject] = event
                yield event
        yield self._whole(verdict)

    def _judged(self, found: Found, nodes_coming: bool) -> Judged:
        """Judged anew where something changed: matching what it says against all that may fail
        costs more than looking."""
        versions = tuple(_version(e) for e in (*found.objects, *found.pods, *found.events))
        shown = (versions, tuple(found.logs.items()), nodes_coming)
        if self._last is None or self._last[0] != shown:
            verdict = judged(found, self.failures, nodes_coming=nodes_coming, name=self.name)
            self._last = (shown, verdict)
        return self._last[1]

    def _whole(self, verdict: Judged) -> Event:
        wanted, ready = replicas(verdict.workload)
        found = verdict.readiness
        counted = f"{ready} of {wanted} replicas ready"
        progressed = found.done and found.ok
        return Event(
            subject=f"workspace {self.name}",
            progress=Progress.DONE if progressed else Progress.WAITING,
            message=counted if verdict.workload and wanted else found.message,
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


def _version(live: Manifest) -> tuple[str, str]:
    metadata = live["metadata"]
    return str(metadata.get("uid", name_of(live))), str(metadata.get("resourceVersion", ""))


def last_lines(pod: Manifest, cluster: Cluster) -> tuple[str, ...]:
    """The end of the log of the container that keeps a pod from being ready: of its last run,
    then of this one; without what looks like a secret, for they are shown as evidence. Nothing
    where there is none, or none may be read."""
    container = needs_log(pod)
    if not container:
        return ()
    ref = Ref(kind="Pod", name=name_of(pod), namespace=pod["metadata"].get("namespace", ""))
    runs = (True, False) if _runs_again(pod, container) else (False,)
    lines: list[str] = []
    for previous in runs:
        try:
            lines += cluster.logs(ref, container=container, tail=LOG_LINES, previous=previous)
        except ClusterFailed:  # not started yet, rotated away, or not allowed: no lines
            continue
    return tuple(redacted(line) for line in lines)


def _runs_again(pod: Manifest, container: str) -> bool:
    """Whether what runs now had a run before; a crashed one's log is still that of its last."""
    status = pod.get("status") or {}
    statuses = [
        *(status.get("initContainerStatuses") or ()),
        *(status.get("containerStatuses") or ()),
    ]
    return any(
        each["name"] == container
        and each.get("restartCount")
        and "running" in (each.get("state") or {})
        for each in statuses
    )


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
