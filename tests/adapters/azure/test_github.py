"""A job of GitHub Actions signs in: real azure-identity, GitHub and Entra on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.identity import ClientAssertionCredential

from kaito_cli.adapters.azure.credential import AKS_SCOPE, credential, source_of
from kaito_cli.adapters.azure.github import assertion, can_assert
from kaito_cli.errors import NotSignedIn
from kaito_cli.model import Auth, AzureCloud
from kaito_cli.readiness.redaction import redacted
from tests.certificates import self_signed
from tests.sign_in import RUNNER_TOKEN, Identities, serving

ARM = "https://management.azure.com/.default"
ASSERTION = "client_assertion"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Identities]:
    """Entra and GitHub, and a job with `id-token: write`."""
    certificate = self_signed(tmp_path)
    with serving(Identities(), certificate) as identities:
        for name, value in {**identities.environment(certificate), **identities.job}.items():
            monkeypatch.setenv(name, value)
        yield identities


def test_each_token_is_had_for_an_assertion_of_its_own(here: Identities) -> None:
    here.lifetime_seconds = 0  # so short that each use renews it
    kept = credential(Auth.DEFAULT, AzureCloud.PUBLIC)

    told = [kept.token(ARM), kept.token(AKS_SCOPE), kept.token(ARM)]

    assert told == ["token-1", "token-2", "token-3"]
    shown = [form[ASSERTION] for form in here.exchanged]
    assert shown == ["assertion-1", "assertion-2", "assertion-3"]
    assert [form["client_id"] for form in here.exchanged] == ["client"] * 3


def test_no_assertion_is_asked_for_before_a_token_is_needed(here: Identities) -> None:
    kept = credential(Auth.DEFAULT, AzureCloud.PUBLIC)

    assert here.asserted == []
    kept.token(ARM)
    kept.token(ARM)
    assert len(here.asserted) == 1


@pytest.mark.parametrize(
    ("cloud", "audience"),
    [
        (AzureCloud.PUBLIC, "api://AzureADTokenExchange"),
        (AzureCloud.GOVERNMENT, "api://AzureADTokenExchangeUSGov"),
        (AzureCloud.CHINA, "api://AzureADTokenExchangeChina"),
    ],
)
def test_the_assertion_is_meant_for_the_cloud(
    here: Identities, cloud: AzureCloud, audience: str
) -> None:
    assertion(cloud)

    assert here.asserted == [{"api-version": "2.0", "audience": audience}]


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (403, None, "127.0.0.1 answered 403 Forbidden"),
        (200, b"<html>", "holds no token"),
        (200, b"[]", "holds no token"),
        (200, b"[" * 50_000, "holds no token"),
        (200, b'{"value": ""}', "holds no token"),
    ],
)
def test_what_github_refuses_is_explained(
    here: Identities, status: int, body: bytes | None, told: str
) -> None:
    here.github_status, here.github_body = status, body

    with pytest.raises(NotSignedIn, match="GitHub gave this job no token") as caught:
        credential(Auth.DEFAULT, AzureCloud.PUBLIC).token(ARM)

    assert told in caught.value.detail
    assert "`permissions: id-token: write`" in caught.value.hint
    assert RUNNER_TOKEN not in f"{caught.value.detail}{caught.value.__cause__}"


def test_a_request_token_that_no_header_takes_is_not_quoted(
    here: Identities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "opaque-one\nopaque-two")

    with pytest.raises(NotSignedIn) as caught:
        assertion(AzureCloud.PUBLIC)

    assert "opaque" not in caught.value.detail
    assert "opaque" not in redacted(str(caught.value.__cause__))


def test_the_assertion_is_known_as_a_secret(here: Identities) -> None:
    assert assertion(AzureCloud.PUBLIC) == "assertion-1"
    assert redacted("no match for assertion-1") == "no match for …"


@pytest.mark.parametrize("url", ["https://127.0.0.1:9/x?a=b", "http://example.com/x", "nonsense"])
def test_a_server_that_is_none_is_explained_and_gets_no_token_in_the_clear(
    here: Identities, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", url)

    with pytest.raises(NotSignedIn) as caught:
        assertion(AzureCloud.PUBLIC)

    assert RUNNER_TOKEN not in caught.value.detail


@pytest.mark.parametrize("cloud", AzureCloud)
def test_a_job_signs_in_to_every_cloud(here: Identities, cloud: AzureCloud) -> None:
    assert isinstance(source_of(Auth.DEFAULT, cloud, ""), ClientAssertionCredential)


@pytest.mark.parametrize(
    "name",
    ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"],
)
def test_whoever_names_another_way_gets_it(
    here: Identities, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "given")

    assert not can_assert()


@pytest.mark.parametrize(
    "name",
    [
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "AZURE_CLIENT_ID",
        "AZURE_TENANT_ID",
    ],
)
def test_without_one_of_the_four_there_is_nothing_to_assert(
    here: Identities, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(name)

    assert not can_assert()
