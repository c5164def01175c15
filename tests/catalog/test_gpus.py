"""Facts here are those of the tables kaito was planned with, not copies of the YAML."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from kaito_cli.catalog import gpus
from kaito_cli.errors import BadInput, NotFound
from kaito_cli.model import Fp8, Link, PriceList

PLANNABLE = {
    "Standard_NC4as_T4_v3",
    "Standard_NC8as_T4_v3",
    "Standard_NC16as_T4_v3",
    "Standard_NC64as_T4_v3",
    "Standard_NC24ads_A100_v4",
    "Standard_NC48ads_A100_v4",
    "Standard_NC96ads_A100_v4",
    "Standard_NC40ads_H100_v5",
    "Standard_NC80adis_H100_v5",
    "Standard_ND96asr_v4",
    "Standard_ND96amsr_A100_v4",
    "Standard_ND96isr_H100_v5",
    "Standard_ND96isr_H200_v5",
    "Standard_NV36ads_A10_v5",
    "Standard_NV36adms_A10_v5",
    "Standard_NV72ads_A10_v5",
    "Standard_NC16ads_A10_v4",
    "Standard_NC32ads_A10_v4",
}


def test_every_known_size_is_there_once() -> None:
    names = [each.name for each in gpus.vm_sizes()]

    assert len(names) == len(set(names)) == 57


def test_exactly_the_sizes_that_can_be_planned_are_plannable() -> None:
    assert {each.name for each in gpus.vm_sizes() if each.plannable} == PLANNABLE


@pytest.mark.parametrize("name", sorted(PLANNABLE))
def test_what_a_plan_needs_of_a_plannable_size_is_known(name: str) -> None:
    size = gpus.vm_size(name)

    assert size.gpus
    assert size.ram_gib
    assert size.quota_family
    assert "Ubuntu" in size.os_skus
    assert size.driver_cuda in (12.8, 13.0)
    assert gpus.prices().cheapest(name)


def test_a_size_that_is_not_planned_says_why_and_the_others_do_not() -> None:
    for size in gpus.vm_sizes():
        assert bool(size.why_not) is not size.plannable, size.name


def test_every_size_carries_a_known_gpu_and_a_source() -> None:
    for size in gpus.vm_sizes():
        assert size.device in gpus.devices(), size.name
        assert size.source, size.name


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("Standard_NC24ads_A100_v4", Link.NONE),  # one GPU has nobody to talk to
        ("Standard_NC48ads_A100_v4", Link.PCIE),
        ("Standard_NC80adis_H100_v5", Link.PCIE),  # its NVLink is sometimes inactive
        ("Standard_NV72ads_A10_v5", Link.PCIE),
        ("Standard_ND96isr_H100_v5", Link.NVLINK),
    ],
)
def test_links_are_what_a_plan_may_rely_on(name: str, link: Link) -> None:
    assert gpus.vm_size(name).link is link


def test_gpus_of_one_node_are_linked_when_and_only_when_there_are_several() -> None:
    for size in gpus.vm_sizes():
        assert (size.link is not Link.NONE) is ((size.gpus or 1) > 1), size.name


def test_an_ephemeral_os_disk_is_never_larger_than_azure_allows() -> None:
    known = [each.ephemeral_os_disk_gib for each in gpus.vm_sizes() if each.ephemeral_os_disk_gib]

    assert max(known) == 2040


def test_quota_families_keep_the_odd_spelling_of_azure() -> None:
    assert gpus.vm_size("Standard_NC4as_T4_v3").quota_family == "Standard NCASv3_T4 Family"
    assert gpus.vm_size("Standard_ND96amsr_A100_v4").quota_family == "standard NDAMSv4_A100Family"


@pytest.mark.parametrize(
    ("name", "memory_gib", "nominal_gib"),
    [
        ("A10", 22.06, 24),
        ("T4", 14.56, 16),
        ("A100-40GB", 39.39, 40),
        ("A100-80GB", 79.15, 80),
        ("H100-SXM", 79.18, 80),
        ("H100-NVL", 93.1, 94),
        ("H200", 139.8, 141),
    ],
)
def test_usable_memory_is_what_cuda_reports(
    name: str, memory_gib: float, nominal_gib: float
) -> None:
    assert gpus.device(name).memory_gib == memory_gib < nominal_gib


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("H100", "H100-SXM"),
        ("h100-80gb", "H100-SXM"),
        ("NVIDIA-H100-80GB-HBM3", "H100-SXM"),
        ("NVIDIA H100 NVL", "H100-NVL"),
        ("A100", "A100-80GB"),
        ("a100_80gb", "A100-80GB"),
        ("NVIDIA-A100-SXM4-40GB", "A100-40GB"),
        ("A6000-48GB", "A6000"),
        ("RTX A6000", "A6000"),
        ("nvidia-l4", "L4"),
        ("L40S", "L40S"),
        ("A10G", "A10G"),
        ("Tesla-T4", "T4"),
        ("RTX 3090", "RTX-3090"),
        ("rtx3090", "RTX-3090"),
        ("NVIDIA-GeForce-RTX-4090", "RTX-4090"),
        ("RTX PRO 6000 Blackwell 96GB", "RTX-PRO-6000"),
        ("DGX Spark", "GB10"),
        ("AMD Instinct MI300X", "MI300X"),
    ],
)
def test_a_gpu_answers_to_the_names_people_and_nodes_give_it(typed: str, name: str) -> None:
    assert gpus.device(typed).name == name


def test_no_two_gpus_answer_to_the_same_name() -> None:
    claims = Counter(
        typed.lower().replace(" ", "").replace("-", "")
        for each in gpus.devices().values()
        for typed in {each.name, *each.aliases}
    )

    assert [typed for typed, count in claims.items() if count > 1] == []
    for each in gpus.devices().values():
        for typed in (each.name, *each.aliases):
            assert gpus.device(typed) is each


def test_number_formats_follow_from_the_compute_capability() -> None:
    for each in gpus.devices().values():
        if each.vendor != "nvidia":
            assert each.compute_capability == 0.0, each.name
            continue
        cc = each.compute_capability
        fp8 = Fp8.NATIVE if cc >= 8.9 else Fp8.WEIGHT_ONLY if cc >= 8.0 else Fp8.NO
        assert (each.bf16, each.fp8, each.fp4) == (cc >= 8.0, fp8, cc >= 10.0), each.name


def test_every_gpu_has_plausible_figures_and_a_source() -> None:
    for each in gpus.devices().values():
        assert 4 < each.memory_gib < 300, each.name
        assert 100 < each.bandwidth_gb_per_second < 10_000, each.name
        assert each.source, each.name


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("H10", "Did you mean `H100` or `A10`?"),
        ("L41", "Did you mean `L4` or `L40`?"),
        ("tpu-v5e", "List them: `kaito gpus`"),
        ("", "List them: `kaito gpus`"),
        ("nvidia", "List them: `kaito gpus`"),
    ],
)
def test_an_unknown_gpu_is_not_found_with_near_misses(typed: str, hint: str) -> None:
    with pytest.raises(NotFound) as error:
        gpus.device(typed)

    assert error.value.message == f"There is no GPU named `{typed}`."
    assert error.value.hint == hint


@pytest.mark.parametrize(
    "typed",
    ["Standard_NC24ads_A100_v4", "standard_nc24ads_a100_v4", "NC24ads_A100_v4", " nc24ADS_a100_V4"],
)
def test_a_vm_size_is_found_in_any_case_and_without_its_prefix(typed: str) -> None:
    assert gpus.vm_size(typed).name == "Standard_NC24ads_A100_v4"


def test_an_unknown_vm_size_is_not_found_with_near_misses() -> None:
    with pytest.raises(NotFound) as error:
        gpus.vm_size("Standard_NC24ads_A100_v5")

    assert error.value.hint.startswith("Did you mean `Standard_NC24ads_A100_v4` or ")


def test_a_vm_size_without_gpus_is_not_found_either() -> None:
    with pytest.raises(NotFound, match="`Standard_D4s_v5`") as error:
        gpus.vm_size("Standard_D4s_v5")

    assert error.value.hint


def test_prices_say_when_and_where_they_are_from() -> None:
    prices = gpus.prices()

    assert date.fromisoformat(prices.date) == date(2026, 6, 18)
    assert "Retail Prices" in prices.source


def test_prices_are_of_known_sizes_and_above_zero() -> None:
    names = {each.name for each in gpus.vm_sizes()}
    prices = gpus.prices().usd_per_hour

    assert set(prices) <= names
    assert all(usd > 0 for by_region in prices.values() for usd in by_region.values())


@pytest.mark.parametrize(
    ("name", "region", "usd"),
    [
        ("Standard_NC24ads_A100_v4", "eastus2", 3.673),
        ("Standard_NV36ads_A10_v5", "swedencentral", 4.16),
        ("Standard_ND96isr_H200_v5", "eastus", None),
        ("Standard_ND128isr_GB300_v6", "eastus", None),
    ],
)
def test_a_price_is_by_size_and_region_or_unknown(
    name: str, region: str, usd: float | None
) -> None:
    assert gpus.prices().of(name, region) == usd


def test_the_cheapest_region_is_the_first_of_equals() -> None:
    prices = PriceList(
        date="2026-06-18", source="test", usd_per_hour={"a": {"west": 1.0, "east": 1.0, "n": 2.0}}
    )

    assert prices.cheapest("a") == ("east", 1.0)
    assert prices.cheapest("b") is None


def test_the_hardware_of_the_planner_is_all_of_it() -> None:
    hardware = gpus.hardware()

    assert hardware.devices is gpus.devices()
    assert hardware.sizes is gpus.vm_sizes()
    assert hardware.prices is gpus.prices()


GOOD_SIZE = "vcpus: 4, ram_gib: 28, gpus: 1, plannable: true"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("S:\n  shared: {device: T4}\n  sizes: {A: {%s, ram_gb: 1}}", "A.ram_gb: Unexpected"),
        ("S:\n  shared: {device: T4, linc: pcie}\n  sizes: {A: {%s}}", "A.linc: Unexpected"),
        ("S:\n  shared: {}\n  sizes: {A: {%s}}", "A.device: Field required"),
        ("S:\n  shraed: {device: T4}\n  sizes: {A: {%s}}", "S.shraed: Unexpected"),
    ],
)
def test_a_mistake_in_the_sizes_names_file_and_field(
    text: str, problem: str, tmp_path: Path
) -> None:
    file = tmp_path / "azure.yaml"
    file.write_text(text % GOOD_SIZE, encoding="utf-8")

    with pytest.raises(BadInput) as error:
        gpus.read_sizes(file)

    assert str(file) in error.value.message
    assert problem in error.value.detail


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("A10: {memory_gb: 24}", "A10.memory_gb: Unexpected"),
        ("A10: {fp8: sometimes}", "A10.fp8: Input should be"),
        ("A10: 24", "A10: Input should be a valid dictionary"),
    ],
)
def test_a_mistake_in_the_devices_names_file_and_field(
    text: str, problem: str, tmp_path: Path
) -> None:
    file = tmp_path / "devices.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(BadInput) as error:
        gpus.read_devices(file)

    assert str(file) in error.value.message
    assert problem in error.value.detail
