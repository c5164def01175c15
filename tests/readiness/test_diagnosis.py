"""Every cause from its messages, and the look-alikes apart."""

import json

import pytest

from kaito_cli.catalog.failures import failures
from kaito_cli.model import Diagnosis
from kaito_cli.readiness.diagnosis import diagnose

ALL = failures()
SAMPLES = [
    pytest.param(sample.text, each.cause, id=f"{each.cause}-{number}")
    for each in ALL
    for number, sample in enumerate(each.samples)
]


def told(text: str) -> Diagnosis:
    return diagnose(text, ALL)


@pytest.mark.parametrize(("text", "cause"), SAMPLES)
def test_a_message_is_told_by_its_cause(text: str, cause: str) -> None:
    assert told(text).cause == cause


URL = "https://huggingface.co"
LOOK_ALIKES = [
    (f"401 Client Error. Repository Not Found for url: {URL}/api/models/a", "model-not-found-404"),
    (f"401 Client Error. Cannot access gated repo for url {URL}/a/b/x", "gated-model-401"),
    (f"401 Client Error: Unauthorized for url: {URL}/api/whoami-v2", "hub-token-invalid"),
    (
        'Failed to pull image "a.io/b:9": manifest unknown; Get https://a.io/v2/b: unauthorized',
        "image-not-found",
    ),
    (
        'Failed to pull image "a.io/b:9": failed to authorize: failed to fetch anonymous token: '
        "unexpected status from GET request to https://a.io/oauth2/token: 401 Unauthorized",
        "image-auth",
    ),
    ("NCCL WARN Call to posix_fallocate failed : No space left on device", "shm-too-small"),
    ("OSError: [Errno 28] No space left on device", "no-space-left"),
    (
        "(OperationNotAllowed) Operation could not be completed as it results in exceeding "
        "approved standardNCADSA100v4Family Cores quota.",
        "quota-vcpu-family",
    ),
    (
        "(OperationNotAllowed) Operation is not allowed: Another agentpool operation (a - "
        "Creating) is in progress",
        "operation-in-progress",
    ),
    ("RuntimeError: Engine core initialization failed. See root cause above.", "unknown"),
    ("OutOfResources: out of resource: shared memory, Required: 9, Hardware limit: 8.",
     "kernel-shared-memory-limit"),
    ("forbidden: exceeded quota: team, requested: cpu=1", "quota-namespace"),
    ("forbidden: failed quota: team: must specify requests.cpu", "quota-needs-requests"),
    ("Last State: Terminated  Reason: OOMKilled", "host-oom-killed"),
    ("HTTP Error 429 Too Many Requests for https://huggingface.co/a", "hub-rate-limited"),
    ("Failed to pull image: toomanyrequests: 429 Too Many Requests", "image-rate-limit"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cause"), LOOK_ALIKES)
def test_look_alikes_are_told_apart(text: str, cause: str) -> None:
    assert told(text).cause == cause


FRAMES = {
    "load_model": "cuda-oom-load",
    "profile_run": "cuda-oom-profile",
    "capture_model": "cuda-oom-graphs",
    "training_step": "training-oom",
}


@pytest.mark.parametrize("frame", FRAMES)
def test_the_traceback_says_at_which_step_gpu_memory_ran_out(frame: str) -> None:
    log = f"""Traceback (most recent call last):
  File "/x/runner.py", line 9, in {frame}
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 350.00 MiB."""

    assert told(log).cause == FRAMES[frame]


PREFIX = "(EngineCore_DP0 pid=6880) ERROR 10-13 09:06:25 [core.py:710]"
START = "INFO 10-13 09:06:20 [api_server.py:1] vLLM API server version 0.33.0"


def test_the_root_cause_stands_above_its_trailers() -> None:
    log = f"""{START}
{PREFIX} ValueError: No available memory for the cache blocks.
(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above.
Back-off restarting failed container"""

    found = told(log)

    assert found.cause == "kv-cache-too-small"
    assert found.evidence == (f"{PREFIX} ValueError: No available memory for the cache blocks.",)


def test_the_first_fatal_line_stands_above_what_follows_from_it() -> None:
    log = """torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 90.00 GiB.
[rank1] DistBackendError: NCCL error: remote process exited or there was a network error
ray.exceptions.ActorDiedError: The actor died unexpectedly before finishing this task."""

    found = told(log)

    assert found.cause == "cuda-oom-load"
    assert found.also == ("nccl-failure", "leader-dead")


def test_a_fix_names_the_figures_of_the_message() -> None:
    text = "LoRA rank 32 is greater than max_lora_rank 16."

    assert told(text).fix == "Add `--engine-arg max-lora-rank=32`."
    assert told(text).figures == {"rank": "32", "most": "16"}


def test_a_figure_that_is_not_there_stays_a_word_to_replace() -> None:
    assert "`--context-length FITS`" in told("No available memory for the cache blocks.").fix


HEALTHY = [
    START,
    f"{START}\nWARNING 10-13 [cuda.py:3] Failed to load the fused kernel, falling back to torch",
    "model-0:276:276 [3] NCCL INFO P2P is disabled between connected GPUs 1 and 2.",
    "Loading safetensors checkpoint shards:  50% Completed | 2/4 [00:03<00:03,  1.5s/it]",
    "INFO:     Application startup complete.",
    "  Normal  Pulled  5s  kubelet  Successfully pulled image \"vllm/vllm-openai:v0.33.0\" in 3s",
    "[W socket.cpp:426] [c10d] errno: 97 - Address family not supported by protocol",
    '{"level":"info","msg":"Starting workers","worker count":1}',
    "Warning: You are sending unauthenticated requests to the HF Hub. Please set a HF_TOKEN.",
]  # fmt: skip


@pytest.mark.parametrize("text", HEALTHY)
def test_a_healthy_start_and_its_warnings_are_healthy(text: str) -> None:
    assert told(text).cause == "healthy"


def test_what_went_wrong_before_it_came_up_is_past() -> None:
    log = f"{PREFIX} ConnectionError: huggingface.co: Read timed out. Retrying\n{HEALTHY[4]}"

    assert told(log).cause == "healthy"


def test_what_goes_wrong_after_it_came_up_is_not() -> None:
    log = f"{HEALTHY[4]}\n{PREFIX} torch.OutOfMemoryError: CUDA out of memory."

    assert told(log).cause == "cuda-oom-load"


def test_unknown_says_so_and_shows_the_last_lines() -> None:
    found = told("\n".join(f"frobnicate error {number}" for number in range(30)))

    assert found.cause == "unknown"
    assert found.evidence == tuple(f"frobnicate error {number}" for number in range(20, 30))
    assert "kubectl logs" in found.fix


FORBIDDEN = 'pods "a-1" is forbidden: exceeded quota: team, requested: limits.cpu=1'


@pytest.mark.parametrize(
    "text",
    [
        f"\x1b[31m{FORBIDDEN}\x1b[0m",
        f"2026-10-13T09:06:25Z stderr F {FORBIDDEN}",
        json.dumps({"level": "error", "ts": 1, "msg": FORBIDDEN}),
        f'time="2026-10-13" level=error msg="{FORBIDDEN}"'.replace('"a-1"', '\\"a-1\\"'),
        FORBIDDEN.replace("exceeded", "exce\neded"),
        f"LAST SEEN  TYPE  REASON  OBJECT  MESSAGE\n6m  Warning  FailedCreate  rs/a  {FORBIDDEN}",
    ],
)
def test_colours_prefixes_json_and_wrapped_lines_are_read_through(text: str) -> None:
    assert told(text).cause == "quota-namespace"


EVENT = {
    "kind": "Event",
    "apiVersion": "v1",
    "metadata": {"name": "a.1"},
    "type": "Warning",
    "reason": "FailedScheduling",
    "message": "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
    "involvedObject": {"kind": "Pod", "name": "a"},
}
POD_YAML = """apiVersion: v1
kind: Pod
metadata: {name: a}
status:
  phase: Pending
  containerStatuses:
  - state:
      waiting:
        reason: CreateContainerConfigError
        message: secret "hf-token" not found
"""


def test_events_and_objects_of_kubectl_are_read() -> None:
    assert told(json.dumps({"kind": "List", "items": [EVENT]})).cause == "insufficient-gpu"
    assert diagnose([EVENT], ALL).cause == "insufficient-gpu"
    assert told(POD_YAML).cause == "missing-secret"
    assert told(POD_YAML).fix.startswith(
        "Make it in the workload's namespace: `kubectl create secret generic hf-token"
    )


CAPACITY = {"code": "AllocationFailed", "message": "Allocation failed."}


@pytest.mark.parametrize(
    "body",
    [
        CAPACITY,
        {"error": CAPACITY},
        {"status": "Failed", "error": {"code": "ResourceOperationFailure", "message": "",
                                       "details": [CAPACITY]}},
        {"error": {"code": "X", "message": json.dumps({"error": CAPACITY})}},
    ],
)  # fmt: skip
def test_errors_of_azure_are_read_in_each_of_their_shapes(body: object) -> None:
    assert told(json.dumps(body)).cause == "allocation-failed"
    assert told(json.dumps(body, indent=1)).cause == "allocation-failed"


def test_a_kind_of_azure_problem_is_enough_where_no_pattern_knows_it() -> None:
    text = "OverconstrainedFutureAllocation: The service is short of machines, out of capacity."

    assert told(text).cause == "allocation-failed"


def test_a_placed_pod_is_not_told_of_its_wait_for_a_node() -> None:
    log = """Warning  FailedScheduling  9m  scheduler  0/3 nodes: 3 Insufficient nvidia.com/gpu
Normal   Scheduled  5m  default-scheduler  Successfully assigned default/a to node-1
Warning  Failed  1m  kubelet  Error: secret "hf-token" not found"""

    assert told(log).cause == "missing-secret"


def test_another_pods_placement_settles_nothing() -> None:
    log = """Warning  FailedScheduling  pod/a  0/3 nodes: 3 Insufficient nvidia.com/gpu
Normal   Scheduled  pod/b  Successfully assigned default/b to node-1"""

    assert told(log).cause == "insufficient-gpu"
