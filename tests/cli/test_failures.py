import json

import pytest

from kaito_cli.cli import run
from kaito_cli.cli.failures import guessed
from kaito_cli.cli.options import Format
from kaito_cli.errors import HubFailed
from kaito_cli.ports import Hub
from kaito_cli.readiness.known_secrets import keep_secret
from tests.cli.conftest import Kaito


def interrupted() -> Hub:
    raise KeyboardInterrupt


def broken() -> Hub:
    raise RuntimeError("nobody foresaw this")


def failed() -> Hub:
    try:
        raise OSError("no route to host")
    except OSError as error:
        raise HubFailed(
            "The hub is not there.", detail="a\x1b[2Jb\nc", hint="Try again."
        ) from error


def test_ctrl_c_stops_and_says_so(kaito: Kaito) -> None:
    shown = kaito("plan", "org/model", hub=interrupted)

    assert (shown.code, shown.stdout, shown.stderr) == (130, "", "error: Stopped.\n")


def test_a_mistake_of_ours_is_70_with_a_traceback_and_where_to_report(kaito: Kaito) -> None:
    shown = kaito("plan", "org/model", hub=broken)

    assert shown.code == 70
    assert "RuntimeError: nobody foresaw this" in shown.stderr
    assert "Traceback" in shown.stderr
    assert "hint: Report it" in shown.stderr


def test_a_mistake_of_ours_is_json_too(kaito: Kaito) -> None:
    shown = kaito("plan", "org/model", "-o", "json", hub=broken)

    assert (shown.code, shown.error["code"], shown.error["exit_code"]) == (70, "bug", 70)


def test_an_error_is_message_detail_and_hint_without_control_characters(kaito: Kaito) -> None:
    shown = kaito("plan", "org/model", hub=failed)

    assert shown.code == 1
    assert shown.stderr == ("error: The hub is not there.\n  a�[2Jb\n  c\nhint: Try again.\n")


def quoting() -> Hub:
    try:
        raise ValueError(f"Illegal header value b'Bearer hf_{'a' * 30}'\x1b[2J")
    except ValueError as error:
        raise HubFailed("The hub is not there.") from error


def test_a_cause_shows_no_secret_and_steers_no_terminal(kaito: Kaito) -> None:
    shown = kaito("plan", "org/model", "-v", hub=quoting)

    assert "cause: ValueError: Illegal header value b'Bearer …'�[2J" in shown.stderr


def repeating() -> Hub:
    keep_secret("opaque\nsecret")
    try:
        raise ValueError("opaque")
    except ValueError as error:
        raise HubFailed("opaque!", detail="it is\nopaque\nsecret", hint="not opaque") from error


@pytest.mark.parametrize("form", ["table", "json", "yaml"])
def test_a_secret_that_is_known_is_in_no_part_of_an_error(kaito: Kaito, form: str) -> None:
    shown = kaito("plan", "org/model", "-v", "-o", form, hub=repeating)

    assert "opaque" not in shown.stderr
    assert "secret" not in shown.stderr


def buggy() -> Hub:
    keep_secret("opaque-token")
    raise RuntimeError("nobody foresaw opaque-token")


def test_a_traceback_holds_no_secret(kaito: Kaito) -> None:
    shown = kaito("plan", "org/model", hub=buggy)

    assert (shown.code, "Traceback" in shown.stderr) == (70, True)
    # the line of source is ours
    assert shown.stderr.count("opaque-token") == 0


def test_the_cause_is_told_to_those_who_ask(kaito: Kaito) -> None:
    shown = kaito("plan", "org/model", "-v", hub=failed)

    assert "cause: OSError: no route to host" in shown.stderr


def test_yaml_is_asked_for_and_yaml_is_the_error(kaito: Kaito) -> None:
    shown = kaito("plan", "falcon7b", "-o", "yaml")

    assert shown.stderr.startswith("error:\n  code: not-found\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nosuch"],
        ["pln"],
        ["models", "shw"],
        ["models", "show"],
        ["gpus", "--region"],
        ["version", "x"],
    ],
)
def test_misuse_of_any_command_is_2_and_names_a_help_screen(
    kaito: Kaito, arguments: list[str]
) -> None:
    shown = kaito(*arguments)

    assert (shown.code, shown.stdout) == (2, "")
    assert "--help` shows what it takes." in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "form"),
    [
        (["plan", "x", "-o", "json"], Format.JSON),
        (["plan", "x", "-ojson"], Format.JSON),
        (["plan", "x", "-qo", "json"], Format.JSON),
        (["plan", "x", "--output=yaml"], Format.YAML),
        (["-o", "json", "-o", "table"], Format.TABLE),
        (["plan", "--", "-o", "json"], Format.TABLE),
        (["plan", "my-o", "json"], Format.TABLE),
        ([], Format.TABLE),
    ],
)
def test_the_form_of_an_error_is_read_before_the_parser(arguments: list[str], form: Format) -> None:
    assert guessed(arguments).form is form


@pytest.mark.parametrize(
    "arguments", [["plan", "\udcff"], ["render", "falcon-7b", "--env=A=\udcff"]]
)
def test_bytes_that_are_no_text_are_refused_in_words(kaito: Kaito, arguments: list[str]) -> None:
    shown = kaito(*arguments)

    assert (shown.code, shown.stdout) == (2, "")
    assert "is not text in UTF-8.\nhint: " in shown.stderr


@pytest.mark.parametrize("command", ["plan falcon-7b", "estimate falcon-7b --gpu a100"])
def test_a_concurrency_nobody_has_is_bad_input(kaito: Kaito, command: str) -> None:
    assert kaito(*command.split(), "--concurrency", "9" * 400).code == 2


def test_version_says_which_kaito_this_is(kaito: Kaito) -> None:
    from kaito_cli import __version__

    assert kaito("version").stdout == kaito("--version").stdout == f"kaito {__version__}\n"
    assert kaito("version", "-o", "json").document["kaito"] == __version__


def test_kaito_alone_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    code = run([])

    assert code == 0
    assert "Usage: kaito" in capsys.readouterr().out


def test_json_of_names_that_are_no_ascii_stays_json(kaito: Kaito) -> None:
    shown = kaito("plan", "modèle-日本", "-o", "json")

    assert "modèle-日本" in json.loads(shown.stderr)["error"]["message"]
