"""The GPU that `kaito estimate` is asked about: a known one, one of a size, or both."""

from dataclasses import replace

from kaito_cli.catalog.gpus import device, nameless
from kaito_cli.cli import quantities
from kaito_cli.errors import BadInput
from kaito_cli.model import Device


def named(gpu: str, memory_gib: float | None) -> Device:
    """The device of that name, with ``memory_gib`` in place of its own where given.

    Raises BadInput when neither is given, NotFound for a name nobody knows.
    """
    memory_gib = quantities.gib(memory_gib, "--gpu-memory", "22.06")
    if gpu:
        known = device(gpu)
        return replace(known, memory_gib=memory_gib) if memory_gib else known
    if memory_gib is None:
        raise BadInput(
            "There is no GPU to estimate for.",
            hint="Name it, as in `--gpu a100`, or give its memory: `--gpu-memory 22.06`.",
        )
    return nameless(memory_gib)
