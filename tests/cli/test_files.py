import stat
from pathlib import Path

import pytest

from kaito_cli.cli import files
from kaito_cli.errors import BadInput


def test_a_saved_plan_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    files.write(tmp_path / "plan.json", "{}")

    assert stat.S_IMODE((tmp_path / "plan.json").stat().st_mode) == 0o600


def test_a_file_is_replaced_whole_and_leaves_no_other_behind(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("an older and longer text")
    files.write(tmp_path / "plan.json", "{}")

    assert (tmp_path / "plan.json").read_text() == "{}"
    assert [each.name for each in tmp_path.iterdir()] == ["plan.json"]


def test_a_link_is_kept_and_what_it_points_at_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    files.write(tmp_path / "link.json", "new")

    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text() == "new"


@pytest.mark.parametrize("name", ["missing/plan.json", "."])
def test_a_file_that_cannot_be_written_is_bad_input(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        files.write(tmp_path / name, "{}")


def test_files_of_a_chart_are_written_into_folders_that_are_made(tmp_path: Path) -> None:
    texts = {"Chart.yaml": "a", "templates/10-service.yaml": "b"}
    written = files.write_all(tmp_path / "new" / "chart", texts)

    assert [each.read_text() for each in written] == ["a", "b"]


def test_a_folder_that_is_a_file_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(BadInput, match="cannot be made"):
        files.write_all(tmp_path / "file", {"a.yaml": ""})
