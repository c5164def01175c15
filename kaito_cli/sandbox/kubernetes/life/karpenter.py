"""The custom resources of a cluster with node auto-provisioning; nobody acts on them here."""

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.context import Context

# Azure/karpenter-provider-azure and kubernetes-sigs/karpenter, pkg/apis/crds; schemas left open
_KINDS = (
    ("karpenter.sh", "v1", "NodePool", "nodepools"),
    ("karpenter.sh", "v1", "NodeClaim", "nodeclaims"),
    ("karpenter.azure.com", "v1beta1", "AKSNodeClass", "aksnodeclasses"),
)


def add_definitions(context: Context) -> None:
    """Serve them from now on."""
    for group, version, kind, plural in _KINDS:
        names = {"kind": kind, "plural": plural, "singular": kind.lower()}
        manifest = {
            "metadata": {"name": f"{plural}.{group}"},
            "spec": {
                "group": group,
                "scope": "Cluster",
                "names": names,
                "versions": [_version(version)],
            },
        }
        context.create("apiextensions.k8s.io", "customresourcedefinitions", manifest)


def _version(name: str) -> Manifest:
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "name": name,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": anything},
    }
