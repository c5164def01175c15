"""No token of a log is shown by its diagnosis: not as evidence, figure or last line."""

import pytest

from kaito_cli.catalog.failures import failures
from kaito_cli.model import UNKNOWN
from kaito_cli.readiness.diagnosis import diagnose

TOKEN = "hf_" + "Ab3" * 11
KEY_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"


@pytest.mark.parametrize(
    "said",
    [
        f"ERROR 401 Client Error: Unauthorized for url with token {TOKEN}",
        f"something unheard of: {TOKEN}",
        f"panic: Authorization: Bearer {TOKEN}",
        f"RuntimeError: CUDA out of memory. HF_TOKEN={TOKEN}",
        f"OSError: {TOKEN} is not a local folder and is not a valid model identifier",
        "x " * 299 + TOKEN,
        "x " * 490 + TOKEN + " y" * 3000,
        "x " * 3000 + TOKEN + " y" * 485,
    ],
)
def test_no_token_is_shown(said: str) -> None:
    assert TOKEN[8:24] not in repr(diagnose(said, failures()))


@pytest.mark.parametrize("end", ["\n", "\\n"])
def test_no_line_of_a_private_key_is_shown(end: str) -> None:
    key = end.join(
        ["-----BEGIN PRIVATE KEY-----", KEY_BODY, "abcd=", "-----END PRIVATE KEY-----", "bye"]
    )

    found = diagnose(f"a\n{key}", failures())

    assert found.cause == UNKNOWN
    assert KEY_BODY not in repr(found)
    assert "abcd=" not in repr(found)
    assert "bye" in found.evidence[-1]
