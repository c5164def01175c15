"""Offer, zones and OS disk, as the SKU list of a region tells them."""

from typing import Any

import pytest

from kaito_cli.errors import Busy, NotAllowed
from kaito_cli.model import Check, Nodes, Verdict
from kaito_cli.readiness.preflight.facts import Facts
from kaito_cli.readiness.preflight.judge import judged
from kaito_cli.readiness.preflight.offer import offer, os_disk, zones
from tests.builders import plan
from tests.readiness.facts import facts, offered

BUSY = Busy("Azure has had too many requests.", hint="Again in 60 seconds.", detail="429")


@pytest.mark.parametrize(
    ("known", "spot", "verdict", "said"),
    [
        (facts(), False, Verdict.OK, "is offered in eastus2"),
        (facts(), True, Verdict.OK, "is offered as spot in eastus2"),
        (offered(name="standard_nc24ADS_a100_V4"), False, Verdict.OK, "is offered"),
        (offered(name="Standard_Other"), False, Verdict.BLOCKED, "is not offered in eastus2"),
        (offered(restriction="QuotaId"), False, Verdict.BLOCKED, "closed to this subscription"),
        (offered(spot=False), True, Verdict.BLOCKED, "not offered as spot"),
        (offered(spot=False), False, Verdict.OK, "is offered"),
        (offered(spot=None), True, Verdict.UNKNOWN, "does not say"),
        (facts(skus=()), False, Verdict.UNKNOWN, "no VM size at all"),
        (facts(skus=BUSY), False, Verdict.UNKNOWN, "too many requests"),
        (facts(skus=None), False, Verdict.UNKNOWN, "Not asked"),
    ],
)
def test_the_size_is_offered_or_not(known: Facts, spot: bool, verdict: Verdict, said: str) -> None:
    found = offer(plan(node_pool={"spot": spot}), known)

    assert found
    assert (found.check, found.verdict) == (Check.OFFER, verdict)
    assert said in found.message
    assert bool(found.hint) is (verdict is not Verdict.OK and known.skus is not None)


def test_sizes_one_may_not_read_name_the_role() -> None:
    found = offer(plan(), facts(skus=NotAllowed("You are not allowed.", hint="Contributor.")))

    assert found
    assert "--role Reader" in found.hint


@pytest.mark.parametrize(
    ("asked", "changes", "verdict", "said"),
    [
        (("1",), {}, Verdict.OK, "is offered in zone 1"),
        (("1", "2"), {}, Verdict.OK, "is offered in zones 1, 2"),
        (("3",), {}, Verdict.BLOCKED, "is not offered in zone 3."),
        (("1", "3"), {}, Verdict.BLOCKED, "is not offered in zone 3."),
        (("3",), {"restricted_zones": ("3",)}, Verdict.BLOCKED, "(zone 3 closed to"),
        (("1",), {"zones": ()}, Verdict.BLOCKED, "is not offered in zone 1."),
        (("1",), {"zones": None}, Verdict.UNKNOWN, "does not say in which zones"),
        (
            ("1", "3"),
            {"zones": None, "restricted_zones": ("3",)},
            Verdict.BLOCKED,
            "in zone 3 (zone 3 closed to",
        ),
    ],
)
def test_every_zone_asked_for_has_the_size(
    asked: tuple[str, ...], changes: dict[str, Any], verdict: Verdict, said: str
) -> None:
    found = zones(plan(node_pool={"zones": asked}), offered(**changes))

    assert found
    assert (found.verdict, said in found.message) == (verdict, True)
    assert bool(found.hint) is (verdict is not Verdict.OK)


@pytest.mark.parametrize(
    ("has", "hint"),
    [
        (("1", "2"), "Use `--zone 1 --zone 2` or some"),
        ((), "Leave --zone out"),
        (None, "Name other zones with --zone"),
    ],
)
def test_a_blocked_zone_names_those_there_are(has: tuple[str, ...] | None, hint: str) -> None:
    known = offered(zones=has, restricted_zones=("3",))
    found = zones(plan(node_pool={"zones": ("3",)}), known)

    assert found
    assert hint in found.hint


def test_zones_that_nobody_asked_for_are_not_judged() -> None:
    assert zones(plan(), facts()) is None


@pytest.mark.parametrize(
    ("disk", "changes", "verdict"),
    [
        (("Ephemeral", 256), {}, Verdict.OK),
        (("Ephemeral", 257), {}, Verdict.BLOCKED),
        (("Ephemeral", 128), {"ephemeral_os_disk": False}, Verdict.BLOCKED),
        (("Ephemeral", 128), {"ephemeral_os_disk": None}, Verdict.UNKNOWN),
        (("Ephemeral", 128), {"ephemeral_os_disk_gib": None}, Verdict.UNKNOWN),
        (("Managed", 2048), {"ephemeral_os_disk": False}, Verdict.OK),
    ],
)
def test_the_os_disk_fits(disk: tuple[str, int], changes: dict[str, Any], verdict: Verdict) -> None:
    asked = plan(node_pool={"os_disk_type": disk[0], "os_disk_gib": disk[1]})
    found = os_disk(asked, offered(**changes))

    assert found
    assert found.verdict is verdict
    assert str(disk[1]) in found.message or verdict is not Verdict.OK


def test_a_disk_that_cannot_be_compared_is_unknown() -> None:
    found = os_disk(plan(), facts(skus=BUSY))

    assert found
    assert (found.verdict, found.detail) == (Verdict.UNKNOWN, "429")


def test_nodes_that_are_there_need_no_offer() -> None:
    asked = plan(request={"nodes": Nodes.EXISTING}, node_pool={"existing": True})

    assert judged(asked, facts(skus=()), (Check.OFFER, Check.ZONES, Check.OS_DISK)) == ()
