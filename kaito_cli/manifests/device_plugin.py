"""NVIDIA's device plugin, for nodes on which AKS installs the driver alone."""

from dataclasses import asdict, dataclass

from kaito_cli.manifests.annotation import Manifest
from kaito_cli.manifests.names import COMPONENT, MANAGED_BY, NAME, VERSION
from kaito_cli.manifests.render import objects
from kaito_cli.manifests.scheduling import GPU_TOLERATIONS, SPOT_TOLERATION
from kaito_cli.model import DEVICE_PLUGIN_LABEL

NODE = "node"
# Not upstream's name: a cluster may have that one already, for other nodes.
DEVICE_PLUGIN = "kaito-cli-device-plugin"
# The version of azure-aks-docs use-nvidia-gpu.md (August 2026); its digest is not known.
VERSION_TESTED_BY_AKS = "v0.18.0"
REGISTRY = "nvcr.io"
REPOSITORY = "nvidia/k8s-device-plugin"


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePluginContext:
    """The only names a template in ``templates/node/`` may use."""

    name: str
    labels: dict[str, str]
    selector: dict[str, str]
    node_selector: dict[str, str]
    tolerations: list[dict[str, str]]
    image: str


def device_plugin(registry_mirror: str = "") -> Manifest:
    """The DaemonSet that makes GPUs schedulable as ``nvidia.com/gpu``, in kube-system.

    It is one for all workspaces and runs only on nodes labelled DEVICE_PLUGIN_LABEL=true: two
    plugins on a node register the same GPUs twice. Otherwise it is upstream's
    (NVIDIA/k8s-device-plugin deployments/static/nvidia-device-plugin.yml).
    """
    selector = {NAME: DEVICE_PLUGIN}
    described = {COMPONENT: "device-plugin", VERSION: VERSION_TESTED_BY_AKS}
    context = DevicePluginContext(
        name=DEVICE_PLUGIN,
        labels={**selector, MANAGED_BY: "kaito-cli", **described},
        selector=selector,
        node_selector={DEVICE_PLUGIN_LABEL: "true", "kubernetes.io/os": "linux"},
        tolerations=[*GPU_TOLERATIONS, SPOT_TOLERATION],
        image=f"{registry_mirror.rstrip('/') or REGISTRY}/{REPOSITORY}:{VERSION_TESTED_BY_AKS}",
    )
    return objects(NODE, asdict(context))[0]
