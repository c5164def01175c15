"""Everything a template may say, computed from the plan beforehand."""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any

from kaito_cli.manifests.annotation import PLAN_ANNOTATION, recorded
from kaito_cli.manifests.environment import environment_of, literal
from kaito_cli.manifests.names import MODEL_ID, check_names, labels_of, selector_of
from kaito_cli.manifests.scheduling import GPU, bound_pool, pool_label, tolerations
from kaito_cli.model import Plan, Runtime

PROBE_SECONDS = 10
DEFAULT_GRACE_SECONDS = 30  # Kubernetes' own, and what is left to the engine after its drain
# transformers serve answers one request at a time: /health may wait behind a long answer.
LIVENESS_FAILURES = {Runtime.VLLM: 6, Runtime.TRANSFORMERS: 60}


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceContext:
    """The only names a template in ``templates/inference/`` may use.

    ``node_pool`` empty: any pool; ``shared_memory`` empty: as the node allows;
    ``disruption_budget`` False: no such object.
    """

    name: str
    namespace: str
    labels: dict[str, str]
    selector: dict[str, str]
    annotations: dict[str, str]
    replicas: int
    strategy: dict[str, Any]
    deadline_seconds: int
    node_pool: str
    node_pool_label: str
    node_selector: dict[str, str]
    tolerations: list[dict[str, str]]
    image: str
    image_pull_secrets: list[dict[str, str]]
    command: list[str]
    args: list[str]
    env: list[dict[str, Any]]
    requests: dict[str, str]
    limits: dict[str, str]
    probe_seconds: int
    startup_failures: int
    liveness_failures: int
    grace_seconds: int
    shared_memory: str
    disruption_budget: bool

    @classmethod
    def of(cls, plan: Plan) -> "InferenceContext":
        """Raises BadInput for names and labels the cluster would refuse."""
        check_names(plan)
        command = [literal(each) for each in plan.engine.args]
        return cls(
            name=plan.workspace,
            namespace=plan.namespace,
            labels=labels_of(plan),
            selector=selector_of(plan),
            annotations={MODEL_ID: plan.model.id, PLAN_ANNOTATION: recorded(plan)},
            replicas=plan.placement.replicas,
            strategy=_strategy(plan),
            deadline_seconds=plan.timing.deadline_seconds,
            node_pool=bound_pool(plan),
            node_pool_label=pool_label(plan),
            node_selector=plan.request.node_selector,
            tolerations=tolerations(plan),
            image=plan.engine.image,
            image_pull_secrets=_pull_secrets(plan),
            command=command[:1],
            args=command[1:],
            env=environment_of(plan),
            requests=_requests(plan),
            limits=_limits(plan),
            probe_seconds=PROBE_SECONDS,
            startup_failures=ceil(plan.timing.deadline_seconds / PROBE_SECONDS),
            liveness_failures=LIVENESS_FAILURES[plan.runtime],
            grace_seconds=_grace_seconds(plan.engine.args),
            shared_memory=_quantity(plan.pod.shared_memory_gib, "Gi"),
            disruption_budget=plan.placement.replicas > 1,
        )


def _strategy(plan: Plan) -> dict[str, Any]:
    """Never a surge: every GPU is taken, so a new pod would wait for one that waits for it."""
    if plan.placement.replicas == 1:
        return {"type": "Recreate"}
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}


def _pull_secrets(plan: Plan) -> list[dict[str, str]]:
    secret = plan.request.image_pull_secret
    return [{"name": secret}] if secret else []


def _requests(plan: Plan) -> dict[str, str]:
    asked = {
        "cpu": _quantity(plan.pod.cpu_millicores, "m"),
        "memory": _quantity(plan.pod.memory_mib, "Mi"),
        "ephemeral-storage": _quantity(plan.pod.ephemeral_storage_gib, "Gi"),
        GPU: str(plan.pod.gpus),
    }
    return {name: quantity for name, quantity in asked.items() if quantity}


def _limits(plan: Plan) -> dict[str, str]:
    """GPUs as requested, for they cannot be overcommitted; memory, so that an overrun ends the
    engine and not the node. CPU and disk may be borrowed while they are free."""
    return {name: each for name, each in _requests(plan).items() if name in ("memory", GPU)}


def _quantity(amount: int, unit: str) -> str:
    return f"{amount}{unit}" if amount else ""


def _grace_seconds(args: tuple[str, ...]) -> int:
    """Longer than the engine's own drain (``--shutdown-timeout``), or it would be cut short."""
    flags = dict(pairwise(args))
    flags |= dict(each.split("=", 1) for each in args if each.startswith("--") and "=" in each)
    drain = flags.get("--shutdown-timeout", "0")
    return DEFAULT_GRACE_SECONDS + (int(drain) if drain.isdecimal() else 0)
