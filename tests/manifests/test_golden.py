"""The files under tests/golden/manifests are the documentation of what is applied."""

import json
from collections.abc import Callable

import pytest

from kaito_cli.manifests import (
    PLAN_ANNOTATION,
    Format,
    Manifest,
    device_plugin,
    files,
    render,
    to_yaml,
)
from tests.builders import PLAN
from tests.manifests.shapes import SHAPES

Golden = Callable[[str, str], None]
PLACEHOLDER = "(the plan: see plan-annotation.json)"


@pytest.mark.parametrize("shape", SHAPES)
def test_manifests_match_golden(shape: str, golden: Golden) -> None:
    manifests = render(SHAPES[shape])
    manifests[-1]["metadata"]["annotations"][PLAN_ANNOTATION] = PLACEHOLDER

    golden(to_yaml(manifests), f"manifests/{shape}.yaml")


@pytest.mark.parametrize("form", [Format.KUSTOMIZE, Format.HELM])
def test_files_match_golden(form: Format, golden: Golden) -> None:
    plan = SHAPES["two-replicas"]
    annotation = recorded(render(plan)[-1])
    for name, text in files(plan, form).items():
        golden(text.replace(f"'{annotation}'", PLACEHOLDER), f"manifests/{form}/{name}")


@pytest.mark.parametrize("form", [Format.KUSTOMIZE, Format.HELM])
def test_files_for_karpenter_match_golden(form: Format, golden: Golden) -> None:
    plan = SHAPES["karpenter-ec2"]
    texts = files(plan, form)

    lists = "kustomization.yaml" if form is Format.KUSTOMIZE else "values.yaml"
    golden(texts[lists], f"manifests/{form}-karpenter/{lists}")
    pool = next(name for name in texts if name.endswith("05-nodepool.yaml"))
    golden(texts[pool], f"manifests/{form}-karpenter/{pool}")


def test_the_device_plugin_matches_golden(golden: Golden) -> None:
    golden(to_yaml([device_plugin()]), "manifests/device-plugin.yaml")


def test_the_plan_annotation_matches_golden(golden: Golden) -> None:
    plan = json.loads(recorded(render(PLAN)[-1]))
    del plan["kaito"]  # changes with every release

    golden(json.dumps(plan, indent=2) + "\n", "manifests/plan-annotation.json")


def recorded(deployment: Manifest) -> str:
    annotation: str = deployment["metadata"]["annotations"][PLAN_ANNOTATION]
    return annotation
