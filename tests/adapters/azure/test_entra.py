"""Signing in with the real azure-identity, against a Microsoft Entra of this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kaito_cli.adapters.azure.credential import credential
from kaito_cli.errors import NotSignedIn
from kaito_cli.model import Auth, AzureCloud
from tests.certificates import self_signed
from tests.sign_in import Identities, serving

ARM = "https://management.azure.com/.default"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return self_signed(tmp_path)


@pytest.fixture
def entra(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Identities]:
    """Microsoft Entra, and a pod with workload identity that signs in there."""
    (tmp_path / "assertion").write_text("eyJhbGciOiJub25lIn0.e30.")
    with serving(Identities(), certificate) as here:
        given = here.environment(
            certificate,
            AZURE_FEDERATED_TOKEN_FILE=str(tmp_path / "assertion"),
            AZURE_TOKEN_CREDENTIALS="WorkloadIdentityCredential",
        )
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        yield here


def test_a_workload_gets_its_token(entra: Identities) -> None:
    assert credential(Auth.DEFAULT, AzureCloud.PUBLIC).token(ARM) == "token-1"


@pytest.mark.parametrize(
    ("code", "said", "hint"),
    [
        ("AADSTS700024", "Client assertion is not within its valid time range.", "id-token"),
        ("AADSTS700213", "No matching federated identity record found.", "federated-cred"),
        ("AADSTS7000215", "Invalid client secret provided.", "AZURE_CLIENT_SECRET"),
        ("AADSTS7000222", "The provided client secret keys are expired.", "credential reset"),
        ("AADSTS700016", "Application with identifier was not found.", "AZURE_CLIENT_ID"),
        ("AADSTS90002", "Tenant not found.", "AZURE_TENANT_ID"),
        ("AADSTS50076", "Due to a configuration change you must use MFA.", "az login"),
        ("AADSTS99999", "Something nobody has seen.", "az login"),
    ],
)
def test_its_refusal_is_told_with_a_way_out(
    entra: Identities, code: str, said: str, hint: str
) -> None:
    entra.refusal = f"{code}: {said} Trace ID: 1-2 Correlation ID: 3-4 Timestamp: 2026-11-23"

    with pytest.raises(NotSignedIn, match="does not accept the credential") as caught:
        credential(Auth.DEFAULT, AzureCloud.PUBLIC).token(ARM)

    assert f"{code}: {said}" in caught.value.detail
    assert "Trace ID" not in caught.value.detail
    assert hint in caught.value.hint


def test_secrets_that_it_repeats_are_not(
    entra: Identities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "hunter2")
    entra.refusal = "AADSTS50012: bad: hunter2, eyJhbGciOiJub25lIn0.e30.c2ln Bearer abcdefgh"

    with pytest.raises(NotSignedIn) as caught:
        credential(Auth.DEFAULT, AzureCloud.PUBLIC).token(ARM)

    assert "AADSTS50012: bad: …, … Bearer …" in caught.value.detail


def test_an_entra_that_is_not_there_is_explained(
    entra: Identities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", "https://127.0.0.1:9")

    with pytest.raises(NotSignedIn) as caught:
        credential(Auth.DEFAULT, AzureCloud.PUBLIC).token(ARM)

    assert "127.0.0.1" in caught.value.detail
