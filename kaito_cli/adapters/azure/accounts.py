"""The Azure port: subscriptions and clusters, before one is chosen."""

from kaito_cli.adapters.azure.connection import Connection
from kaito_cli.adapters.azure.pools import cluster_of
from kaito_cli.adapters.azure.problems import translated
from kaito_cli.model import AksCluster, Subscription

_SUBSCRIPTIONS = "2022-12-01"
# azure-docs subscription-states.md: the others take no new resources, or are gone
_USABLE = frozenset({"enabled", "warned", "pastdue", ""})


class ArmAzure:
    """What the caller can see through one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def subscriptions(self) -> tuple[Subscription, ...]:
        """See :class:`kaito_cli.ports.Azure`. Those that take no new resources are left out."""
        with translated("list your subscriptions"):
            found = self._connection.items("/subscriptions", _SUBSCRIPTIONS)
            return tuple(
                Subscription(
                    id=str(each["subscriptionId"]), name=str(each.get("displayName") or "")
                )
                for each in found
                if str(each.get("state") or "").lower() in _USABLE
            )

    def clusters(self, subscription: str, resource_group: str = "") -> tuple[AksCluster, ...]:
        """See :class:`kaito_cli.ports.Azure`."""
        with translated(f"list the AKS clusters of subscription `{subscription}`"):
            clusters = self._connection.containers(subscription).managed_clusters
            found = (
                clusters.list_by_resource_group(resource_group)
                if resource_group
                else clusters.list()
            )
            return tuple(
                cluster_of(each.as_dict())
                for page in self._connection.bounded(found.by_page())
                for each in page
            )
