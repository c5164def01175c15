"""Signing in with the real azure-identity, against an `az` of this machine."""

import logging
import time
from pathlib import Path

import pytest

from kaito_cli.adapters.azure.credential import AKS_SCOPE, credential
from kaito_cli.errors import NotSignedIn
from kaito_cli.model import Auth, AzureCloud
from tests.sign_in import fake_az, runs

ARM = "https://management.azure.com/.default"


@pytest.fixture
def az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def test_it_alone_is_asked_when_that_is_wanted(az: Path) -> None:
    fake_az(az)

    kept = credential(Auth.CLI, AzureCloud.PUBLIC, "0-1")

    assert kept.token(AKS_SCOPE) == "az-token"
    assert runs(az) == [
        "account get-access-token --output json "
        "--resource 6dae42f8-4368-4678-94ff-3960e28e3630 --subscription 0-1"
    ]


def test_it_is_run_once_an_audience(az: Path) -> None:
    fake_az(az)
    kept = credential(Auth.CLI, AzureCloud.PUBLIC)
    kept.fetch(ARM, AKS_SCOPE)

    for _ in range(3):
        kept.get_token(ARM)
        kept.token(AKS_SCOPE)

    assert len(runs(az)) == 2


def test_a_token_about_to_expire_is_asked_for_again(az: Path) -> None:
    fake_az(az, expires_on=int(time.time()) + 120)
    kept = credential(Auth.CLI, AzureCloud.PUBLIC)

    kept.token(ARM)
    kept.token(ARM)

    assert len(runs(az)) == 2


def test_the_default_is_every_way_that_the_environment_leaves(
    az: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential")
    fake_az(az)

    assert credential(Auth.DEFAULT, AzureCloud.PUBLIC).token(ARM) == "az-token"


@pytest.mark.parametrize("auth", Auth)
@pytest.mark.parametrize("is_installed", [True, False])
def test_nobody_signed_in_names_the_three_ways(
    auth: Auth, is_installed: bool, az: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential")
    if is_installed:
        fake_az(az, says="ERROR: Please run az login to setup account.", code=1)

    with pytest.raises(NotSignedIn, match="Nobody is signed in to Azure") as caught:
        credential(auth, AzureCloud.PUBLIC).token(ARM)

    for way in ("`az login`", "AZURE_CLIENT_SECRET", "`permissions: id-token: write`"):
        assert way in caught.value.hint
    assert ("az login" if is_installed else "not found on path") in caught.value.detail


def test_the_library_is_silent_beside_our_error(az: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It warns by logging, which reaches stderr when nobody has taken charge of it."""
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential")

    with pytest.raises(NotSignedIn):
        credential(Auth.DEFAULT, AzureCloud.PUBLIC).token(ARM)

    assert logging.getLogger("azure").handlers


def test_a_subscription_that_az_would_not_take_is_explained(az: Path) -> None:
    fake_az(az)

    with pytest.raises(NotSignedIn) as caught:
        credential(Auth.CLI, AzureCloud.PUBLIC, "a;b").token(ARM)

    assert "a;b" in caught.value.detail


@pytest.mark.parametrize(
    "answer",
    [
        '{"accessToken":"opaque-token","expires_on":1e999}',
        '{"accessToken":"opaque-token"}',
        '{"accessToken": "opaque-token", "expiresOn": 5}',
        "[" * 100_000,
        '["opaque-token"]',
    ],
    ids=lambda each: each[:60],
)
def test_an_az_that_answers_oddly_is_told_without_its_token(az: Path, answer: str) -> None:
    fake_az(az)
    (az / "token.json").write_text(answer)

    with pytest.raises(NotSignedIn) as caught:
        credential(Auth.CLI, AzureCloud.PUBLIC).token(ARM)

    assert "opaque" not in caught.value.detail or answer.startswith("[")
