"""What a node of AKS has, and what it leaves to pods."""

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest

# AKS node resource reservations (azure-aks-docs node-resource-reservations.md): millicores that
# are kept at so many vCPUs; between them, and past them, in a straight line
_RESERVED_MILLICORES = ((1, 60), (2, 100), (4, 140), (8, 180), (16, 260), (32, 420), (64, 740))
_MB = 1000**2
_MIB = 1024**2
_GIB = 1024**3
# the same page, Kubernetes 1.29 and later: the lesser of 20 MB a pod + 50 MB and a quarter
_RESERVED_MB_PER_POD = 20
_RESERVED_MB = 50
_EVICTION_MIB = 100
_DISK_KEPT = 0.1  # the kubelet's nodefs threshold


class GpuSupply(StrEnum):
    """Who makes GPUs allocatable: AKS, a device plugin's DaemonSet, or nobody."""

    MANAGED = "managed"
    PLUGIN = "plugin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A virtual machine size. ``gpu``: the name of its GPUs, as GPU feature discovery would."""

    vm_size: str
    vcpus: int
    memory_gib: float
    gpus: int = 0
    disk_gib: float = 128

    def capacity(self, max_pods: int) -> Manifest:
        """All it has."""
        return {
            "cpu": str(self.vcpus),
            "memory": f"{int(self.memory_gib * _GIB) // 1024}Ki",
            "ephemeral-storage": f"{int(self.disk_gib * _GIB) // 1024}Ki",
            "pods": str(max_pods),
        }

    def allocatable(self, max_pods: int) -> Manifest:
        """What is left after AKS's reservations."""
        millicores = self.vcpus * 1000 - reserved_millicores(self.vcpus)
        memory = int(self.memory_gib * _GIB) - reserved_memory(self.memory_gib, max_pods)
        disk = int(self.disk_gib * _GIB * (1 - _DISK_KEPT))
        return {
            "cpu": f"{millicores}m",
            "memory": f"{memory // 1024}Ki",
            "ephemeral-storage": str(disk),
            "pods": str(max_pods),
        }


def reserved_millicores(vcpus: int) -> int:
    """What AKS keeps of the processors."""
    points = list(pairwise(_RESERVED_MILLICORES))
    (x0, y0), (x1, y1) = next((pair for pair in points if vcpus <= pair[1][0]), points[-1])
    return round(y0 + (vcpus - x0) * (y1 - y0) / (x1 - x0))


def reserved_memory(memory_gib: float, max_pods: int) -> int:
    """What AKS keeps of the memory, the eviction threshold included; bytes."""
    kept = (_RESERVED_MB_PER_POD * max_pods + _RESERVED_MB) * _MB
    return int(min(kept, memory_gib * _GIB / 4)) + _EVICTION_MIB * _MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """An agent pool, as far as its nodes show it. Seconds are simulated ones: from the request
    to the node's registration, from there to Ready, from there to its GPUs."""

    name: str
    machine: Machine
    labels: dict[str, str] = field(default_factory=dict)
    taints: tuple[str, ...] = ()  # as AKS takes them: `sku=gpu:NoSchedule`
    zones: tuple[str, ...] = ()
    region: str = "eastus2"
    spot: bool = False
    mode: str = "User"
    gpu_supply: GpuSupply = GpuSupply.MANAGED
    max_pods: int = 250
    register_seconds: float = 0
    ready_seconds: float = 20
    gpu_seconds: float = 60
