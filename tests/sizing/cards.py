"""GPUs, engines and settings for tests of the arithmetic."""

from dataclasses import replace
from typing import Any

from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import device
from kaito_cli.model import Device, Engine, Serve
from kaito_cli.planner.ask import engine_for
from kaito_cli.sizing.engine import defaults

NEWEST = engines()[-1]


def engine(version: str) -> Engine:
    return engine_for(version, engines())[0]


def serve(card: Device, context_length: int, rules: Engine = NEWEST, **changes: Any) -> Serve:
    """The engine's defaults on this card, for one sequence of ``context_length``."""
    usual = defaults(rules, card)
    base = Serve(
        context_length=context_length,
        gpu_memory_utilization=rules.gpu_memory_utilization,
        max_num_seqs=usual.max_num_seqs,
        max_num_batched_tokens=usual.max_num_batched_tokens,
    )
    return replace(base, **changes)


A10 = device("A10")
A100 = device("A100-80GB")
H100 = device("H100")
H100_NVL = device("H100-NVL")
H200 = device("H200")
T4 = device("T4")
L4 = device("L4")
