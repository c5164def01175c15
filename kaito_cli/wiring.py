"""Connect the ports to the real world.

An adapter is imported, and a port built, when a command first needs it: `kaito plan` of a
preset pays for none.
"""

import os
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from kaito_cli.errors import BadInput
from kaito_cli.model import AzureCloud, Target, TargetKind
from kaito_cli.operations.target import Location, located
from kaito_cli.ports import Clock, Cloud, Cluster, Hub, Limits, Prices, World

if TYPE_CHECKING:
    from kaito_cli.adapters.azure.connection import Connection
    from kaito_cli.adapters.azure.credential import Credential
    from kaito_cli.adapters.azure.endpoints import Endpoint
    from kaito_cli.adapters.kube.connection import Token

Connect = Callable[[Target], World]


def connect(target: Target) -> World:
    """The world as ``target`` names it; nothing is asked yet."""
    return _Connected(target)


class _Connected:
    """The World port: every port is made once, at its first use."""

    def __init__(self, target: Target) -> None:
        self.target = target

    @cached_property
    def hub(self) -> Hub:
        """Hugging Face's hub, or the one that HF_ENDPOINT names."""
        from kaito_cli.adapters.hub.repository import HuggingFaceHub

        return HuggingFaceHub()

    @cached_property
    def cloud(self) -> Cloud:
        """The AKS cluster that is meant; finding it may take a request or two."""
        from kaito_cli.adapters.azure.aks import AksCloud

        at = self._location
        return AksCloud(self._connection, at.subscription, at.resource_group, at.cluster)

    @cached_property
    def limits(self) -> Limits:
        """Those of the cluster's subscription."""
        from kaito_cli.adapters.azure.limits import ArmLimits

        return ArmLimits(self._connection, self._location.subscription)

    @cached_property
    def cluster(self) -> Cluster:
        """The Kubernetes API of the target; kaito signs in itself where kubelogin would."""
        from kaito_cli.adapters.kube.cluster import KubeCluster
        from kaito_cli.adapters.kube.connection import from_files, from_text

        if self.target.kind is TargetKind.KUBECONFIG:
            files, context = self.target.kubeconfig, self.target.context
            return KubeCluster(from_files(files, context, self._token_by_files()))
        _require_aks(self.target)
        self.sign_in()
        text = self.cloud.kubeconfig()
        return KubeCluster(from_text(text, self._token_by_text(text)))

    @cached_property
    def prices(self) -> Prices:
        """Azure's own list, which asks for no sign-in."""
        from kaito_cli.adapters.azure.prices import ENVIRONMENT, RetailPrices

        if self.target.azure_cloud is not AzureCloud.PUBLIC:
            raise BadInput(
                f"Prices of Azure's {self.target.azure_cloud} cloud are not published.",
                hint="Leave --live-prices out.",
            )
        return RetailPrices(os.environ.get(ENVIRONMENT, ""))

    @cached_property
    def clock(self) -> Clock:
        from kaito_cli.adapters.clock import SystemClock

        return SystemClock()

    @cached_property
    def _location(self) -> Location:
        """What is not named is looked up: by the Azure CLI's profile, by the current context."""
        from kaito_cli.adapters.azure.accounts import ArmAzure
        from kaito_cli.adapters.azure.profile import default_subscription
        from kaito_cli.adapters.kube.kubeconfig import load

        _require_aks(self.target)
        target = self.target
        default = "" if target.subscription else default_subscription(target.azure_cloud)
        host = "" if target.cluster else load(target.kubeconfig).server_host(target.context)
        return located(target, ArmAzure(self._connection), default, host)

    @cached_property
    def _connection(self) -> "Connection":
        from kaito_cli.adapters.azure.connection import Connection

        return Connection(self._endpoint, self._credential)

    @cached_property
    def _endpoint(self) -> "Endpoint":
        from kaito_cli.adapters.azure.endpoints import arm_endpoint

        target = self.target
        return arm_endpoint(target.azure_cloud, target.arm_endpoint, target.arm_audience)

    @cached_property
    def _credential(self) -> "Credential":
        from kaito_cli.adapters.azure.credential import credential

        return credential(self.target.auth, self.target.azure_cloud, self.target.subscription)

    def sign_in(self) -> None:
        """See :class:`kaito_cli.ports.World`. A server without TLS is sent no token."""
        from kaito_cli.adapters.azure.credential import AKS_SCOPE

        if self.target.kind is TargetKind.AKS and not self._endpoint.plain_loopback:
            self._credential.fetch(f"{self._endpoint.audience}/.default", AKS_SCOPE)

    def _token_by_text(self, text: str) -> "Token | None":
        """What a kubeconfig of Azure's gets: the token for AKS and no other, whatever it asks
        for; from a server of this machine, which may name any, a token that opens nothing."""
        from kaito_cli.adapters.azure.connection import LOOPBACK_TOKEN
        from kaito_cli.adapters.azure.credential import AKS_SCOPE, AKS_SERVER
        from kaito_cli.adapters.kube.kubeconfig import parsed

        if self._endpoint.plain_loopback:
            return lambda: LOOPBACK_TOKEN
        asked = parsed(text, "The kubeconfig of the cluster").entra_server()
        return (lambda: self._credential.token(AKS_SCOPE)) if asked in ("", AKS_SERVER) else None

    def _token_by_files(self) -> "Token":
        """What the user's own kubeconfig gets: the token it would have kubelogin ask for."""
        from kaito_cli.adapters.azure.credential import AKS_SERVER
        from kaito_cli.adapters.kube.kubeconfig import load

        asked = load(self.target.kubeconfig).entra_server(self.target.context)
        return lambda: self._credential.token(f"{asked or AKS_SERVER}/.default")


def _require_aks(target: Target) -> None:
    if target.kind is None:
        raise no_target()
    if target.kind is TargetKind.SANDBOX:
        raise BadInput(
            "The sandbox is not part of this kaito yet.",
            hint="Name a cluster with --target aks or --target kubeconfig.",
        )
    if target.kind is TargetKind.KUBECONFIG:
        raise BadInput(
            "That is asked of Azure, and the target is a kubeconfig.",
            hint="Add --target aks.",
        )


def no_target() -> BadInput:
    """What a command that needs a cluster says when none was named."""
    return BadInput(
        "Which cluster is meant?",
        hint="Add --target aks, --target kubeconfig or --target sandbox; `kaito use` remembers it.",
    )
