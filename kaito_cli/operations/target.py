"""Find the AKS cluster that is meant, by as few questions to Azure as it takes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from kaito_cli.errors import BadInput, NotFound
from kaito_cli.model import AksCluster, Subscription, Target
from kaito_cli.ports import Azure

_MOST_LISTED = 10
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where in Azure the cluster is; ``subscription`` is an id."""

    subscription: str
    resource_group: str
    cluster: str


def located(
    target: Target, azure: Azure, default_subscription: str = "", server_host: str = ""
) -> Location:
    """The cluster that ``target`` names, or the one that is meant when it says less.

    A target with subscription, group and cluster asks Azure nothing. A missing subscription is
    ``default_subscription`` (the Azure CLI's), else the only one there is; a missing cluster is
    the one whose API server is ``server_host`` (the current context's), else the only one when
    no context says otherwise. Raises BadInput that lists the candidates, and NotFound.
    """
    subscription = _subscription(target, azure, default_subscription)
    if target.cluster and target.resource_group:
        return Location(
            subscription=subscription,
            resource_group=target.resource_group,
            cluster=target.cluster,
        )
    there = azure.clusters(subscription, target.resource_group)
    if not there:
        raise NotFound(
            f"There is no AKS cluster in {_place(subscription, target)} that you can see.",
            hint="Name another place with --subscription and -g.",
        )
    if target.cluster:
        found = _named(target.cluster, there, subscription)
    else:
        found = _pointed_at(server_host, there, _place(subscription, target))
    return Location(
        subscription=subscription, resource_group=found.resource_group, cluster=found.name
    )


def _subscription(target: Target, azure: Azure, default: str) -> str:
    if target.subscription and _GUID.fullmatch(target.subscription):
        return target.subscription
    if target.subscription:
        return _id_of(target.subscription, azure.subscriptions())
    return default or _only(azure.subscriptions()).id


def _id_of(name: str, there: Sequence[Subscription]) -> str:
    """A subscription may be named by its name, as the Azure CLI takes it."""
    for each in there:
        if each.name.casefold() == name.casefold():
            return each.id
    raise NotFound(
        f"There is no subscription `{name}` that you can see.",
        detail=_listed(_of_subscriptions(there)),
        hint=_near(name, [each.name for each in there], "--subscription")
        or "Type its id, as `az account list --output table` shows it.",
    )


def _only(there: Sequence[Subscription]) -> Subscription:
    if len(there) == 1:
        return there[0]
    if not there:
        raise NotFound(
            "You are signed in, but can see no Azure subscription.",
            hint="Sign in to the tenant that has one: az login --tenant TENANT",
        )
    raise BadInput(
        "Which Azure subscription is meant?",
        detail=_listed(_of_subscriptions(there)),
        hint=f"Add one, as in --subscription {there[0].id}; `kaito use` remembers it.",
    )


def _named(name: str, there: Sequence[AksCluster], subscription: str) -> AksCluster:
    found = [each for each in there if each.name.casefold() == name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        raise BadInput(
            f"Several clusters are named `{name}`.",
            detail=_listed(_of_clusters(found)),
            hint=f"Add its resource group, as in -g {found[0].resource_group}.",
        )
    raise NotFound(
        f"There is no AKS cluster `{name}` in subscription {subscription} that you can see.",
        detail=_listed(_of_clusters(there)),
        hint=_near(name, [each.name for each in there], "--cluster")
        or "Name one of those above, or another --subscription.",
    )


def _pointed_at(host: str, there: Sequence[AksCluster], place: str) -> AksCluster:
    for each in there:
        if host and host.casefold() in (each.fqdn.casefold(), each.private_fqdn.casefold()):
            return each
    if len(there) == 1 and not host:
        return there[0]
    context = f" The current kubeconfig context points at {host}, which is none of them."
    raise BadInput(
        f"Which AKS cluster of {place} is meant?{context if host else ''}",
        detail=_listed(_of_clusters(there)),
        hint=f"Add {_flags(there[0])}, or another one; `kaito use` remembers it.",
    )


def _place(subscription: str, target: Target) -> str:
    group = f"resource group `{target.resource_group}` of " if target.resource_group else ""
    return f"{group}subscription {subscription}"


def _of_subscriptions(there: Iterable[Subscription]) -> list[str]:
    return [f"--subscription {each.id}  ({each.name})" for each in there]


def _of_clusters(there: Iterable[AksCluster]) -> list[str]:
    return [f"{_flags(each)}  ({each.region})" for each in there]


def _flags(cluster: AksCluster) -> str:
    return f"-g {cluster.resource_group} --cluster {cluster.name}"


def _listed(lines: Sequence[str]) -> str:
    more = [f"and {len(lines) - _MOST_LISTED} more"] if len(lines) > _MOST_LISTED else []
    return "\n".join([*lines[:_MOST_LISTED], *more])


def _near(name: str, names: Sequence[str], flag: str) -> str:
    near = get_close_matches(name, sorted(set(names)), n=3)
    return f"Did you mean {' or '.join(f'`{flag} {each}`' for each in near)}?" if near else ""
