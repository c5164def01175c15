"""Signing in: with the real azure-identity, against an `az` and an Entra of this machine."""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.identity import DefaultAzureCredential

from kaito_cli.adapters.azure.credential import AKS_SCOPE, Credential, credential, source_of
from kaito_cli.errors import NotSignedIn
from kaito_cli.model import Auth, AzureCloud
from tests.certificates import self_signed
from tests.sign_in import Identities, fake_az, runs, serving

ARM = "https://management.azure.com/.default"


class Source:
    """Who hands out tokens of ten minutes, and counts them; ``failing`` is raised instead."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.asked: list[str] = []
        self.failing: Exception | None = None

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        self.asked.append(scopes[0])
        if self.failing:
            raise self.failing
        return AccessToken(f"token-{len(self.asked)}", int(self.now) + 600)

    def kept(self) -> Credential:
        return Credential(lambda: self, lambda: self.now)


class TestWhatIsKept:
    def test_each_audience_is_asked_once(self) -> None:
        source = Source()
        kept = source.kept()

        told = [kept.token(scope) for scope in (ARM, AKS_SCOPE, ARM, AKS_SCOPE)]

        assert told == ["token-1", "token-2", "token-1", "token-2"]
        assert source.asked == [ARM, AKS_SCOPE]

    @pytest.mark.parametrize(("passed", "token"), [(299, "token-1"), (301, "token-2")])
    def test_it_is_renewed_five_minutes_before_it_expires(self, passed: int, token: str) -> None:
        source = Source()
        kept = source.kept()
        kept.token(ARM)

        source.now += passed

        assert kept.token(ARM) == token

    def test_the_old_one_is_used_up_while_there_is_no_new_one(self) -> None:
        source = Source()
        kept = source.kept()
        kept.token(ARM)
        source.now, source.failing = source.now + 400, ValueError("no network for a moment")

        assert kept.token(ARM) == "token-1"
        source.now += 180
        with pytest.raises(NotSignedIn):
            kept.token(ARM)

    def test_a_challenge_is_answered_by_a_new_one(self) -> None:
        source = Source()
        kept = source.kept()
        kept.token(ARM)

        assert kept.get_token(ARM, claims="{}").token == "token-2"
        assert kept.token(ARM) == "token-2"

    def test_many_threads_ask_once(self) -> None:
        source = Source()
        kept = source.kept()

        with ThreadPoolExecutor(8) as pool:
            told = set(pool.map(kept.token, [ARM] * 40))

        assert (told, source.asked) == ({"token-1"}, [ARM])

    def test_several_audiences_are_fetched_side_by_side(self) -> None:
        both = Barrier(2, timeout=5)  # one after the other would break it

        class Slow(Source):
            def get_token(self, *scopes: str, **options: Any) -> AccessToken:
                both.wait()
                return super().get_token(*scopes, **options)

        source = Slow()
        source.kept().fetch(ARM, AKS_SCOPE)

        assert sorted(source.asked) == sorted([ARM, AKS_SCOPE])

    def test_an_audience_that_is_refused_is_told_when_it_is_needed(self) -> None:
        class Half(Source):
            def get_token(self, *scopes: str, **options: Any) -> AccessToken:
                self.failing = ValueError("no such audience") if AKS_SCOPE in scopes else None
                return super().get_token(*scopes, **options)

        kept = Half().kept()
        kept.fetch(ARM)
        kept.fetch(ARM, AKS_SCOPE)

        with pytest.raises(NotSignedIn, match="signed in"):
            kept.token(AKS_SCOPE)

    def test_when_none_comes_the_reason_is_told_at_once(self) -> None:
        source = Source()
        source.failing = ValueError("nobody")

        with pytest.raises(NotSignedIn):
            source.kept().fetch(ARM, AKS_SCOPE)


@pytest.fixture
def az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


class TestAzureCli:
    def test_it_alone_is_asked_when_that_is_wanted(self, az: Path) -> None:
        fake_az(az)

        kept = credential(Auth.CLI, AzureCloud.PUBLIC, "0-1")

        assert kept.token(AKS_SCOPE) == "az-token"
        assert runs(az) == [
            "account get-access-token --output json "
            "--resource 6dae42f8-4368-4678-94ff-3960e28e3630 --subscription 0-1"
        ]

    def test_it_is_run_once_an_audience(self, az: Path) -> None:
        fake_az(az)
        kept = credential(Auth.CLI, AzureCloud.PUBLIC)
        kept.fetch(ARM, AKS_SCOPE)

        for _ in range(3):
            kept.get_token(ARM)
            kept.token(AKS_SCOPE)

        assert len(runs(az)) == 2

    def test_a_token_about_to_expire_is_asked_for_again(self, az: Path) -> None:
        fake_az(az, expires_on=int(time.time()) + 120)
        kept = credential(Auth.CLI, AzureCloud.PUBLIC)

        kept.token(ARM)
        kept.token(ARM)

        assert len(runs(az)) == 2

    def test_the_default_is_every_way_that_the_environment_leaves(
        self, az: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential")
        fake_az(az)

        assert credential(Auth.DEFAULT, AzureCloud.PUBLIC).token(ARM) == "az-token"

    @pytest.mark.parametrize("auth", Auth)
    @pytest.mark.parametrize("is_installed", [True, False])
    def test_nobody_signed_in_names_the_three_ways(
        self, auth: Auth, is_installed: bool, az: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential")
        if is_installed:
            fake_az(az, says="ERROR: Please run az login to setup account.", code=1)

        with pytest.raises(NotSignedIn, match="Nobody is signed in to Azure") as caught:
            credential(auth, AzureCloud.PUBLIC).token(ARM)

        for way in ("`az login`", "AZURE_CLIENT_SECRET", "`permissions: id-token: write`"):
            assert way in caught.value.hint
        assert ("az login" if is_installed else "not found on path") in caught.value.detail

    def test_the_library_is_silent_beside_our_error(
        self, az: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It warns by logging, which reaches stderr when nobody has taken charge of it."""
        monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential")

        with pytest.raises(NotSignedIn):
            credential(Auth.DEFAULT, AzureCloud.PUBLIC).token(ARM)

        assert logging.getLogger("azure").handlers

    def test_a_subscription_that_az_would_not_take_is_explained(self, az: Path) -> None:
        fake_az(az)

        with pytest.raises(NotSignedIn) as caught:
            credential(Auth.CLI, AzureCloud.PUBLIC, "a;b").token(ARM)

        assert "a;b" in caught.value.detail


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


class TestEntra:
    def test_a_workload_gets_its_token(self, entra: Identities) -> None:
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
        self, entra: Identities, code: str, said: str, hint: str
    ) -> None:
        entra.refusal = f"{code}: {said} Trace ID: 1-2 Correlation ID: 3-4 Timestamp: 2026-11-23"

        with pytest.raises(NotSignedIn, match="does not accept the credential") as caught:
            credential(Auth.DEFAULT, AzureCloud.PUBLIC).token(ARM)

        assert f"{code}: {said}" in caught.value.detail
        assert "Trace ID" not in caught.value.detail
        assert hint in caught.value.hint

    def test_secrets_that_it_repeats_are_not(
        self, entra: Identities, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AZURE_CLIENT_SECRET", "hunter2")
        entra.refusal = "AADSTS50012: bad: hunter2, eyJhbGciOiJub25lIn0.e30.c2ln"

        with pytest.raises(NotSignedIn) as caught:
            credential(Auth.DEFAULT, AzureCloud.PUBLIC).token(ARM)

        assert "AADSTS50012: bad: …, …" in caught.value.detail

    def test_an_entra_that_is_not_there_is_explained(
        self, entra: Identities, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", "https://127.0.0.1:9")

        with pytest.raises(NotSignedIn) as caught:
            credential(Auth.DEFAULT, AzureCloud.PUBLIC).token(ARM)

        assert "127.0.0.1" in caught.value.detail


@pytest.mark.parametrize("cloud", AzureCloud)
@pytest.mark.parametrize("only", ["prod", "dev", "ManagedIdentityCredential"])
def test_every_way_to_sign_in_takes_our_settings(
    cloud: AzureCloud, only: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", only)
    made = source_of(Auth.DEFAULT, cloud, "")

    assert isinstance(made, DefaultAzureCredential)
