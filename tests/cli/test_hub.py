"""Models that no preset knows: ids of the hub, and folders."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kaito_cli.errors import Gated, NotFound
from kaito_cli.ports import Snapshot, Tensors
from tests.cli.conftest import Kaito

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CONFIG: Mapping[str, Any] = {
    "architectures": ["Qwen3ForCausalLM"],
    "model_type": "qwen3",
    "hidden_size": 4096,
    "intermediate_size": 12288,
    "num_hidden_layers": 36,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "max_position_embeddings": 40960,
    "vocab_size": 151936,
    "torch_dtype": "bfloat16",
}


class Repositories:
    """A hub with one repository, and a gated one."""

    def snapshot(self, id: str, revision: str = "") -> Snapshot:
        if id == "org/gated":
            raise Gated("`org/gated` is gated.", hint="Accept its licence and set HF_TOKEN.")
        if id != "org/qwen":
            raise NotFound(f"There is no `{id}`.", hint="Check the spelling.")
        weights = Tensors(bytes=16_381_470_720, dtype="bfloat16", parameters=8_190_735_360)
        return Snapshot(id=id, revision=COMMIT, config=CONFIG, tensors=weights, chat=True)

    def cached(self, id: str, revision: str = "") -> Snapshot | None:
        return None

    def folder(self, path: Path) -> Snapshot:
        config = json.loads((path / "config.json").read_text())
        return replace(self.snapshot("org/qwen"), id=str(path), config=config, revision="")

    def has_token(self) -> bool:
        return False


def test_a_model_of_the_hub_is_planned_and_its_commit_pinned(kaito: Kaito) -> None:
    found = kaito("plan", "org/qwen@main", "-o", "json", hub=Repositories).document

    assert (found["model"]["id"], found["model"]["revision"]) == ("org/qwen", COMMIT)
    assert found["workspace"] == "qwen"


def test_it_is_estimated_shown_and_rendered_too(kaito: Kaito) -> None:
    for command in ("models show org/qwen", "estimate org/qwen --gpu a100", "render org/qwen"):
        shown = kaito(*command.split(), hub=Repositories)

        assert shown.code == 0, shown.stderr
        assert "qwen" in shown.stdout


def test_an_id_that_a_preset_pins_is_that_preset_and_no_hub_is_asked(kaito: Kaito) -> None:
    by_name, by_id = (
        kaito("models", "show", "falcon-7b"),
        kaito("models", "show", "TIIUAE/Falcon-7B"),
    )

    assert by_id.stdout == by_name.stdout


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("plan org/gated", 1, "`org/gated` is gated."),
        ("plan org/none", 3, "There is no `org/none`."),
        ("plan org/qwen --offline", 3, "`org/qwen` is not in the local hub cache"),
        ("plan org/qwen/extra", 3, "There is no preset named `org/qwen/extra`."),
    ],
)
def test_what_the_hub_refuses_is_one_clear_error(
    kaito: Kaito, command: str, code: int, message: str
) -> None:
    shown = kaito(*command.split(), hub=Repositories)

    assert (shown.code, shown.stdout) == (code, "")
    assert shown.stderr.startswith(f"error: {message}")
    assert "\nhint: " in shown.stderr


def test_a_folder_is_estimated(kaito: Kaito, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    shown = kaito("estimate", str(tmp_path), "--gpu", "a100", "-o", "json", hub=Repositories)

    assert shown.document["fits"] is True


def test_a_model_with_zero_layers_is_bad_input(kaito: Kaito, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({**CONFIG, "num_hidden_layers": 0}))
    shown = kaito("estimate", str(tmp_path), "--gpu", "a100", hub=Repositories)

    assert shown.code == 2
    assert shown.stderr.startswith("error: ")


def test_the_hubs_own_word_for_offline_is_understood(kaito: Kaito) -> None:
    ran = kaito("plan", "org/qwen", "-o", "json", hub=Repositories, HF_HUB_OFFLINE="1")

    assert ran.code == 3
    assert "hf download org/qwen" in ran.error["hint"]


def test_a_folder_can_be_planned_but_not_rendered(kaito: Kaito, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))

    planned = kaito("plan", str(tmp_path), "-o", "json", hub=Repositories)
    rendered = kaito("render", str(tmp_path), "-o", "json", hub=Repositories)

    assert any("folder of this machine" in note for note in planned.document["notes"])
    assert rendered.code == 2
    assert "no pod can read" in rendered.error["message"]
