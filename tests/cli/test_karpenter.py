"""`--nodes karpenter` and the device plugin, from the command line."""

from pathlib import Path

import yaml

from tests.cli.conftest import Kaito

AMAZON = ("--nodes", "karpenter", "--node-class", "ec2")


def test_render_prints_the_node_pool_and_its_class_first(kaito: Kaito) -> None:
    shown = kaito("render", "falcon-7b", "--nodes", "karpenter")

    kinds = [each["kind"] for each in yaml.safe_load_all(shown.stdout)]
    assert kinds == ["AKSNodeClass", "NodePool", "ServiceAccount", "Service", "Deployment"]
    assert "one more runs and costs" in shown.stderr


def test_amazons_cluster_names_role_and_subnets(kaito: Kaito) -> None:
    shown = kaito("render", "falcon-7b", *AMAZON, "--eks-cluster", "prod", "-o", "json")

    assert shown.document["items"][0]["spec"]["role"] == "KarpenterNodeRole-prod"


def test_a_node_class_of_ones_own_is_referred_to(kaito: Kaito) -> None:
    shown = kaito("render", "falcon-7b", *AMAZON, "--node-class-ref", "gpu", "-o", "json")

    pool = shown.document["items"][0]
    assert pool["kind"] == "NodePool"
    assert pool["spec"]["template"]["spec"]["nodeClassRef"]["name"] == "gpu"
    assert "The node class gpu has to bring" in shown.stderr


def test_a_price_that_nobody_knows_is_not_shown(kaito: Kaito) -> None:
    shown = kaito("plan", "falcon-7b", *AMAZON, "--eks-cluster", "prod")

    assert "not known" in shown.stdout
    assert "$" not in shown.stdout


def test_without_a_name_for_amazons_cluster_nothing_is_guessed(kaito: Kaito) -> None:
    shown = kaito("render", "falcon-7b", *AMAZON)

    assert (shown.code, shown.stdout) == (2, "")
    assert "hint: Add --eks-cluster NAME, or --node-class-ref NAME." in shown.stderr


def test_files_of_a_folder_keep_their_names(kaito: Kaito, tmp_path: Path) -> None:
    shown = kaito("render", "falcon-7b", "--nodes", "karpenter", "--output-dir", str(tmp_path))

    assert "01-aksnodeclass.yaml" in shown.stderr
    assert "05-nodepool.yaml" in shown.stderr


def test_who_lets_the_pool_scale_is_told_the_command_for_the_plugin(kaito: Kaito) -> None:
    told = kaito("render", "falcon-7b", "--autoscale", "1:2").stderr

    assert "kaito render falcon-7b --device-plugin | kubectl apply --server-side -f -" in told


def test_the_command_for_the_plugin_prints_it_and_nothing_else(kaito: Kaito) -> None:
    shown = kaito("render", "falcon-7b", "--device-plugin")

    assert (shown.code, shown.stderr) == (0, "")
    assert yaml.safe_load(shown.stdout)["kind"] == "DaemonSet"


def test_the_plugin_is_not_put_beside_the_files_of_one_workspace(
    kaito: Kaito, tmp_path: Path
) -> None:
    shown = kaito("render", "falcon-7b", "--device-plugin", "--output-dir", str(tmp_path))

    assert shown.code == 2
    assert "hint: Leave `--output-dir` out" in shown.stderr


def test_the_plan_keeps_what_may_be_fallen_back_on(kaito: Kaito) -> None:
    request = kaito("plan", "falcon-7b", "--fallback", "any", "-o", "json").document["request"]

    assert request["fallback"] == "any"
    assert kaito("plan", "falcon-7b", "-o", "json").document["request"]["fallback"] == "same-gpu"
