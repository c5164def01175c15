"""DaemonSets: a pod on every node that takes it."""

from kaito_cli.sandbox.kubernetes.defaults import template_hash
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life import pods
from kaito_cli.sandbox.kubernetes.life.context import Context
from kaito_cli.sandbox.kubernetes.life.fitting import tolerates, wants
from kaito_cli.sandbox.kubernetes.selectors import labels_of

SOURCE = "daemonset-controller"
_HASH = "controller-revision-hash"
# what daemons stand by themselves (pkg/controller/daemon/util)
_TOLERATED = (
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
)


def reconcile_daemon_set(context: Context, owner: Manifest) -> None:
    """A pod more or less where nodes came, went or changed; old revisions one at a time."""
    if owner["metadata"].get("deletionTimestamp"):
        return
    mark = template_hash(owner["spec"]["template"])
    nodes = [
        each["metadata"]["name"] for each in context.store.kind("", "nodes") if _takes(owner, each)
    ]
    there = _by_node(context, owner)
    for node in nodes:
        if node not in there:
            pods.start(context, owner, _pod(owner, node, mark), SOURCE)
    for node, pod in there.items():
        if pods.phase(pod) == "Failed" or node not in nodes:
            pods.stop(context, owner, pod, SOURCE)
    _update(context, owner, there, mark)
    _report(context, owner, nodes, mark)


def _takes(owner: Manifest, node: Manifest) -> bool:
    template = owner["spec"]["template"]["spec"]
    probe = {"spec": {**template, "tolerations": _tolerations(template)}}
    taints = node["spec"].get("taints", ())
    hard = [each for each in taints if each["effect"] in ("NoSchedule", "NoExecute")]
    hard = [each for each in hard if each["key"] != "node.kubernetes.io/not-ready"]
    return wants(template, node) and all(tolerates(probe, each) for each in hard)


def _tolerations(spec: Manifest) -> list[Manifest]:
    own = [
        {"key": f"node.kubernetes.io/{name}", "operator": "Exists", "effect": effect}
        for name, effect in _TOLERATED
    ]
    return [*spec.get("tolerations", ()), *own]


def _pod(owner: Manifest, node: str, mark: str) -> Manifest:
    """Bound to its node by affinity, as the real controller does."""
    pod = pods.from_template(owner, **{_HASH: mark})
    field = {"key": "metadata.name", "operator": "In", "values": [node]}
    affinity = pod["spec"].setdefault("affinity", {})
    affinity["nodeAffinity"] = {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchFields": [field]}]
        }
    }
    pod["spec"]["tolerations"] = _tolerations(pod["spec"])
    return pod


def _by_node(context: Context, owner: Manifest) -> dict[str, Manifest]:
    found = {}
    for pod in pods.owned(context, owner):
        if not pod["metadata"].get("deletionTimestamp"):
            found[_node_of(pod)] = pod
    return found


def _node_of(pod: Manifest) -> str:
    affinity = pod["spec"]["affinity"]["nodeAffinity"]
    terms = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    return str(terms[0]["matchFields"][0]["values"][0])


def _update(context: Context, owner: Manifest, there: dict[str, Manifest], mark: str) -> None:
    if owner["spec"]["updateStrategy"]["type"] != "RollingUpdate":
        return
    old = [each for each in there.values() if labels_of(each).get(_HASH) != mark]
    new = [each for each in there.values() if labels_of(each).get(_HASH) == mark]
    if old and len(pods.ready(new)) == len(new):
        pods.stop(context, owner, old[0], SOURCE)


def _report(context: Context, owner: Manifest, nodes: list[str], mark: str) -> None:
    there = pods.active(pods.owned(context, owner))
    ready = len(pods.ready(there))
    on = [each for each in there if each["spec"].get("nodeName")]
    status = {
        "observedGeneration": owner["metadata"].get("generation", 1),
        "desiredNumberScheduled": len(nodes),
        "currentNumberScheduled": len(on),
        "numberMisscheduled": 0,
        "numberReady": ready,
        "numberAvailable": ready,
        "numberUnavailable": len(nodes) - ready,
        "updatedNumberScheduled": len([each for each in on if labels_of(each).get(_HASH) == mark]),
    }
    context.set_status(owner, status)
