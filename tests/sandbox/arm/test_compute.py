"""The records of Compute, and prices: in pages, and with rows that a reader has to drop."""

from typing import Any

import pytest

from kaito_cli.catalog import gpus
from kaito_cli.sandbox.arm import ArmServer, ArmState
from kaito_cli.sandbox.arm.skus import largest_ephemeral_gib
from tests.sandbox.arm.calls import A100, SUBSCRIPTION, call

SKUS = f"{SUBSCRIPTION}/providers/Microsoft.Compute/skus"
USAGES = f"{SUBSCRIPTION}/providers/Microsoft.Compute/locations/eastus2/usages"
PRICES = "/api/retail/prices"


def test_skus_come_in_pages(arm: ArmServer) -> None:
    found, asked = _skus(arm, "eastus2"), len(arm.state.requests)

    assert {"Standard_D4s_v3", A100} <= found.keys()
    assert asked == -(-len(found) // arm.state.page_size) > 1


def test_a_record_says_what_the_catalogue_knows(arm: ArmServer) -> None:
    sku = _skus(arm, "eastus2")[A100]
    capabilities = {each["name"]: each["value"] for each in sku["capabilities"]}

    assert sku["family"] == "StandardNCADSA100v4Family"
    assert sku["locationInfo"][0]["zones"] == ["1", "2", "3"]
    assert capabilities == {
        "CpuArchitectureType": "x64",
        "LowPriorityCapable": "True",
        "vCPUs": "24",
        "MemoryGB": "220",
        "GPUs": "1",
        "MaxResourceVolumeMB": str(64 * 1024),
        "NvmeDiskSizeInMiB": str(894 * 1024),
        "RdmaEnabled": "False",
        "EphemeralOSDiskSupported": "True",
        "SupportedEphemeralOSDiskPlacements": "ResourceDisk,CacheDisk",
        "CachedDiskBytes": str(256 * 1024**3),
    }


def test_a_size_is_sold_where_it_has_a_price(arm: ArmServer) -> None:
    t4 = "Standard_NC4as_T4_v3"
    assert "southindia" in gpus.prices().usd_per_hour[t4]

    assert t4 in _skus(arm, "southindia")
    assert t4 not in _skus(arm, "westcentralus")


@pytest.mark.parametrize("vm_size", ["Standard_NC6s_v3", "Standard_ND96asr_A100_v4"])
def test_what_azure_no_longer_sells_is_not_offered(vm_size: str) -> None:
    assert all(vm_size != each["name"] for each in ArmState().skus("eastus"))


def test_every_ephemeral_disk_of_the_catalogue_fits_its_record() -> None:
    skus = {each["name"]: each for each in ArmState().skus("eastus2")}
    known = [each for each in gpus.vm_sizes() if each.name in skus]

    assert {each.name: each.ephemeral_os_disk_gib or 0 for each in known} == {
        each.name: largest_ephemeral_gib(skus[each.name]) for each in known
    }


def test_a_region_without_zones_offers_none(arm: ArmServer) -> None:
    assert _skus(arm, "westus")["Standard_D4s_v3"]["locationInfo"][0]["zones"] == []


def test_a_restriction_is_shown(arm: ArmServer) -> None:
    arm.state.restrict(A100, reason="QuotaId")
    arm.state.restrict(A100, zones=("1",))

    found = _skus(arm, "eastus2")[A100]["restrictions"]

    assert [(each["type"], each["reasonCode"]) for each in found] == [
        ("Location", "QuotaId"),
        ("Zone", "NotAvailableForSubscription"),
    ]
    assert found[1]["restrictionInfo"] == {"locations": ["eastus2"], "zones": ["1"]}


@pytest.mark.parametrize("asked", ["", "location eq", "name eq 'x'"])
def test_a_filter_that_is_not_understood_is_refused(arm: ArmServer, asked: str) -> None:
    query = f"api-version=2021-07-01&$filter={asked}"

    assert call(arm, "GET", SKUS, query=query).code == "InvalidFilter"


def test_usages_list_every_family_in_another_spelling(arm: ArmServer) -> None:
    families = {each["family"] for each in _skus(arm, "eastus2").values()}
    listed = {each["name"]["value"] for each in call(arm, "GET", USAGES).body["value"]}

    assert {"cores", "lowPriorityCores"} <= listed
    assert {each.lower() for each in families} <= {each.lower() for each in listed}
    assert not families & listed - {each for each in families if each[0].islower()}


def test_prices_have_the_rows_of_the_real_api(arm: ArmServer) -> None:
    found = _prices(arm, f"armSkuName eq '{A100}' and armRegionName eq 'eastus2'")

    linux = [
        (each["meterName"], each["retailPrice"])
        for each in found
        if each["type"] == "Consumption" and "Windows" not in each["productName"]
    ]
    assert ("NC24ads A100 v4", gpus.prices().of(A100, "eastus2")) in linux
    assert {name for name, _ in linux} == {
        "NC24ads A100 v4",
        "NC24ads A100 v4 Spot",
        "NC24ads A100 v4 Low Priority",
    }
    assert {each["type"] for each in found} == {"Consumption", "DevTestConsumption", "Reservation"}


def test_prices_are_filtered_and_come_in_pages(arm: ArmServer) -> None:
    asked = (
        "serviceName eq 'Virtual Machines' and priceType eq 'Consumption' and "
        f"(armSkuName eq '{A100}' or armSkuName eq 'Standard_NC4as_T4_v3')"
    )

    found = _prices(arm, asked)

    assert {each["armSkuName"] for each in found} == {A100, "Standard_NC4as_T4_v3"}
    assert {each["type"] for each in found} == {"Consumption"}
    assert len(arm.state.requests) == -(-len(found) // 100) > 1


def test_prices_need_no_token_and_refuse_what_they_do_not_understand(arm: ArmServer) -> None:
    query = "$filter=armSkuName contains 'A100'"

    assert call(arm, "GET", PRICES, token="", query=query).code == "InvalidFilter"


def _skus(arm: ArmServer, region: str) -> dict[str, Any]:
    query = f"api-version=2021-07-01&$filter=location eq '{region}'"
    page = call(arm, "GET", SKUS, query=query).body
    found = page["value"]
    while link := page.get("nextLink"):
        page = call(arm, "GET", link).body
        found += page["value"]
    return {each["name"]: each for each in found}


def _prices(arm: ArmServer, asked: str) -> list[dict[str, Any]]:
    page = call(arm, "GET", PRICES, token="", query=f"$filter={asked}").body
    found: list[dict[str, Any]] = page["Items"]
    while link := page["NextPageLink"]:
        page = call(arm, "GET", link, token="").body
        found += page["Items"]
    return found
