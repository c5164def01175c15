"""Long-running operations on agent pools: how they begin, end, and are watched."""

from uuid import uuid4

from kaito_cli.sandbox.arm.cluster import Cluster, Operation, Pool
from kaito_cli.sandbox.arm.state import ArmState, Call
from kaito_cli.sandbox.arm.wire import Answer, Body, not_found

API_VERSION = "2017-08-31"  # what AKS puts into the links it sends, whatever was asked with
OUTCOME = {"Canceling": "Canceled"}


def begin(call: Call, cluster: Cluster, pool: Pool, verb: str, after: int) -> None:
    """Start an operation; until it ends, quota counts the larger number of nodes, unless it
    is to fail."""
    state = call.state
    made = Operation(
        id=str(uuid4()),
        verb=verb,
        pool=pool.name,
        before=pool.nodes,
        after=after,
        due=state.now() + state.operation_seconds,
        looks_left=state.operation_looks,
        error=call.error,
    )
    pool.operation = made
    pool.nodes = pool.nodes if call.error else max(pool.nodes, after)
    pool.etag = state.new_etag()
    pool.properties["provisioningState"] = verb
    pool.properties.pop("status", None)
    state.operations[made.id] = (cluster, pool, made)


def cancel(pool: Pool) -> None:
    """Stop what runs; whoever calls this begins something else."""
    if pool.operation and pool.operation.runs:
        pool.operation.status = "Canceled"


def links(call: Call, cluster: Cluster, pool: Pool) -> dict[str, str]:
    """The headers that say where to watch the pool's operation."""
    assert pool.operation
    where = (
        f"{call.request.base}/subscriptions/{cluster.subscription}/providers"
        f"/Microsoft.ContainerService/locations/{cluster.region}"
    )
    return {
        "Azure-AsyncOperation": f"{where}/operations/{pool.operation.id}?api-version={API_VERSION}",
        "Location": f"{where}/operationresults/{pool.operation.id}?api-version={API_VERSION}",
        "Retry-After": str(call.state.retry_after_seconds),
    }


def look(state: ArmState, cluster: Cluster, pool: Pool) -> None:
    """Somebody looks at the pool: this may be the look that finds its operation ended."""
    operation = pool.operation
    if operation and operation.runs and operation.looks_left > 0:
        operation.looks_left -= 1
    else:
        settle(state, cluster, pool)


def settle(state: ArmState, cluster: Cluster, pool: Pool) -> None:
    """End the pool's operation if its time has come."""
    operation = pool.operation
    if operation and operation.runs and not operation.looks_left and state.now() >= operation.due:
        _end(cluster, pool, operation)


def operation_status(call: Call) -> Answer:
    """The operation resource: HTTP 200 also when the operation failed."""
    operation = _watched(call)
    body: Body = {"name": operation.id, "status": operation.status}
    if operation.error and not operation.runs:
        body["error"] = operation.error
    headers = {"Retry-After": str(call.state.retry_after_seconds)} if operation.runs else {}
    return Answer(body=body, headers=headers)


def operation_result(call: Call) -> Answer:
    """The older way to watch: 202 while it runs."""
    operation = _watched(call)
    if operation.runs:
        headers = {
            "Location": f"{call.request.base}{call.request.path}?api-version={API_VERSION}",
            "Retry-After": str(call.state.retry_after_seconds),
        }
        return Answer(status=202, headers=headers)
    return Answer(body={"name": operation.id, "status": operation.status})


def _watched(call: Call) -> Operation:
    found = call.state.operations.get(call.at["operation"])
    if found is None:
        raise not_found(call.request.path)
    cluster, pool, operation = found
    if operation is pool.operation:
        look(call.state, cluster, pool)
    return operation


def _end(cluster: Cluster, pool: Pool, operation: Operation) -> None:
    if operation.error:
        return _fail(pool, operation)
    operation.status = "Succeeded"
    pool.nodes = operation.after
    pool.properties["provisioningState"] = OUTCOME.get(operation.verb, "Succeeded")
    if operation.verb == "Deleting":
        cluster.pools.pop(pool.name, None)
    return None


def _fail(pool: Pool, operation: Operation) -> None:
    """The pool stays, Failed, and keeps the reason."""
    operation.status = "Failed"
    pool.nodes = operation.before
    pool.properties["provisioningState"] = "Failed"
    pool.properties["status"] = {"provisioningError": operation.error}
