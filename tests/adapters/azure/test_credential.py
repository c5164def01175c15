"""Tokens are asked for once and kept, and every way to sign in takes our settings."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.identity import DefaultAzureCredential

from kaito_cli.adapters.azure.credential import AKS_SCOPE, Credential, source_of
from kaito_cli.errors import NotSignedIn
from kaito_cli.model import Auth, AzureCloud
from kaito_cli.readiness.redaction import redacted

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


def test_each_audience_is_asked_once() -> None:
    source = Source()
    kept = source.kept()

    told = [kept.token(scope) for scope in (ARM, AKS_SCOPE, ARM, AKS_SCOPE)]

    assert told == ["token-1", "token-2", "token-1", "token-2"]
    assert source.asked == [ARM, AKS_SCOPE]


@pytest.mark.parametrize(("passed", "token"), [(299, "token-1"), (301, "token-2")])
def test_it_is_renewed_five_minutes_before_it_expires(passed: int, token: str) -> None:
    source = Source()
    kept = source.kept()
    kept.token(ARM)

    source.now += passed

    assert kept.token(ARM) == token


def test_the_old_one_is_used_up_while_there_is_no_new_one() -> None:
    source = Source()
    kept = source.kept()
    kept.token(ARM)
    source.now, source.failing = source.now + 400, ValueError("no network for a moment")

    assert kept.token(ARM) == "token-1"
    source.now += 180
    with pytest.raises(NotSignedIn):
        kept.token(ARM)


def test_a_challenge_is_answered_by_a_new_one() -> None:
    source = Source()
    kept = source.kept()
    kept.token(ARM)

    assert kept.get_token(ARM, claims="{}").token == "token-2"
    assert kept.token(ARM) == "token-2"


def test_many_threads_ask_once() -> None:
    source = Source()
    kept = source.kept()

    with ThreadPoolExecutor(8) as pool:
        told = set(pool.map(kept.token, [ARM] * 40))

    assert (told, source.asked) == ({"token-1"}, [ARM])


def test_several_audiences_are_fetched_side_by_side() -> None:
    both = Barrier(2, timeout=5)  # one after the other would break it

    class Slow(Source):
        def get_token(self, *scopes: str, **options: Any) -> AccessToken:
            both.wait()
            return super().get_token(*scopes, **options)

    source = Slow()
    source.kept().fetch(ARM, AKS_SCOPE)

    assert sorted(source.asked) == sorted([ARM, AKS_SCOPE])


def test_an_audience_that_is_refused_is_told_when_it_is_needed() -> None:
    class Half(Source):
        def get_token(self, *scopes: str, **options: Any) -> AccessToken:
            self.failing = ValueError("no such audience") if AKS_SCOPE in scopes else None
            return super().get_token(*scopes, **options)

    kept = Half().kept()
    kept.fetch(ARM)
    kept.fetch(ARM, AKS_SCOPE)

    with pytest.raises(NotSignedIn, match="signed in"):
        kept.token(AKS_SCOPE)


def test_when_none_comes_the_reason_is_told_at_once() -> None:
    source = Source()
    source.failing = ValueError("nobody")

    with pytest.raises(NotSignedIn):
        source.kept().fetch(ARM, AKS_SCOPE)


@pytest.mark.parametrize("cloud", AzureCloud)
@pytest.mark.parametrize("only", ["prod", "dev", "ManagedIdentityCredential"])
def test_every_way_to_sign_in_takes_our_settings(
    cloud: AzureCloud, only: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", only)
    made = source_of(Auth.DEFAULT, cloud, "")

    assert isinstance(made, DefaultAzureCredential)


@pytest.mark.parametrize(
    "failing",
    [
        FileNotFoundError(2, "No such file or directory", "/nope"),
        OverflowError("cannot convert float infinity to integer"),
        KeyError("accessToken"),
        TypeError("an int"),
        AttributeError("no strip"),
        RecursionError("too deep"),
        RuntimeError("no home"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_whatever_a_way_to_sign_in_trips_over_is_not_signed_in(failing: Exception) -> None:
    source = Source()
    source.failing = failing

    with pytest.raises(NotSignedIn) as caught:
        source.kept().token(ARM)

    assert type(failing).__name__ in caught.value.detail


@pytest.mark.parametrize(
    "variable", ["AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"]
)
def test_a_file_that_cannot_be_used_is_told_by_its_variable(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "/nope")
    source = Source()
    source.failing = FileNotFoundError(2, "No such file or directory", "/nope")

    with pytest.raises(NotSignedIn, match=variable) as caught:
        source.kept().token(ARM)

    assert f"Check {variable}" in caught.value.hint


def test_a_mistyped_certificate_is_told_by_the_real_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "AZURE_CLIENT_ID": "a",
        "AZURE_TENANT_ID": "00000000-0000-0000-0000-00000000000f",
        "AZURE_CLIENT_CERTIFICATE_PATH": "/nope",
        "AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential",
    }.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(NotSignedIn, match="AZURE_CLIENT_CERTIFICATE_PATH"):
        Credential(lambda: source_of(Auth.DEFAULT, AzureCloud.PUBLIC, "")).token(ARM)


@pytest.mark.parametrize("expires_on", [10**400, None, "soon"])
def test_a_time_of_expiry_that_is_none_is_not_signed_in(expires_on: Any) -> None:
    class Odd(Source):
        def get_token(self, *scopes: str, **options: Any) -> AccessToken:
            return AccessToken("token", expires_on)

    with pytest.raises(NotSignedIn):
        Odd().kept().token(ARM)


def test_every_token_handed_out_is_known_as_a_secret() -> None:
    Source().kept().token(ARM)

    assert redacted("The server says: token-1 is odd") == "The server says: … is odd"
