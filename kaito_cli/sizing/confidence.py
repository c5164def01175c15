"""How sure the arithmetic is, and the width of the interval that says so."""

from kaito_cli.model import Calibration, Confidence, Device, Engine, Layers, Model, Runtime, Serve

MODELLED_SINCE = (0, 17)
MODELLED_COMPUTE_CAPABILITY = 8.0
# Half-width of the interval as a part of the budget (sizing.md, until calibration gives better).
HALF_WIDTH = {
    Confidence.MEASURED: 0.02,
    Confidence.MODELLED: 0.04,
    Confidence.EXTRAPOLATED: 0.10,
}


def version_key(version: str) -> tuple[int, ...]:
    """``0.19.1`` as (0, 19, 1), for comparing."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def confidence(
    model: Model, device: Device, engine: Engine, serve: Serve, version: str
) -> tuple[Confidence, tuple[str, ...]]:
    """The class of a fit, and what keeps it from a better one."""
    doubts = _doubts(model, device, serve, version)
    if doubts:
        return Confidence.EXTRAPOLATED, doubts
    if calibration(model, device, engine, version):
        return Confidence.MEASURED, ()
    reason = f"no run of {engine.name} {version} on {device.name} is among the calibration rows"
    return Confidence.MODELLED, (reason,)


def _doubts(model: Model, device: Device, serve: Serve, version: str) -> tuple[str, ...]:
    checks = {
        f"engine version {version} is older than the profile rules, 0.17": (
            version_key(version)[:2] < MODELLED_SINCE
        ),
        f"{device.name} is not a CUDA device of compute capability 8.0 or more": (
            device.vendor != "nvidia" or device.compute_capability < MODELLED_COMPUTE_CAPABILITY
        ),
        "the memory of image and audio encoders is not counted": model.multimodal,
        "data parallelism was never measured": serve.data_parallel > 1,
        "the memory of the transformers runtime was never measured": (
            serve.runtime is Runtime.TRANSFORMERS
        ),
        "the preset has facts that were recalled, not read": not model.verified,
    }
    return tuple(text for text, holds in checks.items() if holds)


def half_width(
    level: Confidence, model: Model, device: Device, engine: Engine, serve: Serve, version: str
) -> float:
    """Half of the interval as a part of the budget: what the calibration earned for just this
    kind of run, else what it earned for text on CUDA devices, else the class's own."""
    plain = not model.multimodal and model.verified and serve.data_parallel == 1
    plain = plain and serve.runtime is Runtime.VLLM
    found = calibration(model, device, engine, version) if plain else None
    if found:
        return found.half_width
    if level is Confidence.EXTRAPOLATED and plain and device.vendor == "nvidia":
        return engine.text_half_width
    return HALF_WIDTH[level]


def calibration(model: Model, device: Device, engine: Engine, version: str) -> Calibration | None:
    """The calibration row of this minor version, device and attention; None: there is none."""
    minor = ".".join(version.split(".")[:2])
    kinds = {attention(group) for group in model.layers}
    for row in engine.calibration:
        same = row.minor_version == minor and row.device == device.name
        if same and kinds <= set(row.attention):
            return row
    return None


def attention(group: Layers) -> str:
    """The attention kind of a group of layers, as calibration rows name it."""
    indexed = getattr(group, "indexer_layers", 0)
    return "sparse_latent" if indexed else group.kind
