"""How sure the arithmetic is, and the width of the interval that says so."""

from functools import cache

from kaito_cli.model import Calibration, Confidence, Device, Engine, Layers, Model, Runtime, Serve

MODELLED_SINCE = (0, 17)
MODELLED_COMPUTE_CAPABILITY = 8.0
# Half-width of the interval as a part of the budget (sizing.md, until calibration gives better).
HALF_WIDTH = {
    Confidence.MEASURED: 0.02,
    Confidence.MODELLED: 0.04,
    Confidence.EXTRAPOLATED: 0.10,
}


@cache
def version_key(version: str) -> tuple[int, ...]:
    """``0.19.1`` as (0, 19, 1), for comparing."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def confidence(
    model: Model, device: Device, engine: Engine, serve: Serve, version: str
) -> tuple[Confidence, tuple[str, ...]]:
    """The class of a fit, and what keeps it from a better one."""
    doubts = _doubts(model, device, engine, serve, version)
    if doubts:
        return Confidence.EXTRAPOLATED, doubts
    if calibration(model, device, engine, serve, version):
        return Confidence.MEASURED, ()
    reason = f"no run of {engine.name} {version} on {device.name} is among the calibration rows"
    return Confidence.MODELLED, (reason,)


def _doubts(
    model: Model, device: Device, engine: Engine, serve: Serve, version: str
) -> tuple[str, ...]:
    last = engine.last_version
    checks = {
        f"engine version {version} is newer than {last}, the last that kaito has constants for": (
            bool(last) and version_key(version)[:2] > version_key(last)[:2]
        ),
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
    kind of run, else what it earned for text on NVIDIA cards, else the class's own."""
    if not _plain(model, device, serve):
        return HALF_WIDTH[level]
    if found := calibration(model, device, engine, serve, version):
        return found.half_width
    text = engine.text_calibration
    if text and _within(version, text.first_version, text.last_version):
        return text.half_width
    return HALF_WIDTH[level]


def _plain(model: Model, device: Device, serve: Serve) -> bool:
    """Whether this is a kind of run that calibration rows are about."""
    known = model.verified and not model.multimodal
    alone = serve.data_parallel == 1 and serve.runtime is Runtime.VLLM
    return known and alone and device.vendor == "nvidia"


def calibration(
    model: Model, device: Device, engine: Engine, serve: Serve, version: str
) -> Calibration | None:
    """The calibration row of this minor version, device, attention and number of ranks."""
    kinds = {attention(group) for group in model.layers}
    for row in engine.calibration:
        same = version_key(row.minor_version) == version_key(version)[:2]
        ranks = serve.pipeline_parallel == 1 and serve.tensor_parallel <= row.max_tensor_parallel
        if same and ranks and row.device == device.name and kinds <= set(row.attention):
            return row
    return None


def _within(version: str, first: str, last: str) -> bool:
    return version_key(first) <= version_key(version)[:2] <= version_key(last)


def attention(group: Layers) -> str:
    """The attention kind of a group of layers, as calibration rows name it."""
    indexed = getattr(group, "indexer_layers", 0)
    return "sparse_latent" if indexed else group.kind
