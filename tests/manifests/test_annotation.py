"""The plan travels as an annotation: what is written is what is read."""

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaito_cli import __version__
from kaito_cli.errors import BadInput
from kaito_cli.manifests import PLAN_ANNOTATION, Manifest, plan_of, render
from kaito_cli.manifests.annotation import LIMIT_BYTES, recorded
from kaito_cli.model import (
    Alternative,
    Cost,
    GpuMemory,
    Memory,
    NodePool,
    Plan,
    PlannedEngine,
    Rejection,
    Request,
    Term,
)
from tests.builders import PLAN, plan
from tests.manifests.shapes import SHAPES

NUMBERS = st.floats(allow_nan=False)
MAYBE = st.none() | NUMBERS
TEXTS = st.lists(st.text(), max_size=3).map(tuple)
PAIRS = st.dictionaries(st.text(), st.text(), max_size=3)
PLANS = st.builds(
    Plan,
    request=st.builds(
        Request,
        max_cost_usd_per_hour=MAYBE,
        gpu_memory_utilization=MAYBE,
        context_length=st.integers() | st.sampled_from(["", "auto", "max"]),
        env=PAIRS,
        engine_args=PAIRS,
        zones=TEXTS,
        **dict.fromkeys(("runtime", "nodes", "replicas", "env_from", "autoscale"), ...),
    ),
    memory=st.builds(
        Memory,
        per_gpu=st.builds(GpuMemory, **{each.name: NUMBERS for each in fields(GpuMemory)}),
    ),
    engine=st.builds(PlannedEngine, args=TEXTS, env=PAIRS, env_from=...),
    cost=st.builds(Cost, usd_per_hour=MAYBE),
    node_pool=st.builds(NodePool, spot_max_price_usd_per_hour=MAYBE, zones=TEXTS, min_count=...),
    notes=TEXTS,
)


def annotated(text: Any) -> Manifest:
    metadata = {"name": "a", "namespace": "b", "annotations": {PLAN_ANNOTATION: text}}
    return {"kind": "Deployment", "metadata": metadata}


def rewritten(**changes: Any) -> Manifest:
    return annotated(json.dumps(json.loads(recorded(PLAN)) | changes))


@settings(max_examples=40, deadline=None)
@given(PLANS)
def test_any_plan_reads_back_as_it_was(written: Plan) -> None:
    assert plan_of(annotated(recorded(written))) == written


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_rendered_deployment_carries_its_plan(shape: Plan) -> None:
    carriers = [each for each in render(shape) if "annotations" in each["metadata"]]

    assert [each["kind"] for each in carriers] == ["Deployment"]
    assert plan_of(carriers[0]) == shape


def test_runners_up_and_explanations_are_not_remembered() -> None:
    runner_up = Alternative(
        placement=PLAN.placement, context_length=1, concurrency=1, cost=PLAN.cost, reason="dearer"
    )
    explained = plan(
        alternatives=(runner_up,),
        rejected=(Rejection(vm_size="Standard_NC4as_T4_v3", usd_per_hour=0.526, reason="bf16"),),
        terms=(Term(name="weights", gib=1.0, reason="13.4"),),
    )

    assert plan_of(annotated(recorded(explained))) == PLAN
    assert "dearer" not in recorded(explained)


def test_the_annotation_says_its_version_and_who_wrote_it() -> None:
    content = json.loads(recorded(PLAN))

    assert (content["version"], content["kaito"]) == (1, __version__)


def test_fields_a_later_kaito_added_are_ignored() -> None:
    placement = json.loads(recorded(PLAN))["placement"] | {"racks": 3}

    assert plan_of(rewritten(mood="good", placement=placement)) == PLAN


def test_a_plan_of_a_newer_version_names_its_writer() -> None:
    with pytest.raises(BadInput, match=r"was written by kaito 9\.1\.0") as refused:
        plan_of(rewritten(version=2, kaito="9.1.0"))

    assert "pip install" in refused.value.hint


def test_an_object_without_a_plan_is_named() -> None:
    with pytest.raises(BadInput, match="Service `web/shop` carries no plan"):
        plan_of({"kind": "Service", "metadata": {"name": "shop", "namespace": "web"}})


@pytest.mark.parametrize(
    "live",
    [
        annotated("{"),
        annotated("[]"),
        annotated("null"),
        annotated(7),
        annotated("[" * 100_000),
        annotated('{"version": 1}'),
        rewritten(version=True),
        rewritten(version=0),
        rewritten(version="1"),
        rewritten(placement="one GPU"),
        rewritten(context_length=None),
    ],
    ids=range(11),
)
def test_a_damaged_plan_is_an_explained_failure(live: Manifest) -> None:
    with pytest.raises(BadInput, match="Deployment `b/a` cannot be read") as refused:
        plan_of(live)

    assert refused.value.detail


def test_a_plan_too_long_for_an_annotation_is_refused() -> None:
    assert len(recorded(PLAN)) < LIMIT_BYTES / 8

    with pytest.raises(BadInput, match="32768 can be kept"):
        render(plan(request={"env": {"PROMPT": "a" * LIMIT_BYTES}}))
