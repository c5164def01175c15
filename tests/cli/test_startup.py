"""The offline commands start without any SDK: whoever plans does not wait for Azure."""

import subprocess
import sys

import pytest

SDKS = {"azure", "kubernetes", "huggingface_hub"}
CODE = """
import sys
from kaito_cli.cli import run
code = run(sys.argv[1:])
print(code, *sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "version",
        "models",
        "models show falcon-7b",
        "gpus",
        "plan falcon-7b",
        "render falcon-7b",
        "estimate falcon-7b --gpu a10",
    ],
)
def test_no_sdk_is_imported(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, *command.split()], capture_output=True, text=True, check=True
    )

    code, *modules = done.stderr.splitlines()[-1].split()
    assert code == "0"
    assert SDKS & set(modules) == set()


def test_importing_the_commands_imports_neither_yaml_nor_jinja_nor_rich() -> None:
    code = "import sys, kaito_cli.cli; print(*{'yaml', 'jinja2', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
