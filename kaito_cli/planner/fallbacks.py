"""What to try when Azure has no quota or capacity for the choice: zones first, then sizes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kaito_cli.catalog.gpus import vm_sizes
from kaito_cli.errors import BadInput, DoesNotFit
from kaito_cli.model import (
    AksCluster,
    Engine,
    Fallback,
    GpuDriver,
    Hardware,
    Model,
    Plan,
    Request,
    SkuOffer,
    VmSize,
    quota_name,
)
from kaito_cli.planner.plan import make_plan
from kaito_cli.planner.pool import in_zones, with_driver_only


def fallbacks(
    request: Request,
    model: Model,
    hardware: Hardware,
    engines: tuple[Engine, ...],
    cluster: AksCluster,
    skus: Sequence[SkuOffer] = (),
) -> tuple[Plan, ...]:
    """Whole plans that hold what was asked elsewhere, in the order to try them.

    First the size of the choice in one zone after the other (of those asked for, else of those
    ``skus`` offers); then other sizes, cheapest first: with the same GPU, or any with
    Fallback.ANY. A size named by the user is left only with ANY. None is above --max-cost, none
    has an unknown price, none is a size that ``skus`` does not offer. Zones of which Azure did
    not say whether they have a size exclude it not, and are not tried one by one.
    """
    chosen = make_plan(request, model, hardware, engines, cluster)
    if request.fallback is Fallback.NONE or chosen.node_pool.existing or not chosen.node_pool.tags:
        return ()
    offers = {each.name: each for each in skus}
    zoned = tuple(_by_zone(chosen, cluster, offers.get(chosen.placement.vm_size)))
    others = [
        _on(size, request, model, hardware, engines, cluster)
        for size in _sizes(chosen, request, hardware)
        if _is_offered(size, request, offers)
    ]
    affordable = [each for each in others if each and each.cost.usd_per_hour is not None]
    return zoned + tuple(sorted(affordable, key=lambda plan: plan.cost.usd_per_hour or 0.0))


def driver_only(plan: Plan, cluster: AksCluster) -> Plan:
    """The same plan for a region where Azure refuses to manage GPUs."""
    if plan.node_pool.gpu_driver is not GpuDriver.MANAGED or not plan.node_pool.tags:
        return plan
    return replace(plan, node_pool=with_driver_only(plan.node_pool, cluster))


def draws_as_much(plan: Plan, other: Plan) -> bool:
    """Whether ``plan`` needs at least the quota that ``other`` does: as many vCPUs of the same
    family, or of spot, which all families share."""
    mine, theirs = (_size_of(each) for each in (plan, other))
    if mine is None or theirs is None:
        return plan.node_pool.vm_size == other.node_pool.vm_size
    shared = plan.node_pool.spot and other.node_pool.spot
    if not shared and quota_name(mine.quota_family) != quota_name(theirs.quota_family):
        return False
    return plan.node_pool.count * mine.vcpus >= other.node_pool.count * theirs.vcpus


def _size_of(plan: Plan) -> VmSize | None:
    return next((each for each in vm_sizes() if each.name == plan.node_pool.vm_size), None)


def _by_zone(chosen: Plan, cluster: AksCluster, offer: SkuOffer | None) -> Iterator[Plan]:
    asked = chosen.node_pool.zones
    known = offer.zones if offer and offer.zones else ()
    for zone in asked if len(asked) > 1 else () if asked else known:
        yield replace(chosen, node_pool=in_zones(chosen.node_pool, cluster, (zone,)))


def _sizes(chosen: Plan, request: Request, hardware: Hardware) -> Iterator[VmSize]:
    if request.vm_size and request.fallback is not Fallback.ANY:
        return
    own = next(each for each in hardware.sizes if each.name == chosen.placement.vm_size)
    for size in hardware.sizes:
        alike = size.device == own.device or request.fallback is Fallback.ANY
        if size.plannable and alike and size.name != own.name:
            yield size


def _is_offered(size: VmSize, request: Request, offers: dict[str, SkuOffer]) -> bool:
    if not offers:
        return True
    offer = offers.get(size.name)
    if offer is None or offer.restriction or (request.spot and offer.spot is False):
        return False
    if offer.zones is None:  # Azure did not say: only what it refuses is left out
        return not set(request.zones) & set(offer.restricted_zones)
    return set(request.zones) <= set(offer.zones)


def _on(
    size: VmSize,
    request: Request,
    model: Model,
    hardware: Hardware,
    engines: tuple[Engine, ...],
    cluster: AksCluster,
) -> Plan | None:
    """The plan on that size, with the request as it was asked; None: it does not fit.

    The size is the only one there is, and not named: what the user names may lower precision.
    """
    unnamed, alone = replace(request, vm_size=""), replace(hardware, sizes=(size,))
    try:
        plan = make_plan(unnamed, model, alone, engines, cluster)
    except (DoesNotFit, BadInput):
        return None
    return replace(plan, request=request)
