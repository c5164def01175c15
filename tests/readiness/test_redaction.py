"""Secrets are taken out of texts, whoever wrote them; prose is left as it is."""

import pytest

from kaito_cli.readiness.redaction import has_secret, redacted

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"
SHAPED = [
    "hf_" + "a" * 30,
    "sk-" + "a" * 30,
    "ghp_" + "a" * 30,
    "github_pat_" + "a" * 30,
    JWT,
    "https://me:hunter2@hub.example/v1",
    "AccountName=x;AccountKey=aGVsbG8=;EndpointSuffix=y",
    "SharedAccessKey=aGVsbG8=",
    "https://store.example/w?sv=2024&sig=0123%2Babcd",
    "https://store.example/w?sv=2024&amp;sig=0123%2Babcd",
    "https://s3.example/w?X-Amz-Signature=0123abcd",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEvAIB",
]
IN_CONTEXT = [
    "Authorization: Bearer abc",
    "'authorization': 'token abcdefgh'",
    "Authorization=Negotiate YIIabc",
    "b'Bearer abcd-efgh'",
    "bearer 0123456789",
    "Basic dXNlcjpwYXNz",
    "client_id=me&client_secret=hunter2&scope=x",
    '{"clientSecret": "hunter2"}',
    "client_assertion=hunter2",
    '{"accessToken": "az-token", "expires_on": 1}',
    "refresh_token=0.AXoA",
    "eyJhbGciOiJSUzI1NiJ9",
]
INNER = ("aaaa", "eyJ", "hunter2", "aGVsbG8=", "0123", "MIIE", "abc", "YII", "dXNl", "az-t", "AXoA")


@pytest.mark.parametrize("text", SHAPED + IN_CONTEXT)
def test_a_secret_is_taken_out_and_the_rest_is_left(text: str) -> None:
    found = redacted(f"It said: {text}")

    assert found.startswith("It said: ")
    assert "…" in found
    assert not [each for each in INNER if each in found]


@pytest.mark.parametrize("text", SHAPED)
def test_by_its_looks_alone_it_is_a_secret(text: str) -> None:
    assert has_secret(text)


@pytest.mark.parametrize("text", IN_CONTEXT)
def test_what_only_its_context_gives_away_may_be_typed(text: str) -> None:
    assert not has_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        "Basic authentication is off; use Bearer authentication.",
        "AADSTS7000215: Invalid client secret provided, not the client secret ID.",
        "Put it into a Kubernetes Secret and type `--env-from CLIENT_SECRET=SECRET/KEY`.",
        "The basic tier of eastus2 has no bearer of tokens: see https://aka.ms/a:b@c",
        "https://hub.example/api?signed=yes&page=2",
        "AllocationFailed: keyJohnson has no capacity in zone 1.",
    ],
)
def test_prose_stays(text: str) -> None:
    assert redacted(text) == text
