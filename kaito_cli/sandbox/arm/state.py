"""What the local Azure holds: clusters, quota, offers and settings, all free to be changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from time import monotonic
from typing import Any
from uuid import UUID

from kaito_cli.sandbox.arm.cluster import Cluster, Operation, Pool, Quota
from kaito_cli.sandbox.arm.faults import Fault, Moment, error_samples, fault_of
from kaito_cli.sandbox.arm.skus import offered_in
from kaito_cli.sandbox.arm.wire import Answer, Body, Request

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
RESOURCE_GROUP = "ml"
CLUSTER = "prod"
REGION = "eastus2"
# Settings of the rehearsal, not figures of Azure: enough for two nodes of the largest sizes.
CORES = 1000
FAMILY_CORES = 400
ETAGS_START_AT = 0xE7A6 << 96


# azure-docs built-in roles, Contributor
CONTRIBUTOR: Body = {
    "actions": ["*"],
    "notActions": [
        "Microsoft.Authorization/*/Delete",
        "Microsoft.Authorization/*/Write",
        "Microsoft.Authorization/elevateAccess/Action",
    ],
    "dataActions": [],
    "notDataActions": [],
}


@dataclass(slots=True, kw_only=True)
class ArmState:
    """The whole of it. Every field may be changed while a server serves it; hold ``lock`` to
    change several at once.

    ``token`` None: any bearer token is taken. An operation ends at the first look (a GET that
    shows the pool or the operation) after ``operation_seconds`` of ``now`` and
    ``operation_looks`` looks that saw it running.
    """

    subscriptions: list[tuple[str, str]] = field(
        default_factory=lambda: [(SUBSCRIPTION, "Sandbox")]
    )
    clusters: list[Cluster] = field(default_factory=lambda: [_cluster()])
    providers: dict[str, str] = field(default_factory=dict)  # not named: Registered
    permissions: list[Body] = field(default_factory=lambda: [dict(CONTRIBUTOR)])
    subnets: dict[str, str] = field(default_factory=dict)  # ARM id → prefix; not named: a /24
    token: str | None = None
    tenant: str = "00000000-0000-0000-0000-00000000000f"

    operation_seconds: float = 0
    operation_looks: int = 0
    retry_after_seconds: int = 0
    now: Callable[[], float] = monotonic

    page_size: int = 20
    max_pools: int = 100  # azure-aks-docs quotas-skus-regions.md: node pools of a cluster
    managed_gpu_refused: bool = False
    delete_preempts: bool = False  # a DELETE ends what runs on a pool, instead of a 409
    late_quota: bool = False  # too little quota shows in the operation, not in the PUT

    requests: list[Request] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    operations: dict[str, tuple[Cluster, Pool, Operation]] = field(default_factory=dict)
    lock: Any = field(default_factory=RLock, repr=False)
    _quotas: dict[str, dict[str, Quota]] = field(default_factory=dict)
    _skus: dict[str, list[Body]] = field(default_factory=dict)
    _etags: int = ETAGS_START_AT

    @property
    def cluster(self) -> Cluster:
        """The first cluster: the only one, unless a test adds more."""
        return self.clusters[0]

    def skus(self, region: str) -> list[Body]:
        """The Compute records of a region, free to be changed."""
        region = region.lower()
        if region not in self._skus:
            self._skus[region] = offered_in(region)
        return self._skus[region]

    def sku(self, vm_size: str, region: str = REGION) -> Body | None:
        """One of them; None when the size is not sold in that region."""
        found = (each for each in self.skus(region) if each["name"].lower() == vm_size.lower())
        return next(found, None)

    def restrict(
        self,
        vm_size: str,
        region: str = REGION,
        zones: tuple[str, ...] = (),
        reason: str = "NotAvailableForSubscription",
    ) -> None:
        """Refuse a size to the subscription: in these zones, or in the whole region."""
        sku = self.sku(vm_size, region)
        assert sku, f"{vm_size} is not sold in {region}"
        where = {"locations": [region]} | ({"zones": list(zones)} if zones else {})
        restriction = {
            "type": "Zone" if zones else "Location",
            "values": [region],
            "restrictionInfo": where,
            "reasonCode": reason,
        }
        sku["restrictions"].append(restriction)

    def quotas(self, region: str) -> dict[str, Quota]:
        """The vCPU quotas of a region by lower-case name, free to be changed."""
        region = region.lower()
        if region not in self._quotas:
            families = {sku["family"] for sku in self.skus(region)}
            found = [Quota(name=each, limit=FAMILY_CORES) for each in sorted(families)]
            found += [Quota(name=each, limit=CORES) for each in ("cores", "lowPriorityCores")]
            self._quotas[region] = {each.name.lower(): each for each in found}
        return self._quotas[region]

    def limit(self, name: str, vcpus: int, region: str = REGION, *, others: int = 0) -> None:
        """Set a quota: a family as the SKU spells it, `cores` or `lowPriorityCores`."""
        self.quotas(region)[name.lower()] = Quota(name=name, limit=vcpus, others=others)

    def add_pool(self, name: str, properties: Body, *, nodes: int | None = None) -> Pool:
        """Put a pool into the first cluster, as if it had been there for long."""
        with self.lock:
            held = properties.get("count", 1) if nodes is None else nodes
            shown = {"mode": "User", "count": held, "provisioningState": "Succeeded", **properties}
            pool = Pool(name=name, properties=shown, nodes=held, etag=self.new_etag())
            self.cluster.pools[name] = pool
            return pool

    def new_etag(self) -> str:
        self._etags += 1
        return str(UUID(int=self._etags))

    def fault(
        self,
        error: str = "",
        *,
        status: int = 0,
        headers: dict[str, str] | None = None,
        body: Any = None,
        request: int | None = None,
        method: str = "",
        path: str = "",
        times: int | None = 1,
        operation_error: Body | None = None,
        reset: Moment | None = None,
        hang: Moment | None = None,
        latency_seconds: float = 0,
    ) -> Fault:
        """Let something go wrong; what the words mean: Fault.

        ``error`` is the id of an error body of errors.json. ``status``, ``headers`` and
        ``body`` make an answer of one's own.
        """
        where: dict[str, Any] = {
            "request": request,
            "method": method,
            "path": path,
            "times": times,
            "reset": reset,
            "hang": hang,
            "latency_seconds": latency_seconds,
        }
        if error:
            made = fault_of(error_samples()[error], **where)
        else:
            answer = Answer(status=status, headers=headers or {}, body=body) if status else None
            made = Fault(answer=answer, operation_error=operation_error, **where)
        with self.lock:
            self.faults.append(made)
        return made


def _cluster() -> Cluster:
    cluster = Cluster(
        name=CLUSTER, subscription=SUBSCRIPTION, resource_group=RESOURCE_GROUP, region=REGION
    )
    system = {
        "mode": "System",
        "count": 2,
        "vmSize": "Standard_D4s_v3",
        "osType": "Linux",
        "osSKU": "Ubuntu",
        "osDiskType": "Managed",
        "osDiskSizeGB": 128,
        "maxPods": 250,
        "type": "VirtualMachineScaleSets",
        "vnetSubnetID": cluster.subnet_id,
        "provisioningState": "Succeeded",
    }
    cluster.pools["system"] = Pool(
        name="system", properties=system, nodes=2, etag=str(UUID(int=ETAGS_START_AT))
    )
    return cluster


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request on its way through: ``at`` is what its path names; ``error`` is what the
    operation that it starts shall fail with."""

    state: ArmState
    request: Request
    at: Mapping[str, str]
    error: Body | None = None
