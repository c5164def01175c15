"""How far an engine has come, by the lines of its log."""

import pytest

from kaito_cli.model import Stage
from kaito_cli.readiness.progress import progress

E = "(EngineCore_DP0 pid=7) INFO 10-21 09:11:57"
LINES = [
    ("INFO 05-06 [api_server.py:981] vLLM API server version 0.8.2", "starting", None, None),
    (
        "model-00001-of-00004.safetensors:  42%|████▏     | 2.09G/4.98G [00:21<00:29, 97.6MB/s]",
        "downloading",
        0.42,
        97.6e6,
    ),
    ("Fetching 14 files:  50%|█████     | 7/14 [00:10<00:10,  1.4s/it]", "downloading", 0.5, None),
    ("Loading safetensors checkpoint shards:  25% Completed | 1/4 [00:01<00:03,  1.1s/it]",
     "loading", 0.25, None),
    (f"{E} [gpu_model_runner.py:2] Starting to load model a/b...", "loading", None, None),
    (f"{E} [backends.py:164] Directly load the compiled graph(s) from the cache", "compiling",
     None, None),
    (f"{E} [monitor.py:34] torch.compile takes 7.14 s in total", "compiling", None, None),
    (f"{E} [gpu_worker.py:298] Available KV cache memory: 16.23 GiB", "profiling", None, None),
    ("Capturing CUDA graphs (decode, FULL):  40%|████      | 14/35 [00:01<00:01, 17.82it/s]",
     "capturing", 0.4, None),
    ("INFO:     Application startup complete.", "ready", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("line", "stage", "fraction", "rate"), LINES)
def test_a_line_tells_the_stage(
    line: str, stage: str, fraction: float | None, rate: float | None
) -> None:
    found = progress(["INFO 05-06 something before", line, "    and after"])

    assert (found.stage, found.fraction) == (stage, fraction)
    assert found.bytes_per_second == (pytest.approx(rate) if rate else None)


def test_the_last_telling_line_counts() -> None:
    assert progress([line for line, *_ in LINES]).stage is Stage.READY


def test_of_a_bar_that_overwrites_itself_the_last_state_counts() -> None:
    bar = "\r".join(
        f"model.safetensors: {each}%|█| {each}M/100M [0<1, 5.0MB/s]" for each in (10, 80)
    )

    assert progress([bar]).message == "downloading weights 80%, 5 MB/s"


def test_no_lines_are_a_start() -> None:
    assert progress([]).stage is Stage.STARTING
