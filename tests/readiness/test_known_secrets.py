"""Secrets that look like nothing are taken out of texts because they were seen when they came."""

import json
from urllib.parse import quote

import pytest

from kaito_cli.readiness.known_secrets import VARIABLES, forget_secrets, keep_secret
from kaito_cli.readiness.redaction import redacted

SECRET = 'tiger "&\n lily'


@pytest.mark.parametrize(
    "quoted",
    [
        SECRET,
        'tiger "&',  # one line of it
        'tiger "& lily',
        repr(SECRET),
        repr(f"Bearer {SECRET}"),
        json.dumps({"a": SECRET}),
        f"https://x.example?a={quote(SECRET)}",
    ],
)
def test_one_that_was_kept_is_shown_in_no_form(quoted: str) -> None:
    keep_secret(SECRET)

    found = redacted(f"It said: {quoted}.")

    assert found.startswith("It said: ")
    assert "tiger" not in found
    assert "lily" not in found


@pytest.mark.parametrize("name", VARIABLES)
def test_what_the_environment_keeps_secret_is_known(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "hunter2")

    assert redacted("bad secret hunter2") == "bad secret …"


def test_the_longer_of_two_goes_first() -> None:
    keep_secret("tiger", "tiger-lily")

    assert redacted("tiger-lily, tiger") == "…, …"


@pytest.mark.parametrize("given", [None, 5, "", "a", "abc", " \n "])
def test_what_is_no_secret_spoils_no_text(given: object) -> None:
    keep_secret(given)

    assert redacted("abc 5 None") == "abc 5 None"


def test_they_are_forgotten_with_the_process_or_before() -> None:
    keep_secret("tiger")
    forget_secrets()

    assert redacted("tiger") == "tiger"
