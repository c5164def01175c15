"""What the objects cannot say for themselves, as sentences for the reader."""

import shlex

from kaito_cli.manifests.environment import has_api_key
from kaito_cli.model import GpuDriver, Nodes, Plan


def remarks(plan: Plan) -> tuple[str, ...]:
    """What to know and to do beside applying the objects; most plans need nothing."""
    return (*_api_key(plan), *_device_plugin(plan), *_node_class(plan))


def _api_key(plan: Plan) -> list[str]:
    if plan.request.api_key and not has_api_key(plan):
        return ["The transformers runtime has no API key: whoever reaches the Service can use it."]
    return []


def _device_plugin(plan: Plan) -> list[str]:
    """Without a plugin the pods stay Pending for ever."""
    pool = plan.node_pool
    if plan.request.nodes is not Nodes.NEW or pool.existing or pool.gpu_driver != GpuDriver.DRIVER:
        return []
    command = f"kaito render {shlex.quote(plan.request.model)} --device-plugin"
    return [
        "AKS installs the driver alone on these nodes. Without a device plugin the pods stay "
        f"Pending: {command} | kubectl apply --server-side -f -"
    ]


def _node_class(plan: Plan) -> list[str]:
    if not plan.request.node_class_ref:
        return []
    return [
        f"The node class {plan.request.node_class_ref} has to bring the GPU's driver and device "
        f"plugin, and a disk of {plan.node_pool.os_disk_gib} GiB for image and weights."
    ]
