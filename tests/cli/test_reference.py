"""The reference of the command line is what --help says, or the build fails."""

import subprocess
import sys
from collections.abc import Callable

from kaito_cli.cli import app

CODE = """
import sys
from kaito_cli.cli import run
for command in sys.argv[1:]:
    print(f"## {' '.join(['kaito', *command.split()])}", flush=True)
    print("\\n```text", flush=True)
    run([*command.split(), "--help"])
    print("```\\n", flush=True)
"""
TITLE = """# The command line

For those who look up a flag. Written by `make golden` from `--help`; do not edit.

"""


def commands() -> list[str]:
    found = [""]
    for group in app.registered_groups:
        assert group.typer_instance
        assert group.name
        named = [each.name for each in group.typer_instance.registered_commands]
        found += [group.name, *(f"{group.name} {name}" for name in named)]
    single = [each.callback.__name__ for each in app.registered_commands if each.callback]
    return [*found, *single]


def test_the_reference_is_fresh(golden: Callable[[str, str], None]) -> None:
    env = {"COLUMNS": "88", "TERM": "dumb", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CODE, *commands()],
        env=env,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )

    lines = [line.rstrip() for line in done.stdout.splitlines()]
    text = "\n".join(lines).replace("```text\n\n", "```text\n").replace("\n\n```\n", "\n```\n")
    golden(TITLE + text.rstrip() + "\n", "../../docs/reference/cli.md")


def test_every_command_says_what_it_does() -> None:
    groups = [each.typer_instance for each in app.registered_groups]
    found = [*app.registered_commands, *(c for g in groups if g for c in g.registered_commands)]

    assert [each.name for each in found if not (each.callback and each.callback.__doc__)] == []
