"""A kustomize base: one object a file, and the file that lists them in order."""

from kaito_cli.manifests.annotation import Manifest
from kaito_cli.manifests.names import MANAGED_BY, WORKSPACE
from kaito_cli.manifests.text import to_yaml
from kaito_cli.model import Nodes, Plan


def base(plan: Plan, manifests: dict[str, Manifest]) -> dict[str, str]:
    """File name → text; ``kubectl apply -k`` of the folder applies what `kaito render` prints."""
    # kustomize takes a kind it does not know for a namespaced one: of Karpenter's it may say none
    karpenter = plan.request.nodes is Nodes.KARPENTER
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        **({} if karpenter else {"namespace": plan.namespace}),
        "labels": [
            {
                "pairs": {MANAGED_BY: "kaito-cli", WORKSPACE: plan.workspace},
                "includeSelectors": False,
            }
        ],
        "sortOptions": {"order": "fifo"},
        "resources": list(manifests),
    }
    files = {name: to_yaml([manifest]) for name, manifest in manifests.items()}
    return {"kustomization.yaml": to_yaml([kustomization]), **files}
