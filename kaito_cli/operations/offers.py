"""What a target says about a plan before it is made: its cluster, and prices of today."""

from dataclasses import replace

from kaito_cli.catalog.offers import with_prices
from kaito_cli.errors import BadInput, NotFound
from kaito_cli.model import (
    DEFAULT_REGION,
    AksCluster,
    Hardware,
    NodeClass,
    Nodes,
    Request,
    Target,
    TargetKind,
)
from kaito_cli.ports import Prices, World


def planned_for(request: Request, world: World) -> AksCluster | None:
    """The AKS cluster to plan for, with its pools; None: Azure has no part in it.

    Raises BadInput when nodes of Azure are asked for and the target has none to give, and what
    Cloud.cluster raises.
    """
    if not _asks_azure(request, world.target):
        return None
    if world.target.kind is TargetKind.KUBECONFIG:
        raise BadInput(
            "New nodes are made through Azure, and the target is a kubeconfig.",
            hint="Use --target aks; or take nodes that are there with --nodes existing, or "
            "have them brought with --nodes karpenter.",
        )
    return world.cloud.cluster()


def priced_today(
    request: Request, hardware: Hardware, prices: Prices, cluster: AksCluster | None = None
) -> Hardware:
    """``hardware`` with the prices that hold today, in the region that is planned for.

    With --spot they are spot prices. Raises Unreachable, and NotFound for a region without a
    price for any GPU size.
    """
    region = cluster.region if cluster else request.region or DEFAULT_REGION
    sizes = [each.name for each in hardware.sizes if each.plannable or each.name == request.vm_size]
    found = prices.prices(sizes, region, spot=request.spot)
    if not found.usd_per_hour:
        kind = "spot" if request.spot else "pay-as-you-go"
        raise NotFound(
            f"Azure states no {kind} price of a GPU size in `{region}` today.",
            hint="Name another --region, or leave --live-prices out.",
        )
    return with_prices(hardware, replace(found, spot=request.spot))


def _asks_azure(request: Request, target: Target) -> bool:
    if request.nodes is Nodes.KARPENTER and request.node_class is NodeClass.EC2:
        return False
    if target.kind is TargetKind.KUBECONFIG:
        return request.nodes is Nodes.NEW or bool(request.node_pool)
    return target.kind is not None
