"""How kaito knows its own: tags of node pools and labels of nodes."""

from kaito_cli.model.azure import LiveNodePool

WORKSPACE_TAG = "kaito-cli-workspace"
CLUSTER_TAG = "kaito-cli-cluster"
CREATED_TAG = "kaito-cli-created"
WORKSPACE_LABEL = "kaito-cli.dev/workspace"
NAMESPACE_LABEL = "kaito-cli.dev/namespace"
# on a workload that `kaito stop` stopped: the replicas it had
STOPPED_ANNOTATION = "kaito-cli.dev/stopped-replicas"
# on every object of ours in the cluster
MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
MANAGER = "kaito-cli"
# our device plugin's DaemonSet runs on nodes with this label, and on no others
DEVICE_PLUGIN_LABEL = "kaito-cli.dev/device-plugin"


def owner_of(namespace: str, workspace: str) -> str:
    """What WORKSPACE_TAG holds: a namespace has no dot, so the first one parts the two."""
    return f"{namespace}.{workspace}"


def belongs_to(live: LiveNodePool, owner: str) -> bool:
    """Whether a live pool was made for a workspace: by tag, never by name."""
    return bool(owner) and live.tags.get(WORKSPACE_TAG) == owner
