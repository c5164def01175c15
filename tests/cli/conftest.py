"""The whole program in one process: arguments in; exit code, stdout and stderr out."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from kaito_cli.cli import run
from kaito_cli.ports import Hub
from tests.fakes import FakeWorld

OURS = (
    "KAITO_TARGET",
    "KAITO_SUBSCRIPTION",
    "AZURE_SUBSCRIPTION_ID",
    "KAITO_RESOURCE_GROUP",
    "KAITO_CLUSTER",
    "KAITO_NAMESPACE",
    "KAITO_AUTH",
    "AZURE_CLOUD",
    "KAITO_ARM_ENDPOINT",
    "KAITO_PRESET_DIR",
    "HF_HUB_OFFLINE",
    "NO_COLOR",
    "CI",
    "TERM",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of one command."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """stdout as JSON."""
        return json.loads(self.stdout)

    @property
    def error(self) -> Any:
        """The one JSON object on stderr."""
        return json.loads(self.stderr)["error"]


class Kaito(Protocol):
    def __call__(
        self,
        *arguments: str,
        hub: Callable[[], Hub] | None = ...,
        world: FakeWorld | None = ...,
        **env: str,
    ) -> Ran: ...


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of ours is in the environment, and nothing was saved."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.fixture
def kaito(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Kaito:
    """Run a command line in an environment of nothing but 80 columns and ``env``."""

    def ran(
        *arguments: str,
        hub: Callable[[], Hub] | None = None,
        world: FakeWorld | None = None,
        **env: str,
    ) -> Ran:
        for name in OURS:
            monkeypatch.delenv(name, raising=False)
        for name, value in {"COLUMNS": "80", **env}.items():
            monkeypatch.setenv(name, value)
        given = world or FakeWorld(make_hub=hub)
        code = run(arguments, lambda target: replace(given, target=target))
        told = capsys.readouterr()
        return Ran(code=code, stdout=told.out, stderr=told.err)

    return ran
