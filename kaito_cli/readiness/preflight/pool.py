"""Node pools that are there: the one that was named, and what stands where ours would."""

from kaito_cli.model import (
    AksCluster,
    Check,
    Finding,
    LiveNodePool,
    Nodes,
    Plan,
    PoolState,
    Verdict,
)
from kaito_cli.readiness.preflight.facts import Facts, makes_pool, own_pools, read

NODES = "nodes"
POOLS = "node pools"
# Maximum node pools per cluster: azure-aks-docs includes/container-service-limits.md, January 2024
MOST_POOLS = 100


def node_pool(plan: Plan, facts: Facts) -> Finding | None:
    """Whether there is a place for the pool, or whether the nodes that were named will do."""
    if plan.request.nodes is Nodes.KARPENTER:
        return None
    if facts.cluster is None:
        return _finding(Verdict.UNKNOWN, "The cluster's nodes are not looked at.")
    if not read(facts.cluster):
        return _finding(Verdict.UNKNOWN, "The cluster's node pools could not be read.")
    if makes_pool(plan):
        return _to_make(plan, facts, facts.cluster)
    if plan.node_pool.name:
        return _named(plan, facts.cluster)
    return _of_any_pool(plan, facts.cluster)


def _finding(verdict: Verdict, message: str, hint: str = "") -> Finding:
    return Finding(check=Check.NODE_POOL, verdict=verdict, message=message, hint=hint)


def _to_make(plan: Plan, facts: Facts, cluster: AksCluster) -> Finding:
    name = plan.node_pool.name
    own = own_pools(plan, facts)
    same = next((each for each in cluster.node_pools if each.name == name), None)
    if same is not None and same not in own:
        told = f"A node pool `{name}` is there without kaito's tag; it is left alone."
        return _finding(Verdict.BLOCKED, told, "Give the workspace another --name.")
    if same is not None:
        return _ours(same, cluster)
    if own:
        return _beside(own[0])
    return _room(len(cluster.node_pools), name)


def _ours(live: LiveNodePool, cluster: AksCluster) -> Finding:
    told = f"Node pool `{live.name}` of this workspace is there"
    if live.state is PoolState.FAILED:
        why = live.error.message if live.error else "Azure keeps no reason"
        return _finding(Verdict.WARNING, f"{told} and failed; Azure is asked once more. ({why})")
    if live.state is PoolState.DELETING:
        return _finding(Verdict.WARNING, f"{told} and is being deleted; kaito waits for it.")
    if live.stopped:
        return _finding(Verdict.BLOCKED, f"{told} but stopped.", f"`{_start(live, cluster)}`")
    return _finding(Verdict.OK, f"{told}; deploy goes on with it.")


def _beside(live: LiveNodePool) -> Finding:
    """Deploy never keeps two pools of one workspace."""
    return _finding(
        Verdict.WARNING,
        f"The workspace has node pool `{live.name}` ({live.count} × {live.vm_size}) already; "
        "deploy goes on with that one, or refuses to make another.",
        f"Add --vm-size {live.vm_size}, or give this one another --name.",
    )


def _room(pools: int, name: str) -> Finding:
    verdict, told = (
        Verdict.OK,
        f"`{name}` will be made; the cluster has {pools} of {MOST_POOLS} {POOLS}.",
    )
    if pools >= MOST_POOLS:
        verdict, told = Verdict.BLOCKED, f"The cluster has {pools} {POOLS}, the most AKS allows."
    return Finding(
        check=Check.NODE_POOL,
        verdict=verdict,
        message=told,
        unit=POOLS,
        needed=1,
        used=pools,
        limit=MOST_POOLS,
        hint="" if verdict is Verdict.OK else "`kaito doctor` lists pools that nothing uses.",
    )


def _named(plan: Plan, cluster: AksCluster) -> Finding:
    wanted = plan.node_pool
    live = next((each for each in cluster.node_pools if each.name == wanted.name), None)
    if live is None:
        return _finding(
            Verdict.BLOCKED, f"There is no node pool `{wanted.name}`.", _listing(cluster)
        )
    if live.vm_size.lower() != wanted.vm_size.lower():
        told = f"`{live.name}` has {live.vm_size}, not {wanted.vm_size}."
        return _finding(Verdict.BLOCKED, told, f"Use --vm-size {live.vm_size}.")
    if live.stopped:
        return _finding(Verdict.BLOCKED, f"`{live.name}` is stopped.", f"`{_start(live, cluster)}`")
    if live.state is PoolState.DELETING:
        return _finding(Verdict.BLOCKED, f"`{live.name}` is being deleted.", _listing(cluster))
    return _counted([live], f"`{live.name}`", plan, cluster)


def _of_any_pool(plan: Plan, cluster: AksCluster) -> Finding:
    wanted, selector = plan.node_pool, plan.request.node_selector
    told = f"Pools of {wanted.vm_size}"
    alike = [
        each
        for each in cluster.node_pools
        if each.vm_size.lower() == wanted.vm_size.lower()
        and not each.stopped
        and each.state is not PoolState.DELETING
    ]
    if selector:  # nodes may carry labels that their pool does not name
        found = _counted(alike, told, plan, cluster)
        unsure = f"{found.message} Whether they match --node-selector is not looked at."
        return _finding(Verdict.UNKNOWN, unsure, _listing(cluster))
    return _counted(alike, told, plan, cluster)


def _counted(pools: list[LiveNodePool], subject: str, plan: Plan, cluster: AksCluster) -> Finding:
    """Whether the pools have, or may grow to, as many nodes as are planned.

    Their GPUs may all be in use: that is seen in the cluster, not in Azure. So are nodes of no
    agent pool, as Karpenter's: without a pool that is named, too few are no proof.
    """
    needed = plan.node_pool.count
    have = sum(each.count for each in pools)
    most = sum(max(each.count, each.max_count or 0) for each in pools)
    broken = [each for each in pools if each.state is PoolState.FAILED]
    verdict, told = Verdict.OK, f"{subject}: {have} of {needed} {NODES} needed"
    if most < needed and (cluster.auto_provisioning or not plan.node_pool.name):
        verdict, told = Verdict.UNKNOWN, f"{told}; nodes of no node pool of AKS are not seen"
    elif most < needed:
        verdict = Verdict.BLOCKED
    elif have < needed:
        verdict, told = Verdict.WARNING, f"{told}; the autoscaler may bring up to {most}"
    elif broken:
        verdict, told = Verdict.WARNING, f"{told}; `{broken[0].name}` failed at its last change"
    return Finding(
        check=Check.NODE_POOL,
        verdict=verdict,
        message=f"{told}. Whether their GPUs are free is not looked at.",
        unit=NODES,
        needed=needed,
        limit=most,
        hint="" if verdict is Verdict.OK else _listing(cluster),
    )


def _listing(cluster: AksCluster) -> str:
    group = f"-g {cluster.resource_group} --cluster-name {cluster.name}"
    return f"`az aks nodepool list {group} -o table` shows what there is."


def _start(live: LiveNodePool, cluster: AksCluster) -> str:
    where = f"-g {cluster.resource_group} --cluster-name {cluster.name}"
    return f"az aks nodepool start {where} --nodepool-name {live.name}"
