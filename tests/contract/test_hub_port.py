"""What every Hub does: the same suite on the fake and on the adapter over a loopback hub."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kaito_cli.adapters.hub.folder import read_folder
from kaito_cli.adapters.hub.repository import HuggingFaceHub
from kaito_cli.errors import BadInput, Gated, NotFound
from kaito_cli.ports import Hub, Snapshot, Tensors
from tests.configs import config
from tests.fakes import FakeHub
from tests.hub_server import COMMIT, HubServer, Repository, safetensors, serving

CONFIG = config("phi-2")
FILES = {
    "config.json": json.dumps(CONFIG).encode(),
    "model.safetensors": safetensors({"lm_head.weight": ("F16", (4, 2), 16)}) + bytes(16),
    "chat_template.jinja": b"{{ messages }}",
}


def fake(folder: Path) -> Iterator[Hub]:
    known = Snapshot(
        id="org/small",
        revision=COMMIT,
        config=CONFIG,
        tensors=Tensors(bytes=16, dtype="float16", parameters=8),
        license="mit",
        chat=True,
    )
    gated = Snapshot(id="org/gated", revision=COMMIT, config=CONFIG, gated=True)
    yield FakeHub(
        [known, gated, read_folder(folder)], locked=["org/gated"], token="HF_TOKEN" in os.environ
    )


def real(folder: Path) -> Iterator[Hub]:
    repositories = {
        "org/small": Repository(files=FILES, license="mit"),
        "org/gated": Repository(files=FILES, gated=True),
    }
    with serving(HubServer(repositories=repositories)) as server:
        yield HuggingFaceHub(server.url, pause_seconds=0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.fixture(params=[fake, real])
def hub(
    request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hub]:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    make: Callable[[Path], Iterator[Hub]] = request.param
    yield from make(folder)


@pytest.mark.parametrize("revision", ["", "main", COMMIT])
def test_a_snapshot_has_what_the_files_say(hub: Hub, revision: str) -> None:
    read = hub.snapshot("org/small", revision)

    assert (read.id, read.revision, read.license, read.chat) == ("org/small", COMMIT, "mit", True)
    assert (read.config, read.gated) == (CONFIG, False)
    assert read.tensors == Tensors(bytes=16, dtype="float16", parameters=8)


def test_what_is_not_there_is_not_found(hub: Hub) -> None:
    with pytest.raises(NotFound) as caught:
        hub.snapshot("org/none")
    with pytest.raises(NotFound):
        hub.snapshot("org/small", "v9")

    assert caught.value.hint


def test_a_gated_repository_needs_a_token(hub: Hub) -> None:
    with pytest.raises(Gated) as caught:
        hub.snapshot("org/gated")

    assert "HF_TOKEN" in caught.value.hint


def test_what_was_never_downloaded_is_not_cached(hub: Hub) -> None:
    assert hub.cached("org/never-downloaded-by-anyone") is None


def test_a_folder_is_read(hub: Hub, folder: Path) -> None:
    read = hub.folder(folder)

    assert (read.id, read.revision, read.chat) == (str(folder), "", True)
    assert read.tensors == Tensors(bytes=16, dtype="float16", parameters=8)


def test_a_folder_without_config_is_bad_input(hub: Hub, folder: Path) -> None:
    with pytest.raises(BadInput):
        hub.folder(folder / "nowhere")


@pytest.mark.parametrize("make", [fake, real])
def test_a_token_of_the_environment_is_seen(
    make: Callable[[Path], Iterator[Hub]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_not_a_real_one")
    for hub in make(folder):
        assert hub.has_token() is True
