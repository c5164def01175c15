"""The objects as files, in the form a person or a pipeline wants them."""

from enum import StrEnum

from kaito_cli.manifests.annotation import Manifest
from kaito_cli.manifests.helm import chart
from kaito_cli.manifests.kustomize import base
from kaito_cli.manifests.render import render
from kaito_cli.manifests.text import to_yaml
from kaito_cli.model import Plan


class Format(StrEnum):
    """How `kaito render` hands the objects over."""

    YAML = "yaml"
    KUSTOMIZE = "kustomize"
    HELM = "helm"


def files(plan: Plan, form: Format) -> dict[str, str]:
    """File name (with ``/`` for folders) → text; names sort in the order to apply.

    Raises what :func:`render` raises. Nothing is written: that is the caller's.
    """
    manifests = {_file_name(place, each): each for place, each in enumerate(render(plan), 1)}
    match form:
        case Format.KUSTOMIZE:
            return base(plan, manifests)
        case Format.HELM:
            return chart(plan, manifests)
        case Format.YAML:
            return {name: to_yaml([manifest]) for name, manifest in manifests.items()}


def _file_name(place: int, manifest: Manifest) -> str:
    return f"{place}0-{manifest['kind'].lower()}.yaml"
