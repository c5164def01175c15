"""Offers, quotas, rights and subnets as Azure Resource Manager spells them."""

from typing import Any

import pytest

from kaito_cli.adapters.azure.limits import ArmLimits
from kaito_cli.adapters.azure.skus import offer_of
from kaito_cli.errors import KaitoError, Unreachable
from kaito_cli.model import SkuOffer, Usage, quota_name
from kaito_cli.sandbox.arm import ArmState
from kaito_cli.sandbox.arm.state import REGION
from tests.adapters.azure.conftest import Connect
from tests.adapters.azure.wire import Said, answering

T4 = "Standard_NC4as_T4_v3"


def offer(limits: ArmLimits, name: str) -> SkuOffer:
    return next(each for each in limits.skus(REGION) if each.name == name)


def record(capabilities: dict[str, str], **more: Any) -> dict[str, Any]:
    listed = [{"name": name, "value": value} for name, value in capabilities.items()]
    return {"name": "Standard_X", "family": "F", "capabilities": listed, **more}


def test_all_pages_of_the_sizes_are_read(limits: ArmLimits, state: ArmState) -> None:
    state.page_size = 7

    found = limits.skus("East US 2")

    assert {each.name for each in found} == {each["name"] for each in state.skus(REGION)}
    assert state.requests[0].query["$filter"] == "location eq 'eastus2'"
    assert len(state.requests) > 2


def test_disks_and_other_resources_are_no_vm_sizes(connect: Connect) -> None:
    disk = {"resourceType": "disks", "name": "Premium_LRS"}
    with answering(lambda path: Said(200, {"value": [disk]})) as wire:
        assert ArmLimits(connect(wire.url), "s").skus(REGION) == ()


def test_a_zone_that_is_restricted_is_told_apart(limits: ArmLimits, state: ArmState) -> None:
    before = offer(limits, T4)
    assert before.zones
    state.restrict(T4, zones=(before.zones[0],))

    after = offer(limits, T4)

    assert after.zones == before.zones[1:]
    assert after.restricted_zones == before.zones[:1]
    assert after.restriction == ""


def test_a_restricted_region_is_told_with_its_reason(limits: ArmLimits, state: ArmState) -> None:
    state.restrict(T4, reason="QuotaId")

    assert offer(limits, T4).restriction == "QuotaId"


def test_a_restriction_of_another_region_is_none_here() -> None:
    elsewhere = {
        "type": "Location",
        "values": ["westus"],
        "restrictionInfo": {"locations": ["westus"]},
        "reasonCode": "NotAvailableForSubscription",
    }

    assert offer_of(record({}, restrictions=[elsewhere]), "eastus").restriction == ""


def test_zones_are_those_of_the_region_however_it_is_spelled() -> None:
    where = [
        {"location": "WestUS", "zones": ["1"]},
        {"location": "EastUS", "zones": ["3", "2"]},
    ]

    assert offer_of(record({}, locationInfo=where), "eastus").zones == ("2", "3")


@pytest.mark.parametrize(
    ("where", "zones"),
    [
        ([], None),
        ([{"location": "westus", "zones": ["1"]}], None),
        ([{"location": "eastus"}], ()),
        ([{"location": "eastus", "zones": []}], ()),
    ],
)
def test_a_region_that_is_not_told_of_has_unknown_zones_and_not_none(
    where: list[dict[str, Any]], zones: tuple[str, ...] | None
) -> None:
    assert offer_of(record({}, locationInfo=where), "eastus").zones == zones


# figures of real records (Microsoft.Compute/skus, 2021-07-01)
@pytest.mark.parametrize(
    ("capabilities", "gib"),
    [
        (  # Standard_NC24ads_A100_v4: the cache, although there are larger NVMe disks
            {
                "EphemeralOSDiskSupported": "True",
                "SupportedEphemeralOSDiskPlacements": "ResourceDisk,CacheDisk",
                "MaxResourceVolumeMB": "65536",
                "CachedDiskBytes": "274877906944",
                "NvmeDiskSizeInMiB": "915527",
            },
            256,
        ),
        (  # Standard_NC16as_T4_v3: the temporary disk
            {
                "EphemeralOSDiskSupported": "True",
                "SupportedEphemeralOSDiskPlacements": "ResourceDisk,CacheDisk",
                "MaxResourceVolumeMB": "360448",
                "CachedDiskBytes": "154618822656",
            },
            352,
        ),
        (  # Standard_D128ds_v6: one of its four NVMe disks
            {
                "EphemeralOSDiskSupported": "True",
                "SupportedEphemeralOSDiskPlacements": "NvmeDisk",
                "MaxResourceVolumeMB": "0",
                "NvmeDiskSizeInMiB": "7208960",
                "NvmeSizePerDiskInMiB": "1802240",
            },
            1760,
        ),
        (  # AKS takes no more than 2,040 GiB
            {
                "EphemeralOSDiskSupported": "True",
                "SupportedEphemeralOSDiskPlacements": "ResourceDisk",
                "MaxResourceVolumeMB": "2883584",
            },
            2040,
        ),
        ({"EphemeralOSDiskSupported": "False", "MaxResourceVolumeMB": "65536"}, 0),
        ({"EphemeralOSDiskSupported": "True"}, None),
        ({}, None),
    ],
)
def test_the_largest_ephemeral_disk_is_read_off_the_record(
    capabilities: dict[str, str], gib: int | None
) -> None:
    assert offer_of(record(capabilities), "eastus").ephemeral_os_disk_gib == gib


def test_what_azure_does_not_say_is_not_known() -> None:
    found = offer_of(record({}), "eastus")

    assert (found.spot, found.ephemeral_os_disk) == (None, None)


def test_quotas_keep_azures_names_and_compare_without_case_and_spaces(
    limits: ArmLimits, state: ArmState
) -> None:
    state.limit("Standard NCASv3_T4 Family", 64, others=4)

    found = {quota_name(each.name): each for each in limits.usages(REGION)}

    usage = found[quota_name(offer(limits, T4).family)]
    assert usage == Usage(name=usage.name, used=4, limit=64)
    assert quota_name("standard NCASv3_T4Family") == quota_name("Standard NCASv3_T4 Family")


@pytest.mark.parametrize(
    ("prefixes", "addresses"),
    [
        ({"addressPrefix": "10.0.0.0/24"}, 251),
        ({"addressPrefixes": ["10.0.0.0/28", "10.0.1.0/28"]}, 22),
        ({"addressPrefixes": ["10.0.0.0/24", "fd00::/64"]}, 251),
        ({"addressPrefix": "10.0.0.0/29"}, 3),
    ],
)
def test_a_subnet_has_all_addresses_but_the_five_that_azure_keeps(
    connect: Connect, prefixes: dict[str, Any], addresses: int
) -> None:
    body = {"id": "/s", "properties": {**prefixes, "ipConfigurations": [{"id": "a"}, {"id": "b"}]}}
    with answering(lambda path: Said(200, body)) as wire:
        subnet = ArmLimits(connect(wire.url), "s").subnet("/subscriptions/s/…/subnets/nodes")

    assert (subnet.addresses, subnet.used) == (addresses, 2)


def test_every_read_of_limits_is_one_request_but_for_its_pages(
    limits: ArmLimits, state: ArmState
) -> None:
    state.page_size = 1000
    for ask in (
        lambda: limits.skus(REGION),
        lambda: limits.usages(REGION),
        lambda: limits.permissions(state.cluster.id),
        lambda: limits.provider_state("Microsoft.ContainerService"),
        lambda: limits.subnet(state.cluster.subnet_id),
    ):
        ask()

    assert len(state.requests) == 5


def test_a_subscription_that_is_not_there_is_named_by_azure(connect: Connect, url: str) -> None:
    with pytest.raises(KaitoError) as caught:
        ArmLimits(connect(url), "11111111-1111-1111-1111-111111111111").usages(REGION)

    assert "11111111-1111-1111-1111-111111111111" in caught.value.detail


def test_what_was_typed_stays_one_part_of_the_path(connect: Connect) -> None:
    with answering(lambda path: Said(200, {"value": []})) as wire:
        limits = ArmLimits(connect(wire.url), "a/b?c")
        limits.usages("east/../us' or x")
        limits.skus("east' or x eq 'y")

    assert wire.paths[0].startswith(
        "/subscriptions/a%2Fb%3Fc/providers/Microsoft.Compute/locations/east%2F..%2Fus%27orx/usages"
    )
    assert wire.paths[1].count("'") == 2


@pytest.mark.parametrize("actions", ["[null]", '"*"', '{"a": 1}', "[5]", "[" * 50_000])
@pytest.mark.parametrize("name", ["actions", "notActions"])
def test_actions_that_are_no_list_of_texts_are_an_odd_answer(
    connect: Connect, name: str, actions: str
) -> None:
    said = Said(200, f'{{"value": [{{"actions": ["*"], "{name}": {actions}}}]}}'.encode())
    with (
        answering(lambda path: said) as wire,
        pytest.raises(Unreachable, match="does not speak as Azure does"),
    ):
        ArmLimits(connect(wire.url), "s").permissions("/x")


@pytest.mark.parametrize("figure", ["1e999", "-1e999", "NaN", '"many"', "{}", "[]"])
@pytest.mark.parametrize("name", ["limit", "currentValue"])
def test_a_figure_that_is_none_is_an_odd_answer(connect: Connect, name: str, figure: str) -> None:
    figures = {"limit": "1", "currentValue": "1", name: figure}
    told = ", ".join(f'"{each}": {value}' for each, value in figures.items())
    body = f'{{"value": [{{"name": {{"value": "cores"}}, {told}}}]}}'.encode()
    with (
        answering(lambda path: Said(200, body)) as wire,
        pytest.raises(Unreachable, match="does not speak as Azure does"),
    ):
        ArmLimits(connect(wire.url), "s").usages(REGION)


@pytest.mark.parametrize("vcpus", ["1e999", "nan", "x", "-4"])
def test_vcpus_that_are_none_are_an_odd_answer(connect: Connect, vcpus: str) -> None:
    size = record({"vCPUs": vcpus}, resourceType="virtualMachines")
    with (
        answering(lambda path: Said(200, {"value": [size]})) as wire,
        pytest.raises(Unreachable, match="does not speak as Azure does"),
    ):
        ArmLimits(connect(wire.url), "s").skus(REGION)
