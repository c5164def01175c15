"""Secrets that this process knows word for word: never written anywhere, in memory alone.

A token of Entra may be any text, and so may a password; what cannot be told by its looks is
taken out of messages and logs because it was seen when it came.
"""

import json
import os
from threading import Lock
from urllib.parse import quote

VARIABLES = (
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_PASSWORD",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
)
# shorter ones are part of every other word: a text without them would not be readable
_SHORTEST = 4

_kept: set[str] = set()
_lock = Lock()


def keep_secret(*texts: object) -> None:
    """From now on none of ``texts`` is shown; what is no text is no secret."""
    found = {form for text in texts if isinstance(text, str) for form in _forms(text)}
    with _lock:
        _kept.update(found)


def known_secrets() -> list[str]:
    """All that were kept, and those of the environment, the longest first."""
    of_environment = [os.environ.get(name, "") for name in VARIABLES]
    with _lock:
        found = _kept.union(*map(_forms, of_environment))
    return sorted(found, key=len, reverse=True)


def forget_secrets() -> None:
    """As at the start; for whoever runs several commands in one process."""
    with _lock:
        _kept.clear()


def _forms(secret: str) -> set[str]:
    """How a secret is quoted by others: as it is, line by line, escaped or in an address."""
    forms = {
        secret.strip(),
        " ".join(secret.split()),
        *map(str.strip, secret.splitlines()),
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        quote(secret, safe="", errors="replace"),
    }
    return {each for each in forms if len(each) >= _SHORTEST}
