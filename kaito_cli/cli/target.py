"""The target options: which cluster is meant, and how it is reached."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated

import typer

from kaito_cli import model
from kaito_cli.adapters.azure.endpoints import arm_endpoint
from kaito_cli.adapters.kube.kubeconfig import load
from kaito_cli.cli.options import WHERE
from kaito_cli.cli.settings import FLAG, Setting, in_force, option
from kaito_cli.errors import BadInput
from kaito_cli.model import TargetKind

Kind = Annotated[
    TargetKind | None,
    typer.Option(
        "--target",
        help="What kaito works on. Default: aks when a cluster is named. (env var: KAITO_TARGET)",
        show_default=False,
        rich_help_panel=WHERE,
    ),
]
Subscription = Annotated[
    str,
    typer.Option(
        "-s",
        "--subscription",
        metavar="ID",
        help="Azure subscription, by id or name. Default: the Azure CLI's. "
        "(env var: KAITO_SUBSCRIPTION, AZURE_SUBSCRIPTION_ID)",
        rich_help_panel=WHERE,
    ),
]
ResourceGroup = Annotated[
    str,
    typer.Option(
        "-g",
        "--resource-group",
        metavar="GROUP",
        help="Resource group of the AKS cluster. (env var: KAITO_RESOURCE_GROUP)",
        rich_help_panel=WHERE,
    ),
]
Cluster = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="AKS cluster. Default: the current context's. (env var: KAITO_CLUSTER)",
        rich_help_panel=WHERE,
    ),
]
Context = Annotated[
    str,
    typer.Option(metavar="NAME", help="Context of the kubeconfig.", rich_help_panel=WHERE),
]
Kubeconfig = Annotated[
    str,
    typer.Option(
        metavar="FILE", help="As kubectl's. Default: KUBECONFIG's.", rich_help_panel=WHERE
    ),
]
Auth = Annotated[
    model.Auth | None,
    typer.Option(
        help="All ways to sign in, or the Azure CLI's alone. (env var: KAITO_AUTH)",
        show_default=False,
        rich_help_panel=WHERE,
    ),
]
AzureCloud = Annotated[
    model.AzureCloud | None,
    typer.Option(
        help="Whose endpoint, audience and authority are used. (env var: AZURE_CLOUD)",
        show_default=False,
        rich_help_panel=WHERE,
    ),
]
ArmEndpoint = Annotated[
    str,
    typer.Option(
        metavar="URL",
        help="Another address of Azure Resource Manager. (env var: KAITO_ARM_ENDPOINT)",
        rich_help_panel=WHERE,
    ),
]
ArmAudience = Annotated[
    str,
    typer.Option(metavar="URL", help="Whom its tokens are meant for.", rich_help_panel=WHERE),
]

AKS_ONLY = ("subscription", "resource_group", "cluster")
_CONTEXT = ("context", "kubeconfig")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetOptions:
    """Flags shared by every command that may have a cluster to work on."""

    target_kind: Kind = None
    subscription: Subscription = ""
    resource_group: ResourceGroup = ""
    cluster: Cluster = ""
    context: Context = ""
    kubeconfig: Kubeconfig = ""
    auth: Auth = None
    azure_cloud: AzureCloud = None
    arm_endpoint: ArmEndpoint = ""
    arm_audience: ArmAudience = ""

    def typed(self) -> dict[str, str]:
        """What was typed, by the names that settings have."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values["target"] = values.pop("target_kind")
        return {name: str(value) for name, value in values.items() if value}

    def target(self) -> model.Target:
        """The target that flags, environment and saved settings name; BadInput where they
        contradict each other. Nothing is asked of Azure or a cluster."""
        return target_of(in_force(self.typed()))


def target_of(found: Mapping[str, Setting]) -> model.Target:
    """The target of the settings in force; its kind is None when they name none."""
    kind = kind_of(found)
    _refuse_contradictions(kind, found)
    if kind is None:
        return model.Target(namespace=_value(found, "namespace"))
    cloud = model.AzureCloud(_value(found, "azure_cloud") or model.AzureCloud.PUBLIC)
    endpoint, audience = _value(found, "arm_endpoint"), _value(found, "arm_audience")
    # refuses where no token may be sent
    arm_endpoint(cloud, endpoint, audience, source=_source(found, "arm_endpoint"))
    return model.Target(
        kind=kind,
        subscription=_value(found, "subscription"),
        resource_group=_value(found, "resource_group"),
        cluster=_value(found, "cluster"),
        kubeconfig=_value(found, "kubeconfig"),
        context=_value(found, "context"),
        namespace=_value(found, "namespace") or _namespace_of_context(found),
        auth=model.Auth(_value(found, "auth") or model.Auth.DEFAULT),
        azure_cloud=cloud,
        arm_endpoint=endpoint,
        arm_audience=audience,
    )


def kind_of(found: Mapping[str, Setting]) -> TargetKind | None:
    """The kind that is named; aks where a subscription, group or cluster is; None: neither,
    or `none`.

    AZURE_SUBSCRIPTION_ID says nothing: it is set for the sake of other programs.
    """
    if "target" in found:
        kind = TargetKind(found["target"].value)
        return None if kind is TargetKind.NONE else kind
    named = [found[each] for each in AKS_ONLY if each in found]
    ours = [each for each in named if each.source != "AZURE_SUBSCRIPTION_ID"]
    return TargetKind.AKS if ours else None


def _refuse_contradictions(kind: TargetKind | None, found: Mapping[str, Setting]) -> None:
    if kind is TargetKind.SANDBOX:
        raise BadInput(
            "The sandbox is not part of this kaito yet.",
            hint="Name a cluster with --target aks or --target kubeconfig.",
        )
    typed = {name for name, each in found.items() if each.source == FLAG}
    if kind is TargetKind.KUBECONFIG and (wrong := typed.intersection(AKS_ONLY)):
        flag = option(min(wrong))
        raise BadInput(
            f"`{flag}` names an AKS cluster, but the target is a kubeconfig's.",
            hint=f"Add --target aks, or leave {flag} out.",
        )
    if kind is None and (alone := typed.intersection(_CONTEXT)):
        flag = option(min(alone))
        raise BadInput(
            f"`{flag}` does not say whether Azure may be asked for nodes.",
            hint="Add --target aks or --target kubeconfig.",
        )


def _namespace_of_context(found: Mapping[str, Setting]) -> str:
    return load(_value(found, "kubeconfig")).namespace(_value(found, "context"))


def _source(found: Mapping[str, Setting], name: str) -> str:
    """Where a setting is to be mended: its flag, a variable or a file."""
    if name not in found or found[name].source == FLAG:
        return option(name)
    return found[name].source


def _value(found: Mapping[str, Setting], name: str) -> str:
    return found[name].value if name in found else ""
