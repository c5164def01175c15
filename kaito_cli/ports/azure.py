"""What is asked of Azure: node pools, limits, accounts and prices. No call here waits."""

from collections.abc import Collection
from typing import Protocol

from kaito_cli.model import (
    AksCluster,
    Autoscale,
    LiveNodePool,
    NodePool,
    Permission,
    PriceList,
    SkuOffer,
    Subnet,
    Subscription,
    Usage,
)


class Cloud(Protocol):
    """One AKS cluster and its node pools. No call waits for Azure to finish what it starts.

    Every method raises a CloudFailed (see kaito_cli.errors) with Azure's own sentence as
    detail, or OutOfQuota or NotOffered; Busy and Conflict mean: look again later.
    """

    def cluster(self) -> AksCluster:
        """The cluster with its pools, in one request. Raises NotFound."""
        ...

    def node_pools(self) -> tuple[LiveNodePool, ...]:
        """All pools of the cluster, ours and others'."""
        ...

    def node_pool(self, name: str) -> LiveNodePool | None:
        """One pool with its etag; None when it is not there."""
        ...

    def create_node_pool(self, pool: NodePool) -> None:
        """Ask for a pool. Raises Conflict when one of that name is there."""
        ...

    def scale_node_pool(
        self, live: LiveNodePool, count: int, autoscale: Autoscale | None = None
    ) -> None:
        """Ask for another number of nodes, or other bounds of the autoscaler; whatever else
        was set stays. The same number again makes Azure try again what failed.

        Without ``autoscale``, an autoscaler's own bounds are widened to hold ``count``;
        NO_AUTOSCALING takes the autoscaler away.
        Raises Conflict when the pool is not as ``live``.
        """
        ...

    def delete_node_pool(self, live: LiveNodePool) -> None:
        """Ask for the pool's removal; nothing when it is gone. Raises Conflict when the pool is
        not as ``live``."""
        ...

    def abort_node_pool(self, name: str) -> None:
        """Stop the pool's running operation; nothing when none runs."""
        ...

    def kubeconfig(self) -> str:
        """A user's kubeconfig of the cluster, as YAML; it may hold credentials."""
        ...


class Limits(Protocol):
    """What the subscription may have and what the caller may do. Raises as Cloud does."""

    def skus(self, region: str) -> tuple[SkuOffer, ...]:
        """VM sizes as offered to this subscription in ``region``."""
        ...

    def usages(self, region: str) -> tuple[Usage, ...]:
        """vCPU quotas of ``region``, with what is in use."""
        ...

    def permissions(self, scope: str) -> tuple[Permission, ...]:
        """What the caller may do on the resource with ARM id ``scope``."""
        ...

    def provider_state(self, namespace: str) -> str:
        """registrationState of a resource provider, as in Registered or NotRegistered."""
        ...

    def subnet(self, id: str) -> Subnet:
        """Addresses of the subnet with ARM id ``id``."""
        ...


class Azure(Protocol):
    """What a caller can see before a cluster is chosen. Raises as Cloud does."""

    def subscriptions(self) -> tuple[Subscription, ...]:
        """The subscriptions the caller can see."""
        ...

    def clusters(self, subscription: str, resource_group: str = "") -> tuple[AksCluster, ...]:
        """AKS clusters of a subscription, or of one resource group of it."""
        ...


class Prices(Protocol):
    """Current pay-as-you-go prices."""

    def prices(self, vm_sizes: Collection[str], region: str, *, spot: bool = False) -> PriceList:
        """USD an hour of one Linux VM of each size that has a price. Raises Unreachable."""
        ...
