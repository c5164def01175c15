"""A small Helm chart: the same objects, with a handful of values to change."""

from copy import deepcopy
from typing import Any

from kaito_cli.manifests.annotation import PLAN_ANNOTATION, Manifest
from kaito_cli.manifests.names import MANAGED_BY
from kaito_cli.manifests.text import to_yaml
from kaito_cli.model import Nodes, Plan

CHART_VERSION = "0.1.0"


def chart(plan: Plan, manifests: dict[str, Manifest]) -> dict[str, str]:
    """File name → text. Braces that are data stay data; objects bear Helm's name as manager.

    The plan's annotation is left out: values may change what runs, and Helm, not kaito, keeps
    these objects.
    """
    values = _values(plan, manifests)
    templates = {
        f"templates/{name}": _template(manifest, values) for name, manifest in manifests.items()
    }
    return {
        "Chart.yaml": to_yaml([_chart(plan)]),
        "values.yaml": to_yaml([values]),
        **templates,
    }


def _chart(plan: Plan) -> Manifest:
    return {
        "apiVersion": "v2",
        "name": plan.workspace,
        "description": f"Serves {plan.model.id} with {plan.engine.name}.",
        "type": "application",
        "version": CHART_VERSION,
        "appVersion": plan.engine.version,
    }


def _values(plan: Plan, manifests: dict[str, Manifest]) -> dict[str, Any]:
    deployment = next(each for each in manifests.values() if each["kind"] == "Deployment")
    pod = deployment["spec"]["template"]["spec"]
    values = {
        "replicas": deployment["spec"]["replicas"],
        "image": plan.engine.image,
        "resources": pod["containers"][0]["resources"],
    }
    if plan.request.nodes is Nodes.KARPENTER:  # whose NodePool has that name, and a limit
        pool = next(each for each in manifests.values() if each["kind"] == "NodePool")
        return values | {"limits": pool["spec"]["limits"]}
    return values | ({"nodePool": plan.node_pool.name} if "affinity" in pod else {})


def _template(manifest: Manifest, values: dict[str, Any]) -> str:
    """YAML in which places for values are marked, braces escaped, then the marks replaced."""
    mark = _unused(to_yaml([manifest]))
    marked = deepcopy(manifest)
    actions = _mark_metadata(marked["metadata"], mark)
    if marked["kind"] == "Deployment":
        actions |= _mark_deployment(marked["spec"], mark, values)
    if marked["kind"] == "NodePool":
        marked["spec"]["limits"] = f"{mark}limits"
        actions |= {f"{mark}limits": ".Values.limits | toJson"}
    text = to_yaml([marked]).replace("{{", '{{ "{{" }}')
    for place, action in actions.items():
        text = text.replace(place, f"{{{{ {action} }}}}")
    return text


def _mark_metadata(metadata: dict[str, Any], mark: str) -> dict[str, str]:
    metadata.get("annotations", {}).pop(PLAN_ANNOTATION, None)
    if "namespace" in metadata:
        metadata["namespace"] = f"{mark}namespace"
    metadata["labels"][MANAGED_BY] = f"{mark}service"
    return {
        f"{mark}namespace": ".Release.Namespace | quote",
        f"{mark}service": ".Release.Service | quote",
    }


def _mark_deployment(spec: dict[str, Any], mark: str, values: dict[str, Any]) -> dict[str, str]:
    pod = spec["template"]["spec"]
    spec["template"]["metadata"]["labels"][MANAGED_BY] = f"{mark}service"
    spec["replicas"] = f"{mark}replicas"
    pod["containers"][0] |= {"image": f"{mark}image", "resources": f"{mark}resources"}
    if "nodePool" in values:
        _pool_expression(pod)["values"] = [f"{mark}nodePool"]
    return {f"{mark}{name}": f".Values.{name} | {_filter(value)}" for name, value in values.items()}


def _filter(value: Any) -> str:
    """Helm's `quote` also escapes characters that JSON leaves and YAML refuses."""
    return "quote" if isinstance(value, str) else "toJson"


def _pool_expression(pod: dict[str, Any]) -> dict[str, Any]:
    required = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    expression: dict[str, Any] = required["nodeSelectorTerms"][0]["matchExpressions"][0]
    return expression


def _unused(text: str) -> str:
    """A plain word that does not occur in ``text``."""
    number = 0
    while f"kaito{number}value" in text:
        number += 1
    return f"kaito{number}value"
