"""Every command that the documentation shows is one that works."""

import re
import shlex
from pathlib import Path

import pytest

from benchmarks.accuracy.report import report
from kaito_cli.cli.app import run

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("docs/how-to/*.md")),
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FITS_OR_NOT = (0, 4)
EVERYWHERE = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/**/*.md"))]
MENTIONED = re.compile(r"^\$ (kaito .*)|`(kaito [^`]*)`", re.MULTILINE)
PLANNED = {"deploy"}  # told of before it is there


def blocks(page: Path, language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(page.read_text("utf-8")) if kind == language]


def commands() -> list[tuple[Path, str]]:
    """The kaito commands of all pages, without what follows in a pipe or a file."""
    found = []
    for page in PAGES:
        for line in "\n".join(blocks(page, "sh")).splitlines():
            command = line.split("&& ")[-1].split(" > ")[0].split(" | ")[0]
            if command.startswith("kaito "):
                found.append((page, command))
    return found


@pytest.mark.parametrize(
    ("page", "command"), [pytest.param(page, line, id=line) for page, line in commands()]
)
def test_a_command_shown_works(
    page: Path, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for text in blocks(page, "yaml"):
        file = tmp_path / text.splitlines()[0].removeprefix("# ")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    assert run(shlex.split(command)[1:]) in FITS_OR_NOT


def mentioned() -> list[str]:
    """What pages say of kaito: sessions and commands within a sentence, without their ends in a
    pipe or a file."""
    texts = [page.read_text("utf-8") for page in EVERYWHERE]
    found = {"".join(each) for text in texts for each in MENTIONED.findall(text)}
    return sorted({re.split(r" [|>] |; |, | …| && ", each)[0] for each in found})


@pytest.mark.parametrize("command", mentioned())
def test_a_command_mentioned_has_these_flags(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first flag that is not there is told: the one added here, and none before it."""
    words = [each for each in shlex.split(command)[1:] if each != "--help"]
    if words[0] not in PLANNED:
        assert run([*words, "--no-such-flag"]) == 2
        assert "--no-such-flag" in capsys.readouterr().err


def test_there_are_commands_on_every_page_for_beginners() -> None:
    assert {page.name for page, _ in commands()} >= {"README.md", "start.md", "add-a-model.md"}


def test_the_accuracy_page_is_what_make_accuracy_prints() -> None:
    page = ROOT / "docs" / "explain" / "accuracy.md"

    assert page.read_text("utf-8") == report()
