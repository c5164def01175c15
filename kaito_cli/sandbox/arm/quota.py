"""vCPU quota: what pools use of it, and the refusal when it does not suffice."""

from collections.abc import Iterator
from dataclasses import dataclass

from kaito_cli.sandbox.arm.cluster import Cluster, Pool, Quota
from kaito_cli.sandbox.arm.skus import vcpus
from kaito_cli.sandbox.arm.state import ArmState
from kaito_cli.sandbox.arm.wire import Body, Refusal, flat

SPOT_QUOTA = "lowPriorityCores"
REGIONAL_QUOTA = "cores"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """A quota that is too small, in vCPUs. Texts: errors.json, quota_*."""

    quota: str
    region: str
    limit: int
    used: int
    needed: int

    def refusal(self) -> Refusal:
        """As AKS says it, at once."""
        left = max(self.limit - self.used, 0)
        if self.quota == REGIONAL_QUOTA:
            message = (
                f"Insufficient regional vcpu quota left for location {self.region}. left regional "
                f"vcpu quota {left}, requested quota {self.needed}. If you want to increase the "
                "quota, please follow this instruction: "
                "https://learn.microsoft.com/en-us/azure/quotas/view-quotas."
            )
        else:
            message = (
                f"Insufficient vcpu quota requested {self.needed}, remaining {left} for family "
                f"{self.quota} for region {self.region}."
            )
        return flat(400, "ErrCode_InsufficientVCPUQuota", message)

    def late_error(self) -> Body:
        """As Compute says it, once the operation runs."""
        named = {SPOT_QUOTA: "LowPriorityCores", REGIONAL_QUOTA: "Total Regional Cores"}
        message = (
            "Operation could not be completed as it results in exceeding approved "
            f"{named.get(self.quota, f'{self.quota} Cores')} quota. Additional details - "
            f"Deployment Model: Resource Manager, Location: {self.region}, "
            f"Current Limit: {self.limit}, Current Usage: {self.used}, "
            f"Additional Required: {self.needed}, "
            f"(Minimum) New Limit Required: {self.used + self.needed}."
        )
        return {
            "code": "QuotaExceeded",
            "message": f'Code="OperationNotAllowed" Message="{message}"',
            "details": [{"code": "OperationNotAllowed", "message": message}],
        }


def used(state: ArmState, region: str, quota: Quota) -> int:
    """vCPUs in use of one quota, by pools of every cluster of the region and by others."""
    pools = _pools(state, region)
    return quota.others + sum(
        _vcpus(state, region, pool.properties) * pool.nodes
        for pool in pools
        if quota.name.lower() in _names(state, region, pool.properties)
    )


def shortage(state: ArmState, cluster: Cluster, pool: Body, nodes: int) -> Shortage | None:
    """The quota that ``nodes`` more machines of a pool would break; None when none is."""
    needed = nodes * _vcpus(state, cluster.region, pool)
    for name in _names(state, cluster.region, pool):
        quota = state.quotas(cluster.region).get(name)
        if quota is None:
            continue
        in_use = used(state, cluster.region, quota)
        if needed > max(quota.limit - in_use, 0):
            return Shortage(
                quota=quota.name,
                region=cluster.region,
                limit=quota.limit,
                used=in_use,
                needed=needed,
            )
    return None


def usages(state: ArmState, region: str) -> list[Body]:
    """Every quota of a region as the Compute API lists it; family names start in lower case
    there, whatever the SKU says."""
    return [
        {
            "unit": "Count",
            "currentValue": used(state, region, quota),
            "limit": quota.limit,
            "name": {"value": _lower_first(quota.name), "localizedValue": quota.name},
        }
        for quota in state.quotas(region).values()
    ]


def _pools(state: ArmState, region: str) -> Iterator[Pool]:
    for cluster in state.clusters:
        if cluster.region.lower() == region.lower():
            yield from cluster.pools.values()


def _vcpus(state: ArmState, region: str, pool: Body) -> int:
    sku = state.sku(pool.get("vmSize", ""), region)
    return vcpus(sku) if sku else 0


def _names(state: ArmState, region: str, pool: Body) -> list[str]:
    """The quotas a pool draws on: spot has one for all families, the rest family and region."""
    if pool.get("scaleSetPriority") == "Spot":
        return [SPOT_QUOTA.lower()]
    sku = state.sku(pool.get("vmSize", ""), region)
    return ([sku["family"].lower()] if sku else []) + [REGIONAL_QUOTA]


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]
