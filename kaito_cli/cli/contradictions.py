"""Refuse flags that contradict each other; what only the planner can know, it refuses itself."""

from collections.abc import Iterator

from kaito_cli.errors import BadInput
from kaito_cli.model import Request


def refuse_contradictions(request: Request) -> None:
    """BadInput that names both flags, and the one to leave out."""
    for both, hint in _contradictions(request):
        raise BadInput(f"{both} contradict each other.", hint=hint)


def _contradictions(request: Request) -> Iterator[tuple[str, str]]:
    if request.api_key_secret and not request.api_key:
        yield "`--no-api-key` and `--api-key-secret`", "Leave `--no-api-key` out."
    if request.image and request.registry_mirror:
        yield "`--image` and `--registry-mirror`", "Name the whole image with `--image` alone."
    for name in sorted(set(request.env) & set(request.env_from)):
        yield f"`--env {name}=…` and `--env-from {name}=…`", "Leave one of them out."
