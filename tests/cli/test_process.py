"""What only a process of its own shows: pipes, terminals, signals, imports at start."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

KAITO = (sys.executable, "-m", "kaito_cli")
BARE = {
    name: os.environ[name]
    for name in ("PATH", "HOME", "LANG", "XDG_CONFIG_HOME")
    if name in os.environ
}


def process(
    arguments: Sequence[str], encoding: str = "utf-8", **env: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*KAITO, *arguments],
        env={**BARE, **env},
        capture_output=True,
        encoding=encoding,
        check=False,
    )


def on_terminal(arguments: Sequence[str], env: Mapping[str, str]) -> str:
    """What a terminal of its own receives on stdout."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*KAITO, *arguments],
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**BARE, "TERM": "xterm", **env},
    ):
        os.close(theirs)
        received = b""
        try:
            while chunk := os.read(ours, 65536):
                received += chunk
        except OSError:  # Linux says so when the other end is closed
            pass
    os.close(ours)
    return received.decode()


def test_a_reader_that_goes_away_is_141_and_silence() -> None:
    with subprocess.Popen(
        [*KAITO, "gpus", "-o", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=BARE,
    ) as started:
        assert started.stdout
        assert started.stderr
        started.stdout.close()
        told = started.stderr.read()

    assert (started.returncode, told) == (141, b"")


def test_help_to_a_reader_that_goes_away_is_silent_too() -> None:
    with subprocess.Popen(
        [*KAITO, "plan", "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=BARE
    ) as started:
        assert started.stdout
        assert started.stderr
        started.stdout.close()
        told = started.stderr.read()

    assert (started.returncode, told) == (141, b"")


def test_a_terminal_gets_bold_titles() -> None:
    assert "\x1b[1m" in on_terminal(["gpus"], {})


def test_a_terminal_that_wants_no_colour_gets_none() -> None:
    shown = on_terminal(["gpus"], {"NO_COLOR": "1"})

    assert "Standard_NC24ads_A100_v4" in shown
    assert "\x1b" not in shown


def test_a_pipe_gets_neither_colour_nor_folded_lines() -> None:
    shown = process(["gpus"])

    assert "\x1b" not in shown.stdout
    items = len([line for line in shown.stdout.splitlines() if line.startswith("Standard_")])
    assert items == len(shown.stdout.splitlines()) - 1


def test_a_locale_without_blocks_loses_the_bar_and_not_the_result() -> None:
    shown = process(["plan", "falcon-7b"], encoding="latin-1", PYTHONIOENCODING="latin-1")

    assert shown.returncode == 0, shown.stderr
    assert "1 × A10" in shown.stdout
    assert "memory      ????" in shown.stdout


def test_json_in_such_a_locale_is_still_json() -> None:
    shown = process(
        ["estimate", "falcon-7b", "--gpu", "a10", "-o", "json"], PYTHONIOENCODING="latin-1"
    )

    assert json.loads(shown.stdout)["kind"] == "Estimate"


def test_a_failure_is_an_exit_code() -> None:
    assert process(["plan", "falcon7b"]).returncode == 3


class Empty(BaseHTTPRequestHandler):
    """A hub that has nothing."""

    def do_GET(self) -> None:
        self.send_response(404)
        self.send_header("X-Error-Code", "RepoNotFound")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on the tests' own stderr."""


def test_what_is_sent_to_the_hub_is_told_without_secrets_to_those_who_ask(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        signed = f"{address}/mirror?sig=hunter2"
        shown = process(["plan", "org/none", "-v"], HF_ENDPOINT=signed, HF_HOME=str(tmp_path))
        server.shutdown()

    assert shown.returncode == 3, shown.stderr
    assert f"GET {address}/mirror" in shown.stderr
    assert "hunter2" not in shown.stderr


@pytest.mark.parametrize("auth", ["default", "cli"])
def test_nobody_signed_in_is_one_json_object_and_no_warning_of_a_library(auth: str) -> None:
    cluster = ["-s", "00000000-0000-0000-0000-000000000001", "-g", "ml", "--cluster", "prod"]

    shown = process(
        ["plan", "falcon-7b", *cluster, "--auth", auth, "-o", "json"],
        PATH="/bin/none",
        AZURE_TOKEN_CREDENTIALS="AzureCliCredential",
    )

    assert (shown.returncode, shown.stdout) == (5, "")
    assert json.loads(shown.stderr)["error"]["code"] == "not-signed-in"


@pytest.mark.parametrize("form", ["table", "json"])
def test_v_repeats_no_secret_that_the_azure_cli_says(tmp_path: Path, form: str) -> None:
    az = tmp_path / "az"
    az.write_text('#!/bin/sh\necho "AADSTS7000215: bad $AZURE_CLIENT_SECRET" >&2; exit 1\n')
    az.chmod(0o755)
    cluster = ["-s", "00000000-0000-0000-0000-000000000001", "-g", "ml", "--cluster", "prod"]

    shown = process(
        ["list", "-v", "--auth", "cli", *cluster, "-o", form],
        PATH=f"{tmp_path}:/usr/bin:/bin",
        AZURE_CLIENT_SECRET="opaque",
    )

    assert shown.returncode == 5, shown.stderr
    assert "AADSTS7000215: bad …" in shown.stderr
    assert "opaque" not in shown.stderr


def test_a_full_disk_is_an_explained_error() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        for arguments in (["models"], ["plan", "--help"], ["gpus", "-o", "json"]):
            done = subprocess.run(
                [*KAITO, *arguments],
                stdout=full,
                stderr=subprocess.PIPE,
                env=BARE,
                encoding="utf-8",
                check=False,
            )
            assert done.returncode == 1, done.stderr
            assert "could not be written" in done.stderr
            assert "Traceback" not in done.stderr
            assert "Exception ignored" not in done.stderr


def test_streams_that_were_closed_from_the_start_change_no_exit_code() -> None:
    shell = f"{sys.executable} -m kaito_cli"
    for command, code in (
        (f"{shell} models >&-", 0),
        (f"{shell} plan falcon7b 2>&-", 3),
        (f"{shell} plan falcon7b 2>/dev/full", 3),
        (f"{shell} plan falcon7b >&- 2>&-", 3),
    ):
        done = subprocess.run(
            command, shell=True, env=BARE, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == code, (command, done.stderr)
        assert "Traceback" not in done.stderr
