"""Gated weights and the price."""

from typing import Any

import pytest

from kaito_cli.model import SecretKey, Verdict
from kaito_cli.readiness.preflight.facts import Facts
from kaito_cli.readiness.preflight.model import needs_token, price, weights
from tests.builders import plan

GATED = {"gated": True}
FROM_SECRET = {"HF_TOKEN": SecretKey(secret="hub", key="token")}


@pytest.mark.parametrize(
    ("model", "asked", "token", "verdict"),
    [
        ({}, {}, False, Verdict.OK),
        (GATED, {}, False, Verdict.BLOCKED),
        (GATED, {}, True, Verdict.OK),
        (GATED, {"hf_token_secret": "hub"}, False, Verdict.UNKNOWN),
        (GATED, {"env_from": FROM_SECRET}, False, Verdict.UNKNOWN),
    ],
)
def test_gated_weights_have_a_token(
    model: dict[str, Any], asked: dict[str, Any], token: bool, verdict: Verdict
) -> None:
    found = weights(plan(model=model, request=asked), Facts(hub_token=token))

    assert found.verdict is verdict
    assert bool(found.hint) is (verdict is not Verdict.OK)


@pytest.mark.parametrize(
    ("model", "secret", "needed"),
    [({}, "", False), (GATED, "", True), (GATED, "hub", False)],
)
def test_a_token_is_looked_for_only_where_one_is_needed(
    model: dict[str, Any], secret: str, needed: bool
) -> None:
    assert needs_token(plan(model=model, request={"hf_token_secret": secret})) is needed


@pytest.mark.parametrize(
    ("usd", "most", "verdict", "said"),
    [
        (3.673, None, Verdict.OK, "$3.67 an hour in eastus2 (2026-06-18)."),
        (3.673, 4.0, Verdict.OK, "within --max-cost 4."),
        (3.673, 3.0, Verdict.BLOCKED, "above --max-cost 3."),
        (None, 3.0, Verdict.UNKNOWN, "No price of Standard_NC24ads_A100_v4 in eastus2 is known."),
    ],
)
def test_the_price_is_known_with_its_day_and_within_what_may_be_spent(
    usd: float | None, most: float | None, verdict: Verdict, said: str
) -> None:
    found = price(
        plan(cost={"usd_per_hour": usd}, request={"max_cost_usd_per_hour": most}), Facts()
    )

    assert found.verdict is verdict
    assert said in found.message
