"""Options that several commands share, spelled once."""

import logging
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kaito_cli.errors import BadInput
from kaito_cli.readiness.redaction import redacted

HOW = "How it is shown"
WHAT = "What to serve"
WHERE = "Where it runs"
ENGINE = "How the engine runs"
OBJECTS = "What the objects carry"


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


class _WithoutSecrets(logging.Formatter):
    """Addresses that hubs redirect to are signed, and a mirror's may hold a password."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def _tell_what_is_sent(verbose: bool) -> bool:
    """httpx logs each request at INFO; without -v nobody hears it."""
    if verbose:
        listener = logging.StreamHandler()
        listener.setFormatter(_WithoutSecrets("%(name)s: %(message)s"))
        logging.basicConfig(level=logging.INFO, handlers=[listener])
    return verbose


Output = Annotated[
    Format, typer.Option("-o", "--output", help="Form of the result.", rich_help_panel=HOW)
]
Quiet = Annotated[
    bool,
    typer.Option("-q", "--quiet", help="Errors only, no notes.", rich_help_panel=HOW),
]
Verbose = Annotated[
    bool,
    typer.Option(
        "-v",
        "--verbose",
        help="Tell people what is sent, and why it failed.",
        rich_help_panel=HOW,
        callback=_tell_what_is_sent,
    ),
]
NoColor = Annotated[bool, typer.Option("--no-color", help="Plain text.", rich_help_panel=HOW)]
PresetDir = Annotated[
    list[Path] | None,
    typer.Option(
        "--preset-dir",
        help="A folder of your own presets; repeatable.",
        envvar="KAITO_PRESET_DIR",
        exists=True,
        file_okay=False,
        rich_help_panel=WHAT,
    ),
]
Region = Annotated[
    str, typer.Option(help="Azure region, for offers and prices.", rich_help_panel=WHERE)
]
ModelName = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A preset (see `kaito models`), a Hugging Face id (with @revision), or a folder.",
        show_default=False,
    ),
]
TensorParallel = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="GPUs that share each layer.", rich_help_panel=ENGINE),
]
PipelineParallel = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="Stages the layers are cut into.", rich_help_panel=ENGINE
    ),
]
ContextLength = Annotated[
    str,
    typer.Option(
        metavar="N|max|auto",
        help="Tokens one sequence may hold, prompt and answer.",
        rich_help_panel=WHAT,
    ),
]
Quantization = Annotated[
    str,
    typer.Option(
        metavar="NAME|none",
        help="Quantization method of the weights. Default: the model's own.",
        rich_help_panel=ENGINE,
    ),
]
Dtype = Annotated[
    str, typer.Option(help="Type of weights and activations.", rich_help_panel=ENGINE)
]
KvCacheDtype = Annotated[
    str,
    typer.Option(metavar="auto|fp8…", help="Type of the KV cache.", rich_help_panel=ENGINE),
]
GpuMemoryUtilization = Annotated[
    float | None,
    typer.Option(
        metavar="F",
        min=0.05,
        max=1.0,
        help="Share of a GPU the engine may take.",
        rich_help_panel=ENGINE,
    ),
]
MaxNumSeqs = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, max=10**6, help="Most sequences in one step.", rich_help_panel=ENGINE
    ),
]
EngineVersion = Annotated[
    str,
    typer.Option(metavar="X.Y[.Z]", help="Version of the engine.", rich_help_panel=ENGINE),
]
TrustRemoteCode = Annotated[
    bool,
    typer.Option(
        "--trust-remote-code",
        help="Run Python code that the model's repository brings.",
        rich_help_panel=WHAT,
    ),
]
Offline = Annotated[
    bool,
    typer.Option(
        "--offline",
        envvar="HF_HUB_OFFLINE",
        help="Ask no hub; use what is in its local cache.",
        rich_help_panel=WHAT,
    ),
]
Yes = Annotated[
    bool, typer.Option("-y", "--yes", help="Go on without asking.", rich_help_panel=HOW)
]
Wait = Annotated[
    bool,
    typer.Option("--wait/--no-wait", help="Stay until it is done.", rich_help_panel=HOW),
]
TIMEOUT_SECONDS = 1800.0  # the least that any wait of kaito has
Timeout = Annotated[
    float,
    typer.Option(metavar="SECONDS", min=0, help="Stay at most so long.", rich_help_panel=HOW),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """How results and notes are shown: the options of every command."""

    form: Output = Format.TABLE
    quiet: Quiet = False
    verbose: Verbose = False
    no_color: NoColor = False

    def __post_init__(self) -> None:
        if self.quiet and self.verbose:
            raise BadInput("`-q` and `-v` contradict each other.", hint="Leave one of them out.")
