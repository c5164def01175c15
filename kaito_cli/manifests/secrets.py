"""The Secrets that objects refer to and render never prints: how to make them by hand."""

import shlex

from kaito_cli.manifests.environment import has_api_key
from kaito_cli.manifests.names import (
    API_KEY,
    HF_TOKEN,
    api_key_secret,
    check_names,
    hf_token_secret,
)
from kaito_cli.model import Plan

RANDOM_KEY = '"$(openssl rand -hex 32)"'
TOKEN_OF_SHELL = '"${HF_TOKEN:?}"'


def secret_commands(plan: Plan) -> tuple[str, ...]:
    """Shell commands that make the Secrets of the workspace, before its objects are applied.

    The values pass through a pipe, so they are in no process's arguments. A Secret the user
    named is taken to exist; the hub token's is asked for only when the model is gated.
    """
    check_names(plan)
    commands = []
    if has_api_key(plan) and not plan.request.api_key_secret:
        commands.append(_create(plan, api_key_secret(plan).secret, API_KEY, RANDOM_KEY))
    if plan.model.gated and not plan.request.hf_token_secret:
        commands.append(_create(plan, hf_token_secret(plan).secret, HF_TOKEN, TOKEN_OF_SHELL))
    return tuple(commands)


def _create(plan: Plan, secret: str, key: str, value: str) -> str:
    namespace = shlex.quote(plan.namespace)
    return (
        f"printf '{key}=%s' {value} | kubectl create secret generic {shlex.quote(secret)}"
        f" --namespace {namespace} --from-env-file=/dev/stdin"
    )
