from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Kaito


def test_stdout_is_manifests_and_nothing_else(kaito: Kaito) -> None:
    shown = kaito("render", "falcon-7b")

    kinds = [each["kind"] for each in yaml.safe_load_all(shown.stdout)]
    assert kinds == ["ServiceAccount", "Service", "Deployment"]


def test_json_is_one_list_that_kubectl_takes(kaito: Kaito) -> None:
    found = kaito("render", "falcon-7b", "-o", "json").document

    assert (found["apiVersion"], found["kind"]) == ("v1", "List")
    assert found["items"] == list(yaml.safe_load_all(kaito("render", "falcon-7b").stdout))


def test_notes_and_the_commands_for_secrets_are_said_on_stderr(kaito: Kaito) -> None:
    shown = kaito("render", "falcon-7b", "-n", "research")

    assert "assumed: region eastus2" in shown.stderr
    assert "kubectl create secret generic falcon-7b-api-key --namespace research" in shown.stderr


def test_quiet_is_quiet(kaito: Kaito) -> None:
    assert kaito("render", "falcon-7b", "-q").stderr == ""


@pytest.mark.parametrize(
    ("layout", "file"),
    [
        ("yaml", "40-deployment.yaml"),
        ("kustomize", "kustomization.yaml"),
        ("helm", "Chart.yaml"),
    ],
)
def test_files_are_written_and_listed(kaito: Kaito, tmp_path: Path, layout: str, file: str) -> None:
    folder = tmp_path / "out"
    shown = kaito("render", "falcon-7b", "--format", layout, "--output-dir", str(folder))

    written = sorted(str(each) for each in folder.rglob("*.yaml"))
    assert str(folder / file) in written
    listed = [line[6:] for line in shown.stderr.splitlines() if line.startswith("wrote ")]
    assert sorted(listed) == written
    assert shown.stdout == ""


def test_rendering_again_writes_over_its_own_and_leaves_others(
    kaito: Kaito, tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text("mine")
    for _ in range(2):
        shown = kaito("render", "falcon-7b", "--output-dir", str(tmp_path))

    assert shown.code == 0
    assert (tmp_path / "mine.yaml").read_text() == "mine"


def test_a_deployment_keeps_its_file_whatever_is_beside_it(kaito: Kaito, tmp_path: Path) -> None:
    for replicas in ("2", "1"):
        kaito("render", "falcon-7b", "--replicas", replicas, "--output-dir", str(tmp_path))

    assert [each.name for each in tmp_path.glob("*-deployment.yaml")] == ["40-deployment.yaml"]


@pytest.mark.parametrize("layout", ["kustomize", "helm"])
def test_several_files_do_not_go_to_stdout(kaito: Kaito, layout: str) -> None:
    shown = kaito("render", "falcon-7b", "--format", layout)

    assert (shown.code, shown.stdout) == (2, "")
    assert "hint: Say where: `--output-dir DIR`." in shown.stderr


def test_an_output_folder_that_cannot_be_made_is_bad_input(kaito: Kaito, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shown = kaito("render", "falcon-7b", "--output-dir", str(tmp_path / "file" / "below"))

    assert shown.code == 2
    assert shown.stderr.startswith("error: The folder")


def test_a_hostile_value_comes_out_as_data(kaito: Kaito) -> None:
    hostile = 'A={{ x }}"\n- !!python/object:os.system'
    shown = kaito("render", "falcon-7b", "--env", hostile, "-o", "json")

    container = shown.document["items"][-1]["spec"]["template"]["spec"]["containers"][0]
    assert {"name": "A", "value": hostile[2:]} in container["env"]
