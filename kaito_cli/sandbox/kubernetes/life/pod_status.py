"""A pod's status, from its containers."""

from typing import TYPE_CHECKING

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.container import Step
from kaito_cli.sandbox.kubernetes.life.context import Context, condition
from kaito_cli.sandbox.kubernetes.store import stamp

if TYPE_CHECKING:
    from kaito_cli.sandbox.kubernetes.life.kubelet import PodRun


def pod_status(context: Context, pod: Manifest, run: "PodRun") -> Manifest:
    """What the kubelet reports."""
    old, uid = pod.get("status") or {}, pod["metadata"]["uid"]
    status: Manifest = {
        **old,
        "phase": _phase(pod, run),
        "startTime": stamp(run.started),
        "hostIP": _address(context, pod),
        "podIP": run.address,
        "podIPs": [{"ip": run.address}],
        "conditions": _conditions(context, old.get("conditions", []), run),
        "containerStatuses": [each.shown(uid) for each in run.main],
    }
    if run.first:
        status["initContainerStatuses"] = [each.shown(uid) for each in run.first]
    return status


def _phase(pod: Manifest, run: "PodRun") -> str:
    policy = pod["spec"]["restartPolicy"]
    ended = all(each.step is Step.ENDED for each in run.main)
    failed_first = any(
        each.step is Step.ENDED and not each.succeeded and policy == "Never" for each in run.first
    )
    if failed_first:
        return "Failed"
    if ended and policy != "Always":
        good = all(each.succeeded for each in run.main)
        return "Succeeded" if good else "Failed" if policy == "Never" else "Running"
    begun = any(each.step is Step.RUNNING or each.last for each in run.main)
    return "Running" if begun or ended else "Pending"


def _address(context: Context, pod: Manifest) -> str:
    node = context.get("", "nodes", "", pod["spec"]["nodeName"])
    addresses = ((node or {}).get("status") or {}).get("addresses") or ()
    return next((each["address"] for each in addresses if each["type"] == "InternalIP"), "")


def _conditions(context: Context, old: list[Manifest], run: "PodRun") -> list[Manifest]:
    unready = [each.name for each in run.main if not each.ready]
    done = all(each.succeeded for each in run.main)
    reason = "PodCompleted" if done else "ContainersNotReady"
    message = "" if done else f"containers with unready status: [{' '.join(unready)}]"
    unready_told = (False, reason, message) if unready else (True, "", "")
    waiting = [each.name for each in run.first if not each.succeeded]
    first_told = (
        (
            False,
            "ContainersNotInitialized",
            f"containers with incomplete status: [{' '.join(waiting)}]",
        )
        if waiting
        else (True, "", "")
    )
    found = condition(old, "PodReadyToStartContainers", True, "", "", context.store.time)
    for kind, told in (
        ("Initialized", first_told),
        ("Ready", unready_told),
        ("ContainersReady", unready_told),
    ):
        found = condition(found, kind, *told, context.store.time)
    return found
