"""`kaito doctor --log`: a file or stdin, for people and for programs."""

import io
import sys
from pathlib import Path

import pytest

from kaito_cli.cli import output, run
from kaito_cli.cli.doctor_log import explained
from kaito_cli.cli.options import Format, Screen
from kaito_cli.cli.view import view
from kaito_cli.errors import BadInput

LOG = b"ERROR RuntimeError: LoRA rank 32 is greater than max_lora_rank 16.\n"


def test_a_file_is_explained(tmp_path: Path) -> None:
    file = tmp_path / "pod.log"
    file.write_bytes(LOG)

    assert explained(str(file)).cause == "lora-rank-too-high"


def test_stdin_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LOG + b"\xff\xfe\n")))

    assert explained("-").cause == "lora-rank-too-high"


def test_a_file_that_is_not_there_is_the_users_to_correct(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        explained(str(tmp_path / "no.log"))

    assert "kaito doctor --log -" in caught.value.hint


def test_people_see_cause_evidence_and_what_to_type(tmp_path: Path) -> None:
    file = tmp_path / "pod.log"
    file.write_bytes(LOG.replace(b"rank 32", b"rank 32\x1b[2J"))
    file.write_bytes(LOG)

    shown = output.drawn(view(explained(str(file))), Screen(form=Format.TABLE))

    assert "lora-rank-too-high" in shown
    assert "max-lora-rank=32" in shown
    assert LOG.decode().strip() in shown


def test_programs_get_a_document_of_kind_diagnosis(tmp_path: Path) -> None:
    file = tmp_path / "pod.log"
    file.write_bytes(LOG)

    document = output.document(explained(str(file)))

    assert (document["kind"], document["cause"]) == ("Diagnosis", "lora-rank-too-high")
    assert {"evidence", "fix", "message", "also"} <= set(document)


def test_no_name_is_no_file() -> None:
    with pytest.raises(BadInput, match="names no file"):
        explained("")


def test_doctor_with_an_empty_name_does_not_look_at_a_cluster(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["doctor", "--log", ""]) == 2
    assert "names no file" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b" \n\n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "pod.log"
    file.write_bytes(content)

    assert "is empty" in explained(str(file)).message
