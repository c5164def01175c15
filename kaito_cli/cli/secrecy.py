"""Keep secrets off the command line: what looks like one is refused, and never repeated."""

import re
from collections.abc import Mapping

from kaito_cli.errors import BadInput
from kaito_cli.readiness.redaction import has_secret

WORDS = (
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "CREDENTIALS",
    "SECRETS",
    "PASSWORDS",
    "APIKEY",
)
PHRASES = (
    "API_KEY",
    "CONNECTION_STRING",
    "CONNECTIONSTRING",
    "PRIVATE_KEY",
    "ACCESS_KEY",
    "ACCOUNT_KEY",
    "STORAGE_KEY",
)


def refuse_secrets(pairs: Mapping[str, str], flag: str) -> None:
    """BadInput when a name or value of ``pairs`` looks like a secret.

    ``--env`` and ``--engine-arg`` end in the plan, the manifest and the process list; a
    secret belongs in a Kubernetes Secret. ``max-num-batched-tokens`` is no secret.
    """
    for name, value in pairs.items():
        if _named_like_a_secret(name) or has_secret(value):
            raise BadInput(
                f"`{flag} {name}=…` looks like a secret, which would be readable in the plan "
                "and the manifest.",
                hint=_instead(name, flag),
            )


def refuse_secret_values(pairs: Mapping[str, str], flag: str) -> None:
    """BadInput when a value looks like a secret, where any name will do, as that of a label."""
    for name, value in pairs.items():
        if has_secret(value):
            raise BadInput(
                f"The value of `{flag} {name}=…` looks like a secret, and everybody who may "
                "list the objects reads it.",
                hint=f"Leave `{flag} {name}=…` out.",
            )


def _named_like_a_secret(name: str) -> bool:
    upper = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).upper()
    upper = re.sub(r"[^A-Z0-9]+", "_", upper)
    return any(word.endswith(WORDS) for word in upper.split("_")) or any(
        phrase in upper for phrase in PHRASES
    )


def _instead(name: str, flag: str) -> str:
    upper = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
    if flag == "--engine-arg" and upper == "API_KEY":
        return "The endpoint has a key from the start; `--api-key-secret SECRET` brings your own."
    if upper in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        return "Put it into a Kubernetes Secret and name that: `--hf-token-secret SECRET`."
    return f"Put it into a Kubernetes Secret and type `--env-from {upper}=SECRET/KEY`."
