"""The device plugin runs where kaito says so, and nowhere else."""

from typing import Any

import pytest

from kaito_cli.manifests import device_plugin
from kaito_cli.model import DEVICE_PLUGIN_LABEL


def pod() -> dict[str, Any]:
    found: dict[str, Any] = device_plugin()["spec"]["template"]["spec"]
    return found


def test_only_nodes_that_ask_for_it_get_it() -> None:
    assert pod()["nodeSelector"][DEVICE_PLUGIN_LABEL] == "true"


def test_it_runs_on_tainted_gpu_and_spot_nodes_and_is_not_evicted() -> None:
    assert {each["key"] for each in pod()["tolerations"]} == {
        "sku",
        "nvidia.com/gpu",
        "kubernetes.azure.com/scalesetpriority",
    }
    assert pod()["priorityClassName"] == "system-node-critical"


def test_its_selector_chooses_its_own_pods_alone() -> None:
    made = device_plugin()
    selector = made["spec"]["selector"]["matchLabels"]

    assert selector.items() <= made["spec"]["template"]["metadata"]["labels"].items()
    assert "name" not in selector  # upstream's: nvidia-device-plugin-ds


def test_it_may_not_gain_privileges() -> None:
    [container] = pod()["containers"]

    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod()["automountServiceAccountToken"] is False


@pytest.mark.parametrize(
    ("mirror", "image"),
    [
        ("", "nvcr.io/nvidia/k8s-device-plugin:v0.18.0"),
        ("mirror.example.com/", "mirror.example.com/nvidia/k8s-device-plugin:v0.18.0"),
    ],
)
def test_it_is_pulled_from_the_mirror_where_one_is_named(mirror: str, image: str) -> None:
    made = device_plugin(mirror)

    assert made["spec"]["template"]["spec"]["containers"][0]["image"] == image
