"""Contradictions in a request, found before anything is computed."""

import re
from collections.abc import Mapping

from kaito_cli.errors import BadInput, NotFound
from kaito_cli.model import Hardware, Nodes, Request
from kaito_cli.planner.karpenter import AMAZON_ZONE, check_karpenter, on_ec2
from kaito_cli.planner.naming import workspace_name

NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
UP_TO_LIST_PRICE = -1  # Azure: pay up to the pay-as-you-go price
ZONES = ("1", "2", "3")
# distribution/reference: host and port, path, tag, digest
IMAGE = re.compile(
    r"[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
    r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?"
)
POOL = re.compile(r"[a-z][a-z0-9]{0,11}")


def check_request(request: Request, hardware: Hardware) -> None:
    """BadInput or NotFound for what cannot be meant; the first trouble found."""
    if request.name:
        workspace_name(request.name, "")
    if not NAMESPACE.fullmatch(request.namespace):
        raise BadInput(
            f"`{request.namespace}` cannot name a namespace.",
            hint="Use lower-case letters, digits and dashes, as kubectl does.",
        )
    _check_size(request, hardware)
    check_karpenter(request, hardware)
    _check_nodes(request)
    _check_region(request, hardware)
    _check_spot(request)
    _check_zones(request)
    _check_image(request)


def require_positive(values: Mapping[str, float | None]) -> None:
    """BadInput for the first flag whose value is given and not above zero (NaN is neither)."""
    for flag, value in values.items():
        if value is not None and not 0 < value < float("inf"):
            raise BadInput(f"`{flag}` must be more than 0, not {value}.")


def require_share(utilization: float | None) -> None:
    """BadInput for a part of the GPU's memory that is none."""
    if utilization is not None and not 0 < utilization <= 1:
        raise BadInput(
            f"`--gpu-memory-utilization` must be above 0 and at most 1, not {utilization}.",
            hint="The engine's own default is 0.92.",
        )


def _check_size(request: Request, hardware: Hardware) -> None:
    if request.vm_size and all(each.name != request.vm_size for each in hardware.sizes):
        raise NotFound(f"There is no VM size named `{request.vm_size}`.", hint="kaito gpus")


def _check_nodes(request: Request) -> None:
    if request.node_pool and not POOL.fullmatch(request.node_pool):
        raise BadInput(
            f"`{request.node_pool}` cannot name an AKS node pool.",
            hint="Use 1 to 12 lower-case letters and digits, a letter first.",
        )
    existing = request.nodes is Nodes.EXISTING or bool(request.node_pool)
    if existing and not request.vm_size:
        raise BadInput(
            "The size of existing nodes cannot be seen without an AKS cluster.",
            hint="Name it with --vm-size, as `kaito gpus` lists them; or the cluster with -s, -g "
            "and --cluster.",
        )
    if request.node_selector and request.nodes is not Nodes.EXISTING:
        raise BadInput(
            "`--node-selector` picks among existing nodes, but new ones were asked for.",
            hint="Add --nodes existing.",
        )
    if existing and (request.spot or request.autoscale or request.zones):
        raise BadInput(
            "`--spot`, `--autoscale` and `--zone` shape a new node pool; these nodes exist.",
            hint="Leave them out, or drop --nodes existing and --node-pool.",
        )


def _check_region(request: Request, hardware: Hardware) -> None:
    known = {region for prices in hardware.prices.usd_per_hour.values() for region in prices}
    if request.region and request.region not in known and not request.vm_size:
        raise BadInput(
            f"No prices are known for the region `{request.region}`.",
            hint="List regions and prices: kaito gpus --region eastus2",
        )


def _check_spot(request: Request) -> None:
    if request.spot_max_price_usd_per_hour is not None and not request.spot:
        raise BadInput("`--spot-max-price` needs `--spot`.", hint="Add --spot.")
    most = request.spot_max_price_usd_per_hour
    if most is not None and most != UP_TO_LIST_PRICE:
        require_positive({"--spot-max-price": most})
    scale = request.autoscale
    if scale and not 0 <= scale.min_nodes <= scale.max_nodes:
        raise BadInput(
            f"`--autoscale {scale.min_nodes}:{scale.max_nodes}` has its least above its most.",
            hint="Write MIN:MAX, as in 1:3.",
        )


def _check_zones(request: Request) -> None:
    amazon = on_ec2(request)
    known = "Amazon spells them as in us-east-1a." if amazon else "Azure's zones are 1, 2 and 3."
    for zone in request.zones:
        if not (AMAZON_ZONE.fullmatch(zone) if amazon else zone in ZONES):
            raise BadInput(f"`{zone}` is not an availability zone.", hint=known)


def _check_image(request: Request) -> None:
    if request.image and not IMAGE.fullmatch(request.image):
        raise BadInput(
            f"`{request.image}` is not the name of a container image.",
            hint="Write it as registry/name:tag, as in vllm/vllm-openai:v0.33.0.",
        )
