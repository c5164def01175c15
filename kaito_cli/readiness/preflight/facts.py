"""What preflight judges by: the answers of Azure, part by part, and how a gap in them is said."""

from dataclasses import dataclass
from typing import TypeGuard, TypeVar

from kaito_cli.errors import KaitoError, NotAllowed
from kaito_cli.model import (
    AksCluster,
    Check,
    Finding,
    LiveNodePool,
    NodeClass,
    Nodes,
    Permission,
    Plan,
    PoolState,
    SkuOffer,
    Subnet,
    Usage,
    Verdict,
    belongs_to,
    owner_of,
)

T = TypeVar("T")
# Its nodes are there, or Azure has accepted to bring them.
_PRESENT = (PoolState.READY, PoolState.CREATING, PoolState.UPDATING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Each part is what was read, the error that kept it from being read, or None where it was
    not asked. ``hub_token``: whether a token of the model hub is on this machine."""

    cluster: AksCluster | KaitoError | None = None
    skus: tuple[SkuOffer, ...] | KaitoError | None = None
    usages: tuple[Usage, ...] | KaitoError | None = None
    permissions: tuple[Permission, ...] | KaitoError | None = None
    provider_state: str | KaitoError | None = None
    subnet: Subnet | KaitoError | None = None
    hub_token: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNodes:
    """Nodes of the workspace's own pool, which a deploy goes on with instead of asking anew.

    ``sure`` are there; ``perhaps`` may be, as those of a pool that failed half-way.
    """

    sure: int = 0
    perhaps: int = 0


def makes_pool(plan: Plan) -> bool:
    """Whether Azure will be asked for a node pool."""
    return plan.request.nodes is Nodes.NEW and not plan.node_pool.existing


def draws_on_azure(plan: Plan) -> bool:
    """Whether VMs of this subscription are made for it: by kaito, or by Karpenter on AKS."""
    karpenter = plan.request.nodes is Nodes.KARPENTER
    return makes_pool(plan) or (karpenter and plan.request.node_class is NodeClass.AKS)


def read(part: T | KaitoError | None) -> TypeGuard[T]:
    """Whether a part was asked for and answered."""
    return part is not None and not isinstance(part, KaitoError)


def unread(check: Check, part: object, facts: Facts, reader: str = "") -> Finding:
    """The gap a part leaves that was not read; ``reader`` is the command for a role that may."""
    if not isinstance(part, KaitoError):
        reason = "the target names no AKS cluster"
        if facts.cluster is not None:
            reason = "the cluster could not be read"
        message = f"Not asked, for {reason}."
        return Finding(check=check, verdict=Verdict.UNKNOWN, message=message)
    hint = reader if reader and isinstance(part, NotAllowed) else part.hint
    return Finding(
        check=check, verdict=Verdict.UNKNOWN, message=part.message, hint=hint, detail=part.detail
    )


def reader_of(facts: Facts) -> str:
    """The command that lets the caller read offers and quotas."""
    subscription = facts.cluster.subscription if read(facts.cluster) else "SUBSCRIPTION"
    return (
        "`az role assignment create --role Reader --assignee YOU "
        f"--scope /subscriptions/{subscription}`"
    )


def offer_of(plan: Plan, facts: Facts) -> SkuOffer | None:
    """The planned VM size as Azure offers it; None when it is not there, or was not read."""
    if not read(facts.skus):
        return None
    wanted = plan.node_pool.vm_size.lower()
    return next((each for each in facts.skus if each.name.lower() == wanted), None)


def own_pools(plan: Plan, facts: Facts) -> tuple[LiveNodePool, ...]:
    """Live pools that carry this workspace's tag."""
    if not read(facts.cluster):
        return ()
    owner = owner_of(plan.namespace, plan.workspace)
    return tuple(each for each in facts.cluster.node_pools if belongs_to(each, owner))


def own_nodes(plan: Plan, facts: Facts) -> OwnNodes:
    """Nodes that kaito made for this workspace before. A pool of another name is another kind,
    as another VM size or spot, and may draw on other quota."""
    sure = perhaps = 0
    for each in own_pools(plan, facts):
        same = each.name == plan.node_pool.name
        if same and each.state in _PRESENT and not each.stopped:
            sure += each.count
        else:
            perhaps += max(each.count, plan.node_pool.count)
    return OwnNodes(sure=sure, perhaps=perhaps)
