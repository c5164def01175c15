"""The objects as files, in the form a person or a pipeline wants them."""

from enum import StrEnum

from kaito_cli.manifests.helm import chart
from kaito_cli.manifests.kustomize import base
from kaito_cli.manifests.render import INFERENCE, KARPENTER, render, template_names
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
    names = _file_names()
    manifests = {names[each["kind"].lower()]: each for each in render(plan)}
    match form:
        case Format.KUSTOMIZE:
            return base(plan, manifests)
        case Format.HELM:
            return chart(plan, manifests)
        case Format.YAML:
            return {name: to_yaml([manifest]) for name, manifest in manifests.items()}


def _file_names() -> dict[str, str]:
    """Kind → file, numbered as its template: rendering again into the same folder writes over
    an object's old file, also when there are more or fewer objects than before."""
    templates = [*template_names(KARPENTER), *template_names(INFERENCE)]
    names = [each.rpartition("/")[2].removesuffix(".j2") for each in templates]
    return {name.removesuffix(".yaml").partition("-")[2]: name for name in names}
