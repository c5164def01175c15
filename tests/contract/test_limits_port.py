"""What every Limits does: the same suite on the fake and on the adapter over a local ARM."""

from collections.abc import Callable, Iterator

import pytest

from kaito_cli.adapters.azure.connection import Connection
from kaito_cli.adapters.azure.endpoints import arm_endpoint
from kaito_cli.adapters.azure.limits import ArmLimits
from kaito_cli.catalog.gpus import vm_sizes
from kaito_cli.model import SkuOffer, quota_name
from kaito_cli.ports import Limits
from kaito_cli.sandbox.arm import ArmState, serving
from kaito_cli.sandbox.arm.state import REGION, SUBSCRIPTION
from tests.contract.test_cloud_port import NeverAsked
from tests.limits import TellsLimits

T4 = "Standard_NC4as_T4_v3"
STATE = ArmState()


def fake() -> Iterator[Limits]:
    yield TellsLimits()


def real() -> Iterator[Limits]:
    with serving(ArmState()) as server:
        connection = Connection(arm_endpoint(url=server.url), NeverAsked())
        yield ArmLimits(connection, SUBSCRIPTION)
        connection.close()


@pytest.fixture(params=[fake, real])
def limits(request: pytest.FixtureRequest) -> Iterator[Limits]:
    make: Callable[[], Iterator[Limits]] = request.param
    yield from make()


def offer(limits: Limits, name: str) -> SkuOffer:
    return next(each for each in limits.skus(REGION) if each.name == name)


def test_a_size_is_offered_with_what_the_catalogue_knows_of_it(limits: Limits) -> None:
    size = next(each for each in vm_sizes() if each.name == T4)

    found = offer(limits, T4)

    assert found.vcpus == size.vcpus
    assert quota_name(found.family) == quota_name(size.quota_family)
    assert (found.spot, found.restriction, found.restricted_zones) == (True, "", ())
    assert set(found.zones or ()) <= {"1", "2", "3"}
    assert found.ephemeral_os_disk_gib == size.ephemeral_os_disk_gib


def test_every_family_has_a_quota_and_so_have_all_cores(limits: Limits) -> None:
    quotas = {quota_name(each.name): each for each in limits.usages(REGION)}

    assert {"cores", "lowprioritycores", quota_name(offer(limits, T4).family)} <= set(quotas)
    assert all(0 <= each.used <= each.limit for each in quotas.values())


def test_what_the_caller_may_do_comes_as_patterns(limits: Limits) -> None:
    assert any("*" in each.actions for each in limits.permissions(STATE.cluster.id))


def test_a_provider_is_registered(limits: Limits) -> None:
    assert limits.provider_state("Microsoft.ContainerService") == "Registered"


def test_a_subnet_has_room(limits: Limits) -> None:
    subnet = limits.subnet(STATE.cluster.subnet_id)

    assert subnet.id == STATE.cluster.subnet_id
    assert 0 <= subnet.used < subnet.addresses == 251
