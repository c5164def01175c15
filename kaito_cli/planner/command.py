"""The engine's command line, and what a user may add to it."""

from difflib import get_close_matches

from kaito_cli.errors import BadInput
from kaito_cli.model import AUTO, Engine, Runtime, Serve
from kaito_cli.planner.ask import Ask
from kaito_cli.sizing.confidence import version_key

PORT = 8000
# In-flight requests may finish for this long after SIGTERM; the pod's grace period exceeds it.
SHUTDOWN_SECONDS = 60
SHUTDOWN_FLAG_SINCE = (0, 33)
# vLLM's image has all that `transformers serve` needs but accelerate, whose own needs it has;
# the words after it are the command, never part of the script.
INSTALL_ACCELERATE = (
    *("sh", "-c"),
    "python3 -m pip install --quiet --no-deps --target /tmp/accelerate accelerate==1.15.0 "
    '&& PYTHONPATH=/tmp/accelerate exec "$@"',
    "sh",
)
# Flags whose value the plan decides or the endpoint depends on, and kaito's own for it (empty:
# there is none): overruling them would make the plan a lie.
PLANNED = {
    "api-key": "--api-key-secret",
    "api-server-count": "",
    "block-size": "",
    "config": "",
    "cpu-offload-gb": "",
    "data-parallel-size": "--data-parallel",
    "dtype": "--dtype",
    "enforce-eager": "",
    "gpu-memory-utilization": "--gpu-memory-utilization",
    "headless": "",
    "host": "",
    "kv-cache-dtype": "--kv-cache-dtype",
    "kv-cache-memory-bytes": "--gpu-memory-utilization",
    "max-model-len": "--context-length",
    "max-num-batched-tokens": "",
    "max-num-seqs": "--max-num-seqs",
    "model": "",
    "num-gpu-blocks-override": "",
    "pipeline-parallel-size": "--pipeline-parallel",
    "port": "",
    "quantization": "--quantization",
    "revision": "",
    "served-model-name": "--name",
    "shutdown-timeout": "",
    "speculative-config": "",
    "tensor-parallel-size": "--tensor-parallel",
    "trust-remote-code": "--trust-remote-code",
    "uds": "",
    # What these change is not counted: weights of drafts and adapters, other caches and ranks.
    "async-scheduling": "",
    "decode-context-parallel-size": "",
    "device-memory-utilization": "",
    "disable-hybrid-kv-cache-manager": "",
    "enable-lora": "",
    "hf-overrides": "",
    "lora-modules": "",
    "mamba-block-size": "",
    "mamba-cache-dtype": "",
    "mamba-ssm-cache-dtype": "",
    "master-addr": "",
    "master-port": "",
    "max-lora-rank": "",
    "max-loras": "",
    "max-num-active-seqs": "",
    "nnodes": "",
    "node-rank": "",
    "prefill-context-parallel-size": "",
    "spec-method": "",
    "spec-model": "",
    "spec-tokens": "",
}
SHORT = {"tp": "tensor-parallel-size", "pp": "pipeline-parallel-size", "dp": "data-parallel-size"}
SHORT |= {"q": "quantization", "dcp": "decode-context-parallel-size"}
SHORT |= {"n": "nnodes", "r": "node-rank", "asc": "api-server-count"}
LEAST_ABBREVIATION = 4
NEAR = 0.75


def command(ask: Ask, workspace: str, serve: Serve) -> tuple[str, ...]:
    """The container's whole command line; it never holds a secret."""
    if ask.runtime is Runtime.TRANSFORMERS:
        return _transformers(ask, serve)
    return (
        *_model_arguments(ask, workspace),
        *_settings(ask, serve),
        *_behaviour(ask),
        *(["--trust-remote-code"] if ask.request.trust_remote_code else []),
        *(extra_arguments(ask.engine, ask.version, ask.request.engine_args)),
    )


def _model_arguments(ask: Ask, workspace: str) -> list[str]:
    model = ask.model
    revision = ["--revision", model.revision] if model.revision else []
    names = list(dict.fromkeys([workspace, model.id]))
    return [
        *("vllm", "serve", model.id),
        *revision,
        *("--host", "0.0.0.0", "--port", str(PORT)),
        *("--served-model-name", *names),
    ]


def _settings(ask: Ask, serve: Serve) -> list[str]:
    """Everything memory depends on is passed, so that the plan is what runs."""
    settings: dict[str, object] = {
        "--dtype": serve.dtype,
        "--max-model-len": serve.context_length,
        "--max-num-seqs": serve.max_num_seqs,
        "--max-num-batched-tokens": serve.max_num_batched_tokens,
        "--gpu-memory-utilization": serve.gpu_memory_utilization,
        "--tensor-parallel-size": serve.tensor_parallel,
    }
    if serve.pipeline_parallel > 1:
        settings["--pipeline-parallel-size"] = serve.pipeline_parallel
    if serve.data_parallel > 1:
        settings["--data-parallel-size"] = serve.data_parallel
    if serve.quantization not in ("", "none"):
        settings["--quantization"] = serve.quantization
    if serve.kv_cache_dtype != AUTO:
        settings["--kv-cache-dtype"] = serve.kv_cache_dtype
    if version_key(ask.version)[:2] >= SHUTDOWN_FLAG_SINCE:
        settings["--shutdown-timeout"] = SHUTDOWN_SECONDS
    return [part for flag, value in settings.items() for part in (flag, str(value))]


def _behaviour(ask: Ask) -> list[str]:
    serving = ask.model.serving
    given = {
        "--tokenizer-mode": serving.tokenizer_mode,
        "--config-format": serving.config_format,
        "--load-format": serving.load_format,
        "--chat-template": serving.chat_template,
        "--reasoning-parser": serving.reasoning_parser,
        "--tool-call-parser": serving.tool_call_parser,
    }
    tools = ["--enable-auto-tool-choice"] if serving.tool_call_parser else []
    told = [part for flag, value in given.items() if value for part in (flag, value)]
    return [*told, *tools, *serving.arguments]


def _transformers(ask: Ask, serve: Serve) -> tuple[str, ...]:
    """The whole command line; in vLLM's image, what it lacks is installed first."""
    return (
        *(() if ask.request.image else INSTALL_ACCELERATE),
        *("transformers", "serve", ask.model.id),
        *("--host", "0.0.0.0", "--port", str(PORT)),
        *("--device", "auto", "--dtype", serve.dtype),
        "--continuous-batching",
        *(["--trust-remote-code"] if ask.request.trust_remote_code else []),
        *(extra_arguments(None, ask.version, ask.request.engine_args)),
    )


def extra_arguments(engine: Engine | None, version: str, given: dict[str, str]) -> list[str]:
    """``--engine-arg KEY=VALUE`` as flags; BadInput where one would overrule the plan."""
    arguments: list[str] = []
    for key, value in given.items():
        name = key.removeprefix("--").replace("_", "-")
        _check(engine, version, name)
        arguments += _flag(engine, name, value)
    return arguments


def _check(engine: Engine | None, version: str, name: str) -> None:
    if planned := _planned(name):
        own = PLANNED[planned]
        raise BadInput(
            f"`--engine-arg {name}` would overrule the plan.",
            hint=f"Use `{own}`." if own else "Leave it to the plan.",
        )
    known = _known(engine, version)
    plain = name.removeprefix("no-")
    if known and name not in known and plain not in known:
        near = get_close_matches(name, known, n=1, cutoff=NEAR)
        raise BadInput(
            f"vLLM {version} has no flag `--{name}`.",
            hint=f"Did you mean `{near[0]}`?" if near else "See its own list: vllm serve --help",
        )


def _planned(name: str) -> str:
    """The planned flag that ``name`` is, abbreviates (the engine's parser takes that) or
    reaches into (`speculative-config.model`); empty: none."""
    plain = name.removeprefix("no-").split(".")[0]
    plain = SHORT.get(plain, plain)
    if plain in PLANNED:
        return plain
    if len(plain) < LEAST_ABBREVIATION:
        return ""
    return next((flag for flag in PLANNED if flag.startswith(plain)), "")


def _known(engine: Engine | None, version: str) -> tuple[str, ...]:
    """Flags are checked only where the list is of the same minor version."""
    if engine is None or version_key(version)[:2] != version_key(engine.version)[:2]:
        return ()
    return (*engine.flags.values, *engine.flags.switches)


def _flag(engine: Engine | None, name: str, value: str) -> list[str]:
    """Booleans switch: ``x=false`` becomes ``--no-x``, the form vLLM 0.32 and 0.33 accept."""
    takes_value = engine is not None and name in engine.flags.values
    if not takes_value and value.lower() in ("true", "false", ""):
        return [f"--no-{name}" if value.lower() == "false" else f"--{name}"]
    return [f"--{name}", value]
