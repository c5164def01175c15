"""Where objects of a kind are found: the plural that paths and RBAC write, and its scope.

What Kubernetes itself serves is known here and costs no request; others are asked for, one
group at a time, which is remembered for a while.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

# https://kubernetes.io/docs/reference/kubernetes-api/, version 1.36: (namespaced, of the cluster)
_BUILT_IN = {
    "v1": (
        "Pod Service ConfigMap Secret ServiceAccount PersistentVolumeClaim Event Endpoints "
        "LimitRange ResourceQuota PodTemplate ReplicationController",
        "Namespace Node PersistentVolume",
    ),
    "apps/v1": ("Deployment StatefulSet DaemonSet ReplicaSet ControllerRevision", ""),
    "batch/v1": ("Job CronJob", ""),
    "policy/v1": ("PodDisruptionBudget", ""),
    "autoscaling/v2": ("HorizontalPodAutoscaler", ""),
    "networking.k8s.io/v1": ("NetworkPolicy Ingress", "IngressClass"),
    "rbac.authorization.k8s.io/v1": ("Role RoleBinding", "ClusterRole ClusterRoleBinding"),
    "storage.k8s.io/v1": ("", "StorageClass CSIDriver VolumeAttachment"),
    "scheduling.k8s.io/v1": ("", "PriorityClass"),
    "node.k8s.io/v1": ("", "RuntimeClass"),
    "events.k8s.io/v1": ("Event", ""),
    "coordination.k8s.io/v1": ("Lease", ""),
    "discovery.k8s.io/v1": ("EndpointSlice", ""),
    "apiextensions.k8s.io/v1": ("", "CustomResourceDefinition"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of object on a server."""

    name: str
    api_version: str
    plural: str
    namespaced: bool

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    def in_namespace(self, namespace: str) -> str:
        """The namespace that counts for an object which names ``namespace`` or none."""
        return (namespace or "default") if self.namespaced else ""

    def path(self, namespace: str, *below: str) -> str:
        """Of all objects, or with ``below`` of one and what is beneath it."""
        from urllib.parse import quote

        inside = ["namespaces", namespace] if namespace and self.namespaced else []
        steps = [*inside, self.plural, *below]
        return "/".join([root(self.api_version), *(quote(each, safe=":") for each in steps)])


def root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def plural(kind: str) -> str:
    """A kind as paths write it, by the rule of Kubernetes' own
    meta.UnsafeGuessKindToResource (k8s.io/apimachinery)."""
    name = kind.lower()
    if name == "endpoints":
        return name
    if name.endswith("s"):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


class Kinds:
    """The kinds of one server. ``ask`` answers the kinds of a group and version;
    ``remembered`` and ``remember`` keep what it answered."""

    def __init__(
        self,
        ask: Callable[[str], tuple[Kind, ...]],
        remembered: Callable[[str], tuple[Kind, ...]],
        remember: Callable[[str, tuple[Kind, ...]], None],
    ) -> None:
        self._ask = ask
        self._remembered = remembered
        self._remember = remember
        self._known = {(each.name, each.api_version): each for each in _built_in()}

    def of(self, kind: str, api_version: str) -> Kind | None:
        """None when the server does not know it."""
        key = (kind, api_version)
        if key not in self._known:
            self.learn(self._remembered(api_version))
        if key not in self._known:
            answered = self._ask(api_version)
            self._remember(api_version, answered)
            self.learn(answered)
        return self._known.get(key)

    def learn(self, kinds: Iterable[Kind]) -> None:
        """Kinds from elsewhere, as from a definition that is about to be applied."""
        self._known.update({(each.name, each.api_version): each for each in kinds})

    def forget(self, api_version: str) -> None:
        """They are not as they were: ask anew."""
        self._remember(api_version, ())
        kept = {key: each for key, each in self._known.items() if key[1] != api_version}
        self._known = {**kept, **{(each.name, each.api_version): each for each in _built_in()}}


def _built_in() -> list[Kind]:
    return [
        Kind(name=name, api_version=version, plural=plural(name), namespaced=namespaced)
        for version, (inside, outside) in _BUILT_IN.items()
        for names, namespaced in ((inside, True), (outside, False))
        for name in names.split()
    ]
