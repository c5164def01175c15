"""Files below a home, where there is one."""

from pathlib import Path

import pytest

from kaito_cli.adapters.home import expanded, in_home
from kaito_cli.errors import BadInput


def test_a_home_is_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert in_home(".kube", "config") == tmp_path / ".kube" / "config"
    assert expanded("~/x") == tmp_path / "x"


@pytest.mark.parametrize("file", ["~nosuch-user/x", "a\0b"])
def test_a_path_that_is_none_is_bad_input(file: str) -> None:
    with pytest.raises(BadInput) as caught:
        expanded(file)

    assert "\0" not in caught.value.message
    assert caught.value.hint


def test_what_needs_no_home_is_left_as_it_is() -> None:
    assert expanded("a/b~c") == Path("a/b~c")


@pytest.mark.usefixtures("homeless")
def test_a_user_of_no_name_and_no_home_has_none() -> None:
    assert in_home(".kube") is None
    with pytest.raises(BadInput):
        expanded("~/x")
