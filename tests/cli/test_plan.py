import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Kaito


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("plan", "plan falcon-7b"),
        ("plan-explained", "plan gpt-oss-120b --explain"),
        ("plan-many-gpus", "plan llama-3.3-70b-instruct --concurrency 32"),
        ("why-not", "plan llama-3.3-70b-instruct --why-not Standard_NC24ads_A100_v4"),
        ("estimate", "estimate falcon-7b --gpu a10"),
        ("model", "models show falcon-7b"),
    ],
)
def test_what_people_see(
    kaito: Kaito, golden: Callable[[str, str], None], name: str, command: str
) -> None:
    shown = kaito(*command.split())

    assert shown.code == 0, shown.stderr
    golden(f"$ kaito {command}\n{shown.stdout}\n{shown.stderr}", f"cli/{name}.txt")


def test_the_document_holds_what_is_promised(kaito: Kaito) -> None:
    shown = kaito("plan", "falcon-7b", "-o", "json")

    found = shown.document
    assert list(found)[:2] == ["kind", "version"]
    assert (found["kind"], found["version"]) == ("Plan", 1)
    assert found["model"]["id"] == "tiiuae/falcon-7b"
    assert found["placement"]["tensor_parallel"] == 1
    assert found["cost"]["usd_per_hour"] == 3.2
    assert found["node_pool"]["count"] == 1
    assert found["alternatives"][0]["reason"]
    assert found["notes"]
    assert shown.stderr == ""


def test_nothing_but_errors_is_said_when_quiet(kaito: Kaito) -> None:
    assert kaito("plan", "falcon-7b", "-q").stderr == ""


def test_notes_and_assumptions_go_to_stderr(kaito: Kaito) -> None:
    shown = kaito("plan", "falcon-7b")

    assert "assumed: region eastus2" in shown.stderr
    assert "note: " in shown.stderr
    assert "note: " not in shown.stdout


def test_a_saved_plan_is_the_document_and_private(kaito: Kaito, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    shown = kaito("plan", "falcon-7b", "--out", str(file), "-o", "json")

    assert json.loads(file.read_text()) == shown.document
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_plan_that_cannot_be_saved_is_not_shown(kaito: Kaito, tmp_path: Path) -> None:
    shown = kaito("plan", "falcon-7b", "--out", str(tmp_path / "missing" / "plan.json"))

    assert (shown.code, shown.stdout) == (2, "")


def test_why_not_names_levers_with_their_worth(kaito: Kaito) -> None:
    asked = ("plan", "llama-3.3-70b-instruct", "--why-not", "NC24ads_A100_v4", "-o", "json")
    found = kaito(*asked).document

    assert (found["kind"], found["fits"]) == ("WhyNot", False)
    assert any(each["fits"] for each in found["levers"])


def test_what_does_not_fit_exits_4_with_the_nearest_miss(kaito: Kaito) -> None:
    shown = kaito("plan", "falcon-40b", "--vm-size", "Standard_NC4as_T4_v3", "-o", "json")

    assert (shown.code, shown.stdout) == (4, "")
    assert shown.error["code"] == "does-not-fit"
    assert shown.error["hint"]


FLAGS = [
    ("--name my-model", "workspace", "my-model"),
    ("--runtime vllm", "runtime", "vllm"),
    ("--vm-size standard_nc24ads_a100_v4", "placement.vm_size", "Standard_NC24ads_A100_v4"),
    ("--context-length 1024", "context_length", 1024),
    ("--context-length max", "context_length", 2048),
    ("--concurrency 3", "concurrency", 3),
    ("--max-cost 5", "request.max_cost_usd_per_hour", 5.0),
    ("--replicas 2", "placement.replicas", 2),
    ("--tensor-parallel 1", "placement.tensor_parallel", 1),
    ("--pipeline-parallel 2", "placement.pipeline_parallel", 2),
    ("--data-parallel 2", "placement.data_parallel", 2),
    ("--dtype float16", "request.dtype", "float16"),
    ("--kv-cache-dtype fp8", "request.kv_cache_dtype", "fp8"),
    ("--quantization none", "request.quantization", "none"),
    ("--gpu-memory-utilization 0.85", "request.gpu_memory_utilization", 0.85),
    ("--max-num-seqs 16", "max_num_seqs", 16),
    ("--engine-version 0.33.1", "engine.version", "0.33.1"),
    ("--engine-arg seed=4", "request.engine_args", {"seed": "4"}),
    ("--region westus3", "cost.region", "westus3"),
    ("-n research", "namespace", "research"),
    ("--spot", "node_pool.spot", True),
    ("--spot --spot-max-price 1.5", "node_pool.spot_max_price_usd_per_hour", 1.5),
    ("--zone 1 --zone 2", "node_pool.zones", ["1", "2"]),
    ("--autoscale 1:3", "node_pool.max_count", 3),
    ("--nodes existing --vm-size NC24ads_A100_v4", "node_pool.existing", True),
    ("--node-pool gpu --vm-size NC24ads_A100_v4", "node_pool.name", "gpu"),
    (
        "--nodes existing --vm-size NC24ads_A100_v4 --node-selector gpu=a100",
        "request.node_selector",
        {"gpu": "a100"},
    ),
    ("--no-api-key", "request.api_key", False),
    ("--api-key-secret mine", "request.api_key_secret", "mine"),
    ("--hf-token-secret hub", "request.hf_token_secret", "hub"),
    ("--image registry.example/vllm:1", "engine.image", "registry.example/vllm:1"),
    ("--image-pull-secret pull", "request.image_pull_secret", "pull"),
    ("--registry-mirror mirror.example", "request.registry_mirror", "mirror.example"),
    ("--set-label team=search", "request.labels", {"team": "search"}),
    ("--env VLLM_LOGGING_LEVEL=DEBUG", "engine.env", {"VLLM_LOGGING_LEVEL": "DEBUG"}),
    ("--env-from A=hub/token", "engine.env_from", {"A": {"secret": "hub", "key": "token"}}),
    ("--trust-remote-code", "request.trust_remote_code", True),
    ("--offline", "request.offline", True),
]


@pytest.mark.parametrize(("flags", "field", "value"), FLAGS)
def test_every_flag_arrives_in_the_plan(
    kaito: Kaito, flags: str, field: str, value: object
) -> None:
    shown = kaito("plan", "falcon-7b", *flags.split(), "-o", "json")

    assert shown.code == 0, shown.stderr
    found = shown.document
    for name in field.split("."):
        found = found[name]
    assert found == value


def test_the_namespace_may_come_from_the_environment(kaito: Kaito) -> None:
    shown = kaito("plan", "falcon-7b", "-o", "json", KAITO_NAMESPACE="research")

    assert shown.document["namespace"] == "research"


BAD = [
    ("", 2, "Missing argument `MODEL`"),
    ("falcon-7b surplus", 2, "Got unexpected extra argument"),
    ("falcon7b", 3, "There is no preset named `falcon7b`."),
    ("./no/such/folder", 3, "There is no folder"),
    ("falcon-7b --vm-size Standard_NC24", 3, "There is no VM size named `Standard_NC24`."),
    ("falcon-7b --why-not NC24", 3, "There is no VM size named `NC24`."),
    ("falcon-7b --why-not NC24ads_A100_v4 --out x", 2, "`--why-not` and `--out` ask for two"),
    ("falcon-7b --why-not NC24ads_A100_v4 --explain", 2, "`--why-not` and `--explain` ask for"),
    ("falcon-7b --context-length 32k", 2, "`--context-length 32k` is not a number of tokens."),
    ("falcon-7b --context-length 4096", 2, "`falcon-7b` holds 2048 tokens, not 4096."),
    ("falcon-7b --concurrency 0", 2, "Invalid value for `--concurrency`"),
    ("falcon-7b --concurrency many", 2, "Invalid value for `--concurrency`"),
    ("falcon-7b --concurrency", 2, "Option `--concurrency` requires an argument."),
    ("falcon-7b --replicas -1", 2, "Invalid value for `--replicas`"),
    ("falcon-7b --max-cost 0", 2, "`--max-cost 0` is not a number above 0."),
    ("falcon-7b --max-cost nan", 2, "`--max-cost nan` is not a number above 0."),
    ("falcon-7b --gpu-memory-utilization 2", 2, "Invalid value for `--gpu-memory-utilization`"),
    ("falcon-7b --gpu-memory-utilization nan", 2, ""),
    ("falcon-7b --runtime tgi", 2, "Invalid value for `--runtime`"),
    ("falcon-7b --nodes some", 2, "Invalid value for `--nodes`"),
    ("falcon-7b --autoscale 5:2", 2, "`--autoscale 5:2` asks for at least 5 and at most 2"),
    ("falcon-7b --spot-max-price 1", 2, "`--spot-max-price`"),
    ("falcon-7b --no-api-key --api-key-secret a", 2, "`--no-api-key` and `--api-key-secret`"),
    ("falcon-7b --node-pool gpu", 2, "The size of existing nodes cannot be seen"),
    ("falcon-7b --node-pool GPU --vm-size NC24ads_A100_v4", 2, "`GPU` cannot name"),
    ("falcon-7b --env FOO", 2, "`--env` takes a name, an equals sign and a value."),
    ("falcon-7b --env HF_TOKEN=hunter2", 2, "`--env HF_TOKEN=…` looks like a secret"),
    ("falcon-7b --engine-arg api-key=hunter2", 2, "`--engine-arg api-key=…` looks like a secret"),
    ("falcon-7b --env A=1 --env-from A=b/c", 2, "`--env A=…` and `--env-from A=…` contradict"),
    ("falcon-7b --set-label a/b/c=d", 2, ""),
    ("falcon-7b --set-label app.kubernetes.io/name=x", 2, ""),
    ("falcon-7b --env-from A=Bad_Name/key", 2, ""),
    ("falcon-7b --name Falcon", 2, "`Falcon` cannot name a workspace."),
    ("falcon-7b -n Default", 2, "`Default` cannot name a namespace."),
    ("falcon-7b --tensor-parallel 2", 4, ""),
    ("falcon-7b --engine-version latest", 2, "`latest` is not an engine version."),
    ("falcon-7b --image a --registry-mirror b", 2, "`--image` and `--registry-mirror`"),
    ("falcon-7b -q -v", 2, "`-q` and `-v` contradict each other."),
    ("falcon-7b -o toml", 2, "Invalid value for `-o` / `--output`: `toml` is not"),
    ("falcon-7b --gpu a100", 2, "No such option: `--gpu`."),
]


@pytest.mark.parametrize(("arguments", "code", "message"), BAD)
def test_bad_input_is_one_clear_error_with_a_hint(
    kaito: Kaito, arguments: str, code: int, message: str
) -> None:
    shown = kaito("plan", *arguments.split())

    assert (shown.code, shown.stdout) == (code, ""), shown.stderr
    assert shown.stderr.startswith(f"error: {message}")
    assert "\nhint: " in shown.stderr
    assert "hunter2" not in shown.stderr


@pytest.mark.parametrize(("arguments", "code", "message"), BAD[::6])
def test_the_same_error_is_one_json_object(
    kaito: Kaito, arguments: str, code: int, message: str
) -> None:
    shown = kaito("plan", "-o", "json", *arguments.split())

    assert list(shown.error) == ["code", "message", "detail", "hint", "exit_code"]
    assert shown.error["exit_code"] == shown.code == code
    assert shown.error["message"].startswith(message)


def test_more_replicas_than_a_pool_has_nodes_are_refused(kaito: Kaito) -> None:
    shown = kaito("plan", "falcon-7b", "--replicas", "1000000000")

    assert (shown.code, shown.stdout) == (2, "")
    assert "1000" in shown.stderr
