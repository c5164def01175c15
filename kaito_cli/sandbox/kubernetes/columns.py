"""The columns of kubectl's tables, kind by kind; name comes first by itself."""

from collections.abc import Callable, Iterable
from typing import Any

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.store import seconds_of

Cell = Callable[[Manifest, float], Any]
_UNITS = (("y", 365 * 86400), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def age(manifest: Manifest, now: float) -> str:
    """As kubectl writes it: `5m`, `3h`, `12d`."""
    born = manifest["metadata"].get("creationTimestamp")
    return elapsed(now - seconds_of(born)) if born else "<unknown>"


def elapsed(seconds: float) -> str:
    """duration.HumanDuration, its larger unit alone past ten of it."""
    whole = max(0, int(seconds))
    for index, (unit, size) in enumerate(_UNITS):
        if whole >= (2 * size if unit in "mhd" else size):
            smaller, below = _UNITS[index + 1] if index + 1 < len(_UNITS) else ("", 1)
            rest = (whole % size) // below if whole < 10 * size and smaller else 0
            return f"{whole // size}{unit}" + (f"{rest}{smaller}" if rest else "")
    return f"{whole}s"


def _at(path: str, default: Any = "<none>") -> Cell:
    steps = path.split(".")

    def cell(manifest: Manifest, now: float) -> Any:
        found: Any = manifest
        for step in steps:
            found = found.get(step) if isinstance(found, dict) else None
        return default if found is None else found

    return cell


def _joined(values: Iterable[Any]) -> str:
    return ",".join(str(each) for each in values) or "<none>"


def _containers(field: str) -> Cell:
    def cell(manifest: Manifest, now: float) -> str:
        return _joined(
            each.get(field) for each in manifest["spec"]["template"]["spec"]["containers"]
        )

    return cell


def _pairs(labels: Manifest | None) -> str:
    return _joined(f"{key}={value}" for key, value in (labels or {}).items())


def _selector(manifest: Manifest, now: float) -> str:
    return _pairs((manifest["spec"].get("selector") or {}).get("matchLabels"))


def _ready_of(total: str, ready: str) -> Cell:
    def cell(manifest: Manifest, now: float) -> str:
        status = manifest.get("status") or {}
        return f"{status.get(ready, 0)}/{manifest['spec'].get(total, 0)}"

    return cell


def _statuses(pod: Manifest) -> list[Manifest]:
    found: list[Manifest] = (pod.get("status") or {}).get("containerStatuses") or []
    return found


def _pod_ready(pod: Manifest, now: float) -> str:
    ready = sum(bool(each.get("ready")) for each in _statuses(pod))
    return f"{ready}/{len(pod['spec']['containers'])}"


def pod_status(pod: Manifest, now: float = 0) -> str:
    """The STATUS column: the phase, unless a container or the deletion says more."""
    status = pod.get("status") or {}
    reason = status.get("reason") or status.get("phase", "Unknown")
    for each in _statuses(pod):
        state = each.get("state") or {}
        waiting, ended = state.get("waiting"), state.get("terminated")
        if waiting and waiting.get("reason"):
            reason = waiting["reason"]
        elif ended and status.get("phase") != "Succeeded":
            reason = ended.get("reason") or f"ExitCode:{ended['exitCode']}"
        elif ended:
            reason = ended.get("reason") or "Completed"
    return "Terminating" if pod["metadata"].get("deletionTimestamp") else str(reason)


def _restarts(pod: Manifest, now: float) -> int:
    return sum(each.get("restartCount", 0) for each in _statuses(pod))


def _node_status(node: Manifest, now: float) -> str:
    conditions = (node.get("status") or {}).get("conditions", ())
    ready = any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
    text = "Ready" if ready else "NotReady"
    return text + (",SchedulingDisabled" if node["spec"].get("unschedulable") else "")


def _external(service: Manifest, now: float) -> str:
    if service["spec"]["type"] != "LoadBalancer":
        return "<none>"
    found = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    return ",".join(each.get("ip", each.get("hostname", "")) for each in found) or "<pending>"


def _ports(service: Manifest, now: float) -> str:
    return _joined(
        f"{each['port']}{':' + str(each['nodePort']) if each.get('nodePort') else ''}"
        f"/{each.get('protocol', 'TCP')}"
        for each in service["spec"].get("ports", ())
    )


def _job_status(job: Manifest, now: float) -> str:
    conditions = (job.get("status") or {}).get("conditions", ())
    held = [each["type"] for each in conditions if each["status"] == "True"]
    return next((each for each in ("Complete", "Failed", "Suspended") if each in held), "Running")


def _completions(job: Manifest, now: float) -> str:
    done = (job.get("status") or {}).get("succeeded", 0)
    return f"{done}/{job['spec'].get('completions', 1)}"


def _object(event: Manifest, now: float) -> str:
    involved = event.get("involvedObject") or {}
    return f"{involved.get('kind', '').lower()}/{involved.get('name', '')}"


def _seen(event: Manifest, now: float) -> str:
    last = event.get("lastTimestamp")
    return elapsed(now - seconds_of(last)) if last else "<unknown>"


def _entries(manifest: Manifest, now: float) -> int:
    return len(manifest.get("data") or {}) + len(manifest.get("binaryData") or {})


_AGE = ("Age", "string", 0, age)
COLUMNS: dict[str, list[tuple[str, str, int, Cell]]] = {
    "Pod": [
        ("Ready", "string", 0, _pod_ready),
        ("Status", "string", 0, pod_status),
        ("Restarts", "string", 0, _restarts),
        _AGE,
        ("IP", "string", 1, _at("status.podIP")),
        ("Node", "string", 1, _at("spec.nodeName")),
        ("Nominated Node", "string", 1, _at("status.nominatedNodeName")),
        ("Readiness Gates", "string", 1, lambda pod, now: "<none>"),
    ],
    "Deployment": [
        ("Ready", "string", 0, _ready_of("replicas", "readyReplicas")),
        ("Up-to-date", "integer", 0, _at("status.updatedReplicas", 0)),
        ("Available", "integer", 0, _at("status.availableReplicas", 0)),
        _AGE,
        ("Containers", "string", 1, _containers("name")),
        ("Images", "string", 1, _containers("image")),
        ("Selector", "string", 1, _selector),
    ],
    "ReplicaSet": [
        ("Desired", "integer", 0, _at("spec.replicas", 0)),
        ("Current", "integer", 0, _at("status.replicas", 0)),
        ("Ready", "integer", 0, _at("status.readyReplicas", 0)),
        _AGE,
    ],
    "StatefulSet": [("Ready", "string", 0, _ready_of("replicas", "readyReplicas")), _AGE],
    "DaemonSet": [
        ("Desired", "integer", 0, _at("status.desiredNumberScheduled", 0)),
        ("Current", "integer", 0, _at("status.currentNumberScheduled", 0)),
        ("Ready", "integer", 0, _at("status.numberReady", 0)),
        ("Up-to-date", "integer", 0, _at("status.updatedNumberScheduled", 0)),
        ("Available", "integer", 0, _at("status.numberAvailable", 0)),
        (
            "Node Selector",
            "string",
            0,
            lambda each, now: _pairs(each["spec"]["template"]["spec"].get("nodeSelector")),
        ),
        _AGE,
    ],
    "Job": [("Status", "string", 0, _job_status), ("Completions", "string", 0, _completions), _AGE],
    "Service": [
        ("Type", "string", 0, _at("spec.type")),
        ("Cluster-IP", "string", 0, _at("spec.clusterIP")),
        ("External-IP", "string", 0, _external),
        ("Port(s)", "string", 0, _ports),
        _AGE,
        ("Selector", "string", 1, lambda each, now: _pairs(each["spec"].get("selector"))),
    ],
    "Node": [
        ("Status", "string", 0, _node_status),
        ("Roles", "string", 0, lambda node, now: "<none>"),
        _AGE,
        ("Version", "string", 0, _at("status.nodeInfo.kubeletVersion", "")),
    ],
    "Namespace": [("Status", "string", 0, _at("status.phase")), _AGE],
    "ConfigMap": [("Data", "string", 0, _entries), _AGE],
    "Secret": [("Type", "string", 0, _at("type")), ("Data", "string", 0, _entries), _AGE],
    "ServiceAccount": [
        ("Secrets", "string", 0, lambda each, now: len(each.get("secrets") or ())),
        _AGE,
    ],
    "PersistentVolumeClaim": [
        ("Status", "string", 0, _at("status.phase")),
        ("Volume", "string", 0, _at("spec.volumeName", "")),
        ("Capacity", "string", 0, _at("status.capacity.storage", "")),
        (
            "Access Modes",
            "string",
            0,
            lambda each, now: _joined(each["spec"].get("accessModes", ())),
        ),
        ("StorageClass", "string", 0, _at("spec.storageClassName", "")),
        _AGE,
    ],
    "PodDisruptionBudget": [
        ("Min Available", "string", 0, _at("spec.minAvailable", "N/A")),
        ("Max Unavailable", "string", 0, _at("spec.maxUnavailable", "N/A")),
        ("Allowed Disruptions", "integer", 0, _at("status.disruptionsAllowed", 0)),
        _AGE,
    ],
    "Event": [
        ("Last Seen", "string", 0, _seen),
        ("Type", "string", 0, _at("type")),
        ("Reason", "string", 0, _at("reason")),
        ("Object", "string", 0, _object),
        ("Message", "string", 0, _at("message")),
    ],
}
