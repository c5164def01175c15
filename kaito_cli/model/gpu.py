"""GPUs, and the VM sizes that carry them."""

from dataclasses import dataclass, field
from enum import StrEnum


class Fp8(StrEnum):
    """What a device does with 8-bit floating point weights."""

    NATIVE = "native"
    WEIGHT_ONLY = "weight-only"
    NO = "no"


class Link(StrEnum):
    """How the GPUs of one node talk to each other."""

    NONE = "none"
    PCIE = "pcie"
    NVLINK = "nvlink"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One GPU model.

    ``memory_gib`` is what CUDA reports, not what the label says; ``compute_capability`` is
    CUDA's, 0.0 where there is no CUDA.
    """

    name: str
    aliases: tuple[str, ...] = ()
    vendor: str = "nvidia"
    memory_gib: float
    bandwidth_gb_per_second: float
    compute_capability: float
    bf16: bool
    fp8: Fp8
    fp4: bool = False
    link: Link = Link.PCIE  # how several of them usually are joined
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VmSize:
    """One Azure VM size with GPUs. A figure that is not known is None."""

    name: str
    device: str
    gpus: int | None
    vcpus: int
    ram_gib: float | None
    link: Link = Link.NONE
    infiniband: bool = False
    temp_disk_gib: int | None = None
    nvme_gib: int | None = None
    ephemeral_os_disk_gib: int | None = None  # the largest that fits; None: not known
    quota_family: str = ""
    os_skus: tuple[str, ...] = ()
    driver_cuda: float | None = None  # the CUDA version of the driver AKS installs
    status: str = "current"
    plannable: bool
    why_not: str = ""
    notes: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """USD an hour for one Linux VM, by size and region: pay-as-you-go, or what ``spot`` VMs
    cost."""

    date: str
    source: str
    usd_per_hour: dict[str, dict[str, float]] = field(default_factory=dict)
    spot: bool = False

    def of(self, vm_size: str, region: str) -> float | None:
        return self.usd_per_hour.get(vm_size, {}).get(region)

    def cheapest(self, vm_size: str) -> tuple[str, float] | None:
        """The region with the lowest price and that price; None if no region has one."""
        prices = self.usd_per_hour.get(vm_size, {})
        return min(prices.items(), key=lambda each: (each[1], each[0]), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """Everything known about GPUs, VM sizes and prices."""

    devices: dict[str, Device]
    sizes: tuple[VmSize, ...]
    prices: PriceList


@dataclass(frozen=True, slots=True, kw_only=True)
class VmOffer:
    """One VM size in one region. ``gpu_memory_gib`` is what CUDA reports of one GPU."""

    name: str
    gpu: str
    gpus: int | None
    gpu_memory_gib: float | None
    compute_capability: float | None
    link: str
    vcpus: int
    ram_gib: float | None
    temp_disk_gib: int | None
    nvme_gib: int | None
    quota_family: str
    region: str
    usd_per_hour: float | None
    price_date: str
    price_source: str
    status: str
    plannable: bool
    why_not: str
    notes: str
