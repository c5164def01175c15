"""ReplicaSets: as many pods as they shall have."""

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life import pods
from kaito_cli.sandbox.kubernetes.life.context import Context, condition

SOURCE = "replicaset-controller"


def reconcile_replica_set(context: Context, replica_set: Manifest) -> None:
    """Create what is missing, delete what is too much, report."""
    if replica_set["metadata"].get("deletionTimestamp"):
        return
    there = pods.active(pods.owned(context, replica_set))
    wanted = replica_set["spec"].get("replicas", 1)
    failure = ""
    for _ in range(wanted - len(there)):
        failure = pods.start(context, replica_set, pods.from_template(replica_set), SOURCE)
        if failure:
            break
    for each in pods.least_useful(there, len(there) - wanted):
        pods.stop(context, replica_set, each, SOURCE)
    _report(context, replica_set, failure)


def _report(context: Context, replica_set: Manifest, failure: str) -> None:
    meta = replica_set["metadata"]
    there = pods.active(pods.owned(context, replica_set))
    old = (replica_set.get("status") or {}).get("conditions", [])
    conditions = [each for each in old if each["type"] != "ReplicaFailure"]
    if failure:
        conditions = condition(
            old, "ReplicaFailure", True, "FailedCreate", failure, context.store.time
        )
    status: Manifest = {
        "replicas": len(there),
        "fullyLabeledReplicas": len(there),
        "readyReplicas": len(pods.ready(there)),
        "availableReplicas": len(pods.available(context, replica_set, there)),
        "observedGeneration": meta.get("generation", 1),
        "conditions": conditions,
    }
    shown = {name: each for name, each in status.items() if each or name == "replicas"}
    context.set_status(replica_set, shown)
