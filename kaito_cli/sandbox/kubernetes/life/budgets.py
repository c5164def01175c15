"""PodDisruptionBudgets: how many pods may be missed now."""

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life import pods
from kaito_cli.sandbox.kubernetes.life.context import Context, condition
from kaito_cli.sandbox.kubernetes.life.rollout import fraction
from kaito_cli.sandbox.kubernetes.selectors import labels_of, selects


def reconcile_budget(context: Context, budget: Manifest) -> None:
    """Its status."""
    meta, spec = budget["metadata"], budget.get("spec") or {}
    there = [
        each
        for each in context.store.kind("", "pods", meta["namespace"])
        if selects(spec.get("selector"), labels_of(each))
    ]
    there = pods.active(there)
    healthy, expected = len(pods.ready(there)), _expected(context, there)
    if spec.get("maxUnavailable") is not None:
        desired = expected - fraction(spec["maxUnavailable"], expected, up=True)
    else:
        desired = fraction(spec.get("minAvailable", 1), expected, up=True)
    allowed = max(0, healthy - max(0, desired))
    reason = "SufficientPods" if allowed else "InsufficientPods"
    old = (budget.get("status") or {}).get("conditions", [])
    status = {
        "currentHealthy": healthy,
        "desiredHealthy": max(0, desired),
        "expectedPods": expected,
        "disruptionsAllowed": allowed,
        "observedGeneration": meta.get("generation", 1),
        "conditions": condition(
            old, "DisruptionAllowed", bool(allowed), reason, "", context.store.time
        ),
    }
    context.set_status(budget, status)


def _expected(context: Context, there: list[Manifest]) -> int:
    """The replicas that the pods' controllers want."""
    owners = {}
    for pod in there:
        for reference in pod["metadata"].get("ownerReferences", ()):
            owners[reference["uid"]] = reference
    total = 0
    for reference in owners.values():
        resource = context.store.resources.of_kind(reference["apiVersion"], reference["kind"])
        namespace = there[0]["metadata"]["namespace"]
        owner = context.store.get(resource, namespace, reference["name"]) if resource else None
        total += owner["spec"].get("replicas", 1) if owner else 1
    return total if owners else len(there)
