"""The way out that preflight names where the choice is blocked."""

from dataclasses import replace
from typing import Any

import pytest

from kaito_cli.catalog.gpus import hardware
from kaito_cli.errors import Unreachable
from kaito_cli.model import Check, Nearest
from tests.limits import TellsLimits, offer, offers, usages
from tests.preflights import A10, A100, H100, checked, world


def near(limits: TellsLimits, **asked: Any) -> Nearest:
    found = checked(world(limits), **asked).nearest
    assert found
    return found


@pytest.mark.parametrize(
    ("limits", "asked", "flags"),
    [
        (TellsLimits(quotas=usages(**{A10: 0})), {}, f"--vm-size {A100}"),
        (TellsLimits(quotas=usages(**{A10: 35, A100: 23})), {}, f"--vm-size {H100}"),
        (TellsLimits(offered=offers(**{A10: None})), {}, f"--vm-size {A100}"),
        (
            TellsLimits(offered=offers(**{A10: offer(A10, restriction="QuotaId")})),
            {},
            f"--vm-size {A100}",
        ),
        (
            TellsLimits(offered=offers(**{A10: offer(A10, zones=("2",))})),
            {"zones": ("1",)},
            f"--vm-size {A10} --zone 2",
        ),
        (
            TellsLimits(quotas=usages(**{A10: 0})),
            {"zones": ("1",)},
            f"--vm-size {A100} --zone 1",
        ),
        (TellsLimits(quotas=usages(**{A10: 0})), {"vm_size": A10}, f"--vm-size {A100}"),
    ],
)
def test_a_blocked_choice_has_a_nearest_that_is_not(
    limits: TellsLimits, asked: dict[str, Any], flags: str
) -> None:
    found = near(limits, **asked)

    assert (found.flags, found.unchecked) == (flags, "")
    assert found.cost.usd_per_hour is not None
    assert found.reason


def test_no_way_out_lowers_the_precision() -> None:
    limits = TellsLimits(quotas=usages(0, Standard_NC4as_T4_v3=100, cores=100))

    assert near(limits).flags.startswith("--region ")


def test_the_nearest_is_judged_by_what_is_known_already() -> None:
    limits = TellsLimits(quotas=usages(**{A10: 0}))
    checked(world(limits))

    assert len(limits.asked) == 5


def test_where_every_size_is_blocked_the_cheapest_region_is_named_with_what_is_not_known() -> None:
    found = near(TellsLimits(quotas=usages(0)))

    assert found.flags.startswith("--region ")
    assert found.flags.endswith(f" --vm-size {A10}")
    assert found.cost.region != "eastus2"
    prices = hardware().prices.usd_per_hour[A10]
    assert found.cost.usd_per_hour == min(
        usd for region, usd in prices.items() if region != "eastus2"
    )
    assert "own region" in found.unchecked


def test_no_way_out_is_above_what_may_be_spent() -> None:
    limits = TellsLimits(quotas=usages(**{A10: 0}))

    assert near(limits, max_cost_usd_per_hour=3.7).flags == f"--vm-size {A100}"
    assert near(limits, max_cost_usd_per_hour=3.6).flags.startswith("--region ")


def test_where_nothing_else_has_a_price_there_is_no_way_out() -> None:
    priced = {A10: {"eastus2": 3.2}}
    known = replace(hardware(), prices=replace(hardware().prices, usd_per_hour=priced))
    found = checked(world(TellsLimits(quotas=usages(0))), known=known)

    assert (len(found.blocked), found.nearest) == (2, None)


def test_what_no_other_size_solves_has_no_nearest() -> None:
    found = checked(world(TellsLimits(state="NotRegistered")))

    assert [each.check for each in found.blocked] == [Check.PROVIDER]
    assert found.nearest is None


def test_a_nearest_of_unknown_quota_says_so() -> None:
    limits = TellsLimits(
        offered=offers(**{A10: None}), failing={"usages": Unreachable("No answer.", hint="Again.")}
    )

    assert near(limits).unchecked == "Not known of it: family-quota, regional-quota."
