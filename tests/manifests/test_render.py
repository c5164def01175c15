"""What the objects of a plan say, shape by shape."""

import re
from dataclasses import fields
from math import prod
from typing import Any

import pytest
from jinja2 import meta

from kaito_cli.errors import BadInput, Unsupported
from kaito_cli.manifests import Manifest, render
from kaito_cli.manifests.context import InferenceContext
from kaito_cli.manifests.device_plugin import DevicePluginContext
from kaito_cli.manifests.karpenter import KarpenterContext
from kaito_cli.manifests.names import label_value
from kaito_cli.manifests.render import environment, template_names
from kaito_cli.model import Plan
from kaito_cli.resources import data
from tests.builders import PLAN, plan
from tests.manifests.shapes import SHAPES

OF_THE_CLUSTER = ("AKSNodeClass", "EC2NodeClass", "NodePool")
CONTEXTS = {
    "inference": InferenceContext,
    "karpenter": KarpenterContext,
    "node": DevicePluginContext,
}


def deployment(of: Plan) -> Manifest:
    return render(of)[-1]


def pod(of: Plan) -> dict[str, Any]:
    found: dict[str, Any] = deployment(of)["spec"]["template"]["spec"]
    return found


def container(of: Plan) -> dict[str, Any]:
    found: dict[str, Any] = pod(of)["containers"][0]
    return found


def variables(of: Plan) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in container(of)["env"]}


def secret(of: Plan, variable: str) -> dict[str, Any]:
    found: dict[str, Any] = variables(of)[variable]["valueFrom"]["secretKeyRef"]
    return found


def test_objects_come_in_the_order_to_apply() -> None:
    kinds = [each["kind"] for each in render(SHAPES["two-replicas"])]

    assert kinds == ["ServiceAccount", "Service", "PodDisruptionBudget", "Deployment"]


def test_one_replica_has_no_disruption_budget() -> None:
    kinds = [each["kind"] for each in render(PLAN)]

    assert kinds == ["ServiceAccount", "Service", "Deployment"]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_every_object_is_labelled_as_ours(shape: Plan) -> None:
    for manifest in render(shape):
        labels = manifest["metadata"]["labels"]
        assert labels["app.kubernetes.io/managed-by"] == "kaito-cli"
        assert labels["app.kubernetes.io/name"] == shape.workspace
        assert labels["kaito-cli.dev/workspace"] == shape.workspace
        if manifest["kind"] in OF_THE_CLUSTER:
            assert "namespace" not in manifest["metadata"]
            assert labels["kaito-cli.dev/namespace"] == shape.namespace
        else:
            assert manifest["metadata"]["namespace"] == shape.namespace


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_selectors_choose_the_pods_of_the_deployment(shape: Plan) -> None:
    namespaced = (each for each in render(shape) if each["kind"] not in OF_THE_CLUSTER)
    objects = {each["kind"]: each["spec"] for each in namespaced if "spec" in each}
    labels = objects["Deployment"]["template"]["metadata"]["labels"]
    selectors = [objects["Service"]["selector"], objects["Deployment"]["selector"]["matchLabels"]]
    if "PodDisruptionBudget" in objects:
        selectors.append(objects["PodDisruptionBudget"]["selector"]["matchLabels"])

    assert all(selector.items() <= labels.items() for selector in selectors)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_pods_meet_the_restricted_security_standard(shape: Plan) -> None:
    own, inherited = container(shape)["securityContext"], pod(shape)["securityContext"]

    assert inherited["runAsNonRoot"] is True
    assert inherited["runAsUser"] == 2000
    assert inherited["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own["allowPrivilegeEscalation"] is False
    assert own["readOnlyRootFilesystem"] is True
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert pod(shape)["automountServiceAccountToken"] is False


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_every_cache_is_under_a_writable_mount(shape: Plan) -> None:
    mounts = {each["mountPath"] for each in container(shape)["volumeMounts"]}
    volumes = {each["name"] for each in pod(shape)["volumes"]}
    caches = [each["value"] for name, each in variables(shape).items() if "CACHE" in name]

    assert mounts == {"/home/vllm", "/tmp", "/dev/shm"}
    assert {each["name"] for each in container(shape)["volumeMounts"]} == volumes
    assert caches
    assert all(cache.startswith("/home/vllm/") for cache in caches)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_gpus_are_requested_as_limited(shape: Plan) -> None:
    resources = container(shape)["resources"]

    assert resources["requests"]["nvidia.com/gpu"] == str(shape.pod.gpus)
    assert resources["limits"]["nvidia.com/gpu"] == str(shape.pod.gpus)
    known = {"memory": (shape.pod.memory_mib, "Mi"), "cpu": (shape.pod.cpu_millicores, "m")}
    for name, (amount, unit) in known.items():
        assert resources["requests"].get(name) == (f"{amount}{unit}" if amount else None)


def test_a_figure_that_is_not_known_is_not_requested() -> None:
    unknown = plan(pod={"memory_mib": 0, "ephemeral_storage_gib": 0, "shared_memory_gib": 0})

    assert set(container(unknown)["resources"]["requests"]) == {"cpu", "nvidia.com/gpu"}
    assert pod(unknown)["volumes"][-1]["emptyDir"] == {"medium": "Memory"}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_rollout_never_asks_for_a_gpu_more(shape: Plan) -> None:
    strategy = deployment(shape)["spec"]["strategy"]

    surge = strategy.get("rollingUpdate", {"maxSurge": 0})["maxSurge"]
    assert surge == 0
    assert (strategy["type"] == "Recreate") == (shape.placement.replicas == 1)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_the_startup_probe_and_the_rollout_last_as_long_as_the_deadline(shape: Plan) -> None:
    probe = container(shape)["startupProbe"]
    seconds = prod(probe[each] for each in ("periodSeconds", "failureThreshold"))

    assert deployment(shape)["spec"]["progressDeadlineSeconds"] == shape.timing.deadline_seconds
    assert shape.timing.deadline_seconds <= seconds < shape.timing.deadline_seconds + 10


@pytest.mark.parametrize(
    ("args", "seconds"),
    [
        (("--shutdown-timeout", "120"), 150),
        (("--shutdown-timeout=120",), 150),
        (("--shutdown-timeout",), 30),
        (("--shutdown-timeout", "soon"), 30),
        ((), 30),
    ],
)
def test_the_grace_period_outlasts_the_engines_drain(args: tuple[str, ...], seconds: int) -> None:
    changed = plan(engine={"args": ("vllm", "serve", *args)})

    assert pod(changed)["terminationGracePeriodSeconds"] == seconds


def test_the_command_line_is_the_plans() -> None:
    assert (*container(PLAN)["command"], *container(PLAN)["args"]) == PLAN.engine.args


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_telemetry_is_off(shape: Plan) -> None:
    for name in ("VLLM_NO_USAGE_STATS", "DO_NOT_TRACK", "HF_HUB_DISABLE_TELEMETRY"):
        assert variables(shape)[name]["value"] == "1"


def test_the_plans_environment_overrules_ours_and_its_secrets_overrule_both() -> None:
    env = container(SHAPES["environment"])["env"]
    names = [each["name"] for each in env]

    assert len(names) == len(set(names))
    assert secret(SHAPES["environment"], "HF_TOKEN") == {"name": "hub", "key": "token"}
    assert variables(plan(engine={"env": {"HOME": "/x"}}))["HOME"]["value"] == "/x"


@pytest.mark.parametrize(
    ("changes", "optional"),
    [
        ({}, True),
        ({"model": {"gated": True}}, False),
        ({"request": {"hf_token_secret": "t"}}, False),
    ],
)
def test_the_hub_token_is_required_where_it_is_needed(
    changes: dict[str, Any], optional: bool
) -> None:
    assert secret(plan(**changes), "HF_TOKEN").get("optional", False) is optional


def test_the_api_key_is_on_from_the_start() -> None:
    assert secret(PLAN, "VLLM_API_KEY") == {
        "name": "falcon-7b-instruct-api-key",
        "key": "VLLM_API_KEY",
    }
    assert secret(SHAPES["private-image"], "VLLM_API_KEY")["name"] == "team-key"


@pytest.mark.parametrize("shape", ["no-api-key", "transformers"])
def test_no_key_is_mounted_where_none_is_checked(shape: str) -> None:
    assert "VLLM_API_KEY" not in variables(SHAPES[shape])


def test_pods_are_bound_to_their_pool() -> None:
    affinity = pod(PLAN)["affinity"]["nodeAffinity"]
    terms = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]

    assert terms[0]["matchExpressions"][0]["values"] == ["kfalcoa1b2c3"]
    assert "affinity" in pod(SHAPES["own-node-pool"])


def test_existing_nodes_are_chosen_by_the_users_selector_alone() -> None:
    assert pod(SHAPES["existing-nodes"])["nodeSelector"] == {"accelerator": "nvidia"}
    assert "affinity" not in pod(SHAPES["existing-nodes"])


def test_only_spot_pods_tolerate_spot_nodes() -> None:
    spot = "kubernetes.azure.com/scalesetpriority"
    tolerated = {
        shape: [each["key"] for each in pod(SHAPES[shape])["tolerations"]]
        for shape in ("one-gpu", "spot")
    }

    assert tolerated["one-gpu"] == ["sku", "nvidia.com/gpu"]
    assert tolerated["spot"] == ["sku", "nvidia.com/gpu", spot]


def test_the_pods_do_not_carry_the_plan() -> None:
    assert "annotations" not in deployment(PLAN)["spec"]["template"]["metadata"]


@pytest.mark.parametrize("kept", [{"notes": ("more to say",)}, {"cost": {"region": "westus3"}}])
def test_what_the_plan_merely_says_rolls_no_pod(kept: dict[str, Any]) -> None:
    assert deployment(plan(**kept))["spec"] == deployment(PLAN)["spec"]


def test_stages_on_several_nodes_are_refused() -> None:
    stages = plan(placement={"pipeline_parallel": 2, "nodes": 2})

    with pytest.raises(Unsupported, match="needs 2 nodes for one replica") as refused:
        render(stages)

    assert "--pipeline-parallel 1" in refused.value.hint


@pytest.mark.parametrize(
    "changes",
    [
        {"workspace": "Falcon"},
        {"workspace": "falcon-"},
        {"workspace": "7b"},
        {"workspace": "a" * 46},
        {"workspace": 'a"\n- b'},
        {"namespace": "kube_system"},
        {"namespace": ""},
        {"request": {"labels": {"team": "a b"}}},
        {"request": {"labels": {"team": "a" * 64}}},
        {"request": {"labels": {"": "a"}}},
        {"request": {"labels": {"Example.com/team": "a"}}},
        {"request": {"labels": {"app.kubernetes.io/managed-by": "me"}}},
        {"request": {"labels": {"kaito-cli.dev/workspace": "other"}}},
        {"request": {"node_selector": {"{{ gpu }}": "yes"}}},
        {"request": {"api_key_secret": "$(rm -rf ~)"}},
        {"request": {"hf_token_secret": "Token"}},
        {"request": {"image_pull_secret": "a" * 254}},
        {"engine": {"env": {"A=B": "c"}}},
        {"engine": {"env": {"": "c"}}},
    ],
    ids=str,
)
def test_a_name_the_cluster_would_refuse_is_refused_here(changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as refused:
        render(plan(**changes))

    assert refused.value.hint


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("falcon-7b", "falcon-7b"),
        ("tiiuae/falcon-7b", "tiiuae-falcon-7b"),
        ("-Qwen3.5 (new)-", "Qwen3.5-new"),
        ("模型", ""),
        ("a" * 62 + "/b", "a" * 62),
    ],
)
def test_any_text_becomes_a_legal_label(text: str, label: str) -> None:
    assert label_value(text) == label


def test_a_version_that_is_not_known_is_no_label() -> None:
    unknown = render(plan(engine={"version": ""}))[0]["metadata"]["labels"]

    assert "app.kubernetes.io/version" not in unknown


def sources(folder: str) -> list[str]:
    return [
        (data("templates") / name).read_text(encoding="utf-8") for name in template_names(folder)
    ]


def test_every_folder_of_templates_has_its_context() -> None:
    folders = {each.name for each in data("templates").iterdir() if each.is_dir()}

    assert folders == set(CONTEXTS)


@pytest.mark.parametrize(("folder", "context"), CONTEXTS.items(), ids=CONTEXTS)
def test_templates_use_exactly_the_fields_of_their_context(folder: str, context: Any) -> None:
    used = set[str]()
    for source in sources(folder):
        used |= meta.find_undeclared_variables(environment().parse(source))

    assert used == {field.name for field in fields(context)}


@pytest.mark.parametrize("folder", CONTEXTS)
def test_every_value_of_a_template_passes_tojson(folder: str) -> None:
    values = [each for text in sources(folder) for each in re.findall(r"{{(.*?)}}", text)]

    assert values
    assert all(re.fullmatch(r" \w+ \| tojson ", each) for each in values)


def test_a_folder_of_this_machine_is_no_model_for_a_pod() -> None:
    with pytest.raises(Unsupported, match="which no pod can read") as refused:
        render(plan(model={"id": "/home/me/model"}))

    assert "hf upload" in refused.value.hint
