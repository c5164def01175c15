"""Makes kaito_cli/sandbox/kubernetes/schema.json, the shapes of the kinds the local API server has.

Source: `_definitions.json` (v1.37.0-local) in the wheel of kubernetes-validate 1.37.0, which is
Kubernetes' own OpenAPI (Apache-2.0). In a throw-away environment:

    pip install --no-deps kubernetes-validate==1.37.0
    python -m tests.sandbox.kubernetes.make_schema PATH/_definitions.json

A node of the extract is a scalar (`s` string, `i` integer, `n` number, `b` boolean, `q` quantity,
`I` integer or string, `x` anything), a reference (`#Name`), or an object with `f` (fields), `r`
(required ones), `a` (atomic: owned as a whole), `m` (map of), `l` (list of), `k` (keys of its
items), `u` (a set), `p` (the merge key of a strategic merge patch).
"""

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[3] / "kaito_cli/sandbox/kubernetes/schema.json"
SCALARS = {"string": "s", "integer": "i", "number": "n", "boolean": "b"}
ANYTHING = ("JSONSchemaProps", "JSON", "RawExtension", "FieldsV1")
# group → version, and per kind: plural, short names, namespaced, subresources
KINDS = {
    "": (
        ("Pod", "pods", "po", True, "status eviction log proxy portforward"),
        ("Service", "services", "svc", True, "status proxy"),
        ("ServiceAccount", "serviceaccounts", "sa", True, ""),
        ("ConfigMap", "configmaps", "cm", True, ""),
        ("Secret", "secrets", "", True, ""),
        ("PersistentVolumeClaim", "persistentvolumeclaims", "pvc", True, "status"),
        ("PersistentVolume", "persistentvolumes", "pv", False, "status"),
        ("Node", "nodes", "no", False, "status"),
        ("Namespace", "namespaces", "ns", False, "status finalize"),
        ("Event", "events", "ev", True, ""),
        ("Endpoints", "endpoints", "ep", True, ""),
        ("ResourceQuota", "resourcequotas", "quota", True, "status"),
        ("LimitRange", "limitranges", "limits", True, ""),
    ),
    "apps": (
        ("Deployment", "deployments", "deploy", True, "status scale"),
        ("ReplicaSet", "replicasets", "rs", True, "status scale"),
        ("StatefulSet", "statefulsets", "sts", True, "status scale"),
        ("DaemonSet", "daemonsets", "ds", True, "status"),
    ),
    "batch": (
        ("Job", "jobs", "", True, "status"),
        ("CronJob", "cronjobs", "cj", True, "status"),
    ),
    "policy": (("PodDisruptionBudget", "poddisruptionbudgets", "pdb", True, "status"),),
    "networking.k8s.io": (
        ("NetworkPolicy", "networkpolicies", "netpol", True, ""),
        ("Ingress", "ingresses", "ing", True, "status"),
    ),
    "coordination.k8s.io": (("Lease", "leases", "", True, ""),),
    "storage.k8s.io": (("StorageClass", "storageclasses", "sc", False, ""),),
    "discovery.k8s.io": (("EndpointSlice", "endpointslices", "", True, ""),),
    "scheduling.k8s.io": (("PriorityClass", "priorityclasses", "pc", False, ""),),
    "node.k8s.io": (("RuntimeClass", "runtimeclasses", "", False, ""),),
    "rbac.authorization.k8s.io": (
        ("Role", "roles", "", True, ""),
        ("RoleBinding", "rolebindings", "", True, ""),
        ("ClusterRole", "clusterroles", "", False, ""),
        ("ClusterRoleBinding", "clusterrolebindings", "", False, ""),
    ),
    "apiextensions.k8s.io": (
        ("CustomResourceDefinition", "customresourcedefinitions", "crd crds", False, "status"),
    ),
}


class Extract:
    """Collects the definitions that the wanted kinds reach."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self.definitions = definitions
        self.shapes: dict[str, Any] = {}

    def root(self, group: str, kind: str) -> str:
        """A reference to a kind of API version v1."""
        wanted = {"group": group, "version": "v1", "kind": kind}
        named = (
            name
            for name, each in self.definitions.items()
            if wanted in each.get("x-kubernetes-group-version-kind", [])
        )
        return self.reference(next(named))

    def reference(self, name: str) -> str:
        short = name.rsplit(".", 1)[1]
        if short in ANYTHING or short.startswith("JSONSchemaProps"):
            return "x"
        if short == "Quantity":
            return "q"
        if short == "IntOrString":
            return "I"
        definition = self.definitions[name]
        if "properties" not in definition:
            return SCALARS.get(_type(definition), "x")
        short = short if self.shapes.get(short, name) == name else name
        key = "#" + (short if name.startswith(("io.k8s.api.core", "io.k8s.apim")) else name[11:])
        if key not in self.shapes:
            self.shapes[key] = {}
            self.shapes[key] = self.struct(definition)
        return key

    def struct(self, definition: dict[str, Any]) -> dict[str, Any]:
        node: dict[str, Any] = {
            "f": {name: self.node(each) for name, each in definition["properties"].items()}
        }
        if definition.get("required"):
            node["r"] = definition["required"]
        if definition.get("x-kubernetes-map-type") == "atomic":
            node["a"] = 1
        return node

    def node(self, source: dict[str, Any]) -> Any:
        if "$ref" in source:
            return self.reference(source["$ref"].rsplit("/", 1)[1])
        kind = _type(source)
        if kind == "array":
            return self.listing(source)
        if kind == "object":
            node: dict[str, Any] = {"m": self.node(source.get("additionalProperties") or {})}
            return node | ({"a": 1} if source.get("x-kubernetes-map-type") == "atomic" else {})
        return SCALARS.get(kind, "x")

    def listing(self, source: dict[str, Any]) -> dict[str, Any]:
        node: dict[str, Any] = {"l": self.node(source["items"])}
        merge = source.get("x-kubernetes-patch-merge-key")
        merges = source.get("x-kubernetes-patch-strategy", "").startswith("merge")
        style = source.get("x-kubernetes-list-type")
        if style == "map" or (style is None and merge):
            node["k"] = source.get("x-kubernetes-list-map-keys") or [merge]
        if style == "set" or (style is None and merges and not merge):
            node["u"] = 1
        if merges:
            node["p"] = merge or ""
        return node


def _type(source: dict[str, Any]) -> str:
    found = source.get("type", "")
    return found if isinstance(found, str) else next(each for each in found if each != "null")


def main(path: str) -> None:
    definitions = json.loads(Path(path).read_text())["$defs"]
    extract = Extract(definitions)
    kinds = [
        [group, kind, plural, short.split(), namespaced, extract.root(group, kind), subs.split()]
        for group, entries in KINDS.items()
        for kind, plural, short, namespaced, subs in entries
    ]
    comment = (
        "Extract of Kubernetes' OpenAPI as shipped in kubernetes-validate 1.37.0 (Apache-2.0, "
        "The Kubernetes Authors), made by tests/sandbox/kubernetes/make_schema.py"
    )
    text = json.dumps(
        {"comment": comment, "kinds": kinds, "shapes": extract.shapes}, separators=(",", ":")
    )
    TARGET.write_text(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
