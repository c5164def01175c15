"""Where kaito works: the cluster, and how it is reached."""

from dataclasses import dataclass
from enum import StrEnum


class TargetKind(StrEnum):
    """AKS: node pools through Azure. KUBECONFIG: nodes that are there, or that Karpenter
    brings. SANDBOX: the rehearsal on this machine. NONE: no cluster, whatever is remembered."""

    AKS = "aks"
    KUBECONFIG = "kubeconfig"
    SANDBOX = "sandbox"
    NONE = "none"


class Auth(StrEnum):
    """Which credentials are tried: all that azure-identity knows, or the Azure CLI's alone."""

    DEFAULT = "default"
    CLI = "cli"


class AzureCloud(StrEnum):
    """Endpoint, audience and authority of Azure go together."""

    PUBLIC = "public"
    GOVERNMENT = "government"
    CHINA = "china"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """As asked; empty means: infer it, or there is none. ``kind`` None: no target at all.

    ``arm_endpoint`` is another address of Azure Resource Manager; ``kubeconfig`` and
    ``context`` are as kubectl's. ``namespace`` is for requests that name none.
    """

    kind: TargetKind | None = None
    subscription: str = ""
    resource_group: str = ""
    cluster: str = ""
    kubeconfig: str = ""
    context: str = ""
    namespace: str = ""
    auth: Auth = Auth.DEFAULT
    azure_cloud: AzureCloud = AzureCloud.PUBLIC
    arm_endpoint: str = ""
    arm_audience: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One Azure subscription the caller can see; ``id`` is the GUID."""

    id: str
    name: str
    default: bool = False
