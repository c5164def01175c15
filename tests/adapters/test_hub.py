"""The hub adapter against a look-alike on a loopback port."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaito_cli.adapters.hub.repository import HuggingFaceHub
from kaito_cli.errors import BadInput, Gated, HubFailed, KaitoError, NotFound, Unsupported
from kaito_cli.ports import Tensors
from tests.configs import config
from tests.hub_server import COMMIT, GOOD_TOKEN, HubServer, Repository, safetensors, serving

LLAMA = json.dumps(config("meta-llama-3.1-8b")).encode()
SHARD = {
    "model.layers.0.self_attn.q_proj.weight": ("BF16", (4, 8), 64),
    "model.layers.0.mlp.up_proj.weight": ("F8_E4M3", (10, 10), 100),
    "lm_head.weight": ("BF16", (5, 10), 100),
}
DRAFT = {"model.layers.32.mlp.up_proj.weight": ("BF16", (2, 5), 20)}
TOWER = {"vision_tower.layers.40.weight": ("F32", (3,), 12)}
SMALL = {"config.json": LLAMA, "model.safetensors": safetensors(SHARD)}


@pytest.fixture(autouse=True)
def no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine's user is logged in as stays out of these tests."""
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.delenv("HUGGING_FACE_HUB_TOKEN", raising=False)
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))


@pytest.fixture
def server() -> Iterator[HubServer]:
    with serving(HubServer()) as running:
        yield running


def hub(server: HubServer) -> HuggingFaceHub:
    return HuggingFaceHub(server.url, pause_seconds=0)


def index(*shards: str, total: int = 0) -> bytes:
    names = {f"tensor.{number}": shard for number, shard in enumerate(shards)}
    return json.dumps({"metadata": {"total_size": total}, "weight_map": names}).encode()


def test_a_snapshot_is_pinned_and_tells_licence_and_tensors(server: HubServer) -> None:
    server.repositories["org/small"] = Repository(files=SMALL, license="mit")
    read = hub(server).snapshot("org/small")

    assert (read.id, read.revision, read.license, read.gated) == ("org/small", COMMIT, "mit", False)
    assert read.config["num_hidden_layers"] == 32
    assert read.tensors == Tensors(bytes=264, dtype="bfloat16", parameters=182)


def test_shards_are_added_up_and_towers_and_drafts_counted_apart(server: HubServer) -> None:
    files = {
        "config.json": LLAMA,
        "model.safetensors.index.json": index("a.safetensors", "b.safetensors", "c.safetensors"),
        "a.safetensors": safetensors(SHARD),
        "b.safetensors": safetensors(DRAFT),
        "c.safetensors": safetensors(TOWER),
    }
    server.repositories["org/sharded"] = Repository(files=files)
    read = hub(server).snapshot("org/sharded").tensors

    assert read is not None
    assert (read.bytes, read.vision_bytes, read.draft_bytes) == (296, 12, 20)


def test_copies_in_sub_folders_and_consolidated_files_are_not_counted(server: HubServer) -> None:
    copies = dict.fromkeys(
        ("original/model.safetensors", "metal/model.safetensors", "consolidated.safetensors"),
        safetensors(SHARD),
    )
    server.repositories["org/copies"] = Repository(files={**SMALL, **copies})
    read = hub(server).snapshot("org/copies").tensors

    assert read is not None
    assert read.bytes == 264
    assert not [path for path in server.asked if "original" in path or "consolidated" in path]


def test_of_many_shards_only_the_index_is_read(server: HubServer) -> None:
    shards = [f"model-{number:05}.safetensors" for number in range(65)]
    names = dict.fromkeys(shards, b"")
    listed = {"config.json": LLAMA, "model.safetensors.index.json": index(*shards, total=7)}
    server.repositories["org/huge"] = Repository(files={**names, **listed})

    assert hub(server).snapshot("org/huge").tensors == Tensors(bytes=7)


def test_a_header_longer_than_the_first_request_is_read_whole(server: HubServer) -> None:
    many = {f"model.layers.1.a_rather_long_name.{n}": ("BF16", (1,), 2) for n in range(3000)}
    server.repositories["org/long"] = Repository(
        files={"config.json": LLAMA, "model.safetensors": safetensors(many)}
    )
    read = hub(server).snapshot("org/long").tensors

    assert read is not None
    assert read.parameters == 3000


def test_a_mirror_without_ranges_works_too(server: HubServer) -> None:
    server.ranges = False
    server.repositories["org/small"] = Repository(files=SMALL)

    assert hub(server).snapshot("org/small").tensors is not None


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, False),
        ({"tokenizer_config.json": b"{}"}, False),
        ({"tokenizer_config.json": b"not json"}, False),
        ({"tokenizer_config.json": b'{"chat_template": "{{ messages }}"}'}, True),
        ({"chat_template.jinja": b"{{ messages }}"}, True),
        ({"tekken.json": b"{}"}, True),
    ],
)
def test_a_chat_template_is_noticed(
    server: HubServer, files: dict[str, bytes], expected: bool
) -> None:
    server.repositories["org/small"] = Repository(files={**SMALL, **files})

    assert hub(server).snapshot("org/small").chat is expected


def test_modelopt_keeps_its_quantization_in_a_file_of_its_own(server: HubServer) -> None:
    quantization = {"producer": {"name": "modelopt"}, "quantization": {"quant_algo": "NVFP4"}}
    files = {**SMALL, "hf_quant_config.json": json.dumps(quantization).encode()}
    server.repositories["org/nvfp4"] = Repository(files=files)

    assert hub(server).snapshot("org/nvfp4").config["quantization_config"] == quantization


def test_a_gated_model_without_token_says_which_page_and_which_variable(server: HubServer) -> None:
    server.repositories["org/gated"] = Repository(files=SMALL, gated=True)
    with pytest.raises(Gated) as caught:
        hub(server).snapshot("org/gated")

    assert f"{server.url}/org/gated" in caught.value.message
    assert "export HF_TOKEN=" in caught.value.hint


def test_a_gated_model_with_a_strange_token_says_to_accept_the_terms(
    server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    server.repositories["org/gated"] = Repository(files=SMALL, gated=True)
    with pytest.raises(Gated, match="Your token may not read `org/gated` yet"):
        hub(server).snapshot("org/gated")


def test_a_gated_model_with_the_right_token_is_read(
    server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", GOOD_TOKEN)
    server.repositories["org/gated"] = Repository(files=SMALL, gated=True)

    assert hub(server).snapshot("org/gated").gated


def test_a_repository_or_revision_that_is_not_there_is_not_found(server: HubServer) -> None:
    server.repositories["org/small"] = Repository(files=SMALL)

    with pytest.raises(NotFound, match="There is no model `org/none`"):
        hub(server).snapshot("org/none")
    with pytest.raises(NotFound, match="no revision `v9`"):
        hub(server).snapshot("org/small", "v9")
    with pytest.raises(NotFound, match="There is no model"):
        hub(server).snapshot("org/-.-bad..name")


@pytest.mark.parametrize(
    ("files", "message", "there"),
    [
        ({"model.gguf": b""}, "no config.json", ".gguf"),
        ({"config.json": LLAMA, "model.bin": b""}, "no safetensors weights", ".bin"),
    ],
)
def test_other_formats_are_unsupported_and_say_what_is_there(
    server: HubServer, files: dict[str, bytes], message: str, there: str
) -> None:
    server.repositories["org/other"] = Repository(files=files)
    with pytest.raises(Unsupported, match=message) as caught:
        hub(server).snapshot("org/other")

    assert there in caught.value.detail


@pytest.mark.parametrize(
    "files",
    [
        {**SMALL, "config.json": b'{"num_hid'},
        {**SMALL, "model.safetensors": b"\xff" * 64},
        {**SMALL, "model.safetensors": b"\x04\0"},
        {**SMALL, "model.safetensors": b"\x08\0\0\0\0\0\0\0nonsense"},
        {**SMALL, "model.safetensors.index.json": b"{}"},
        {**SMALL, "model.safetensors.index.json": index("../../etc/passwd")},
    ],
)
def test_a_broken_file_is_named(server: HubServer, files: dict[str, bytes]) -> None:
    server.repositories["org/broken"] = Repository(files=files)
    with pytest.raises(BadInput, match=r"(json|safetensors) of org/broken is not"):
        hub(server).snapshot("org/broken")


@pytest.mark.parametrize(
    "answer", [[], {}, {"id": "org/odd", "siblings": "abc"}, {"id": "org/odd", "createdAt": 5}]
)
def test_an_answer_that_no_hub_gives_is_told(server: HubServer, answer: object) -> None:
    server.repositories["org/odd"] = Repository(files=SMALL, info=answer)
    with pytest.raises(HubFailed, match="does not answer as a model hub does") as caught:
        hub(server).snapshot("org/odd")

    assert "HF_ENDPOINT" in caught.value.hint


@pytest.mark.parametrize("card", ["mit", ["mit"], 5])
def test_a_card_in_a_form_of_its_own_leaves_the_licence_unknown(
    server: HubServer, card: object
) -> None:
    names = [{"rfilename": name} for name in SMALL]
    answer = {"id": "org/odd", "sha": COMMIT, "cardData": card, "siblings": names}
    server.repositories["org/odd"] = Repository(files=SMALL, info=answer)

    assert hub(server).snapshot("org/odd").license == "unknown"


def test_a_passing_failure_of_the_hub_is_asked_again(server: HubServer) -> None:
    server.repositories["org/small"] = Repository(files=SMALL)
    server.failures = [503, 502]

    assert hub(server).snapshot("org/small").revision == COMMIT


def test_a_lasting_failure_of_the_hub_is_told_after_three_tries(server: HubServer) -> None:
    server.failures = [500] * 9
    with pytest.raises(HubFailed, match="could not be asked about `org/small`") as caught:
        hub(server).snapshot("org/small")

    assert "500" in caught.value.detail
    assert len(server.asked) == 3


def test_an_unreachable_hub_is_told() -> None:
    with pytest.raises(HubFailed) as caught:
        HuggingFaceHub("http://127.0.0.1:9", pause_seconds=0).snapshot("org/small")

    assert caught.value.detail
    assert "HF_ENDPOINT" in caught.value.hint


@pytest.mark.parametrize("token", ["hf_badSECRET", "hf_badSEC\nRET", "hf_badЖSECRET"])
def test_a_token_is_in_no_error(
    server: HubServer, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    server.repositories["org/small"] = Repository(files=SMALL)
    with pytest.raises(KaitoError) as caught:
        hub(server).snapshot("org/small")

    told = f"{caught.value.message} {caught.value.detail} {caught.value.hint}"
    assert not any(part in told for part in token.split())
    assert "HF_TOKEN" in told


def test_offline_reads_the_local_cache_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    store = tmp_path / "models--org--small"
    snapshot = store / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (store / "refs").mkdir()
    (store / "refs" / "main").write_text(COMMIT, encoding="utf-8")
    for name, content in SMALL.items():
        (snapshot / name).write_bytes(content)
    read = HuggingFaceHub("http://127.0.0.1:9").cached("org/small")

    assert read is not None
    assert (read.id, read.revision) == ("org/small", COMMIT)
    assert HuggingFaceHub("http://127.0.0.1:9").cached("org/none") is None


def asked_elsewhere(id: str, **environment: str) -> str:
    """What another process says of a repository: huggingface_hub reads these at its import."""
    code = (
        "from kaito_cli.adapters.hub.repository import HuggingFaceHub\n"
        "from kaito_cli.errors import KaitoError\n"
        f"try: print(HuggingFaceHub(pause_seconds=0).snapshot({id!r}).revision)\n"
        "except KaitoError as error: print(error.message, error.detail)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def test_the_endpoint_of_the_environment_is_used(server: HubServer) -> None:
    server.repositories["org/small"] = Repository(files=SMALL)

    assert asked_elsewhere("org/small", HF_ENDPOINT=server.url) == COMMIT


def test_offline_by_environment_calls_nobody(server: HubServer, tmp_path: Path) -> None:
    server.repositories["org/small"] = Repository(files=SMALL)
    told = asked_elsewhere(
        "org/small", HF_ENDPOINT=server.url, HF_HUB_OFFLINE="1", HF_HUB_CACHE=str(tmp_path)
    )

    assert "HF_HUB_OFFLINE" in told
    assert server.asked == []


@pytest.mark.parametrize("name", ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"])
def test_a_token_is_seen_in_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert HuggingFaceHub().has_token() is False

    monkeypatch.setenv(name, "hf_not_a_real_one")
    assert HuggingFaceHub().has_token() is True


def test_a_token_of_a_login_is_seen(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hf_not_a_real_one", encoding="utf-8")

    assert HuggingFaceHub().has_token() is True
