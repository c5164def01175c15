"""A cluster that preflight finds nothing wrong with, to change one thing about in a test."""

from dataclasses import replace
from typing import Any

from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import hardware
from kaito_cli.catalog.models import preset
from kaito_cli.errors import KaitoError
from kaito_cli.model import (
    AksCluster,
    Check,
    Hardware,
    LiveNodePool,
    Preflight,
    Request,
    Target,
    TargetKind,
    Verdict,
)
from kaito_cli.operations.preflight import planned, preflight, read_cluster
from kaito_cli.ports import World
from tests.fakes import FakeCloud, FakeWorld
from tests.limits import TellsLimits
from tests.readiness.facts import CLUSTER, SUBNET_ID

A10 = "Standard_NV36ads_A10_v5"  # the cheapest for falcon-7b
A100 = "Standard_NC24ads_A100_v4"
H100 = "Standard_NC40ads_H100_v5"
AKS = Target(kind=TargetKind.AKS, subscription="0-0", resource_group="ml", cluster="prod")
SYSTEM = LiveNodePool(
    name="system",
    vm_size="Standard_D4s_v5",
    count=3,
    provisioning_state="Succeeded",
    mode="System",
    subnet_id=SUBNET_ID,
)


class CannotRead(FakeCloud):
    """A cloud whose cluster cannot be read."""

    def __init__(self, error: KaitoError) -> None:
        super().__init__()
        self._error = error

    def cluster(self) -> AksCluster:
        raise self._error


def world(limits: TellsLimits, *pools: LiveNodePool, **changes: Any) -> FakeWorld:
    cloud = FakeCloud(SYSTEM, *pools, cluster=CLUSTER)
    fake = FakeWorld(target=AKS, fake_cloud=cloud, fake_limits=limits)
    return replace(fake, **changes)


def checked(
    where: World, name: str = "falcon-7b", known: Hardware | None = None, **asked: Any
) -> Preflight:
    """What preflight finds there for a request of the preset ``name``."""
    request, model, known = Request(model=name, **asked), preset(name), known or hardware()
    cluster = read_cluster(request, where)
    plan = planned(request, model, cluster, known, engines())
    return preflight(plan, where, cluster, model, known, engines())


def verdicts(found: Preflight) -> dict[Check, Verdict]:
    return {each.check: each.verdict for each in found.findings}
