"""StatefulSets: numbered pods, one after the other unless they may come together."""

from kaito_cli.sandbox.kubernetes.defaults import template_hash
from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life import pods
from kaito_cli.sandbox.kubernetes.life.context import Context, holds
from kaito_cli.sandbox.kubernetes.selectors import labels_of

SOURCE = "statefulset-controller"
_HASH = "controller-revision-hash"


def reconcile_stateful_set(context: Context, owner: Manifest) -> None:
    """One step: a pod more, a pod less, or a pod of the old revision replaced."""
    if owner["metadata"].get("deletionTimestamp"):
        return
    mark = f"{owner['metadata']['name']}-{template_hash(owner['spec']['template'])}"
    there = {each["metadata"]["name"]: each for each in pods.owned(context, owner)}
    for name, each in list(there.items()):
        if pods.phase(each) in ("Failed", "Succeeded"):
            pods.stop(context, owner, each, SOURCE)
            del there[name]
    wanted = _names(owner)
    if _grow(context, owner, wanted, there, mark) and not _shrink(context, owner, wanted, there):
        _update(context, owner, wanted, there, mark)
    _report(context, owner, mark)


def _names(owner: Manifest) -> list[str]:
    first = (owner["spec"].get("ordinals") or {}).get("start", 0)
    numbers = range(first, first + owner["spec"]["replicas"])
    return [f"{owner['metadata']['name']}-{number}" for number in numbers]


def _in_turn(owner: Manifest) -> bool:
    return bool(owner["spec"]["podManagementPolicy"] == "OrderedReady")


def _grow(
    context: Context,
    owner: Manifest,
    wanted: list[str],
    there: dict[str, Manifest],
    mark: str,
) -> bool:
    """Whether all wanted pods are there, and, where they come in turn, ready."""
    for number, name in enumerate(wanted):
        if name not in there:
            _claims(context, owner, name)
            pod = _pod(owner, name, number, mark)
            pods.start(context, owner, pod, SOURCE)
            if _in_turn(owner):
                return False
        elif _in_turn(owner) and not holds(there[name], "Ready"):
            # a broken pod of an old revision must not stop its own repair
            return labels_of(there[name]).get(_HASH) != mark
    return True


def _pod(owner: Manifest, name: str, number: int, mark: str) -> Manifest:
    labels = {
        "statefulset.kubernetes.io/pod-name": name,
        "apps.kubernetes.io/pod-index": str(number),
        _HASH: mark,
    }
    pod = pods.from_template(owner, name, **labels)
    spec = pod["spec"]
    spec["hostname"] = name
    if owner["spec"].get("serviceName"):
        spec["subdomain"] = owner["spec"]["serviceName"]
    for claim in owner["spec"].get("volumeClaimTemplates", ()):
        kind = claim["metadata"]["name"]
        volume = {"name": kind, "persistentVolumeClaim": {"claimName": f"{kind}-{name}"}}
        others = [each for each in spec.get("volumes", ()) if each["name"] != kind]
        spec["volumes"] = [*others, volume]
    return pod


def _claims(context: Context, owner: Manifest, name: str) -> None:
    namespace = owner["metadata"]["namespace"]
    for template in owner["spec"].get("volumeClaimTemplates", ()):
        claim = f"{template['metadata']['name']}-{name}"
        if context.get("", "persistentvolumeclaims", namespace, claim) is None:
            labels = (owner["spec"]["selector"] or {}).get("matchLabels") or {}
            meta = {"name": claim, "namespace": namespace, "labels": {**labels}}
            manifest = {"metadata": meta, "spec": copied(template["spec"])}
            context.create("", "persistentvolumeclaims", manifest)


def _shrink(
    context: Context, owner: Manifest, wanted: list[str], there: dict[str, Manifest]
) -> bool:
    """Whether a pod too much is on its way out; the highest number goes first."""
    surplus = sorted((name for name in there if name not in wanted), key=_number, reverse=True)
    for name in surplus:
        if not there[name]["metadata"].get("deletionTimestamp"):
            pods.stop(context, owner, there[name], SOURCE)
        if _in_turn(owner):
            return True
    return bool(surplus)


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])


def _update(
    context: Context,
    owner: Manifest,
    wanted: list[str],
    there: dict[str, Manifest],
    mark: str,
) -> None:
    """Replace a pod of an old revision, the highest number first."""
    strategy = owner["spec"]["updateStrategy"]
    if strategy["type"] != "RollingUpdate":
        return
    partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
    for name in reversed(wanted[partition:]):
        pod = there.get(name)
        if pod is None or pod["metadata"].get("deletionTimestamp"):
            return
        if labels_of(pod).get(_HASH) != mark:
            pods.stop(context, owner, pod, SOURCE)
            return
        if not holds(pod, "Ready"):
            return


def _report(context: Context, owner: Manifest, mark: str) -> None:
    there = pods.active(pods.owned(context, owner))
    new = [each for each in there if labels_of(each).get(_HASH) == mark]
    old = owner.get("status") or {}
    done = len(new) == owner["spec"]["replicas"] == len(there)
    status = {
        "observedGeneration": owner["metadata"].get("generation", 1),
        "replicas": len(there),
        "readyReplicas": len(pods.ready(there)),
        "availableReplicas": len(pods.available(context, owner, there)),
        "updatedReplicas": len(new),
        "currentReplicas": len(new) if done else len(there) - len(new),
        "currentRevision": mark if done else old.get("currentRevision", mark),
        "updateRevision": mark,
        "collisionCount": 0,
    }
    context.set_status(owner, status)
