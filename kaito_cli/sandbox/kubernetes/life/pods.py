"""Pods of a controller: which there are, how they stand, new ones from a template."""

from collections.abc import Sequence

from kaito_cli.sandbox.kubernetes.collect import OVER, delete
from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.context import Context, condition_of, holds
from kaito_cli.sandbox.kubernetes.problem import Problem
from kaito_cli.sandbox.kubernetes.store import Change, Record

_RETRY_SECONDS = 10.0


def owned(context: Context, owner: Manifest, kind: str = "Pod") -> list[Manifest]:
    """Everything of a kind that an object owns."""
    found = context.store.dependents(owner["metadata"]["uid"])
    return [each for resource, each in found if resource.kind == kind]


def active(pods: Sequence[Manifest]) -> list[Manifest]:
    """Those that are neither over nor on their way out."""
    return [
        each
        for each in pods
        if not each["metadata"].get("deletionTimestamp") and phase(each) not in OVER
    ]


def phase(pod: Manifest) -> str:
    return str((pod.get("status") or {}).get("phase", "Pending"))


def ready(pods: Sequence[Manifest]) -> list[Manifest]:
    return [each for each in pods if holds(each, "Ready")]


def available(context: Context, owner: Manifest, pods: Sequence[Manifest]) -> list[Manifest]:
    """Ready for minReadySeconds; looks again when more will be."""
    least = owner["spec"].get("minReadySeconds", 0)
    found = []
    for each in ready(pods):
        since = (condition_of(each, "Ready") or {}).get("lastTransitionTime")
        left = least - context.since(since)
        if least and left > 0:
            context.later(left, owner)
        else:
            found.append(each)
    return found


def reference(owner: Manifest) -> Manifest:
    """The owner reference of a controller."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def from_template(owner: Manifest, name: str = "", **labels: str) -> Manifest:
    """A pod of an owner's template; without a name one is made."""
    template: Manifest = copied(owner["spec"]["template"])
    meta = template.setdefault("metadata", {})
    meta["namespace"] = owner["metadata"]["namespace"]
    meta["ownerReferences"] = [reference(owner)]
    meta["labels"] = {**meta.get("labels", {}), **labels}
    meta |= {"name": name} if name else {"generateName": f"{owner['metadata']['name']}-"}
    return template


def start(context: Context, owner: Manifest, pod: Manifest, source: str) -> str:
    """Create a pod; what hinders it, empty when nothing does. What was refused is tried again
    after a while."""
    uid = owner["metadata"]["uid"]
    until, refusal = context.refused.get(uid, (0.0, ""))
    if context.now < until:
        return refusal
    try:
        made = context.create("", "pods", pod)
    except Problem as problem:
        text = f"Error creating: {problem}"
        context.event(owner, "FailedCreate", text, warning=True, source=source)
        context.refused[uid] = (context.now + context.span(_RETRY_SECONDS), str(problem))
        context.later(_RETRY_SECONDS, owner)
        return str(problem)
    text = f"Created pod: {made['metadata']['name']}"
    context.event(owner, "SuccessfulCreate", text, source=source)
    return ""


def stop(context: Context, owner: Manifest, pod: Manifest, source: str) -> None:
    """Delete a pod of a controller."""
    delete(context.store, context.resource("", "pods"), pod)
    text = f"Deleted pod: {pod['metadata']['name']}"
    context.event(owner, "SuccessfulDelete", text, source=source)


def least_useful(pods: Sequence[Manifest], count: int) -> list[Manifest]:
    """Those to delete first: without a node, then not ready, then the youngest."""

    def use(pod: Manifest) -> tuple[bool, bool, str]:
        placed = bool(pod["spec"].get("nodeName"))
        return placed, holds(pod, "Ready"), _reversed(pod["metadata"]["creationTimestamp"])

    return sorted(pods, key=use)[: max(0, count)]


def _reversed(text: str) -> str:
    """So that younger sorts before older."""
    return "".join(chr(0x10FF - ord(each)) for each in text)


def released(record: Record) -> bool:
    """Whether a change of a pod gives room on its node."""
    was = record.before
    if was is None or not was["spec"].get("nodeName") or phase(was) in OVER:
        return False
    return record.change is Change.DELETED or phase(record.manifest) in OVER
