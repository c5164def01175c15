"""Plan → objects. What is applied is the parsed result, never the text of a template."""

import json
import re
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from kaito_cli.decoding import read_yaml
from kaito_cli.errors import Unsupported
from kaito_cli.manifests.annotation import Manifest
from kaito_cli.manifests.context import InferenceContext
from kaito_cli.manifests.karpenter import KarpenterContext
from kaito_cli.model import Nodes, Plan
from kaito_cli.resources import data

if TYPE_CHECKING:
    from jinja2 import Environment

INFERENCE = "inference"
KARPENTER = "karpenter"


def render(plan: Plan) -> list[Manifest]:
    """Every object of the plan, in the order to apply: ServiceAccount, Service,
    PodDisruptionBudget when there are several replicas, Deployment. Where Karpenter brings the
    nodes, the node class (unless the user's own is named) and the NodePool come first.

    No Secret is among them (see :func:`secret_commands`), and no ConfigMap: the command line
    and the environment say everything. Raises Unsupported for a replica on several nodes,
    a GPU that Amazon has not, BadInput for names and labels the cluster would refuse.
    """
    _require_one_node(plan)
    _require_reachable(plan)
    workload = objects(INFERENCE, asdict(InferenceContext.of(plan)))
    return [*_nodes(plan), *workload]


def _nodes(plan: Plan) -> list[Manifest]:
    if plan.request.nodes is not Nodes.KARPENTER:
        return []
    return objects(KARPENTER, asdict(KarpenterContext.of(plan)))


def objects(kind: str, context: dict[str, Any]) -> list[Manifest]:
    """The objects of one folder of templates, in order; a template may leave its object out."""
    parsed = (_parsed(name, context) for name in template_names(kind))
    return [each for each in parsed if each is not None]


def template_names(kind: str) -> list[str]:
    """Templates of one kind of workload, in the order their objects are applied."""
    return environment().list_templates(
        filter_func=lambda name: name.startswith(f"{kind}/") and name.endswith(".yaml.j2")
    )


@cache
def environment() -> "Environment":
    """Jinja without its globals (one is called ``namespace``) and without undefined names."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    env = Environment(
        loader=FileSystemLoader(data("templates")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.clear()
    env.policies["json.dumps_function"] = quoted
    env.policies["json.dumps_kwargs"] = {}
    return env


def quoted(value: Any) -> str:
    """``value`` as JSON that YAML reads alike.

    YAML takes JSON's pairs of surrogates for two characters, refuses some characters as they
    are and folds others away as line ends, so all beyond ASCII are escaped in YAML's manner.
    """
    text = json.dumps(value, ensure_ascii=False)
    return re.sub(r"[^\x20-\x7e]", lambda match: f"\\U{ord(match[0]):08x}", text)


def _parsed(name: str, context: dict[str, Any]) -> Manifest | None:
    text = environment().get_template(name).render(context)
    manifest: Manifest | None = read_yaml(text, f"templates/{name}")
    return manifest


def _require_reachable(plan: Plan) -> None:
    if plan.model.id.startswith("/"):
        raise Unsupported(
            f"`{plan.model.id}` is a folder of this machine, which no pod can read.",
            hint="Push it to the hub with `hf upload`, and name its id.",
        )


def _require_one_node(plan: Plan) -> None:
    placement = plan.placement
    if placement.gpus_per_replica > plan.pod.gpus:
        raise Unsupported(
            f"`{plan.workspace}` needs {placement.pipeline_parallel} nodes for one replica;"
            " kaito renders replicas of one node only.",
            hint="Add --pipeline-parallel 1, with --quantization or a shorter --context-length"
            " if it then does not fit.",
        )
