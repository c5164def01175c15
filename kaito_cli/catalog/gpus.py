"""GPUs, the VM sizes that carry them, and their prices: ``presets/gpus/``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from kaito_cli.decoding import decode, read_file
from kaito_cli.errors import NotFound
from kaito_cli.model import Device, Fp8, Hardware, PriceList, VmSize
from kaito_cli.resources import data

_FOLDER = data("presets") / "gpus"
_VENDOR_WORDS = ("nvidia", "amd", "tesla", "geforce", "radeon", "instinct")

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """VM sizes of one kind, as azure.yaml writes them; a size may override what is shared."""

    shared: Fields
    sizes: dict[str, Fields]


@cache
def devices() -> dict[str, Device]:
    """Every GPU model, by name."""
    return read_devices(_FOLDER / "devices.yaml")


@cache
def vm_sizes() -> tuple[VmSize, ...]:
    """Every Azure VM size with GPUs, also those kaito does not plan with."""
    return read_sizes(_FOLDER / "azure.yaml")


@cache
def prices() -> PriceList:
    """Pay-as-you-go prices as of the day the list was made."""
    return read_file(_FOLDER / "prices.json", PriceList)


def hardware() -> Hardware:
    """All of the above, as the planner takes it."""
    return Hardware(devices=devices(), sizes=vm_sizes(), prices=prices())


def read_devices(file: Path) -> dict[str, Device]:
    """A file as devices.yaml; BadInput names the device and the field."""
    found = read_file(file, dict[str, Fields])
    return decode(_named(found), dict[str, Device], str(file))


def read_sizes(file: Path) -> tuple[VmSize, ...]:
    """A file as azure.yaml; BadInput names the size and the field."""
    series = read_file(file, dict[str, _Series]).values()
    found = {name: {**of.shared, **own} for of in series for name, own in of.sizes.items()}
    return tuple(decode(_named(found), dict[str, VmSize], str(file)).values())


def device(name: str) -> Device:
    """The GPU of that name or alias; case, spaces, dashes and the vendor do not matter.

    Raises NotFound with the nearest names.
    """
    found = _devices_by_alias().get(_device_key(name))
    if found is None:
        raise NotFound(f"There is no GPU named `{name}`.", hint=_near(name, _device_names()))
    return found


def nameless(memory_gib: float) -> Device:
    """A card of which only the memory is known, taken to compute in every type Hopper does."""
    return Device(
        name=f"GPU of {memory_gib:g} GiB",
        memory_gib=memory_gib,
        bandwidth_gb_per_second=0,
        compute_capability=9.0,
        bf16=True,
        fp8=Fp8.NATIVE,
        source="the user's --gpu-memory",
    )


def vm_size(name: str) -> VmSize:
    """The VM size of that name in any case, with or without ``Standard_``.

    Raises NotFound with the nearest names.
    """
    by_name = {_size_key(each.name): each for each in vm_sizes()}
    found = by_name.get(_size_key(name))
    if found is None:
        names = {key: each.name for key, each in by_name.items()}
        raise NotFound(f"There is no VM size named `{name}`.", hint=_near(_size_key(name), names))
    return found


@cache
def _devices_by_alias() -> dict[str, Device]:
    return {_device_key(name): each for each in devices().values() for name in _names(each)}


def _device_names() -> dict[str, str]:
    """What to suggest for what was nearly typed."""
    return {name.lower(): name for each in devices().values() for name in _names(each)}


def _names(device: Device) -> Iterable[str]:
    return (device.name, *device.aliases)


def _device_key(name: str) -> str:
    key = re.sub(r"[^a-z0-9]", "", name.lower())
    for word in _VENDOR_WORDS:
        key = key.removeprefix(word)
    return key


def _size_key(name: str) -> str:
    return name.strip().lower().removeprefix("standard_")


def _near(name: str, names: dict[str, str]) -> str:
    near = get_close_matches(name.lower(), names, n=3)
    if not near:
        return "List them: `kaito gpus`"
    return f"Did you mean {' or '.join(f'`{names[each]}`' for each in near)}?"


def _named(found: dict[str, Fields]) -> dict[str, Fields]:
    """Each entry with its key as ``name``; a ``name`` of its own would say it twice."""
    return {name: {"name": name, **fields} for name, fields in found.items()}
