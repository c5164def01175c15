"""Everything there is of one workspace, in the cluster and in Azure, found by label and by tag."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from kaito_cli.errors import BadInput, ClusterFailed, NotFound
from kaito_cli.manifests.owned import is_applied, is_kaitos
from kaito_cli.manifests.scheduling import AGENT_POOL, KARPENTER_POOL
from kaito_cli.model import (
    MANAGED_BY_LABEL,
    MANAGER,
    NAMESPACE_LABEL,
    WORKSPACE_LABEL,
    LiveNodePool,
    PoolState,
    Ref,
    TargetKind,
    belongs_to,
    owner_of,
)
from kaito_cli.operations.foreign_pool import is_users_own
from kaito_cli.operations.judging import WORKLOADS, runs_for, workload_of
from kaito_cli.operations.mounts import mounted_by_others
from kaito_cli.ports import Cluster, Manifest, World

OURS = f"{MANAGED_BY_LABEL}={MANAGER}"
PODS = (("Pod", "v1"),)
VOLUMES = (("PersistentVolumeClaim", "v1"),)
# all else that kaito applies in a namespace, in the order in which it is applied
OBJECTS = (
    ("Secret", "v1"),
    ("ConfigMap", "v1"),
    ("ServiceAccount", "v1"),
    ("Service", "v1"),
    ("PodDisruptionBudget", "policy/v1"),
    *reversed(WORKLOADS),
)
# Karpenter's, which belong to the whole cluster: the class has to outlast its pool
NODE_OBJECTS = (
    ("AKSNodeClass", "karpenter.azure.com/v1beta1"),
    ("EC2NodeClass", "karpenter.k8s.aws/v1"),
    ("NodePool", "karpenter.sh/v1"),
)

_TO_NODE_SELECTOR = (
    *("spec", "template", "spec", "affinity", "nodeAffinity"),
    "requiredDuringSchedulingIgnoredDuringExecution",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """``objects`` and ``node_objects`` in the order in which they are applied; ``volumes`` hold
    weights, ``shared`` are those that others mount; ``others`` have the labels and are not
    kaito's; ``workload`` is the object with the plan; ``pools`` are Azure's, those that are being
    deleted too."""

    name: str
    namespace: str
    workload: Manifest | None = None
    objects: tuple[Ref, ...] = ()
    volumes: tuple[Ref, ...] = ()
    shared: tuple[Ref, ...] = ()
    node_objects: tuple[Ref, ...] = ()
    others: tuple[Ref, ...] = ()
    pools: tuple[LiveNodePool, ...] = ()


def remains(name: str, namespace: str, world: World, *, leave_nodes: bool = False) -> Remains:
    """All that is there now. Raises what Azure or the cluster refuses with, and, unless nodes
    are to be left alone, BadInput where Azure has some that the target does not reach."""
    live = [*_in_namespace(OBJECTS, name, namespace, world.cluster)]
    workload = workload_of(live, name)
    nodes = [*_node_objects(name, namespace, workload, world.cluster)]
    bound = bound_to(workload).get(KARPENTER_POOL, "")
    objects, not_ours = _parted(live, lambda each: is_kaitos(each, name))
    node_objects, others = _parted(
        nodes, lambda each: is_applied(each) or each["metadata"]["name"] == bound
    )
    claims = [*_in_namespace(VOLUMES, name, namespace, world.cluster)]
    used = mounted_by_others(name, namespace, world.cluster) if claims else set()
    volumes, claimed = _parted(claims, lambda each: is_kaitos(each, name))
    return Remains(
        name=name,
        namespace=namespace,
        workload=workload,
        objects=objects,
        others=(*not_ours, *others, *claimed),
        volumes=tuple(each for each in volumes if each.name not in used),
        shared=tuple(each for each in volumes if each.name in used),
        node_objects=node_objects,
        pools=pools_of(name, namespace, None if leave_nodes else workload, world),
    )


def workload_named(name: str, namespace: str, cluster: Cluster) -> Manifest | None:
    """The object that runs the pods of a workspace and carries its plan. Raises BadInput where
    only others carry its label."""
    found = [*_in_namespace(WORKLOADS, name, namespace, cluster)]
    workload = workload_of(found, name)
    if workload is None and found:
        others = ", ".join(f"{each['kind']} `{each['metadata']['name']}`" for each in found)
        raise BadInput(
            f"`{name}` in namespace `{namespace}` has no workload of that name; its label is on "
            f"{others}.",
            hint=f"Take the label {WORKSPACE_LABEL} off what is not kaito's.",
        )
    return workload


def pods_named(name: str, namespace: str, cluster: Cluster) -> tuple[Manifest, ...]:
    """The pods of a workspace, without those of a workload that has copied its labels."""
    found = _in_namespace(PODS, name, namespace, cluster)
    return tuple(each for each in found if runs_for(each, name))


def pools_of(
    name: str, namespace: str, workload: Manifest | None, world: World
) -> tuple[LiveNodePool, ...]:
    """The workspace's pools, by tag. Without Azure there are none, provided its workload does
    not show that it has one there: BadInput then."""
    if world.target.kind is TargetKind.KUBECONFIG:
        _refuse_without_azure(name, namespace, workload, world.cluster)
        return ()
    owner = owner_of(namespace, name)
    return tuple(each for each in world.cloud.node_pools() if belongs_to(each, owner))


def has_nodes(pool: LiveNodePool) -> bool:
    """Whether nodes of it are paid for."""
    return pool.count > 0 and not pool.stopped and pool.state is not PoolState.DELETING


def bound_to(workload: Manifest | None) -> dict[str, str]:
    """The labels that the nodes of a workload have to have, by its node affinity."""
    found: Any = workload or {}
    for field in _TO_NODE_SELECTOR:
        found = found.get(field) or {}
    return {
        each["key"]: each["values"][0]
        for term in found.get("nodeSelectorTerms") or ()
        for each in (term or {}).get("matchExpressions") or ()
        if each and each.get("key") and len(each.get("values") or ()) == 1
    }


def no_workspace(name: str, namespace: str, cluster: Cluster) -> NotFound:
    """The error for a name that nothing bears, with the namespaces or names that were meant."""
    there = [*_known(cluster)]
    elsewhere = sorted({where for where, each in there if each == name and where != namespace})
    near = get_close_matches(name, sorted({each for where, each in there if where == namespace}))
    hint = "`kaito list -A` shows those there are."
    if elsewhere:
        hint = f"Did you mean `-n {'` or `-n '.join(elsewhere)}`?"
    elif near:
        hint = f"Did you mean `{'` or `'.join(near)}`?"
    return NotFound(f"There is no workspace `{name}` in namespace `{namespace}`.", hint=hint)


def _known(cluster: Cluster) -> Iterator[tuple[str, str]]:
    """(namespace, workspace) of all workloads that may be listed."""
    for kind, version in WORKLOADS:
        try:
            found = cluster.find(kind, api_version=version, label_selector=OURS)
        except ClusterFailed:  # who may not list them is not helped with names
            return
        for each in found:
            metadata = each["metadata"]
            labelled = (metadata.get("labels") or {}).get(WORKSPACE_LABEL, "")
            if labelled == metadata["name"]:  # a copy has the label too
                yield metadata.get("namespace", ""), labelled


def _in_namespace(
    kinds: tuple[tuple[str, str], ...], name: str, namespace: str, cluster: Cluster
) -> Iterator[Manifest]:
    selector = f"{OURS},{WORKSPACE_LABEL}={name}"
    for kind, version in kinds:
        yield from cluster.find(
            kind, api_version=version, namespace=namespace, label_selector=selector
        )


def _parted(
    found: Iterable[Manifest], is_ours: Callable[[Manifest], bool]
) -> tuple[tuple[Ref, ...], tuple[Ref, ...]]:
    """Those that are ours, and the others."""
    ours = tuple(map(is_ours, every := tuple(found)))
    return (
        tuple(_ref(each) for each, mine in zip(every, ours, strict=True) if mine),
        tuple(_ref(each) for each, mine in zip(every, ours, strict=True) if not mine),
    )


def _node_objects(
    name: str, namespace: str, workload: Manifest | None, cluster: Cluster
) -> Iterator[Manifest]:
    """Karpenter's objects. Where the workload is gone nobody knows whether there were any, and
    where the cluster has no such kind, or does not show it, there are none to be found."""
    if workload is not None and KARPENTER_POOL not in bound_to(workload):
        return
    selector = f"{OURS},{WORKSPACE_LABEL}={name},{NAMESPACE_LABEL}={namespace}"
    for kind, version in NODE_OBJECTS:
        try:
            yield from cluster.find(kind, api_version=version, label_selector=selector)
        except ClusterFailed:
            if workload is not None and kind == "NodePool":
                raise


def _refuse_without_azure(
    name: str, namespace: str, workload: Manifest | None, cluster: Cluster
) -> None:
    pool = bound_to(workload).get(AGENT_POOL, "")
    if not pool or is_users_own(pool, workload, owner_of(namespace, name), cluster):
        return
    raise BadInput(
        f"`{name}` has node pool `{pool}` in Azure, which a kubeconfig does not reach.",
        hint="Use --target aks; `kaito delete --keep-nodes` takes the objects alone.",
    )


def _ref(live: Manifest) -> Ref:
    metadata = live["metadata"]
    return Ref(
        kind=live["kind"],
        api_version=live["apiVersion"],
        name=metadata["name"],
        namespace=metadata.get("namespace", ""),
    )
