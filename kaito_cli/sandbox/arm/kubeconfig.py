"""The kubeconfig of a user, with a token of the sandbox or a call of kubelogin."""

from kaito_cli.sandbox.arm.cluster import Cluster
from kaito_cli.sandbox.arm.wire import Body

ENTRA_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"  # the AKS server of managed Entra
ENTRA_CLIENT = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"  # kubelogin's own
TOKEN = "sandbox"


def kubeconfig(cluster: Cluster, tenant: str, form: str) -> Body:
    """As listClusterUserCredential gives it; ``form`` is its query `format`."""
    user = _kubelogin(tenant) if cluster.entra and form == "exec" else {"token": TOKEN}
    name = f"clusterUser_{cluster.resource_group}_{cluster.name}"
    context = {"cluster": cluster.name, "user": name}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": cluster.name, "cluster": {"server": cluster.address}}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": cluster.name, "context": context}],
        "current-context": cluster.name,
    }


def _kubelogin(tenant: str) -> Body:
    arguments = [
        "get-token", "--environment", "AzurePublicCloud", "--server-id", ENTRA_SERVER,
        "--client-id", ENTRA_CLIENT, "--tenant-id", tenant, "--login", "devicecode",
    ]  # fmt: skip
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "command": "kubelogin",
            "args": arguments,
            "env": None,
            "provideClusterInfo": False,
        }
    }
