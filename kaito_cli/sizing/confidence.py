"""How sure the arithmetic is, and the width of the interval that says so."""

from kaito_cli.model import Confidence, Device, Engine, Layers, Model, Serve

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
    if _calibrated(model, device, engine, version):
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
        "the preset has facts that were recalled, not read": not model.verified,
    }
    return tuple(text for text, holds in checks.items() if holds)


def _calibrated(model: Model, device: Device, engine: Engine, version: str) -> bool:
    minor = ".".join(version.split(".")[:2])
    kinds = {attention(group) for group in model.layers}
    return any(
        row.minor_version == minor and row.device == device.name and kinds <= set(row.attention)
        for row in engine.calibration
    )


def attention(group: Layers) -> str:
    """The attention kind of a group of layers, as calibration rows name it."""
    indexed = getattr(group, "indexer_layers", 0)
    return "sparse_latent" if indexed else group.kind
