"""What a container wrote last, where that tells why its pod is not ready."""

from kaito_cli.errors import ClusterFailed
from kaito_cli.model import Ref
from kaito_cli.operations.judging import needs_log
from kaito_cli.ports import Cluster, Manifest
from kaito_cli.readiness.around import name_of
from kaito_cli.readiness.redaction import redacted

LOG_LINES = 400


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
