"""Why a pod does not fit a node, in kube-scheduler's words (plugins' Filter)."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from kaito_cli.sandbox.kubernetes.fields.quantity import amount
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.selectors import labels_of, meets, selects

Amounts = dict[str, Fraction]
_HARD = ("NoSchedule", "NoExecute")
_AFFINITY = "node(s) didn't match Pod's node affinity/selector"
# what no eviction of other pods would change
_UNRESOLVABLE = (_AFFINITY, "node(s) had untolerated taint", "node(s) were unschedulable")


def requested(pod: Manifest) -> Amounts:
    """What a pod asks of a node: the sum of its containers, at least its largest init one."""
    spec, total = pod["spec"], Amounts()
    for each in spec["containers"]:
        _add(total, _requests(each))
    for each in spec.get("initContainers", ()):
        for name, value in _requests(each).items():
            total[name] = max(total.get(name, Fraction(0)), value)
    return total


def _requests(container: Manifest) -> Amounts:
    found = (container.get("resources") or {}).get("requests") or {}
    return {name: amount(value) for name, value in found.items()}


def _add(total: Amounts, more: Amounts) -> None:
    for name, value in more.items():
        total[name] = total.get(name, Fraction(0)) + value


def obstacles(pod: Manifest, node: Manifest, neighbours: Sequence[Manifest]) -> list[str]:
    """All reasons of the first filter that says no; empty: it fits. ``neighbours``: the pods
    on the node."""
    for found in (
        _unschedulable(pod, node),
        _taint(pod, node),
        _affinity(pod, node),
        _resources(pod, node, neighbours),
        _anti_affinity(pod, neighbours),
    ):
        if found:
            return found
    return []


def _unschedulable(pod: Manifest, node: Manifest) -> list[str]:
    taint = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
    cordoned = node["spec"].get("unschedulable") and not tolerates(pod, taint)
    return ["node(s) were unschedulable"] if cordoned else []


def _taint(pod: Manifest, node: Manifest) -> list[str]:
    for taint in node["spec"].get("taints", ()):
        if taint["effect"] in _HARD and not tolerates(pod, taint):
            return [f"node(s) had untolerated taint {{{taint['key']}: {taint.get('value', '')}}}"]
    return []


def tolerates(pod: Manifest, taint: Manifest) -> bool:
    """Whether one of a pod's tolerations covers a taint."""
    return any(_covers(each, taint) for each in pod["spec"].get("tolerations", ()))


def _covers(toleration: Manifest, taint: Manifest) -> bool:
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    if toleration.get("operator", "Equal") == "Exists":
        return toleration.get("key") in (None, "", taint["key"])
    same = toleration.get("value", "") == taint.get("value", "")
    return bool(toleration.get("key") == taint["key"] and same)


def _affinity(pod: Manifest, node: Manifest) -> list[str]:
    return [] if wants(pod["spec"], node) else [_AFFINITY]


def wants(spec: Manifest, node: Manifest) -> bool:
    """Whether node selector and required node affinity accept a node."""
    labels = labels_of(node)
    wanted = spec.get("nodeSelector") or {}
    if any(labels.get(name) != value for name, value in wanted.items()):
        return False
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if not required:
        return True
    return any(_term(each, node) for each in required["nodeSelectorTerms"])


def _term(term: Manifest, node: Manifest) -> bool:
    fields = {"metadata.name": node["metadata"]["name"]}
    expressions, matched = term.get("matchExpressions") or (), term.get("matchFields") or ()
    if not expressions and not matched:
        return False
    return all(meets(each, labels_of(node)) for each in expressions) and all(
        meets(each, fields) for each in matched
    )


def _resources(pod: Manifest, node: Manifest, neighbours: Sequence[Manifest]) -> list[str]:
    room = {name: amount(value) for name, value in node["status"]["allocatable"].items()}
    taken = Amounts()
    for each in neighbours:
        _add(taken, requested(each))
    found = []
    if len(neighbours) + 1 > room.get("pods", Fraction(110)):
        found.append("Too many pods")
    for name, value in sorted(requested(pod).items()):
        if value and value > room.get(name, Fraction(0)) - taken.get(name, Fraction(0)):
            found.append(f"Insufficient {name}")
    return found


def _anti_affinity(pod: Manifest, neighbours: Sequence[Manifest]) -> list[str]:
    """Required anti-affinity by host; other topologies are not simulated."""
    rules = (pod["spec"].get("affinity") or {}).get("podAntiAffinity") or {}
    for each in rules.get("requiredDuringSchedulingIgnoredDuringExecution") or ():
        if each["topologyKey"] != "kubernetes.io/hostname":
            continue
        if any(selects(each.get("labelSelector"), labels_of(other)) for other in neighbours):
            return ["node(s) didn't match pod anti-affinity rules"]
    return []


def explained(nodes: int, reasons: Iterable[Sequence[str]]) -> str:
    """The message of FailedScheduling."""
    if not nodes:
        return "no nodes available to schedule pods"
    told = list(reasons)
    counts: dict[str, int] = {}
    for each in told:
        for reason in each:
            counts[reason] = counts.get(reason, 0) + 1
    lines = sorted(f"{count} {reason}" for reason, count in counts.items())
    fixed = sum(any(each.startswith(_UNRESOLVABLE) for each in reason) for reason in told)
    preemption = [
        f"{count} {text}"
        for count, text in (
            (nodes - fixed, "No preemption victims found for incoming pod"),
            (fixed, "Preemption is not helpful for scheduling"),
        )
        if count
    ]
    available = f"0/{nodes} nodes are available"
    told_lines, told_preemption = ", ".join(lines), ", ".join(sorted(preemption))
    return f"{available}: {told_lines}. preemption: {available}: {told_preemption}."
