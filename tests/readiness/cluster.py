"""Objects as an API server shows them, with only what a test is about."""

from typing import Any

from kaito_cli.catalog.failures import failures
from kaito_cli.readiness.around import Around

Object = dict[str, Any]
LABELS = {"app": "chat"}


def around(**known: Any) -> Around:
    return Around(failures=failures(), **known)


def pod(name: str = "chat-1", *, node: str = "node-1", **status: Any) -> Object:
    """A pod that is placed on ``node``, unless that is empty."""
    placed = {"type": "PodScheduled", "status": "True" if node else "False"}
    return {
        "kind": "Pod",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {"nodeName": node} if node else {},
        "status": {"phase": "Pending", "conditions": [placed], **status},
    }


def waiting(why: str, message: str = "", /, restarts: int = 0, **last: Any) -> Object:
    return pod(
        containerStatuses=[
            {
                "state": {"waiting": {"reason": why, "message": message}},
                "lastState": {"terminated": last} if last else {},
                "restartCount": restarts,
            }
        ]
    )


def running(restarts: int = 0, started: bool = True, **last: Any) -> Object:
    state = {
        "state": {"running": {"startedAt": "2026-10-13T09:00:00Z"}},
        "lastState": {"terminated": last} if last else {},
        "restartCount": restarts,
        "started": started,
    }
    return pod(phase="Running", containerStatuses=[state])


def unplaced(message: str) -> Object:
    refused = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": message,
    }
    return pod(node="", conditions=[refused])


def event(
    reason: str, message: str, kind: str = "Pod", name: str = "chat-1", **more: Any
) -> Object:
    return {
        "kind": "Event",
        "type": "Warning",
        "reason": reason,
        "message": message,
        "involvedObject": {"kind": kind, "name": name},
        **more,
    }


def workload(kind: str, status: Object, **spec: Any) -> Object:
    return {
        "kind": kind,
        "metadata": {"name": "chat", "generation": 2},
        "spec": {"selector": {"matchLabels": LABELS}, **spec},
        "status": {"observedGeneration": 2, **status},
    }
