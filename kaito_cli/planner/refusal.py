"""Why a VM size is not even tried: reasons that need no memory arithmetic."""

from kaito_cli.model import AUTO, EC2_GPUS, Device, Image, VmSize
from kaito_cli.planner.ask import Ask
from kaito_cli.planner.karpenter import on_ec2
from kaito_cli.sizing.dtype import resolved_dtype
from kaito_cli.sizing.legality import (
    NVIDIA,
    device_trouble,
    dtype_trouble,
    quantization_trouble,
)
from kaito_cli.sizing.units import GIB


def refusal(ask: Ask, size: VmSize, device: Device, usd_per_hour: float | None) -> str:
    """The first reason that keeps the size out of the search; empty: try it."""
    named = bool(ask.request.vm_size)
    return (
        _gpus(size)
        or _amazon(ask, device)
        or ("" if named or usd_per_hour is not None else f"not offered in {ask.region}")
        or ("" if named else _precision(ask, device))
        or dtype_trouble(ask.model, device, ask.request.dtype)
        or quantization_trouble(ask.model, device, ask.engine, ask.request.quantization)
        or device_trouble(device, ask.engine)
        or _vendor(ask, device)
        or _driver(ask, size)
        or _ram(ask, size)
    )


def _gpus(size: VmSize) -> str:
    if size.gpus:
        return ""
    return size.why_not or "a fraction of a GPU, or their number is not known"


def _amazon(ask: Ask, device: Device) -> str:
    """Where Amazon's machines serve, a size of Azure stands for its GPU."""
    return (
        f"Amazon has no {device.name}"
        if on_ec2(ask.request) and device.name not in EC2_GPUS
        else ""
    )


def _precision(ask: Ask, device: Device) -> str:
    """kaito does not lower a model's precision on its own."""
    own = ask.model.weights.dtype
    if ask.request.dtype == AUTO and resolved_dtype(ask.model, device, AUTO) != own == "bfloat16":
        return f"{device.name} has no bfloat16; --dtype float16 would run it"
    return ""


def image_for(ask: Ask, size: VmSize) -> Image | None:
    """The engine's image that the size's driver can run; None: there is none.

    A driver that is not known is taken to be new enough, and the plan says so.
    """
    driver = size.driver_cuda
    for image in ask.engine.images:
        if driver is None or image.min_cuda <= driver:
            return image
    return None


def _vendor(ask: Ask, device: Device) -> str:
    if device.vendor == NVIDIA or ask.request.image:
        return ""
    return f"{ask.engine.name}'s image is for NVIDIA GPUs; --image names one for {device.name}"


def _driver(ask: Ask, size: VmSize) -> str:
    if ask.request.image or image_for(ask, size):
        return ""
    return f"its driver (CUDA {size.driver_cuda}) runs no image of {ask.engine.name} {ask.version}"


def _ram(ask: Ask, size: VmSize) -> str:
    """Weights pass through the page cache of each node on their way to the GPUs."""
    needed = ask.model.weights.bytes / GIB
    if size.ram_gib is None:
        return "" if ask.request.vm_size else "its RAM is not known"
    if needed <= size.ram_gib:
        return ""
    return f"weights of {needed:.0f} GiB do not pass through {size.ram_gib:.0f} GiB of RAM"
