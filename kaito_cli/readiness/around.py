"""What is known around one object when it is judged: all of it fetched before, none of it here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kaito_cli.model import UNKNOWN, Diagnosis, Failure, Readiness
from kaito_cli.readiness.diagnosis import diagnose_lines
from kaito_cli.readiness.documents import event_line

Live = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """``pods`` and ``events`` of the same namespace (others are passed over), ``logs`` the last
    lines of each pod by its name, oldest first, those of its last run before those of this.
    ``nodes_coming``: a node pool is being made or scaled. ``pools``: the nodes of the workspace's
    own pools, by pool. ``failures``: all that are known. ``found``: what lines showed
    before: a workload is judged by its pods, which are judged by themselves too."""

    failures: Sequence[Failure]
    pods: Sequence[Live] = ()
    events: Sequence[Live] = ()
    logs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    nodes_coming: bool = False
    pools: Mapping[str, Sequence[Live]] = field(default_factory=dict)
    found: dict[tuple[str, ...], Diagnosis] = field(default_factory=dict, repr=False, compare=False)


def name_of(live: Live) -> str:
    return str(live.get("metadata", {}).get("name", ""))


def events_of(live: Live, around: Around) -> list[Live]:
    """Warnings about the object, or about what a controller made of it and named after it."""
    return [
        each
        for each in around.events
        if each.get("type") != "Normal" and _is_about(each, str(live.get("kind")), name_of(live))
    ]


def _is_about(event: Live, kind: str, name: str) -> bool:
    about = event.get("involvedObject") or event.get("regarding") or {}
    if about.get("kind") == kind:
        return bool(about.get("name") == name)
    made_of_it = kind == "Deployment" and about.get("kind") == "ReplicaSet"
    return made_of_it and str(about.get("name", "")).startswith(f"{name}-")


def pods_of(live: Live, around: Around) -> list[Live]:
    """The pods its selector chooses, without those that are on their way out."""
    wanted = (live.get("spec", {}).get("selector") or {}).get("matchLabels") or {}
    return [pod for pod in around.pods if wanted and not _leaving(pod) and _labelled(pod, wanted)]


def _leaving(pod: Live) -> bool:
    return bool(pod.get("metadata", {}).get("deletionTimestamp"))


def _labelled(pod: Live, wanted: Mapping[str, str]) -> bool:
    labels = pod.get("metadata", {}).get("labels") or {}
    return all(labels.get(key) == value for key, value in wanted.items())


def condition(live: Live, kind: str) -> Live:
    """The condition of that type, empty where the object has none."""
    conditions = live.get("status", {}).get("conditions") or ()
    return next((each for each in conditions if each.get("type") == kind), {})


def holds(live: Live, kind: str) -> bool:
    return condition(live, kind).get("status") == "True"


def event_lines(events: Sequence[Live]) -> Iterator[str]:
    """Events as lines, in the order in which they were last seen."""
    yield from (event_line(each) for each in sorted(events, key=_last_seen))


def _last_seen(event: Live) -> str:
    series = event.get("series") or {}
    return str(
        event.get("lastTimestamp") or series.get("lastObservedTime") or event.get("eventTime") or ""
    )


def named(lines: Sequence[str], around: Around) -> Diagnosis | None:
    """The cause that the lines show, None where they show none."""
    said = tuple(lines)
    if said not in around.found:
        around.found[said] = diagnose_lines(said, around.failures)
    found = around.found[said]
    return found if found.cause != UNKNOWN and found.cause != "healthy" else None


def ready(message: str) -> Readiness:
    return Readiness(done=True, ok=True, message=message)


def not_yet(message: str, diagnosis: Diagnosis | None = None) -> Readiness:
    return Readiness(done=False, ok=True, message=message, diagnosis=diagnosis)


def never(message: str, diagnosis: Diagnosis | None = None) -> Readiness:
    return Readiness(done=True, ok=False, message=message, diagnosis=diagnosis)


def by_diagnosis(message: str, diagnosis: Diagnosis) -> Readiness:
    """Whether waiting may help is the diagnosis' to say."""
    return not_yet(message, diagnosis) if diagnosis.passes else never(message, diagnosis)
