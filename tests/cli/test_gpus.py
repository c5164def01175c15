import pytest

from tests.cli.conftest import Kaito


def test_every_size_is_listed_with_its_gpus_memory_and_price(kaito: Kaito) -> None:
    shown = kaito("gpus", COLUMNS="200")

    lines = shown.stdout.splitlines()
    assert lines[0].split() == ["VM", "SIZE", "GPUS", "GIB", "USD/HOUR", "STATUS"]
    row = next(line for line in lines if line.startswith("Standard_NC24ads_A100_v4 "))
    assert row.split()[1:] == ["1", "×", "A100-80GB", "79.15", "3.67", "current"]


def test_what_kaito_plans_with_comes_first_and_cheapest_first(kaito: Kaito) -> None:
    found = kaito("gpus", "-o", "json").document["items"]

    planned = [each for each in found if each["plannable"]]
    prices = [each["usd_per_hour"] for each in planned if each["usd_per_hour"] is not None]
    assert found[: len(planned)] == planned
    assert prices == sorted(prices)


def test_a_size_kaito_does_not_plan_with_says_why(kaito: Kaito) -> None:
    found = kaito("gpus", "-o", "json").document["items"]

    silent = [each["name"] for each in found if not each["plannable"] and not each["why_not"]]
    assert silent == []


def test_the_price_date_and_region_are_said_beside_the_table(kaito: Kaito) -> None:
    shown = kaito("gpus", "--region", "Sweden Central")

    assert "prices of swedencentral, Linux, 2026-06-18" in shown.stderr


def test_prices_differ_by_region(kaito: Kaito) -> None:
    def price(region: str) -> float:
        items = kaito("gpus", "--region", region, "-o", "json").document["items"]
        found = next(each for each in items if each["name"] == "Standard_NC24ads_A100_v4")
        return float(found["usd_per_hour"])

    assert price("swedencentral") > price("eastus2")


def test_a_region_nobody_knows_is_not_found_and_a_near_one_named(kaito: Kaito) -> None:
    shown = kaito("gpus", "--region", "eastus22")

    assert (shown.code, shown.stdout) == (3, "")
    assert "hint: Try `--region eastus2`." in shown.stderr


@pytest.mark.parametrize("width", ["60", "80", "120"])
def test_every_name_is_whole_at_any_width(kaito: Kaito, width: str) -> None:
    names = [each["name"] for each in kaito("gpus", "-o", "json").document["items"]]
    shown = kaito("gpus", COLUMNS=width).stdout

    assert max(map(len, shown.splitlines())) <= int(width)
    short = [name for name in names if len(name) <= 26]
    assert [name for name in short if name not in shown] == []


def test_list_takes_the_options_given_before_it(kaito: Kaito) -> None:
    before = kaito("gpus", "--region", "westus3", "-o", "json", "list")
    after = kaito("gpus", "list", "--region", "westus3", "-o", "json")

    assert before == after
    assert before.document["items"][0]["region"] == "westus3"


def test_yaml_says_the_same_as_json(kaito: Kaito) -> None:
    import yaml

    assert (
        yaml.safe_load(kaito("gpus", "-o", "yaml").stdout) == kaito("gpus", "-o", "json").document
    )
