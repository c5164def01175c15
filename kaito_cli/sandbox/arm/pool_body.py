"""What AKS makes of a pool's body: defaults, what a PUT keeps, and what never changes."""

from typing import Any

from kaito_cli.sandbox.arm.cluster import Cluster
from kaito_cli.sandbox.arm.skus import capability, largest_ephemeral_gib, vcpus
from kaito_cli.sandbox.arm.state import ArmState
from kaito_cli.sandbox.arm.wire import Body, flat

MANAGED_GPU = "gpuProfile.nvidia.managementMode"
# azure-aks-docs: fixed once the pool is made
IMMUTABLE = (
    "vmSize", "type", "osType", "osDiskType", "osDiskSizeGB", "kubeletDiskType", "maxPods",
    "availabilityZones", "scaleSetPriority", "scaleSetEvictionPolicy", "spotMaxPrice",
    "vnetSubnetID", "podSubnetID", "gpuInstanceProfile", "gpuProfile.driver", MANAGED_GPU,
    "enableNodePublicIP", "enableFIPS", "proximityPlacementGroupID", "hostGroupID",
    "capacityReservationGroupID",
)  # fmt: skip
# what a PUT that leaves it out does not change; all the rest it replaces
KEPT = (*(each for each in IMMUTABLE if "." not in each), "osSKU", "count", "powerState")
DEFAULTS: Body = {
    "count": 1,
    "mode": "User",
    "type": "VirtualMachineScaleSets",
    "osType": "Linux",
    "osSKU": "Ubuntu",
    "kubeletDiskType": "OS",
    "enableAutoScaling": False,
    "scaleDownMode": "Delete",
    "powerState": {"code": "Running"},
}
SPOT_DEFAULTS: Body = {"scaleSetEvictionPolicy": "Delete", "spotMaxPrice": -1}
UNSAID: Body = {
    "gpuProfile.driver": "Install",
    MANAGED_GPU: "Unmanaged",
    "scaleSetPriority": "Regular",
}
SPOT_LABEL = "kubernetes.azure.com/scalesetpriority"
SPOT_TAINT = f"{SPOT_LABEL}=spot:NoSchedule"
# azure-aks-docs concepts-storage.md, default OS disk sizing: (vCPUs from, GB)
MANAGED_DISKS = ((64, 1024), (16, 512), (8, 256), (0, 128))
EPHEMERAL_FROM_GIB = 128


def completed(state: ArmState, cluster: Cluster, asked: Body) -> Body:
    """A body with its defaults, and with AKS's marks on a spot pool."""
    network = {"maxPods": _max_pods(cluster), "vnetSubnetID": cluster.subnet_id}
    whole = {**DEFAULTS, **network, **asked}
    whole |= _disk(state, cluster, whole)
    if whole.get("scaleSetPriority") != "Spot":
        return whole
    labels = {**(whole.get("nodeLabels") or {}), SPOT_LABEL: "spot"}
    taints = list(dict.fromkeys([*(whole.get("nodeTaints") or ()), SPOT_TAINT]))
    return {**SPOT_DEFAULTS, **whole, "nodeLabels": labels, "nodeTaints": taints}


def kept(live: Body, asked: Body) -> Body:
    """What is asked, and of what is there all that a PUT cannot change."""
    found = {key: live[key] for key in KEPT if key in live}
    gpu = {**live.get("gpuProfile", {}), **asked.get("gpuProfile", {})}
    return {**found, **asked, **({"gpuProfile": gpu} if gpu else {})}


def check_unchanged(live: Body, asked: Body) -> None:
    """A field that may not change is refused when it is sent with another value."""
    for path in IMMUTABLE:
        wanted = at(asked, path)
        if wanted is not None and _key(wanted) != _key(at(live, path) or UNSAID.get(path)):
            target = f"properties.{path}"
            message = f"Changing property '{target}' is not allowed."
            raise flat(400, "PropertyChangeNotAllowed", message, target=target)


def nodes_of(properties: Body) -> int:
    """Machines a pool with these properties holds."""
    stopped = (properties.get("powerState") or {}).get("code") == "Stopped"
    return 0 if stopped else int(properties["count"])


def at(body: Body, path: str) -> Any:
    """The value at a path of keys; None when it is not there."""
    value: Any = body
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _key(value: Any) -> Any:
    """Equal for what Azure takes as equal: names in any case, zones in any order."""
    if isinstance(value, str):
        return value.lower()
    return sorted(value) if isinstance(value, list) else value or None


def _disk(state: ArmState, cluster: Cluster, pool: Body) -> Body:
    """Type and size of the OS disk, where they are not said."""
    sku = state.sku(pool.get("vmSize", ""), cluster.region)
    if sku is None:
        return {}
    temp_gib = int(capability(sku, "MaxResourceVolumeMB") or 0) // 1024
    ephemeral_gib = largest_ephemeral_gib(sku)
    roomy = ephemeral_gib and temp_gib >= EPHEMERAL_FROM_GIB and not pool.get("osDiskSizeGB")
    kind = pool.get("osDiskType") or ("Ephemeral" if roomy else "Managed")
    managed = next(size for least, size in MANAGED_DISKS if vcpus(sku) >= least)
    default = ephemeral_gib if kind == "Ephemeral" else managed
    return {"osDiskType": kind, "osDiskSizeGB": pool.get("osDiskSizeGB") or default}


def _max_pods(cluster: Cluster) -> int:
    """azure-aks-docs: 250 for overlay, 110 for kubenet, 30 where pods take subnet addresses."""
    if cluster.network_plugin != "azure":
        return 110
    return 250 if cluster.overlay else 30
