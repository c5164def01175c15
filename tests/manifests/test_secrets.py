"""Secrets are named, never printed; the commands that make them keep values out of argv."""

import shutil
import subprocess

import pytest
import yaml

from kaito_cli.errors import BadInput
from kaito_cli.manifests import remarks, render, secret_commands
from kaito_cli.model import Plan
from tests.builders import PLAN, plan
from tests.manifests.shapes import SHAPES


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_secret_is_rendered(shape: Plan) -> None:
    assert all(each["kind"] != "Secret" for each in render(shape))


@pytest.mark.parametrize(
    ("shape", "secrets"),
    [
        ("one-gpu", ["falcon-7b-instruct-api-key"]),
        ("gated", ["llama-api-key", "llama-hf-token"]),
        ("private-image", []),
        ("no-api-key", []),
        ("transformers", []),
    ],
)
def test_each_secret_that_is_missing_has_its_command(shape: str, secrets: list[str]) -> None:
    commands = secret_commands(SHAPES[shape])

    assert [each.split(" generic ")[1].split()[0] for each in commands] == secrets


def test_the_values_are_in_no_argument_of_kubectl() -> None:
    for command in secret_commands(SHAPES["gated"]):
        value, kubectl = command.split(" | ")
        assert value.startswith("printf '")
        assert "$" not in kubectl
        assert "--from-literal" not in kubectl


def test_a_name_that_would_end_the_command_is_refused() -> None:
    with pytest.raises(BadInput):
        secret_commands(plan(namespace="default; rm -rf ~"))


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not on the PATH")
def test_the_command_makes_the_secret_the_pods_refer_to() -> None:
    command = secret_commands(SHAPES["gated"])[1] + " --dry-run=client -o yaml"
    done = subprocess.run(
        ["bash", "-c", f"export HF_TOKEN=hf_abc; {command}"],
        capture_output=True,
        check=True,
        timeout=30,
    )
    secret = yaml.safe_load(done.stdout)

    assert secret["metadata"] == {
        "creationTimestamp": None,
        "name": "llama-hf-token",
        "namespace": "default",
    }
    assert secret["data"] == {"HF_TOKEN": "aGZfYWJj"}


def test_a_runtime_without_a_key_is_remarked() -> None:
    assert "no API key" in remarks(SHAPES["transformers"])[0]
    assert remarks(PLAN) == ()
