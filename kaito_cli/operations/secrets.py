"""The Secrets a workspace needs: its API key is made once, the user's own have to be there."""

import secrets
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass

from kaito_cli.errors import ClusterFailed, Gated, KaitoError, NotFound, NotPermitted
from kaito_cli.manifests.annotation import Manifest
from kaito_cli.manifests.environment import has_api_key
from kaito_cli.manifests.names import api_key_secret, hf_token_secret, labels_of
from kaito_cli.manifests.secrets import secret_commands
from kaito_cli.model import Event, Plan, Progress, Ref, SecretKey
from kaito_cli.ports import Cluster

KEY_BYTES = 32


def provide_secrets(plan: Plan, cluster: Cluster) -> Iterator[Event]:
    """Make the endpoint's API key if it is missing, and see to it that the user's own Secrets
    are there.

    A value is never printed, and one that is there is never overwritten. Raises Gated for
    gated weights without a token, NotFound for another Secret or key that is missing.
    """
    for needed in _needed(plan):
        yield from _required(needed, plan, cluster)
    if has_api_key(plan) and not plan.request.api_key_secret:
        yield from _made(plan, cluster)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needed:
    """``key`` empty: any; ``flag`` is what named it."""

    secret: str
    key: str
    flag: str
    optional: bool = False


def _needed(plan: Plan) -> Iterator[_Needed]:
    """The Secrets the user makes, not kaito."""
    request = plan.request
    if plan.model.gated or request.hf_token_secret:
        yield _of(hf_token_secret(plan), "--hf-token-secret")
    if has_api_key(plan) and request.api_key_secret:
        yield _of(api_key_secret(plan), "--api-key-secret")
    for source in plan.engine.env_from.values():
        yield _of(source, "--env-from")
    if request.image_pull_secret:  # a node may have its own way to pull, so pods start without
        yield _Needed(
            secret=request.image_pull_secret, key="", flag="--image-pull-secret", optional=True
        )


def _of(source: SecretKey, flag: str) -> _Needed:
    return _Needed(secret=source.secret, key=source.key, flag=flag)


def _required(needed: _Needed, plan: Plan, cluster: Cluster) -> Iterator[Event]:
    try:
        live = cluster.get(_ref(needed.secret, plan))
    except NotPermitted as error:  # who may not read Secrets may still have them used by pods
        yield _told(needed.secret, f"not looked at: {error.message}")
        return
    if live is not None and (not needed.key or needed.key in _keys(live)):
        return
    if needed.optional:
        yield _told(needed.secret, f"is not in namespace {plan.namespace} ({needed.flag})")
        return
    raise _missing(needed, live, plan)


def _keys(live: Manifest) -> set[str]:
    return set(live.get("data") or {})


def _missing(needed: _Needed, live: Manifest | None, plan: Plan) -> KaitoError:
    what = f"no key `{needed.key}` in Secret" if live else "no Secret"
    message = f"There is {what} `{needed.secret}` in namespace `{plan.namespace}`"
    if needed.flag == "--hf-token-secret" and plan.model.gated:
        return Gated(
            f"{message}, and `{plan.model.id}` is gated: its weights need a token.",
            hint=f"Make it with: {by_hand(needed.secret, needed.key, plan)}",
        )
    return NotFound(
        f"{message}, which {needed.flag} names.",
        hint=f"Make it with: {by_hand(needed.secret, needed.key, plan)}",
    )


def by_hand(secret: str, key: str, plan: Plan) -> str:
    """The shell command that makes one of the workspace's Secrets."""
    commands = [each for each in secret_commands(plan) if f" {secret} " in each]
    own = (
        f"printf '{key}=%s' \"$VALUE\" | kubectl create secret generic {secret} "
        f"--namespace {plan.namespace} --from-env-file=/dev/stdin"
    )
    return commands[0] if commands else own


def _made(plan: Plan, cluster: Cluster) -> Iterator[Event]:
    key = api_key_secret(plan)
    ref = _ref(key.secret, plan)
    live = cluster.get(ref)
    if live is None:
        try:
            cluster.apply([_random(key, plan)])
            yield _told(key.secret, "made with a random value")
            return
        except ClusterFailed:
            # another run was faster: an immutable Secret takes no second value
            live = cluster.get(ref)
            if live is None:
                raise
    if key.key not in _keys(live):
        needed = _of(key, "kaito")
        raise NotFound(
            f"Secret `{key.secret}` in namespace `{plan.namespace}` has no key `{key.key}`, which "
            "the endpoint's API key is read from.",
            hint=f"Make it with: {by_hand(needed.secret, needed.key, plan)}",
        )


def _random(key: SecretKey, plan: Plan) -> Manifest:
    """Immutable, so that of two runs at once the second cannot overwrite the first one's."""
    value = secrets.token_hex(KEY_BYTES)
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": key.secret,
            "namespace": plan.namespace,
            "labels": labels_of(plan),
        },
        "type": "Opaque",
        "immutable": True,
        "data": {key.key: b64encode(value.encode()).decode()},
    }


def _ref(secret: str, plan: Plan) -> Ref:
    return Ref(kind="Secret", name=secret, namespace=plan.namespace)


def _told(secret: str, message: str) -> Event:
    return Event(subject=f"Secret {secret}", progress=Progress.STEP, message=message)
