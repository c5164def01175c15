"""What a pod needs of its namespace before it can start: Secrets and ConfigMaps."""

from collections.abc import Iterator

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.context import Context

_KINDS = {"secretKeyRef": ("secret", "secrets"), "configMapKeyRef": ("configmap", "configmaps")}
_WHOLE = {"secretRef": ("secret", "secrets"), "configMapRef": ("configmap", "configmaps")}


def missing_for_environment(context: Context, pod: Manifest, container: Manifest) -> str:
    """The message of CreateContainerConfigError; empty: nothing is missing."""
    return next(_missing_variables(context, pod["metadata"]["namespace"], container), "")


def _missing_variables(context: Context, namespace: str, container: Manifest) -> Iterator[str]:
    for variable in container.get("env", ()):
        source = variable.get("valueFrom") or {}
        for field, (word, plural) in _KINDS.items():
            wanted = source.get(field)
            if wanted and not wanted.get("optional"):
                yield from _missing_key(context, namespace, word, plural, wanted)
    for source in container.get("envFrom", ()):
        for field, (word, plural) in _WHOLE.items():
            wanted = source.get(field)
            if wanted and not wanted.get("optional"):
                yield from _missing(context, namespace, word, plural, wanted["name"])


def _missing_key(
    context: Context, namespace: str, word: str, plural: str, wanted: Manifest
) -> Iterator[str]:
    found = context.get("", plural, namespace, wanted["name"])
    yield from _missing(context, namespace, word, plural, wanted["name"])
    if found is not None and wanted["key"] not in (found.get("data") or {}):
        kind = "Secret" if word == "secret" else "ConfigMap"
        yield f"couldn't find key {wanted['key']} in {kind} {namespace}/{wanted['name']}"


def _missing(context: Context, namespace: str, word: str, plural: str, name: str) -> Iterator[str]:
    if context.get("", plural, namespace, name) is None:
        yield f'{word} "{name}" not found'


def missing_for_volumes(context: Context, pod: Manifest) -> str:
    """The message of FailedMount; empty: all volumes can be mounted."""
    namespace = pod["metadata"]["namespace"]
    for volume in pod["spec"].get("volumes", ()):
        for why in _missing_volume(context, namespace, volume):
            return f'MountVolume.SetUp failed for volume "{volume["name"]}" : {why}'
    return ""


def _missing_volume(context: Context, namespace: str, volume: Manifest) -> Iterator[str]:
    secret, config = volume.get("secret"), volume.get("configMap")
    if secret and not secret.get("optional"):
        yield from _missing(context, namespace, "secret", "secrets", secret["secretName"])
    if config and not config.get("optional"):
        name = config["name"]
        yield from _missing(context, namespace, "configmap", "configmaps", name)
        held = (context.get("", "configmaps", namespace, name) or {}).get("data") or {}
        for item in config.get("items", ()):
            if item["key"] not in held:
                yield f"configmap references non-existent config key: {item['key']}"
