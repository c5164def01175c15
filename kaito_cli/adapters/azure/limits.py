"""The Limits port: offers, quotas and rights, by plain GETs of Azure Resource Manager.

azure-mgmt-compute would do the same for two of them, with 14 MB and a quarter of a second.
"""

from ipaddress import ip_network
from urllib.parse import quote

from kaito_cli.adapters.azure.connection import Connection
from kaito_cli.adapters.azure.pools import Raw, id_part, region_name
from kaito_cli.adapters.azure.problems import translated
from kaito_cli.adapters.azure.skus import offer_of
from kaito_cli.model import Permission, SkuOffer, Subnet, Usage

_SKUS = "2021-07-01"
_USAGES = "2026-04-01"
_PERMISSIONS = "2022-04-01"
_PROVIDERS = "2021-04-01"
_NETWORK = "2024-05-01"
_VIRTUAL_MACHINES = "virtualMachines"
# the first four and the last one (azure-docs virtual-networks-faq.md)
_RESERVED_ADDRESSES = 5


class ArmLimits:
    """What one subscription may have, and what the caller may do.

    A figure that an answer leaves out is an error and never 0: nothing is blocked by a guess.
    """

    def __init__(self, connection: Connection, subscription: str) -> None:
        self._connection = connection
        self._subscription = subscription

    def skus(self, region: str) -> tuple[SkuOffer, ...]:
        """See :class:`kaito_cli.ports.Limits`."""
        region = _name(region_name(region))
        with translated(f"list the VM sizes of {region}"):
            found = self._connection.items(
                f"{self._scope}/providers/Microsoft.Compute/skus",
                _SKUS,
                **{"$filter": f"location eq '{region}'"},
            )
            machines = [each for each in found if each["resourceType"] == _VIRTUAL_MACHINES]
            return tuple(offer_of(each, region) for each in machines)

    def usages(self, region: str) -> tuple[Usage, ...]:
        """See :class:`kaito_cli.ports.Limits`."""
        region = _name(region_name(region))
        with translated(f"read the quotas of {region}"):
            found = self._connection.items(
                f"{self._scope}/providers/Microsoft.Compute/locations/{region}/usages", _USAGES
            )
            return tuple(_usage_of(each) for each in found)

    def permissions(self, scope: str) -> tuple[Permission, ...]:
        """See :class:`kaito_cli.ports.Limits`."""
        path = f"{scope.rstrip('/')}/providers/Microsoft.Authorization/permissions"
        with translated("read what you may do"):
            found = self._connection.items(path, _PERMISSIONS)
            return tuple(_permission_of(each) for each in found)

    def provider_state(self, namespace: str) -> str:
        """See :class:`kaito_cli.ports.Limits`."""
        with translated(f"read whether {namespace} is registered"):
            found = self._connection.get(f"{self._scope}/providers/{_name(namespace)}", _PROVIDERS)
            return str(found["registrationState"])

    def subnet(self, id: str) -> Subnet:
        """See :class:`kaito_cli.ports.Limits`."""
        with translated(f"read the subnet `{id_part(id, 'subnets')}`"):
            return _subnet_of(self._connection.get(id, _NETWORK))

    @property
    def _scope(self) -> str:
        return f"/subscriptions/{_name(self._subscription)}"


def _name(text: str) -> str:
    """One part of a path, or a string of a filter, whatever was typed."""
    return quote(text, safe="")


def _usage_of(raw: Raw) -> Usage:
    return Usage(
        name=str(raw["name"]["value"]),
        used=int(raw["currentValue"]),
        limit=int(raw["limit"]),
    )


def _permission_of(raw: Raw) -> Permission:
    return Permission(
        actions=_texts(raw["actions"]), not_actions=_texts(raw.get("notActions") or [])
    )


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError("the actions are no list of texts")
    return tuple(value)


def _subnet_of(raw: Raw) -> Subnet:
    """IPv4 alone is counted: of IPv6 there is always enough."""
    own = raw["properties"]
    prefixes = own.get("addressPrefixes") or [own["addressPrefix"]]
    networks = [each for each in map(ip_network, prefixes) if each.version == 4]
    return Subnet(
        id=str(raw["id"]),
        addresses=sum(max(0, each.num_addresses - _RESERVED_ADDRESSES) for each in networks),
        used=len(own.get("ipConfigurations") or ()),
    )
