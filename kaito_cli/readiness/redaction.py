"""Take secrets out of texts that others wrote: error messages, log lines, answers of servers."""

import re

from kaito_cli.readiness.known_secrets import known_secrets

# What is a secret wherever it stands: how tokens of Hugging Face, OpenAI-like services and
# GitHub begin; a JSON web token, as Entra and GitHub hand out; a password inside a URL; the key
# of an Azure connection string; the signature of a URL, as S3, CloudFront or Azure storage sign
_SHAPES = (
    r"\b(hf_|sk-|gh[pousr]_|github_pat_)[A-Za-z0-9_-]{16,}",
    r"\beyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)*",
    r"://[^/\s:@]*:[^/\s@]+@",
    r"(AccountKey|SharedAccessKey)=[^;\s`]*",
    r"[?&;](sig|Signature|X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token)=[^&\s\"`]+",
    r"-----BEGIN [A-Z ]*PRIVATE KEY[\s\S]*",
)
# What is one by the word before it, which stays, and what is left of a token that was cut off.
# Letters of one case are prose: "Basic authentication is off".
_IN_CONTEXT = (
    r"((?i:\bauthorization[\"']?\s*[:=]\s*[\"']?))(?:\w+\s+)?[^\s\"'<,]+",
    r"((?i:\bbearer)\s+)(?!authenticat|authoriz)[\w.~+/=-]{8,}",
    r"((?i:\bbasic)\s+)(?=\S+[A-Z0-9+/=])[A-Za-z0-9+/]{8,}=*",
    r"(\b(?:client_secret|clientSecret|client_assertion|(?:[aA]ccess|refresh|id)(?:_t|T)oken)"
    r"[\\\"']*\s*[:=]\s*[\\\"']*)[^\s\\\"'&;,<}]+",
    r"()\beyJ[\w-]{8,}",
)
_SHAPE = re.compile("|".join(_SHAPES))
# a private key over several lines, or with its line ends escaped
_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[A-Za-z0-9+/=]{16,}|\s|\\[rn])*"
    r"(?:[A-Za-z0-9+/=]{0,15}(?:\s|\\[rn])*-----END [A-Z ]*PRIVATE KEY-----)?"
)


def has_secret(text: str) -> bool:
    """Whether something in ``text`` is a secret by its looks alone."""
    return _SHAPE.search(text) is not None


def redacted(text: str) -> str:
    """``text`` with … for whatever looks like a secret, and for those that this process knows.

    Cut a text short, or into lines, only afterwards: half a token is not recognized.
    """
    for secret in known_secrets():
        text = text.replace(secret, "…")
    text = _SHAPE.sub("…", text)
    for pattern in _IN_CONTEXT:
        text = re.sub(pattern, r"\1…", text)
    return text


def without_keys(text: str) -> str:
    """``text`` with … for each private key; for a text that is to be read line by line."""
    return _KEY.sub("…", text) if "PRIVATE KEY-----" in text else text
