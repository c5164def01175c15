"""How far an engine has come, by its log (vLLM 0.2 to 0.33, transformers, huggingface_hub)."""

import re
from collections.abc import Sequence

from kaito_cli.model import EngineProgress, Stage

_BAR = re.compile(r"(?P<percent>\d{1,3})%\s?(?:Completed\s?)?\|")
_COUNT = re.compile(
    r"\| (?:Completed \|)?\s?(?P<done>[\d.]+)(?P<unit>[kKMGT]?)/(?P<all>[\d.]+)([kKMGT]?)"
)
_RATE = re.compile(r"(?P<rate>\d+(?:\.\d+)?)(?P<unit>[kKMGT]?)B/s")
_SCALE = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}

# The last line that matches any of these tells the stage; what is written while the
# engine runs stands first, for those words occur nowhere else
_STAGES: tuple[tuple[Stage, str, re.Pattern[str]], ...] = (
    (
        Stage.READY,
        "ready",
        re.compile(r"Application startup complete|Uvicorn running on|Avg prompt throughput"),
    ),
    (
        Stage.CAPTURING,
        "capturing CUDA graphs",
        re.compile(
            r"Capturing (?:the )?(?:model|CUDA graph)|Graph capturing|cudagraph capture", re.I
        ),
    ),
    (
        Stage.COMPILING,
        "compiling",
        re.compile(
            r"torch\.compile|Dynamo bytecode|Compiling a graph|Cache the graph|backends\.py"
        ),
    ),
    (
        Stage.PROFILING,
        "measuring memory",
        re.compile(r"Available KV cache memory|GPU KV cache size|# GPU blocks|[Pp]rofil|warm ?up"),
    ),
    (
        Stage.DOWNLOADING,
        "downloading weights",
        re.compile(
            r"Downloading|Fetching \d+ files|\.(?:safetensors|bin|gguf)(?:\(…\))?:\s+\d+%"
            r"|download(?:ed|ing) weights|Time spent downloading",
            re.I,
        ),
    ),
    (
        Stage.LOADING,
        "loading weights",
        re.compile(
            r"Loading (?:safetensors|pt|model|weights|checkpoint)|Starting to load model"
            r"|Model loading took|Loading weights took",
            re.I,
        ),
    ),
)


def progress(lines: Sequence[str]) -> EngineProgress:
    """The stage that the last telling line shows; STARTING where none tells."""
    for line in reversed(lines):
        last = line.split("\r")[-1] or line
        for stage, words, pattern in _STAGES:
            if pattern.search(last):
                return _told(stage, words, last)
    return EngineProgress(stage=Stage.STARTING, message="starting")


def stages(lines: Sequence[str]) -> tuple[Stage, ...]:
    """Every stage that some line shows, in the order in which they were first seen."""
    last = (line.split("\r")[-1] or line for line in lines)
    found = (
        next((stage for stage, _, pattern in _STAGES if pattern.search(line)), None)
        for line in last
    )
    return tuple(dict.fromkeys(each for each in found if each))


def _told(stage: Stage, words: str, line: str) -> EngineProgress:
    fraction = None if stage is Stage.READY else _fraction(line)
    rate = _rate(line) if stage is Stage.DOWNLOADING else None
    percent = f" {fraction:.0%}" if fraction is not None else ""
    speed = f", {rate / 10**6:.0f} MB/s" if rate else ""
    return EngineProgress(
        stage=stage, message=f"{words}{percent}{speed}", fraction=fraction, bytes_per_second=rate
    )


def _fraction(line: str) -> float | None:
    bar = _BAR.search(line)
    if bar and int(bar["percent"]) <= 100:
        return int(bar["percent"]) / 100
    count = _COUNT.search(line)
    return (
        min(1.0, float(count["done"]) / float(count["all"]))
        if count and float(count["all"])
        else None
    )


def _rate(line: str) -> float | None:
    found = _RATE.search(line)
    return float(found["rate"]) * _SCALE[found["unit"]] if found else None
