"""ReplicaSets: as many pods as they shall have."""

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life import pods
from kaito_cli.sandbox.kubernetes.life.context import Context, condition

SOURCE = "replicaset-controller"
_RETRY_SECONDS = 10.0


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
            context.later(_RETRY_SECONDS, replica_set)
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
    context.set_status(
        replica_set,
        {name: each for name, each in status.items() if each not in ([], 0)}
        | {"replicas": len(there)},
    )
