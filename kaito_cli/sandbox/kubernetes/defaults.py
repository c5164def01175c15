"""What the server fills in, kind by kind (pkg/apis/*/v1/defaults.go)."""

import json
from collections.abc import Callable
from typing import Any

from kaito_cli.sandbox.kubernetes.defaults_pod import default_pod_spec, default_requests, fill
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest


def default(manifest: Manifest) -> None:
    """Fill in what is missing, in place."""
    defaulter = _BY_KIND.get(manifest["kind"])
    if defaulter:
        defaulter(manifest.setdefault("spec", {}), manifest)


def _pod(spec: Manifest, manifest: Manifest) -> None:
    default_pod_spec(spec)
    default_requests(spec)
    fill(spec, enableServiceLinks=True, serviceAccountName="default")
    fill(spec, serviceAccount=spec["serviceAccountName"], preemptionPolicy="PreemptLowerPriority")
    fill(spec, priority=0)
    _tolerate_failing_nodes(spec)
    manifest.setdefault("status", {}).setdefault("phase", "Pending")
    manifest["status"].setdefault("qosClass", _quality(spec))


def _tolerate_failing_nodes(spec: Manifest) -> None:
    """The DefaultTolerationSeconds admission plugin."""
    tolerations = spec.setdefault("tolerations", [])
    for name in ("not-ready", "unreachable"):
        key = f"node.kubernetes.io/{name}"
        if not any(each.get("key", key) == key for each in tolerations):
            tolerations.append(
                {
                    "key": key,
                    "operator": "Exists",
                    "effect": "NoExecute",
                    "tolerationSeconds": 300,
                }
            )


def _quality(spec: Manifest) -> str:
    resources = [each.get("resources") or {} for each in spec["containers"]]
    if not any(each.get("requests") or each.get("limits") for each in resources):
        return "BestEffort"
    full = all(
        all(name in (each.get("limits") or {}) for name in ("cpu", "memory"))
        and all(
            each["limits"].get(name) == (each.get("requests") or {}).get(name)
            for name in ("cpu", "memory")
        )
        for each in resources
    )
    return "Guaranteed" if full else "Burstable"


def _deployment(spec: Manifest, manifest: Manifest) -> None:
    fill(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    strategy = spec.setdefault("strategy", {})
    fill(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        fill(strategy.setdefault("rollingUpdate", {}), maxUnavailable="25%", maxSurge="25%")
    _template(spec)


def _replica_set(spec: Manifest, manifest: Manifest) -> None:
    fill(spec, replicas=1)
    _template(spec)


def _stateful_set(spec: Manifest, manifest: Manifest) -> None:
    fill(spec, replicas=1, podManagementPolicy="OrderedReady", revisionHistoryLimit=10)
    fill(
        spec,
        updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
        persistentVolumeClaimRetentionPolicy={"whenDeleted": "Retain", "whenScaled": "Retain"},
    )
    for each in spec.get("volumeClaimTemplates", ()):
        fill(each, apiVersion="v1", kind="PersistentVolumeClaim", status={"phase": "Pending"})
        fill(each["spec"], volumeMode="Filesystem")
    _template(spec)


def _daemon_set(spec: Manifest, manifest: Manifest) -> None:
    rolling = {"maxUnavailable": 1, "maxSurge": 0}
    fill(spec, revisionHistoryLimit=10)
    fill(spec, updateStrategy={"type": "RollingUpdate", "rollingUpdate": rolling})
    _template(spec)


def _job(spec: Manifest, manifest: Manifest) -> None:
    if "completions" not in spec and "parallelism" not in spec:
        fill(spec, completions=1)
    fill(spec, parallelism=1, backoffLimit=6, completionMode="NonIndexed", suspend=False)
    fill(spec, podReplacementPolicy="TerminatingOrFailed", manualSelector=False)
    labels = spec["template"].setdefault("metadata", {}).setdefault("labels", {})
    uid, name = manifest["metadata"].get("uid", ""), manifest["metadata"].get("name", "")
    if not spec["manualSelector"] and uid and "selector" not in spec:
        own = {"batch.kubernetes.io/controller-uid": uid, "controller-uid": uid}
        labels |= own | {"batch.kubernetes.io/job-name": name, "job-name": name}
        spec["selector"] = {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}
    _template(spec)


def _template(spec: Manifest) -> None:
    default_pod_spec(spec.setdefault("template", {}).setdefault("spec", {}))


def _service(spec: Manifest, manifest: Manifest) -> None:
    fill(spec, type="ClusterIP", sessionAffinity="None", internalTrafficPolicy="Cluster")
    if spec["type"] != "ExternalName":
        fill(spec, ipFamilies=["IPv4"], ipFamilyPolicy="SingleStack")
    if spec["type"] in ("LoadBalancer", "NodePort"):
        fill(spec, externalTrafficPolicy="Cluster")
    if spec["type"] == "LoadBalancer":
        fill(spec, allocateLoadBalancerNodePorts=True)
    for each in spec.get("ports", ()):
        fill(each, protocol="TCP", targetPort=each.get("port"))
    manifest.setdefault("status", {"loadBalancer": {}})


def _claim(spec: Manifest, manifest: Manifest) -> None:
    fill(spec, volumeMode="Filesystem")
    manifest.setdefault("status", {"phase": "Pending"})


def _network_policy(spec: Manifest, manifest: Manifest) -> None:
    egress = ["Egress"] if spec.get("egress") is not None else []
    fill(spec, policyTypes=["Ingress", *egress])
    for rule in [*spec.get("ingress", ()), *spec.get("egress", ())]:
        for port in rule.get("ports", ()):
            fill(port, protocol="TCP")


def _namespace(spec: Manifest, manifest: Manifest) -> None:
    fill(spec, finalizers=["kubernetes"])
    manifest.setdefault("status", {}).setdefault("phase", "Active")
    labels = manifest["metadata"].setdefault("labels", {})
    labels.setdefault("kubernetes.io/metadata.name", manifest["metadata"].get("name", ""))


def _secret(spec: Manifest, manifest: Manifest) -> None:
    manifest.pop("spec")
    fill(manifest, type="Opaque")


def _storage_class(spec: Manifest, manifest: Manifest) -> None:
    manifest.pop("spec")
    fill(manifest, reclaimPolicy="Delete", volumeBindingMode="Immediate")


_BY_KIND: dict[str, Callable[[Manifest, Manifest], None]] = {
    "Pod": _pod,
    "Deployment": _deployment,
    "ReplicaSet": _replica_set,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "Job": _job,
    "Service": _service,
    "PersistentVolumeClaim": _claim,
    "NetworkPolicy": _network_policy,
    "Namespace": _namespace,
    "Secret": _secret,
    "StorageClass": _storage_class,
}


def template_hash(template: Any) -> str:
    """A short name for a pod template. Kubernetes hashes with FNV; ours is as stable."""
    import hashlib

    digest = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).digest()
    letters = "bcdfghjklmnpqrstvwxz2456789"  # apimachinery util/rand: no vowels, no 0, 1, 3
    return "".join(letters[each % len(letters)] for each in digest[:10])
