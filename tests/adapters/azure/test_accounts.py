"""What a caller sees before a cluster is chosen."""

from dataclasses import replace

import pytest

from kaito_cli.adapters.azure.accounts import ArmAzure
from kaito_cli.model import Subscription
from kaito_cli.sandbox.arm import ArmState
from kaito_cli.sandbox.arm.state import SUBSCRIPTION
from tests.adapters.azure.conftest import Connect
from tests.adapters.azure.wire import Said, answering


@pytest.fixture
def azure(connect: Connect, url: str) -> ArmAzure:
    return ArmAzure(connect(url))


def test_subscriptions_are_listed_with_their_names(azure: ArmAzure) -> None:
    assert azure.subscriptions() == (Subscription(id=SUBSCRIPTION, name="Sandbox"),)


def test_subscriptions_that_take_nothing_new_are_left_out(connect: Connect) -> None:
    listed = [
        {"subscriptionId": state.lower(), "displayName": state, "state": state}
        for state in ("Enabled", "Disabled", "Warned", "Deleted", "PastDue")
    ]
    with answering(lambda path: Said(200, {"value": listed})) as wire:
        found = ArmAzure(connect(wire.url)).subscriptions()

    assert [each.name for each in found] == ["Enabled", "Warned", "PastDue"]


def test_pages_of_subscriptions_are_put_together(connect: Connect) -> None:
    with answering(lambda path: Said()) as wire:
        wire.answers = lambda path: Said(
            200,
            {"value": [{"subscriptionId": "b"}]}
            if "page=2" in path
            else {
                "value": [{"subscriptionId": "a"}],
                "nextLink": f"{wire.url}/subscriptions?page=2",
            },
        )
        found = ArmAzure(connect(wire.url)).subscriptions()

    assert [each.id for each in found] == ["a", "b"]


def test_clusters_are_those_of_the_subscription_or_of_one_group(
    azure: ArmAzure, state: ArmState
) -> None:
    state.clusters.append(replace(state.cluster, name="other", resource_group="web"))

    assert [each.name for each in azure.clusters(SUBSCRIPTION)] == ["prod", "other"]
    assert [each.name for each in azure.clusters(SUBSCRIPTION, "web")] == ["other"]
    assert azure.clusters(SUBSCRIPTION)[0].node_pools[0].mode == "System"
