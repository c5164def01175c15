"""Plan → Kubernetes objects → plan."""

from kaito_cli.manifests.annotation import PLAN_ANNOTATION, Manifest, plan_of
from kaito_cli.manifests.device_plugin import DEVICE_PLUGIN, device_plugin
from kaito_cli.manifests.files import Format, files
from kaito_cli.manifests.remarks import remarks
from kaito_cli.manifests.render import render
from kaito_cli.manifests.secrets import secret_commands
from kaito_cli.manifests.text import to_yaml

__all__ = [
    "DEVICE_PLUGIN",
    "PLAN_ANNOTATION",
    "Format",
    "Manifest",
    "device_plugin",
    "files",
    "plan_of",
    "remarks",
    "render",
    "secret_commands",
    "to_yaml",
]
