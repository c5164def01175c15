"""What a pod may ask of an AKS node, and the disk a node needs to hold a model.

Figures: "Resource reservations in AKS" (learn.microsoft.com/azure/aks/node-resource-reservations,
August 2026) and "Default OS disk sizing" (…/aks/concepts-storage). Those of a pod's share are
kaito's own margins for DaemonSets and for what the kernel keeps.
"""

from bisect import bisect_right
from math import ceil, floor

from kaito_cli.model import Pod, VmSize
from kaito_cli.sizing.units import GIB

MIB = 1024**2
MB = 1000**2

RESERVED_MILLICORES = ((1, 60), (2, 100), (4, 140), (8, 180), (16, 260), (32, 420), (64, 740))
MAX_PODS = 110  # AKS's default for kubenet; 250 for CNI overlay, which the share below still holds
EVICTION_MIB = 100
CPU_SHARE = 0.8
MEMORY_SHARE = 0.85
DISK_TENTHS = 9  # the kubelet evicts below 10 % of free disk

WEIGHTS_ON_DISK_TENTHS = 11
SCRATCH_GIB = 20  # logs, compile caches, what one pod writes besides its weights
OPERATING_SYSTEM_GIB = 30  # the smallest OS disk AKS takes; recall
EPHEMERAL_MAX_GIB = 2040
MANAGED_GIB = (512, 1024, 2048)  # P20, P30, P40; AKS advises 512 or more when not ephemeral

SHARED_MEMORY_GIB_PER_GPU = 2  # the sizeLimit of vLLM's own Kubernetes guide; recall


def reserved_millicores(vcpus: int) -> int:
    """CPU that AKS keeps on a node, in millicores.

    AKS publishes 1, 2, 4 … 64 vCPUs; between them, and beyond 64 along the last step, the
    figure is a straight line.
    """
    cores = [each for each, _ in RESERVED_MILLICORES]
    above = min(max(bisect_right(cores, vcpus), 1), len(cores) - 1)
    (low, kept), (high, more) = RESERVED_MILLICORES[above - 1 : above + 1]
    return round(kept + (more - kept) * (vcpus - low) / (high - low))


def reserved_mib(ram_gib: float, max_pods: int = MAX_PODS) -> int:
    """Memory that AKS 1.29 and later keeps: min(20 MB × pods + 50 MB, 25 %) + 100 Mi."""
    kube = min((20 * max_pods + 50) * MB, ram_gib * GIB / 4)
    return ceil(kube / MIB) + EVICTION_MIB


def disk_for_weights_gib(weights_bytes: int) -> int:
    """Disk one pod uses, in GiB: weights × 1.1 and 20 GiB for everything else it writes."""
    return ceil(WEIGHTS_ON_DISK_TENTHS * weights_bytes / (10 * GIB)) + SCRATCH_GIB


def pod_resources(size: VmSize, gpus_used: int, weights_bytes: int, os_disk_gib: int) -> Pod:
    """What a pod with ``gpus_used`` GPUs requests of one node of ``size``.

    CPU is 0.8 × and memory 0.85 × what AKS leaves, in proportion to the GPUs used; ephemeral
    storage is :func:`disk_for_weights_gib`, never above nine tenths of ``os_disk_gib``. Shared
    memory is 2 GiB a GPU, at most half of the memory as Linux's tmpfs allows itself. A figure
    that is not known (RAM, ``os_disk_gib`` 0) comes out as 0: nothing is requested.
    """
    share = min(1.0, gpus_used / (size.gpus or gpus_used))
    memory_mib = _memory_mib(size.ram_gib, share)
    disk_gib = disk_for_weights_gib(weights_bytes)
    return Pod(
        gpus=gpus_used,
        cpu_millicores=_cpu_millicores(size.vcpus, share),
        memory_mib=memory_mib,
        ephemeral_storage_gib=min(disk_gib, DISK_TENTHS * os_disk_gib // 10),
        shared_memory_gib=min(SHARED_MEMORY_GIB_PER_GPU * gpus_used, memory_mib // 2048),
    )


def disk_needed_gib(weights_bytes: int, image_gib: float, pods: int = 1) -> int:
    """The least OS disk, in GiB, for ``pods`` pods a node that each fetch the weights.

    Operating system, image twice (containerd keeps the compressed layers beside the unpacked
    ones) and each pod's own, within the nine tenths the kubelet lets be used.
    """
    pods_gib = pods * disk_for_weights_gib(weights_bytes)
    return ceil(10 * (OPERATING_SYSTEM_GIB + 2 * image_gib + pods_gib) / DISK_TENTHS)


def os_disk(
    size: VmSize, weights_bytes: int, image_gib: float, pods: int = 1
) -> tuple[str, int] | None:
    """``(type, GiB)`` of a node's OS disk: Ephemeral and as large as it goes when that holds
    :func:`disk_needed_gib`, else the smallest managed one that does; None when none does.
    """
    needed_gib = disk_needed_gib(weights_bytes, image_gib, pods)
    ephemeral_gib = min(size.ephemeral_os_disk_gib or 0, EPHEMERAL_MAX_GIB)
    if needed_gib <= ephemeral_gib:
        return "Ephemeral", ephemeral_gib
    managed_gib = next((each for each in MANAGED_GIB if needed_gib <= each), None)
    return None if managed_gib is None else ("Managed", managed_gib)


def _cpu_millicores(vcpus: int, share: float) -> int:
    return floor(CPU_SHARE * (vcpus * 1000 - reserved_millicores(vcpus)) * share)


def _memory_mib(ram_gib: float | None, share: float) -> int:
    if ram_gib is None:
        return 0
    return floor(MEMORY_SHARE * (ram_gib * 1024 - reserved_mib(ram_gib)) * share)
