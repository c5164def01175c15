from pathlib import Path

import pytest

from tests.cli.conftest import Kaito


def test_the_catalogue_is_listed_and_counted(kaito: Kaito) -> None:
    shown = kaito("models")
    items = kaito("models", "-o", "json").document["items"]

    verified = sum(each["verified"] for each in items)
    assert len(items) >= 85
    assert shown.stdout.count("\n") >= len(items) + 1
    told = f"{len(items)} models: {verified} verified, {len(items) - verified} unverified"
    assert shown.stderr == f"note: {told}\n"


def test_list_is_what_models_alone_does(kaito: Kaito) -> None:
    assert kaito("models") == kaito("models", "list")


def test_a_list_is_one_document_of_models(kaito: Kaito) -> None:
    shown = kaito("models", "-o", "json")

    assert list(shown.document) == ["kind", "items"]
    assert shown.document["kind"] == "List"
    assert {each["kind"] for each in shown.document["items"]} == {"Model"}
    assert list(shown.document["items"][0])[:3] == ["kind", "version", "name"]
    assert shown.stderr == ""


def test_a_family_is_named_in_any_case(kaito: Kaito) -> None:
    items = kaito("models", "--family", "Falcon", "-o", "json").document["items"]

    names = [each["name"] for each in items]
    assert names == ["falcon-40b", "falcon-40b-instruct", "falcon-7b", "falcon-7b-instruct"]


def test_a_family_nobody_knows_is_not_found(kaito: Kaito) -> None:
    shown = kaito("models", "--family", "falcn")

    assert shown.code == 3
    assert "hint: Try `--family falcon`." in shown.stderr


def test_only_models_that_one_vm_serves_fit_it(kaito: Kaito) -> None:
    shown = kaito("models", "--fits", "nv36ads_a10_v5", "-o", "json")

    names = {each["name"] for each in shown.document["items"]}
    assert "falcon-7b" in names
    assert "falcon-40b" not in names


def test_a_vm_size_nobody_knows_is_not_found(kaito: Kaito) -> None:
    shown = kaito("models", "--fits", "Standard_NC24ads_A100_v5")

    assert shown.code == 3
    assert "Standard_NC24ads_A100_v4" in shown.stderr


def test_no_model_found_is_an_empty_list_and_no_table(kaito: Kaito) -> None:
    asked = ("models", "--family", "deepseek", "--fits", "Standard_NC4as_T4_v3")

    assert kaito(*asked).stdout == ""
    assert kaito(*asked, "-o", "json").document["items"] == []


def test_one_model_is_shown_with_all_that_is_weighed(kaito: Kaito) -> None:
    shown = kaito("models", "show", "falcon-7b").stdout

    assert "7.2B parameters, 13.44 GiB in bfloat16" in shown
    assert "32 full, 1 KV head of 64" in shown
    assert "2,048 tokens" in shown
    assert "qlora: about" in shown
    assert "completions only" in shown
    assert "Standard_NV36ads_A10_v5, 1 × A10" in shown
    assert "$3.20 an hour" in shown


def test_the_document_of_one_model_holds_its_cheapest_fit(kaito: Kaito) -> None:
    found = kaito("models", "show", "gpt-oss-20b", "-o", "json").document

    assert (found["kind"], found["version"], found["name"]) == ("Model", 1, "gpt-oss-20b")
    assert found["cheapest_fit"]["cost"]["usd_per_hour"] > 0
    assert found["unfit"] == ""


def test_parsers_and_experts_are_shown(kaito: Kaito) -> None:
    shown = kaito("models", "show", "gpt-oss-120b").stdout

    assert "tool calls openai, reasoning openai_gptoss" in shown
    assert "4 of 128 active, 36 layers" in shown
    assert "18 sliding over 128 tokens" in shown


def test_recalled_facts_are_named(kaito: Kaito) -> None:
    items = kaito("models", "-o", "json").document["items"]
    doubtful = next(each for each in items if not each["verified"])

    assert "unverified, recalled from memory:" in kaito("models", "show", doubtful["name"]).stdout


def test_a_model_that_fits_nowhere_says_why(kaito: Kaito) -> None:
    shown = kaito("models", "show", "deepseek-v4-pro")

    assert shown.code == 0
    assert "none: " in shown.stdout


@pytest.mark.parametrize("typed", ["falcon7b", "Falcon_7b", "falcon-7"])
def test_a_misspelt_model_is_not_found_and_the_near_one_named(kaito: Kaito, typed: str) -> None:
    shown = kaito("models", "show", typed)

    assert shown.code == 3
    assert "Did you mean `falcon-7b" in shown.stderr


def test_a_folder_of_ones_own_presets_is_read(kaito: Kaito, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    document = kaito("models", "show", "falcon-7b", "-o", "yaml").stdout
    wanted = [line for line in document.splitlines() if not line.startswith(("kind:", "version:"))]
    kept = "\n".join(wanted).split("cheapest_fit:")[0].replace("name: falcon-7b", "name: mine")
    mine.write_text(kept)

    by_flag = kaito("models", "show", "mine", "--preset-dir", str(tmp_path), "-o", "json")
    by_environment = kaito("models", "show", "mine", "-o", "json", KAITO_PRESET_DIR=str(tmp_path))
    assert by_flag.document["name"] == "mine"
    assert by_flag == by_environment


def test_a_typo_in_ones_own_preset_names_file_and_field(kaito: Kaito, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine\nlicence: mit\n")
    shown = kaito("models", "--preset-dir", str(tmp_path))

    assert shown.code == 2
    assert "mine.yaml" in shown.stderr
    assert "licence" in shown.stderr


def test_a_preset_folder_that_is_not_there_is_bad_input(kaito: Kaito) -> None:
    shown = kaito("models", "--preset-dir", "/no/such/folder", "-o", "json")

    assert (shown.code, shown.error["code"]) == (2, "bad-input")
