"""The real start-ups: rows of data/*.csv, and the models they ran.

Where each row is from stands in its `source` or `log_file`; a `source` of recall in
data/models.json marks a geometry that was not read from a file.
"""

import csv
import json
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from kaito_cli.catalog.config import model_from_config
from kaito_cli.catalog.gpus import device
from kaito_cli.errors import KaitoError
from kaito_cli.model import Device, Fp8, Model

DATA = Path(__file__).parent / "data"
ENGINE_OF_UNDATED_ROWS = ""  # estimated as the newest engine; the report marks them
OUTCOMES = ("ok", "kv_too_small", "oom")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One start-up whose verdict can be compared. ``weights_gib`` is of the whole model."""

    id: str
    model: Model
    device: Device
    version: str
    version_inferred: bool
    tensor_parallel: int
    pipeline_parallel: int
    context_length: int
    utilization: float | None
    max_num_seqs: int | None
    max_num_batched_tokens: int | None
    enforce_eager: bool
    dtype: str
    kv_cache_dtype: str
    weights_gib: float
    weights_measured: bool
    outcome: str
    pool_gib: float | None  # the KV pool that was printed, of one GPU


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    id: str
    reason: str


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def facts() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((DATA / "models.json").read_text("utf-8"))
    return found


@cache
def inferred_versions() -> dict[str, str]:
    """Versions that a row does not state and its source's date tells, by row."""
    return {row["id"]: row["version"] for row in rows("inferred_versions.csv")}


@cache
def model(name: str) -> Model:
    """The model by its hub id, from the reduced configuration kept with the rows."""
    entry = facts()[name]
    return model_from_config(
        entry["config"], name=name, parameters=int(entry["total_params"] or 0), source=name
    )


def runs() -> tuple[list[Run], list[LeftOut]]:
    """Rows of data/vllm_runs.csv that carry what a verdict needs, and why the others do not."""
    usable: list[Run] = []
    left_out: list[LeftOut] = []
    for row in rows("vllm_runs.csv"):
        reason = _unusable(row)
        if reason:
            left_out.append(LeftOut(id=row["id"], reason=reason))
        else:
            usable.append(_run(row))
    return usable, left_out


def _unusable(row: dict[str, str]) -> str:
    if row["outcome"] not in OUTCOMES:
        return f"outcome is {row['outcome']}: not a verdict on memory"
    if not row["max_model_len"]:
        return "max_model_len is not given"
    if _device(row) is None:
        return "GPU memory is neither reported nor in the device table"
    entry = facts().get(row["model_hf_id"], {})
    if not row["weights_gib_per_gpu"] and not entry.get("total_params"):
        return "weights are not measured and the parameters not known"
    if row["dp"] not in ("", "1"):
        return "data parallel: the row is of one rank of many"
    try:
        model(row["model_hf_id"])
    except KaitoError as error:
        return f"the configuration is incomplete: {error.message}"
    return ""


def _run(row: dict[str, str]) -> Run:
    found = model(row["model_hf_id"])
    card = _device(row)
    assert card is not None
    tp, pp = int(row["n_gpus_tp"]), int(row["pp"])
    measured, stated = row["weights_gib_per_gpu"], _version(row["vllm_version"])
    return Run(
        id=row["id"],
        model=found,
        device=card,
        version=stated or inferred_versions().get(row["id"], ""),
        version_inferred=not stated and row["id"] in inferred_versions(),
        tensor_parallel=tp,
        pipeline_parallel=pp,
        context_length=int(row["max_model_len"]),
        utilization=float(row["gpu_memory_utilization"] or 0) or None,
        max_num_seqs=int(row["max_num_seqs"] or 0) or None,
        max_num_batched_tokens=int(row["max_num_batched_tokens"] or 0) or None,
        enforce_eager=row["enforce_eager"] == "True",
        dtype=row["dtype"] or _implied_dtype(card),
        kv_cache_dtype=row["kv_cache_dtype"] or "auto",
        weights_gib=float(measured) * tp * pp if measured else _weights_gib(row, found),
        weights_measured=bool(measured),
        outcome=row["outcome"],
        pool_gib=float(row["kv_cache_gib_per_gpu"]) if row["kv_cache_gib_per_gpu"] else None,
    )


def _implied_dtype(card: Device) -> str:
    """A start without bfloat16 on the card was one in float16, whether the row says so or not."""
    return "auto" if card.bf16 else "float16"


def _device(row: dict[str, str]) -> Device | None:
    """The named card with the memory it reported; a nameless one only when it reported some."""
    memory = float(row["gpu_total_gib_reported"] or 0)
    name = re.split(r" \(| x\d| \+| /|/|-class", row["gpu"])[0].strip()
    try:
        known = device(name)
    except KaitoError:
        return _nameless(row["gpu"], memory) if memory else None
    return replace(known, memory_gib=memory) if memory else known


def _nameless(gpu: str, memory_gib: float) -> Device:
    modern = "pre-Ampere" not in gpu
    return Device(
        name=gpu.split(" (")[0],
        memory_gib=memory_gib,
        bandwidth_gb_per_second=0,
        compute_capability=8.0 if modern else 7.0,
        bf16=modern,
        fp8=Fp8.WEIGHT_ONLY if modern else Fp8.NO,
        source="the row",
    )


def _version(text: str) -> str:
    """The release in free text; a nightly counts as its minor version, none as the newest."""
    found = re.match(r"(\d+\.\d+)", text)
    if not found or text.startswith("0.1.dev") or re.match(r"20\d\d", text):
        return ENGINE_OF_UNDATED_ROWS
    return found[1]


BITS = {"awq": 4.25, "gptq": 4.25, "bitsandbytes": 4.5, "auto-round": 4.25, "fp8": 8.0}


def _weights_gib(row: dict[str, str], found: Model) -> float:
    """From the parameters: embeddings in 16 bits, the rest in the width of the method."""
    quantized = row["quantization"] or found.weights.quantization
    method = next((each for each in BITS if each in quantized.lower()), "")
    bits = 8.25 if "int8" in row["model_revision_or_quant"].lower() else BITS.get(method, 16.0)
    kept = 2 * found.vocabulary_size * found.hidden_size
    total = kept * 2 + max(0, found.parameters - kept) * bits / 8
    return total / 1024**3
