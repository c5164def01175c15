"""From what was typed to a model."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaito_cli.errors import Gated, KaitoError, NotFound, Unsupported
from kaito_cli.model import Model
from kaito_cli.operations.resolve import model_of, resolve
from kaito_cli.ports import Hub, Snapshot, Tensors
from tests.configs import config
from tests.fakes import FakeHub

TENSORS = Tensors(bytes=16_060_522_496, dtype="bfloat16", parameters=8_030_261_248)


def llama(id: str, **changes: object) -> Snapshot:
    return Snapshot(
        id=id,
        revision="c0ffee",
        config={**config("meta-llama-3.1-8b"), **changes},
        tensors=TENSORS,
        license="llama3.1",
        chat=True,
    )


def no_hub() -> Hub:
    raise AssertionError("a preset needs no hub")


def test_a_preset_needs_no_hub() -> None:
    assert resolve("falcon-7b", no_hub).id == "tiiuae/falcon-7b"


def test_a_pinned_hub_id_in_any_case_is_its_preset() -> None:
    assert resolve("TIIUAE/Falcon-7B", no_hub).name == "falcon-7b"


def test_a_pinned_hub_id_at_a_revision_is_asked_of_the_hub() -> None:
    hub = FakeHub([llama("tiiuae/falcon-7b")])

    assert resolve("tiiuae/falcon-7b@main", lambda: hub).revision == "c0ffee"


def test_a_hub_id_becomes_a_model() -> None:
    read = resolve("org/new", lambda: FakeHub([llama("org/new")]))

    assert (read.name, read.id, read.revision) == ("org/new", "org/new", "c0ffee")
    assert (read.license, read.serving.chat) == ("llama3.1", True)
    assert (read.weights.bytes, read.parameters) == (16_060_522_496, 8_030_261_248)


def test_a_folder_becomes_a_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").touch()
    hub = FakeHub([llama(str(tmp_path))])
    read = resolve(str(tmp_path), lambda: hub)

    assert (read.name, read.id, read.revision) == (tmp_path.name, str(tmp_path), "")


def test_org_and_name_that_exist_as_a_folder_are_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "org" / "new").mkdir(parents=True)
    (tmp_path / "org" / "new" / "config.json").touch()
    monkeypatch.chdir(tmp_path)
    hub = FakeHub([llama(str(tmp_path / "org" / "new")), llama("org/new")])

    assert resolve("org/new", lambda: hub).id == str(tmp_path / "org" / "new")


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match=r"no folder `\./nowhere`"):
        resolve("./nowhere", no_hub)


def test_a_misspelt_preset_gets_the_nearest() -> None:
    with pytest.raises(NotFound) as caught:
        resolve("falcon7b", no_hub)

    assert "falcon-7b" in caught.value.hint


def test_what_the_hub_refuses_comes_through() -> None:
    with pytest.raises(NotFound):
        resolve("org/none", FakeHub)
    with pytest.raises(Gated):
        resolve("org/new", lambda: FakeHub([llama("org/new")], locked=["org/new"]))


def test_an_architecture_the_engine_does_not_know_is_refused() -> None:
    hub = FakeHub([llama("org/new", architectures=["LlamaForCausalLX"])])
    with pytest.raises(Unsupported) as caught:
        resolve("org/new", lambda: hub)

    assert "LlamaForCausalLM" in caught.value.hint


def test_custom_code_runs_only_when_trusted() -> None:
    own = llama("org/own", architectures=["OwnForCausalLM"], auto_map={"AutoConfig": "own.Own"})
    with pytest.raises(Unsupported) as caught:
        resolve("org/own", lambda: FakeHub([own]))

    assert "--trust-remote-code" in caught.value.hint
    assert resolve("org/own", lambda: FakeHub([own]), trust_remote_code=True).custom_code


def test_offline_uses_the_local_cache_or_says_how_to_fill_it() -> None:
    hub = FakeHub([llama("org/new"), llama("org/far")], here="org/new")

    assert resolve("org/new", lambda: hub, offline=True).id == "org/new"
    with pytest.raises(NotFound, match="not in the local hub cache") as caught:
        resolve("org/far", lambda: hub, offline=True)
    assert "--offline" in caught.value.hint


def test_without_tensors_the_weights_are_not_known() -> None:
    read = model_of(Snapshot(id="x", config=config("meta-llama-3.1-8b")), "x")

    assert read.weights.bytes == 0
    assert read.parameters == pytest.approx(8.03e9, rel=0.01)


@given(st.text(max_size=20) | st.from_regex(r"[~./\w@-]{1,12}", fullmatch=True))
def test_odd_names_give_a_model_or_an_explained_error(name: str) -> None:
    assert isinstance(outcome(name), Model | KaitoError)


def outcome(name: str) -> Model | KaitoError:
    try:
        return resolve(name, FakeHub)
    except KaitoError as error:
        return error


@pytest.mark.parametrize("name", [".", "..", "./", "../."])
def test_here_and_above_are_folders(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = tmp_path / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    meant = (below / name).resolve()
    hub = FakeHub([llama(str(meant))])

    assert resolve(name, lambda: hub).id == str(meant)


def test_a_name_too_long_for_any_folder_is_not_found() -> None:
    with pytest.raises(NotFound):
        resolve("a" * 5000, no_hub)


@pytest.mark.parametrize(
    "page",
    [
        "https://huggingface.co/microsoft/phi-4",
        "https://huggingface.co/microsoft/phi-4/tree/main",
        "http://hf.co/microsoft/phi-4/",
        "huggingface.co/microsoft/phi-4?library=vllm",
    ],
)
def test_the_address_of_a_page_gets_the_id_in_it(page: str) -> None:
    with pytest.raises(NotFound, match="is an address") as caught:
        resolve(page, no_hub)

    assert caught.value.hint == "Name it `microsoft/phi-4`."
