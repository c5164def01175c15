"""What the adapter of the Cloud port sends, beyond what every Cloud does."""

from dataclasses import replace
from typing import Any

import pytest

from kaito_cli.adapters.azure.aks import AksCloud
from kaito_cli.adapters.azure.pools import pool_of
from kaito_cli.errors import CloudFailed, Conflict, Unreachable
from kaito_cli.model import LiveNodePool
from kaito_cli.readiness.known_secrets import keep_secret
from kaito_cli.sandbox.arm import ArmState, Request
from tests.adapters.azure.conftest import Connect
from tests.adapters.azure.pools_to_make import PLAIN, SPOT
from tests.adapters.azure.wire import Said, answering

T4 = {"vmSize": "Standard_NC4as_T4_v3", "count": 1}


def there(cloud: AksCloud, name: str) -> LiveNodePool:
    live = cloud.node_pool(name)
    assert live
    return live


def last(state: ArmState, method: str) -> Request:
    return [each for each in state.requests if each.method == method][-1]


def test_a_pool_is_created_only_where_none_is(cloud: AksCloud, state: ArmState) -> None:
    cloud.create_node_pool(PLAIN)

    sent = last(state, "PUT")
    assert sent.headers["if-none-match"] == "*"
    assert sent.query["api-version"] == "2026-08-01"
    assert sent.path.endswith(f"/managedClusters/prod/agentPools/{PLAIN.name}")
    assert len(state.requests) == 1  # nothing is polled


def test_a_spot_pool_is_taken_by_aks(cloud: AksCloud, state: ArmState) -> None:
    cloud.create_node_pool(SPOT)

    live = there(cloud, SPOT.name)
    assert (live.spot, live.spot_max_price_usd_per_hour) == (True, 0.12346)


def test_scaling_repeats_what_no_model_of_ours_or_the_sdk_knows(
    cloud: AksCloud, state: ArmState
) -> None:
    state.add_pool("gpu", {**T4, "nodeLabels": {"theirs": "kept"}, "maxPods": 42})
    live = there(cloud, "gpu")

    cloud.scale_node_pool(live, 3)

    sent = last(state, "PUT")
    assert sent.headers["if-match"] == f'"{live.etag}"'
    assert sent.body["properties"]["nodeLabels"] == {"theirs": "kept"}
    assert (sent.body["properties"]["maxPods"], sent.body["properties"]["count"]) == (42, 3)
    assert not {"eTag", "nodeImageVersion", "provisioningState"} & set(sent.body["properties"])


def test_deleting_names_the_etag_that_was_seen(cloud: AksCloud, state: ArmState) -> None:
    state.add_pool("gpu", T4)
    live = there(cloud, "gpu")

    cloud.delete_node_pool(live)

    assert last(state, "DELETE").headers["if-match"] == f'"{live.etag}"'


def test_without_an_etag_scaling_at_least_makes_no_pool_anew(connect: Connect) -> None:
    conditions: list[str] = []
    pool = {"name": "gpu", "properties": {**T4, "provisioningState": "Succeeded"}}
    with answering(lambda path: Said(200, pool)) as wire:
        cloud = AksCloud(connect(wire.url), "s", "g", "c")
        cloud.scale_node_pool(there(cloud, "gpu"), 2)
        conditions += wire.if_match

    assert conditions == ["", "", "*"]


def test_a_mistake_of_our_own_is_no_answer_of_azure(cloud: AksCloud, state: ArmState) -> None:
    """It must come out as the bug it is."""
    state.add_pool("gpu", T4)
    live = there(cloud, "gpu")
    broken: Any = "three"

    with pytest.raises(ValueError, match="dictionary"):
        cloud.create_node_pool(replace(PLAIN, labels=broken))
    with pytest.raises(AttributeError):
        cloud.scale_node_pool(live, 3, broken)
    assert not [each for each in state.requests if each.method == "PUT"]


def test_scaling_by_an_answer_without_properties_is_an_odd_answer(connect: Connect) -> None:
    live = pool_of({"name": "gpu", **T4})
    with answering(lambda path: Said(200, {"name": "gpu"})) as wire:
        cloud = AksCloud(connect(wire.url), "s", "g", "c")
        with pytest.raises(Unreachable, match="does not speak as Azure does"):
            cloud.scale_node_pool(live, 3)


def test_scaling_what_is_gone_is_a_conflict(cloud: AksCloud, state: ArmState) -> None:
    state.add_pool("gpu", T4)
    live = there(cloud, "gpu")
    del state.cluster.pools["gpu"]

    with pytest.raises(Conflict) as caught:
        cloud.scale_node_pool(live, 2)

    assert "not there any more" in caught.value.message
    assert not [each for each in state.requests if each.method == "PUT"]


def test_the_kubeconfig_is_asked_for_with_exec(cloud: AksCloud, state: ArmState) -> None:
    state.cluster.entra = True

    text = cloud.kubeconfig()

    assert "kubelogin" in text
    assert last(state, "POST").query["format"] == "exec"


@pytest.mark.parametrize("body", [{"kubeconfigs": []}, {}, {"kubeconfigs": [{"name": "x"}]}])
def test_a_cluster_without_kubeconfig_is_an_error(connect: Connect, body: dict[str, Any]) -> None:
    with answering(lambda path: Said(200, body)) as wire, pytest.raises(CloudFailed) as caught:
        AksCloud(connect(wire.url), "s", "g", "c").kubeconfig()

    assert "az aks get-credentials" in caught.value.hint


@pytest.mark.parametrize("value", [10**18, 5, ["x"], {"a": 1}])
def test_a_kubeconfig_that_is_no_text_is_an_odd_answer(connect: Connect, value: object) -> None:
    body = {"kubeconfigs": [{"name": "x", "value": value}]}
    with answering(lambda path: Said(200, body)) as wire, pytest.raises(Unreachable):
        AksCloud(connect(wire.url), "s", "g", "c").kubeconfig()


@pytest.mark.parametrize("figure", ["1e999", "-1e999", "NaN", "9" * 400, "[1]", '"many"', "-5"])
@pytest.mark.parametrize("name", ["count", "minCount", "osDiskSizeGB", "maxPods"])
def test_a_pool_with_figures_that_are_none_is_an_odd_answer(
    connect: Connect, name: str, figure: str
) -> None:
    own = f'{{"enableAutoScaling": true, "{name}": {figure}}}'
    said = Said(200, f'{{"name": "gpu", "properties": {own}}}'.encode())
    with (
        answering(lambda path: said) as wire,
        pytest.raises(Unreachable, match="does not speak as Azure does"),
    ):
        AksCloud(connect(wire.url), "s", "g", "c").node_pool("gpu")


@pytest.mark.parametrize("figure", ["1e999", "NaN", "9" * 400, "[1]", '"many"'])
def test_a_price_that_is_none_is_an_odd_answer(connect: Connect, figure: str) -> None:
    said = Said(200, f'{{"name": "gpu", "properties": {{"spotMaxPrice": {figure}}}}}'.encode())
    with answering(lambda path: said) as wire, pytest.raises(Unreachable):
        AksCloud(connect(wire.url), "s", "g", "c").node_pool("gpu")


def test_what_a_failed_pool_says_holds_no_token(connect: Connect) -> None:
    keep_secret("opaque-token")
    error = {"code": "Failed", "message": "The token opaque-token is odd."}
    pool = {"name": "gpu", "properties": {**T4, "status": {"provisioningError": error}}}
    with answering(lambda path: Said(200, pool)) as wire:
        live = there(AksCloud(connect(wire.url), "s", "g", "c"), "gpu")

    assert live.error
    assert live.error.message == "The token … is odd."
