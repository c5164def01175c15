"""What the server refuses with 422 although types are right (pkg/apis/*/validation)."""

import json
import re
from collections.abc import Callable, Iterator

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.problem import invalid
from kaito_cli.sandbox.kubernetes.resource import Resource
from kaito_cli.sandbox.kubernetes.selectors import selects
from kaito_cli.sandbox.kubernetes.validation_pod import Cause, pod_causes, wrong

_LABEL_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_RBAC = frozenset(("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"))
_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character"
)
_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character"
)
_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    "'.', and must start and end with an alphanumeric character"
)
_IMMUTABLE = "field is immutable"


def validate(resource: Resource, new: Manifest, old: Manifest | None) -> None:
    """Raises a 422 that lists everything that is wrong."""
    causes = list(_metadata(resource, new))
    causes += [each for check in _BY_KIND.get(resource.kind, ()) for each in check(new)]
    if old is not None:
        causes += _changes(resource.kind, new, old)
    if causes:
        raise invalid(resource, new["metadata"].get("name", ""), causes)


def _metadata(resource: Resource, manifest: Manifest) -> Iterator[Cause]:
    meta = manifest["metadata"]
    name = meta.get("name") or ""
    if not name:
        yield (
            "FieldValueRequired",
            "metadata.name",
            "Required value: name or generateName is required",
        )
    elif resource.kind not in _RBAC:
        yield from _name(resource.kind, name)
    for key, value in (meta.get("labels") or {}).items():
        if len(value) > 63:
            yield wrong("metadata.labels", value, "must be no more than 63 characters")
        if not _LABEL_VALUE.fullmatch(value):
            yield wrong("metadata.labels", value, _VALUE_RULE)
        if not key:
            yield wrong("metadata.labels", key, "name part must be non-empty")
    if sum(len(each) for each in (meta.get("annotations") or {}).values()) > 256 * 1024:
        yield (
            "FieldValueTooLong",
            "metadata.annotations",
            "Too long: may not be more than 262144 bytes",
        )


def _name(kind: str, name: str) -> Iterator[Cause]:
    short = kind in ("Service", "Namespace")
    form, rule = (_LABEL_NAME, _LABEL_RULE) if short else (_SUBDOMAIN, _SUBDOMAIN_RULE)
    if not form.fullmatch(name):
        yield wrong("metadata.name", name, rule)
    elif len(name) > (63 if short else 253):
        yield wrong("metadata.name", name, "must be no more than 63 characters")


def _workload(manifest: Manifest) -> Iterator[Cause]:
    spec = manifest["spec"]
    labels = (spec["template"].get("metadata") or {}).get("labels") or {}
    selector = spec.get("selector")
    if not selector:
        yield "FieldValueRequired", "spec.selector", "Required value"
    elif not selects(selector, labels):
        rule = "`selector` does not match template `labels`"
        yield wrong("spec.template.metadata.labels", labels, rule)
    if (spec.get("replicas") or 0) < 0:
        yield wrong("spec.replicas", spec["replicas"], "must be greater than or equal to 0")
    policy = spec["template"]["spec"].get("restartPolicy")
    if policy != "Always":
        yield _unsupported("spec.template.spec.restartPolicy", policy, ("Always",))
    yield from pod_causes(spec["template"]["spec"], "spec.template.spec")


def _strategy(manifest: Manifest) -> Iterator[Cause]:
    strategy = manifest["spec"].get("strategy") or {}
    rolling = strategy.get("rollingUpdate")
    if strategy.get("type") == "Recreate" and rolling:
        rule = "Forbidden: may not be specified when strategy `type` is 'Recreate'"
        yield "FieldValueForbidden", "spec.strategy.rollingUpdate", rule
    if rolling and all(
        str(rolling.get(each)) in ("0", "0%") for each in ("maxSurge", "maxUnavailable")
    ):
        yield wrong(
            "spec.strategy.rollingUpdate.maxUnavailable",
            0,
            "may not be 0 when `maxSurge` is 0",
        )


def _job(manifest: Manifest) -> Iterator[Cause]:
    template = manifest["spec"]["template"]["spec"]
    policy = template.get("restartPolicy")
    if policy == "Always":
        rule = 'Required value: valid values: "OnFailure", "Never"'
        yield "FieldValueRequired", "spec.template.spec.restartPolicy", rule
    yield from pod_causes(template, "spec.template.spec")


def _pod(manifest: Manifest) -> Iterator[Cause]:
    yield from pod_causes(manifest["spec"], "spec")


def _service(manifest: Manifest) -> Iterator[Cause]:
    spec = manifest["spec"]
    types = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
    if spec.get("type") not in types:
        yield _unsupported("spec.type", spec.get("type"), types)
    ports = spec.get("ports") or []
    if not ports and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None":
        yield "FieldValueRequired", "spec.ports", "Required value"
    for index, each in enumerate(ports):
        if not 1 <= each["port"] <= 65535:
            rule = "must be between 1 and 65535, inclusive"
            yield wrong(f"spec.ports[{index}].port", each["port"], rule)
        if len(ports) > 1 and not each.get("name"):
            yield "FieldValueRequired", f"spec.ports[{index}].name", "Required value"


def _claim(manifest: Manifest) -> Iterator[Cause]:
    spec = manifest["spec"]
    if not spec.get("accessModes"):
        rule = "Required value: at least 1 access mode is required"
        yield "FieldValueRequired", "spec.accessModes", rule
    if not ((spec.get("resources") or {}).get("requests") or {}).get("storage"):
        yield "FieldValueRequired", "spec.resources[storage]", "Required value"


def _budget(manifest: Manifest) -> Iterator[Cause]:
    spec = manifest.get("spec") or {}
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        yield wrong("spec", "", "minAvailable and maxUnavailable cannot be both set")


def _unsupported(field: str, value: str | None, taken: tuple[str, ...]) -> Cause:
    names = ", ".join(f'"{each}"' for each in taken)
    message = f"Unsupported value: {json.dumps(value)}: supported values: {names}"
    return "FieldValueNotSupported", field, message


Check = Callable[[Manifest], Iterator[Cause]]
_BY_KIND: dict[str, tuple[Check, ...]] = {
    "Deployment": (_workload, _strategy),
    "ReplicaSet": (_workload,),
    "StatefulSet": (_workload,),
    "DaemonSet": (_workload,),
    "Job": (_job,),
    "Pod": (_pod,),
    "Service": (_service,),
    "PersistentVolumeClaim": (_claim,),
    "PodDisruptionBudget": (_budget,),
}
_FIXED = {
    "Deployment": ("selector",),
    "ReplicaSet": ("selector",),
    "DaemonSet": ("selector",),
    "Job": ("selector", "template", "completions", "completionMode"),
    "StatefulSet": ("selector", "serviceName", "volumeClaimTemplates", "podManagementPolicy"),
    "PersistentVolumeClaim": ("accessModes", "storageClassName", "selector", "volumeMode"),
    "StorageClass": (),
}
_STATEFUL = (
    "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', "
    "'template', 'updateStrategy', 'revisionHistoryLimit', "
    "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)


def _changes(kind: str, new: Manifest, old: Manifest) -> Iterator[Cause]:
    """Fields that may not change."""
    after, before = new.get("spec") or {}, old.get("spec") or {}
    for name in _FIXED.get(kind, ()):
        if before.get(name) is None or after.get(name) == before[name]:
            continue
        if kind == "StatefulSet":
            yield "FieldValueForbidden", "spec", _STATEFUL
        else:
            yield wrong(f"spec.{name}", after.get(name), _IMMUTABLE)
    if kind == "Service" and after.get("type") != "ExternalName":
        shown = after.get("clusterIP", "")
        if before.get("clusterIP") not in (None, "", shown):
            yield wrong("spec.clusterIPs[0]", [shown], "may not change once set")
    if (
        kind in ("ConfigMap", "Secret")
        and old.get("immutable")
        and new.get("data") != old.get("data")
    ):
        rule = "Forbidden: field is immutable when `immutable` is set"
        yield "FieldValueForbidden", "data", rule
    if kind == "Pod":
        yield from _pod_changes(after, before)


def _pod_changes(after: Manifest, before: Manifest) -> Iterator[Cause]:
    free = ("tolerations", "activeDeadlineSeconds", "terminationGracePeriodSeconds", "nodeName")

    def fixed(spec: Manifest) -> Manifest:
        containers = [{**each, "image": ""} for each in spec.get("containers", ())]
        kept = {name: each for name, each in spec.items() if name not in free}
        return {**kept, "containers": containers}

    if fixed(after) != fixed(before):
        rule = (
            "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
            "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` "
            "(only additions to existing tolerations),`spec.terminationGracePeriodSeconds` "
            "(allow it to be set to 1 if it was previously negative)"
        )
        yield "FieldValueForbidden", "spec", rule
