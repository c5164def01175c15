"""What Azure answers where all is well, to change one thing about in a test."""

from dataclasses import replace
from typing import Any

from kaito_cli.model import (
    WORKSPACE_TAG,
    LiveNodePool,
    Permission,
    SkuOffer,
    Subnet,
    Usage,
)
from kaito_cli.readiness.preflight.facts import Facts
from tests import fake_cloud
from tests.builders import change

A100 = "Standard_NC24ads_A100_v4"
A100_FAMILY = "StandardNCADSA100v4Family"
OWNER = "default.falcon-7b-instruct"  # of tests.builders.PLAN
SUBNET_ID = (
    "/subscriptions/0-0/resourceGroups/ml/providers/Microsoft.Network/virtualNetworks/v"
    "/subnets/nodes"
)

CLUSTER = replace(fake_cloud.CLUSTER, network_plugin="azure", overlay=True)
OFFER = SkuOffer(
    name=A100,
    family=A100_FAMILY,
    vcpus=24,
    zones=("1", "2"),
    spot=True,
    ephemeral_os_disk=True,
    ephemeral_os_disk_gib=256,
)
USAGES = (
    Usage(name="cores", used=40, limit=100),
    Usage(name=A100_FAMILY, used=0, limit=48),
    Usage(name="lowPriorityCores", used=0, limit=48),
)
FINE = Facts(
    cluster=CLUSTER,
    skus=(OFFER,),
    usages=USAGES,
    permissions=(Permission(actions=("*",)),),
    provider_state="Registered",
    subnet=Subnet(id=SUBNET_ID, addresses=251, used=10),
)


def facts(**changes: Any) -> Facts:
    """All is well but for ``changes``; a mapping changes the fields it names."""
    changed: Facts = change(FINE, **changes)
    return changed


def offered(**changes: Any) -> Facts:
    """The planned size is offered otherwise."""
    return facts(skus=(change(OFFER, **changes),))


def live(name: str = "kfalcoa1b2c3", **changes: Any) -> LiveNodePool:
    """The pool that tests.builders.PLAN would make, as it is when it is there."""
    pool = LiveNodePool(
        name=name,
        vm_size=A100,
        count=1,
        provisioning_state="Succeeded",
        tags={WORKSPACE_TAG: OWNER},
    )
    changed: LiveNodePool = change(pool, **changes)
    return changed


def with_pools(*pools: LiveNodePool, **changes: Any) -> Facts:
    """The cluster has these pools."""
    return facts(cluster=change(CLUSTER, node_pools=pools, **changes))
