"""Names and labels: what Kubernetes allows, and which are ours."""

import re

from kaito_cli.errors import BadInput
from kaito_cli.model import Plan, SecretKey

MANAGED_BY = "app.kubernetes.io/managed-by"
NAME = "app.kubernetes.io/name"
COMPONENT = "app.kubernetes.io/component"
VERSION = "app.kubernetes.io/version"
WORKSPACE = "kaito-cli.dev/workspace"
MODEL = "kaito-cli.dev/model"
MODEL_ID = "kaito-cli.dev/model-id"  # an annotation: a hub id has a slash
OUR_PREFIX = "kaito-cli.dev/"
OURS = (MANAGED_BY, NAME, COMPONENT, VERSION)

API_KEY = "VLLM_API_KEY"
HF_TOKEN = "HF_TOKEN"
API_KEY_SUFFIX = "-api-key"
WEIGHTS_SUFFIX = "-weights"  # of the claim of a volume

LABEL_LIMIT = 63
_LABEL_PART = r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_DNS_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_LABEL_VALUE = re.compile(rf"(?:{_LABEL_PART})?")
_LABEL_KEY = re.compile(rf"(?:(?P<prefix>{_DNS_LABEL}(?:\.{_DNS_LABEL})*)/)?{_LABEL_PART}")
_WORKSPACE = re.compile(r"[a-z](?:[a-z0-9-]{0,43}[a-z0-9])?")
_SUBDOMAIN = re.compile(rf"{_DNS_LABEL}(?:\.{_DNS_LABEL})*")
_SECRET_KEY = re.compile(r"[-._A-Za-z0-9]+")
_VARIABLE = re.compile(r"[\x20-\x3c\x3e-\x7e]+")  # printable ASCII but `=`, as Kubernetes takes it


def selector_of(plan: Plan) -> dict[str, str]:
    """The labels that choose the pods: few, and never changed, for they cannot be."""
    return {COMPONENT: "inference", WORKSPACE: plan.workspace}


def labels_of(plan: Plan) -> dict[str, str]:
    """Labels of every object: ours, then what the user added, which :func:`check_names` judges."""
    described = {VERSION: plan.engine.version, MODEL: plan.model.name}
    legal = {key: label_value(text) for key, text in described.items()}
    return {
        NAME: plan.workspace,
        MANAGED_BY: "kaito-cli",
        **{key: value for key, value in legal.items() if value},
        **selector_of(plan),
        **plan.request.labels,
    }


def label_value(text: str) -> str:
    """``text`` as a legal label value: other characters become dashes, 63 of them at most."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text)[:LABEL_LIMIT].strip("-_.")


def check_namespace(namespace: str) -> None:
    """Raise BadInput for what cannot be the name of a namespace."""
    if len(namespace) > LABEL_LIMIT or not re.fullmatch(_DNS_LABEL, namespace):
        raise BadInput(
            f"`{namespace}` cannot be the name of a namespace.",
            hint="Use -n with at most 63 small letters, digits and dashes.",
        )


def check_workspace(name: str, *, hint: str) -> None:
    """Raise BadInput for what cannot be the name of a workspace."""
    if not _WORKSPACE.fullmatch(name):
        raise BadInput(f"`{name}` cannot be the name of a workspace.", hint=hint)


def check_names(plan: Plan) -> None:
    """Raise BadInput for a name or label the API server would refuse, or that would overrule
    one of ours, in the words of our flags."""
    check_workspace(
        plan.workspace,
        hint="Use --name with at most 45 small letters, digits and dashes, a letter first.",
    )
    check_namespace(plan.namespace)
    for key, value in plan.request.labels.items():
        _require_label(key, value, "--set-label")
        _require_not_ours(key)
    for key, value in plan.request.node_selector.items():
        _require_label(key, value, "--node-selector")
    for secret, flag in _secrets(plan):
        _require_secret(secret, flag)
    for variable in (*plan.engine.env, *plan.engine.env_from):
        _require_variable(variable)
    for source in plan.engine.env_from.values():
        _require_secret_key(source.key)


def api_key_secret(plan: Plan) -> SecretKey:
    """Where the endpoint's key is: the user's own Secret, or the one made for the workspace."""
    name = plan.request.api_key_secret or f"{plan.workspace}{API_KEY_SUFFIX}"
    return SecretKey(secret=name, key=API_KEY)


def hf_token_secret(plan: Plan) -> SecretKey:
    """Where the model hub's token is: the user's own Secret, or the workspace's."""
    return SecretKey(
        secret=plan.request.hf_token_secret or f"{plan.workspace}-hf-token", key=HF_TOKEN
    )


def _secrets(plan: Plan) -> list[tuple[str, str]]:
    named = [
        (plan.request.api_key_secret, "--api-key-secret"),
        (plan.request.hf_token_secret, "--hf-token-secret"),
        (plan.request.image_pull_secret, "--image-pull-secret"),
    ]
    given = [(name, flag) for name, flag in named if name]
    return given + [(each.secret, "--env-from") for each in plan.engine.env_from.values()]


def _require_label(key: str, value: str, flag: str) -> None:
    match = _LABEL_KEY.fullmatch(key)
    if match is None or len(match["prefix"] or "") > 253 or not _LABEL_VALUE.fullmatch(value):
        raise BadInput(
            f"`{key}={value}` is not a label Kubernetes takes.",
            hint=f"Give {flag} KEY=VALUE of letters, digits, `-`, `_` and `.`, 63 at most.",
        )


def _require_not_ours(key: str) -> None:
    if key in OURS or key.startswith(OUR_PREFIX):
        raise BadInput(
            f"The label `{key}` is kaito's own and cannot be set.",
            hint="Choose another key for --set-label, for example `team`.",
        )


def _require_secret(name: str, flag: str) -> None:
    if len(name) > 253 or not _SUBDOMAIN.fullmatch(name):
        raise BadInput(
            f"`{name}` cannot be the name of a Secret.",
            hint=f"Give {flag} a name of small letters, digits, `-` and `.`.",
        )


def _require_secret_key(key: str) -> None:
    if len(key) > 253 or not _SECRET_KEY.fullmatch(key):
        raise BadInput(
            f"`{key}` cannot be a key of a Secret.",
            hint="Use letters, digits, `-`, `_` and `.` in --env-from NAME=SECRET/KEY.",
        )


def _require_variable(name: str) -> None:
    if not _VARIABLE.fullmatch(name):
        raise BadInput(
            f"`{name}` cannot be the name of an environment variable.",
            hint="Use letters, digits and `_` in --env NAME=VALUE.",
        )
