"""Fixtures that every folder of tests may use."""

import os
import pwd
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import gettempdir

import pytest

from kaito_cli.readiness.known_secrets import forget_secrets

# huggingface_hub reads its settings when it is imported: a developer's own must not reach it.
for _name in [
    each
    for each in os.environ
    if each.startswith(("HF_", "KAITO_", "AZURE_", "ACTIONS_ID_"))
    and each != "KAITO_TEST_KUBECONFIG"
]:
    del os.environ[_name]
# and so must the token and the cache that are in their home
os.environ["HF_HOME"] = str(Path(gettempdir()) / "kaito-tests-have-no-hub-cache")
# Neither must what `kaito use`, kubectl and the Azure CLI remember of that developer.
os.environ |= dict.fromkeys(
    ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "KUBECONFIG", "AZURE_CONFIG_DIR"), os.devnull
)

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="Rewrite the files under tests/golden/ with what the code gives now.",
    )


@pytest.fixture(autouse=True)
def _no_secrets_of_other_tests() -> Iterator[None]:
    """A process of kaito runs one command; here it runs thousands."""
    yield
    forget_secrets()


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user of no name and no home, as in a pod that runs as any number."""
    for name in ("HOME", "XDG_CONFIG_HOME", "KUBECONFIG", "AZURE_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    taken = {each.pw_uid for each in pwd.getpwall()}
    nobody = next(uid for uid in range(54321, 60000) if uid not in taken)
    monkeypatch.setattr(os, "getuid", lambda: nobody)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare text with a file under ``tests/golden/``, or rewrite that file.

    Called as ``golden(text, "manifests/falcon-7b.yaml")``.
    """

    def check(text: str, name: str) -> None:
        file = GOLDEN / name
        if request.config.getoption("--update-golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        if not file.is_file():
            pytest.fail(f"There is no {file.name} in {file.parent}: `make golden` writes it.")
        assert text == file.read_text(encoding="utf-8")

    return check
