"""Agent pools: get, list, PUT, DELETE and abort."""

from dataclasses import replace

from kaito_cli.sandbox.arm.access import require
from kaito_cli.sandbox.arm.cluster import Cluster, Pool
from kaito_cli.sandbox.arm.clusters import find_cluster, pool_view
from kaito_cli.sandbox.arm.operations import begin, cancel, links, look, settle
from kaito_cli.sandbox.arm.pool_body import check_unchanged, completed, kept, nodes_of
from kaito_cli.sandbox.arm.quota import shortage
from kaito_cli.sandbox.arm.refusals import check_name, check_pool
from kaito_cli.sandbox.arm.schema import check_body
from kaito_cli.sandbox.arm.state import Call
from kaito_cli.sandbox.arm.subscriptions import require_registered
from kaito_cli.sandbox.arm.wire import Answer, Body, flat, not_found

WRITE = "Microsoft.ContainerService/managedClusters/agentPools/write"
DELETE = "Microsoft.ContainerService/managedClusters/agentPools/delete"


def list_pools(call: Call) -> Answer:
    cluster = find_cluster(call)
    for pool in list(cluster.pools.values()):
        look(call.state, cluster, pool)
    return Answer(body={"value": [pool_view(cluster, each) for each in cluster.pools.values()]})


def get_pool(call: Call) -> Answer:
    cluster = find_cluster(call)
    look(call.state, cluster, _there(call, cluster))
    return Answer(body=pool_view(cluster, _there(call, cluster)))


def put_pool(call: Call) -> Answer:
    cluster = find_cluster(call)
    require(call.state, WRITE, cluster)
    require_registered(call.state)
    check_name(_name(call))
    check_body(call.request.body)
    live = _settled(call, cluster)
    _check_etag(call, live)
    _check_free(live)
    asked = call.request.body["properties"]
    return _update(call, cluster, live, asked) if live else _create(call, cluster, asked)


def delete_pool(call: Call) -> Answer:
    cluster = find_cluster(call)
    require(call.state, DELETE, cluster)
    live = _settled(call, cluster)
    if live is None:
        return Answer(status=204)
    _check_etag(call, live)
    if not call.state.delete_preempts:
        _check_free(live)
    cancel(live)
    begin(call, cluster, live, "Deleting", 0)
    return Answer(status=202, headers=links(call, cluster, live))


def abort(call: Call) -> Answer:
    """Stops what runs on the pool; its state is Canceled afterwards."""
    cluster = find_cluster(call)
    require(call.state, WRITE, cluster)
    live = _settled(call, cluster) or _there(call, cluster)
    if live.operation is None or not live.busy or live.operation.verb == "Canceling":
        raise flat(409, "OperationNotAllowed", f"No operation of agent pool {live.name} runs.")
    cancel(live)
    begin(call, cluster, live, "Canceling", live.operation.before)
    return Answer(status=202, headers=links(call, cluster, live))


def _create(call: Call, cluster: Cluster, asked: Body) -> Answer:
    if len(cluster.pools) >= call.state.max_pools:
        message = f"The cluster has {len(cluster.pools)} agent pools, and may not have more."
        raise flat(400, "BadRequest", message)
    wanted = completed(call.state, cluster, asked)
    check_pool(call.state, cluster, wanted)
    pool = Pool(name=_name(call), properties=wanted)
    begun = _with_quota(call, cluster, wanted, nodes_of(wanted))
    cluster.pools[pool.name] = pool
    begin(begun, cluster, pool, "Creating", nodes_of(wanted))
    return Answer(status=201, body=pool_view(cluster, pool), headers=links(call, cluster, pool))


def _update(call: Call, cluster: Cluster, live: Pool, asked: Body) -> Answer:
    check_unchanged(live.properties, asked)
    wanted = completed(call.state, cluster, kept(live.properties, asked))
    check_pool(call.state, cluster, wanted)
    begun = _with_quota(call, cluster, wanted, nodes_of(wanted) - live.nodes)
    scales = wanted["count"] != live.properties.get("count")
    live.properties = wanted
    begin(begun, cluster, live, "Scaling" if scales else "Updating", nodes_of(wanted))
    return Answer(body=pool_view(cluster, live), headers=links(call, cluster, live))


def _with_quota(call: Call, cluster: Cluster, wanted: Body, more: int) -> Call:
    """Refuse when quota does not hold ``more`` nodes; or, if so set, let the operation fail."""
    found = shortage(call.state, cluster, wanted, max(more, 0))
    if found is None:
        return call
    if not call.state.late_quota:
        raise found.refusal()
    return replace(call, error=found.late_error())


def _name(call: Call) -> str:
    return call.at["pool"]


def _there(call: Call, cluster: Cluster) -> Pool:
    found = cluster.pools.get(_name(call))
    if found is None:
        raise not_found(call.request.path)
    return found


def _settled(call: Call, cluster: Cluster) -> Pool | None:
    for each in list(cluster.pools.values()):
        settle(call.state, cluster, each)
    return cluster.pools.get(_name(call))


def _check_free(live: Pool | None) -> None:
    """Text: errors.json, operation_in_progress."""
    if live and live.operation and live.busy:
        message = (
            f"Operation is not allowed: Another agentpool operation ({live.name} - "
            f"{live.operation.verb}) is in progress, please wait for it to finish before "
            "starting a new operation. See https://aka.ms/aks-pending-operation for more details"
        )
        raise flat(409, "OperationNotAllowed", message)


def _check_etag(call: Call, live: Pool | None) -> None:
    """learn.microsoft.com/azure/aks/use-etags: when a PUT or DELETE answers 412."""
    match, none_match = (call.request.headers.get(each) for each in ("if-match", "if-none-match"))
    if none_match == "*" and live:
        message = f"If-None-Match is '*', but agent pool {live.name} exists."
        raise flat(412, "PreconditionFailed", message)
    if not match:
        return
    if live is None:
        raise flat(412, "PreconditionFailed", "If-Match is set, but there is no such agent pool.")
    if match not in ("*", live.etag, f'"{live.etag}"'):
        raise flat(412, "EtagMismatch", f"If-Match is {match}, but the etag is {live.etag}.")
