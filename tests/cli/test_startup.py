"""The offline commands start without any SDK: whoever plans does not wait for Azure."""

import subprocess
import sys

SDKS = {"azure", "kubernetes", "huggingface_hub"}
CODE = """
import sys
from kaito_cli.cli import run
codes = [run(command.split()) for command in sys.argv[1:]]
print(*codes, *sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""
COMMANDS = (
    "--help",
    "version",
    "models",
    "models show falcon-7b",
    "gpus",
    "plan falcon-7b",
    "plan falcon-7b --why-not Standard_NC4as_T4_v3",
    "render falcon-7b",
    "estimate falcon-7b --gpu a10",
    "use",
)


def test_no_offline_command_imports_an_sdk() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, *COMMANDS], capture_output=True, text=True, check=True
    )

    told = done.stderr.splitlines()[-1].split()
    assert told[: len(COMMANDS)] == ["0"] * len(COMMANDS)
    assert SDKS & set(told) == set()


def test_importing_the_commands_imports_neither_yaml_nor_jinja_nor_rich() -> None:
    code = "import sys, kaito_cli.cli; print(*{'yaml', 'jinja2', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
