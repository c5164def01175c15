import pytest

from kaito_cli.cli.secrecy import refuse_secret_values, refuse_secrets
from kaito_cli.errors import BadInput
from tests.cli.conftest import Kaito

TOKEN = "hf_" + "a" * 30


@pytest.mark.parametrize(
    "name",
    [
        "HF_TOKEN",
        "token",
        "GithubToken",
        "CLIENT_SECRET",
        "DB_PASSWORD",
        "PGPASSWORD",
        "OPENAI_API_KEY",
        "api-key",
        "apiKey",
        "AZURE_CREDENTIAL",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "STORAGE_CONNECTION_STRING",
        "AWS_SECRET_ACCESS_KEY",
        "SSH_PRIVATE_KEY",
    ],
)
def test_a_name_like_a_secret_is_refused_without_its_value(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        refuse_secrets({name: "hunter2"}, "--env")

    told = caught.value.message + caught.value.hint + caught.value.detail
    assert name in caught.value.message
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_NUM_BATCHED_TOKENS", "8192"),
        ("max-num-batched-tokens", "8192"),
        ("tokenizer-mode", "mistral"),
        ("TOKENIZERS_PARALLELISM", "false"),
        ("VLLM_LOGGING_LEVEL", "DEBUG"),
        ("HTTPS_PROXY", "http://proxy.example:3128"),
        ("HF_ENDPOINT", "https://hub.example/a:b@c"),
        ("KEY", "value"),
        ("SORT_KEYS", "1"),
    ],
)
def test_what_only_resembles_a_secret_passes(name: str, value: str) -> None:
    refuse_secrets({name: value}, "--env")


@pytest.mark.parametrize(
    "value",
    [
        "hf_" + "a" * 30,
        "sk-" + "a" * 30,
        "ghp_" + "a" * 36,
        "http://user:hunter2@proxy.example",
        "AccountName=a;AccountKey=b==",
        "https://a.blob.core.windows.net/b/c?sv=2024-01-01&sig=aBc%2Fd%3D",
        "https://bucket.example/weights?X-Amz-Signature=0123abcd",
        "-----BEGIN RSA PRIVATE KEY-----",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl",
    ],
)
def test_a_value_like_a_secret_is_refused_whatever_its_name(value: str) -> None:
    with pytest.raises(BadInput) as caught:
        refuse_secrets({"HARMLESS": value}, "--env")

    assert value not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("name", "flag", "instead"),
    [
        ("HF_TOKEN", "--env", "--hf-token-secret SECRET"),
        ("hf-token", "--engine-arg", "--hf-token-secret SECRET"),
        ("api-key", "--engine-arg", "--api-key-secret SECRET"),
        ("DB_PASSWORD", "--env", "--env-from DB_PASSWORD=SECRET/KEY"),
    ],
)
def test_the_hint_says_where_the_secret_belongs(name: str, flag: str, instead: str) -> None:
    with pytest.raises(BadInput) as caught:
        refuse_secrets({name: "x"}, flag)

    assert instead in caught.value.hint


@pytest.mark.parametrize("flag", ["--set-label", "--node-selector"])
def test_the_value_of_a_label_is_no_secret_and_its_name_may_be_anything(flag: str) -> None:
    refuse_secret_values({"token": "v1", "team": "search"}, flag)
    with pytest.raises(BadInput) as caught:
        refuse_secret_values({"team": TOKEN}, flag)

    assert flag in caught.value.hint
    assert TOKEN not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", TOKEN),
        ("plan", "falcon-7b", "--env", "HF_TOKEN", TOKEN),
        ("plan", "falcon-7b", "--nodes", TOKEN),
        ("plan", "falcon-7b", "--vm-size", TOKEN),
        ("plan", "falcon-7b", "--set-label", f"team={TOKEN}"),
        ("plan", "falcon-7b", "--engine-arg", f"{TOKEN}=1"),
        ("models", "--family", f"https://me:{TOKEN}@hub.example"),
    ],
)
@pytest.mark.parametrize("form", ["table", "json"])
def test_no_error_repeats_a_secret_that_was_typed(
    arguments: tuple[str, ...], form: str, kaito: Kaito
) -> None:
    shown = kaito(*arguments, "-o", form)

    assert shown.code in (2, 3)
    assert "error" in shown.stderr
    assert TOKEN not in shown.stdout + shown.stderr
