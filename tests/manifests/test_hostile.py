"""Whatever a value holds, it comes out as that value and as nothing else."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kaito_cli.manifests import Format, Manifest, files, render, to_yaml
from kaito_cli.model import Plan
from tests.builders import PLAN, plan
from tests.manifests.helm import helm_template
from tests.manifests.shapes import SHAPES

HOSTILE = (
    *(
        '"quoted"',
        "it's",
        "two\nlines",
        "tab\there",
        "{{ .Values.image }}",
        "{{{{}}}}",
        "{% raw %}",
    ),
    *("key: value", "- item", "# comment", "&anchor", "*alias", "!!python/object", "---", "..."),
    *("null", "~", "yes", "y", "no", "1e3", "0x10", "0o17", "1:30", "1_000", ".inf", "2024-01-01"),
    *("<script>", "😀", "\u2028", "\u0085", "\ufeff", "\x1b[31m", "\x7f", " ", "", "a" * 5000),
    *(
        "$(HF_TOKEN)",
        "$$",
        "$",
        "$$(A)",
        "${A}",
        "`id`",
        "\\ud83d\\ude00",
        "kaito0valueimage",
        "<<",
    ),
)
# A path is no model's id: such a plan is refused before it is rendered.
ANYTHING = (st.sampled_from(HOSTILE) | st.text()).filter(lambda text: not text.startswith("/"))
QUICK = settings(max_examples=40, deadline=None)


def hostile_plan(value: str) -> Plan:
    return plan(
        model={"id": value},
        engine={"image": value, "args": ("vllm", "serve", value), "env": {"VALUE": value}},
    )


def values(deployment: Manifest) -> list[str]:
    """The hostile value, from each of the places it was put, as a container would see it."""
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    env = {each["name"]: each.get("value", "") for each in container["env"]}
    model = deployment["metadata"]["annotations"]["kaito-cli.dev/model-id"]
    return [model, container["image"], kubelet(container["args"][-1]), kubelet(env["VALUE"])]


def kubelet(text: str) -> str:
    """``text`` as the kubelet passes it on: `$(A)` is the variable A, `$$` is a dollar."""
    passed, place = "", 0
    while place < len(text):
        pair, end = text[place : place + 2], text.find(")", place)
        if pair == "$(" and end > 0:
            passed, place = passed + "<expanded>", end + 1
        else:
            passed, place = passed + text[place], place + (2 if pair == "$$" else 1)
    return passed


def test_the_kubelet_of_these_tests_expands_variables() -> None:
    assert kubelet("a$(B)c $$(D) $e") == "a<expanded>c $(D) $e"


@QUICK
@given(ANYTHING)
def test_rendered_objects_hold_exactly_the_value(value: str) -> None:
    assert values(render(hostile_plan(value))[-1]) == [value] * 4


@QUICK
@given(ANYTHING)
def test_printed_objects_hold_exactly_the_value(value: str) -> None:
    manifests = render(hostile_plan(value))

    assert list(yaml.safe_load_all(to_yaml(manifests))) == manifests


@QUICK
@given(ANYTHING)
def test_a_chart_prints_exactly_the_value(value: str) -> None:
    printed = helm_template(files(hostile_plan(value), Format.HELM), "default")

    assert values(printed[-1]) == [value] * 4


@QUICK
@given(st.dictionaries(st.from_regex(r"[a-z]([-a-z0-9]{0,9}[a-z0-9])?", fullmatch=True), ANYTHING))
def test_labels_are_data_or_refused(labels: dict[str, str]) -> None:
    legal = {key: value for key, value in labels.items() if is_legal(value)}

    rendered = render(plan(request={"labels": legal}))[0]["metadata"]["labels"]

    assert legal.items() <= rendered.items()


def is_legal(value: str) -> bool:
    edges = value[:1] + value[-1:]
    return (
        value.isascii()
        and len(value) <= 63
        and (not edges or edges.isalnum())
        and all(each.isalnum() or each in "-_." for each in value)
    )


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_chart_with_its_own_values_prints_what_render_gives(shape: Plan) -> None:
    expected = render(shape)
    del expected[-1]["metadata"]["annotations"]["kaito-cli.dev/plan"]

    assert helm_template(files(shape, Format.HELM), shape.namespace) == expected


def test_files_are_the_same_every_time() -> None:
    for form in Format:
        assert files(PLAN, form) == files(PLAN, form)


def test_yaml_files_sort_in_the_order_to_apply() -> None:
    for shape in ("two-replicas", "karpenter-aks", "karpenter-own-node-class"):
        texts = files(SHAPES[shape], Format.YAML)
        assert [yaml.safe_load(texts[name]) for name in sorted(texts)] == render(SHAPES[shape])


def write(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    return folder


def run(*command: str | Path) -> list[Any]:
    done = subprocess.run(command, capture_output=True, check=True, timeout=30)
    return list(yaml.safe_load_all(done.stdout))


def every_hostile_value() -> Plan:
    """Without what kustomize 5.5 prints bare and then it (DEL) or PyYAML reads amiss."""
    values = [each for each in HOSTILE if each not in ("\x7f", "\x85", "<<")]
    env = {f"V{place}": value for place, value in enumerate(values)}
    return plan(engine={"args": ("vllm", "serve", *values), "env": env})


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not on the PATH")
@pytest.mark.parametrize("shape", ["hostile", "karpenter-aks", "karpenter-ec2"])
def test_kubectl_builds_the_kustomization_to_the_same_objects(shape: str, tmp_path: Path) -> None:
    plan = SHAPES.get(shape) or every_hostile_value()
    folder = write(tmp_path, files(plan, Format.KUSTOMIZE))

    assert run("kubectl", "kustomize", folder) == render(plan)


@pytest.mark.skipif(not shutil.which("helm"), reason="helm is not on the PATH")
def test_helm_prints_the_chart_as_the_same_objects(tmp_path: Path) -> None:
    folder = write(tmp_path, files(every_hostile_value(), Format.HELM))
    expected = render(every_hostile_value())
    del expected[-1]["metadata"]["annotations"]["kaito-cli.dev/plan"]
    text = json.dumps(expected).replace('"kaito-cli"', '"Helm"')

    printed = run("helm", "template", "any", folder, "--namespace", "default")

    assert sorted(printed, key=kind) == sorted(json.loads(text), key=kind)


def kind(manifest: Manifest) -> str:
    return str(manifest["kind"])
