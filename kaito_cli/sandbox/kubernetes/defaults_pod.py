"""What the server fills in within a pod's specification (pkg/apis/core/v1/defaults.go)."""

from typing import Any

from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def fill(target: Manifest, **values: Any) -> None:
    """Set what is not set."""
    for name, value in values.items():
        if target.get(name) is None:
            target[name] = value


def default_pod_spec(spec: Manifest) -> None:
    """In place; the same for a pod and for a template of pods."""
    fill(
        spec,
        restartPolicy="Always",
        dnsPolicy="ClusterFirst",
        terminationGracePeriodSeconds=30,
        schedulerName="default-scheduler",
        securityContext={},
    )
    if spec.get("serviceAccountName"):
        fill(spec, serviceAccount=spec["serviceAccountName"])
    for each in [*spec.get("initContainers", ()), *spec.get("containers", ())]:
        _container(each)
    for each in spec.get("volumes", ()):
        _volume(each)


def _container(container: Manifest) -> None:
    fill(
        container,
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
        imagePullPolicy=_pull_policy(container.get("image", "")),
        resources={},
    )
    for port in container.get("ports", ()):
        fill(port, protocol="TCP")
    for name in _PROBES:
        if container.get(name):
            _probe(container[name])
    for variable in container.get("env", ()):
        field = (variable.get("valueFrom") or {}).get("fieldRef")
        if field:
            fill(field, apiVersion="v1")


def default_requests(spec: Manifest) -> None:
    """A limit without a request is a request of the same size: of pods, not of templates."""
    for each in [*spec.get("initContainers", ()), *spec.get("containers", ())]:
        resources = each["resources"]
        limits = resources.get("limits") or {}
        if limits:
            resources["requests"] = {**copied(limits), **(resources.get("requests") or {})}


def _pull_policy(image: str) -> str:
    name = image.rpartition("/")[2]
    tag = name.partition(":")[2] if "@" not in name else "digest"
    return "Always" if tag in ("", "latest") else "IfNotPresent"


def _probe(probe: Manifest) -> None:
    fill(probe, timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)
    if probe.get("httpGet") is not None:
        fill(probe["httpGet"], scheme="HTTP", path="/")
    if probe.get("grpc") is not None:
        fill(probe["grpc"], service="")


def _volume(volume: Manifest) -> None:
    for name in ("secret", "configMap", "projected", "downwardAPI"):
        if volume.get(name) is not None:
            fill(volume[name], defaultMode=420)
    for source in (volume.get("projected") or {}).get("sources", ()):
        if source.get("serviceAccountToken"):
            fill(source["serviceAccountToken"], expirationSeconds=3600)
    if volume.get("hostPath") is not None:
        fill(volume["hostPath"], type="")
    if set(volume) == {"name"}:
        volume["emptyDir"] = {}
