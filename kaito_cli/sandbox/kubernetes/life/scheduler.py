"""The scheduler: a node for each pod, or the reason why there is none."""

from kaito_cli.sandbox.kubernetes.collect import OVER
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.claims import claim_names
from kaito_cli.sandbox.kubernetes.life.context import Context, changed_spec, condition
from kaito_cli.sandbox.kubernetes.life.fitting import explained, obstacles
from kaito_cli.sandbox.kubernetes.store import key_of

SOURCE = "default-scheduler"


def schedule(context: Context, pod: Manifest) -> None:
    """Bind a pod, or say why not and keep it pending."""
    if pod["spec"].get("schedulingGates"):
        _pend(
            context,
            pod,
            "SchedulingGated",
            "Scheduling is blocked due to non-empty scheduling gates",
        )
        return
    nodes = context.store.kind("", "nodes")
    message = _claims_missing(context, pod, len(nodes))
    if message is None:
        reasons = {
            node["metadata"]["name"]: obstacles(pod, node, pods_on(context, node)) for node in nodes
        }
        chosen = next((name for name, found in reasons.items() if not found), None)
        if chosen:
            _bind(context, pod, chosen)
            return
        message = explained(len(nodes), reasons.values())
    _pend(context, pod, "Unschedulable", message)
    context.event(pod, "FailedScheduling", message, warning=True, source=SOURCE)


def pods_on(context: Context, node: Manifest) -> list[Manifest]:
    """Pods that hold room on a node."""
    name = node["metadata"]["name"]
    return [
        each
        for each in context.store.kind("", "pods")
        if each["spec"].get("nodeName") == name
        and (each.get("status") or {}).get("phase") not in OVER
    ]


def _claims_missing(context: Context, pod: Manifest, nodes: int) -> str | None:
    """What hinders because of volumes; None: nothing."""
    for name in claim_names(pod):
        claim = context.get("", "persistentvolumeclaims", pod["metadata"]["namespace"], name)
        if claim is None:
            return _for_all(nodes, f'persistentvolumeclaim "{name}" not found')
        if claim["metadata"].get("deletionTimestamp"):
            return _for_all(nodes, f'persistentvolumeclaim "{name}" is being deleted')
        if claim["status"].get("phase") != "Bound" and not _waits(context, claim):
            return _for_all(nodes, "pod has unbound immediate PersistentVolumeClaims")
    return None


def _for_all(nodes: int, why: str) -> str:
    available = f"0/{nodes} nodes are available"
    helpless = f"{nodes} Preemption is not helpful for scheduling"
    return f"{available}: {why}. preemption: {available}: {helpless}."


def _waits(context: Context, claim: Manifest) -> bool:
    """Whether a claim is bound only when a pod has its node."""
    name = claim["spec"].get("storageClassName", "")
    found = context.get("storage.k8s.io", "storageclasses", "", name)
    return bool(found and found["volumeBindingMode"] == "WaitForFirstConsumer")


def _pend(context: Context, pod: Manifest, reason: str, message: str) -> None:
    context.pending.add(key_of(pod))
    status = pod.get("status") or {}
    conditions = condition(
        status.get("conditions", []), "PodScheduled", False, reason, message, context.store.time
    )
    context.set_status(pod, {**status, "phase": "Pending", "conditions": conditions})


def _bind(context: Context, pod: Manifest, node: str) -> None:
    context.pending.discard(key_of(pod))
    meta = pod["metadata"]
    pod = context.put(pod, spec=changed_spec(pod, nodeName=node))
    status = pod.get("status") or {}
    conditions = condition(
        status.get("conditions", []), "PodScheduled", True, "", "", context.store.time
    )
    for name in claim_names(pod):
        context.agenda.add(("PersistentVolumeClaim", meta["namespace"], name))
    pod = context.set_status(pod, {**status, "conditions": conditions})
    message = f"Successfully assigned {meta['namespace']}/{meta['name']} to {node}"
    context.event(pod, "Scheduled", message, source=SOURCE)
