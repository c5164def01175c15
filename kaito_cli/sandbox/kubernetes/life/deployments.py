"""Deployments: a ReplicaSet a revision, and the way from one to the next."""

from kaito_cli.sandbox.kubernetes.collect import delete
from kaito_cli.sandbox.kubernetes.defaults import template_hash
from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life import pods
from kaito_cli.sandbox.kubernetes.life.context import Context, changed_spec
from kaito_cli.sandbox.kubernetes.life.deployment_status import report
from kaito_cli.sandbox.kubernetes.life.rollout import Rollout, after_recreate, after_rolling

SOURCE = "deployment-controller"
REVISION = "deployment.kubernetes.io/revision"
HASH = "pod-template-hash"


def reconcile_deployment(context: Context, deployment: Manifest) -> None:
    """One step of its rollout, and its status."""
    if deployment["metadata"].get("deletionTimestamp"):
        return
    if deployment["spec"].get("paused"):
        report(context, deployment, pods.owned(context, deployment, "ReplicaSet"), None)
        return
    sets = pods.owned(context, deployment, "ReplicaSet")
    current = _current(deployment, sets)
    if current is None:
        current = _new_set(context, deployment, sets)
        deployment = _with_revision(context, deployment, current)
        sets = [*sets, current]
    else:
        current = _newest(context, current, sets)
        deployment = _with_revision(context, deployment, current)
    _roll(context, deployment, current, sets)
    _forget_old(context, deployment, current)
    report(context, deployment, pods.owned(context, deployment, "ReplicaSet"), current)


def _hash(deployment: Manifest) -> str:
    return template_hash(deployment["spec"]["template"])


def _current(deployment: Manifest, sets: list[Manifest]) -> Manifest | None:
    wanted = _hash(deployment)
    return next((each for each in sets if each["metadata"]["labels"].get(HASH) == wanted), None)


def revision(replica_set: Manifest) -> int:
    annotations = replica_set["metadata"].get("annotations") or {}
    return int(annotations.get(REVISION, "0"))


def _new_set(context: Context, deployment: Manifest, sets: list[Manifest]) -> Manifest:
    meta, spec, mark = deployment["metadata"], deployment["spec"], _hash(deployment)
    template = copied(spec["template"])
    labels = {**template.get("metadata", {}).get("labels", {}), HASH: mark}
    template.setdefault("metadata", {})["labels"] = labels
    selector = copied(spec["selector"])
    selector["matchLabels"] = {**selector.get("matchLabels", {}), HASH: mark}
    number = max(map(revision, sets), default=0) + 1
    manifest = {
        "metadata": {
            "name": f"{meta['name']}-{mark}",
            "namespace": meta["namespace"],
            "labels": labels,
            "annotations": {**meta.get("annotations", {}), REVISION: str(number)},
            "ownerReferences": [pods.reference(deployment)],
        },
        "spec": {
            "replicas": 0,
            "selector": selector,
            "template": template,
            "minReadySeconds": spec.get("minReadySeconds", 0),
        },
    }
    return context.create("apps", "replicasets", manifest)


def _newest(context: Context, current: Manifest, sets: list[Manifest]) -> Manifest:
    """A revision that is taken up again is the newest again."""
    last = max(map(revision, sets))
    if revision(current) == last:
        return current
    return _annotated(context, current, REVISION, str(last + 1))


def _with_revision(context: Context, deployment: Manifest, current: Manifest) -> Manifest:
    number = str(revision(current))
    if (deployment["metadata"].get("annotations") or {}).get(REVISION) == number:
        return deployment
    return _annotated(context, deployment, REVISION, number)


def _annotated(context: Context, manifest: Manifest, name: str, value: str) -> Manifest:
    annotations = {**(manifest["metadata"].get("annotations") or {}), name: value}
    return context.put(manifest, metadata={**manifest["metadata"], "annotations": annotations})


def _roll(context: Context, deployment: Manifest, current: Manifest, sets: list[Manifest]) -> None:
    """Scale the ReplicaSets one step on."""
    uid = current["metadata"]["uid"]
    old = [each for each in sets if each["metadata"]["uid"] != uid]
    rollout = Rollout(context=context, deployment=deployment, current=current, old=old)
    recreate = deployment["spec"]["strategy"]["type"] == "Recreate"
    wanted = after_recreate(rollout) if recreate else after_rolling(rollout)
    for each in sets:
        replicas = wanted.get(each["metadata"]["name"], each["spec"]["replicas"])
        if replicas != each["spec"]["replicas"]:
            _scale(context, deployment, each, replicas)


def _scale(context: Context, deployment: Manifest, replica_set: Manifest, replicas: int) -> None:
    before, name = replica_set["spec"]["replicas"], replica_set["metadata"]["name"]
    context.put(replica_set, spec=changed_spec(replica_set, replicas=replicas))
    way = "up" if replicas > before else "down"
    text = f"Scaled {way} replica set {name} from {before} to {replicas}"
    context.event(deployment, "ScalingReplicaSet", text, source=SOURCE)


def _forget_old(context: Context, deployment: Manifest, current: Manifest) -> None:
    """Keep revisionHistoryLimit of the revisions that hold no pod."""
    resource = context.resource("apps", "replicasets")
    idle = [
        each
        for each in pods.owned(context, deployment, "ReplicaSet")
        if each["metadata"]["uid"] != current["metadata"]["uid"]
        and not each["spec"]["replicas"]
        and not (each.get("status") or {}).get("replicas")
    ]
    surplus = len(idle) - deployment["spec"].get("revisionHistoryLimit", 10)
    for each in sorted(idle, key=revision)[: max(0, surplus)]:
        delete(context.store, resource, each)
