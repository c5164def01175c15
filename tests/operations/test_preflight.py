"""Preflight on worlds where one thing is not as it should be."""

from dataclasses import replace
from typing import Any

import pytest

from kaito_cli.errors import (
    BadInput,
    Busy,
    KaitoError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refused,
    Unreachable,
)
from kaito_cli.model import Check, NodeClass, Nodes, Target, TargetKind, Verdict
from kaito_cli.wiring import connect
from tests.fakes import CLUSTER, FakeHub, FakeWorld
from tests.limits import TellsLimits, usages
from tests.preflights import A10, A100, AKS, SYSTEM, CannotRead, checked, verdicts, world


def test_all_is_well_in_six_requests() -> None:
    limits = TellsLimits()
    found = checked(world(limits))

    assert set(verdicts(found).values()) == {Verdict.OK}
    assert (found.cluster, found.blocked, found.nearest) == ("prod", (), None)
    assert sorted(limits.asked) == [
        f"permissions {CLUSTER.id}",
        "provider_state Microsoft.ContainerService",
        "skus eastus2",
        f"subnet {SYSTEM.subnet_id}",
        "usages eastus2",
    ]


def test_the_worst_comes_first() -> None:
    limits = TellsLimits(
        quotas=usages(**{A10: 0}), state="Registering", failing={"subnet": Refused("No.")}
    )
    ranks = [Verdict.BLOCKED, Verdict.WARNING, Verdict.UNKNOWN, Verdict.OK]
    found = [each.verdict for each in checked(world(limits)).findings]

    assert found == sorted(found, key=ranks.index)
    assert set(found) == set(ranks)


PARTS = {
    "skus": {Check.OFFER, Check.FAMILY_QUOTA, Check.REGIONAL_QUOTA, Check.OS_DISK},
    "usages": {Check.FAMILY_QUOTA, Check.REGIONAL_QUOTA},
    "permissions": {Check.PERMISSION},
    "provider_state": {Check.PROVIDER},
    "subnet": {Check.SUBNET},
}
ERRORS = [
    NotAllowed("You are not allowed.", detail="AuthorizationFailed: no", hint="x"),
    Busy("Too many requests.", retry_after_seconds=30),
    Unreachable("No answer."),
    NotFound("There is none."),
    Refused("Azure refuses."),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_cannot_be_read_is_unknown_and_blocks_nothing(
    part: str, error: KaitoError
) -> None:
    found = checked(world(TellsLimits(failing={part: error})), vm_size=A100)
    unknown = {check for check, verdict in verdicts(found).items() if verdict is Verdict.UNKNOWN}

    assert unknown == PARTS[part]
    assert found.blocked == ()


@pytest.mark.parametrize("error", [each for each in ERRORS if not isinstance(each, NotFound)])
def test_a_cluster_that_cannot_be_read_is_a_finding_too(error: KaitoError) -> None:
    limits = TellsLimits(quotas=usages(0))
    found = checked(FakeWorld(target=AKS, fake_cloud=CannotRead(error), fake_limits=limits))

    assert verdicts(found)[Check.CLUSTER] is Verdict.UNKNOWN
    assert verdicts(found)[Check.FAMILY_QUOTA] is Verdict.UNKNOWN  # of which region?
    assert found.blocked == ()
    assert sorted(each.split()[0] for each in limits.asked) == ["permissions", "provider_state"]


def test_the_region_that_was_named_is_asked_about_without_a_cluster() -> None:
    limits = TellsLimits(quotas=usages(0))
    cloud = CannotRead(Unreachable("No answer."))
    found = checked(FakeWorld(target=AKS, fake_cloud=cloud, fake_limits=limits), region="westus3")

    assert verdicts(found)[Check.FAMILY_QUOTA] is Verdict.BLOCKED
    assert "usages westus3" in limits.asked


@pytest.mark.parametrize("error", [NotSignedIn("Nobody is."), NotFound("There is no cluster.")])
def test_without_a_credential_or_a_cluster_nothing_goes_on(error: KaitoError) -> None:
    with pytest.raises(type(error)):
        checked(FakeWorld(target=AKS, fake_cloud=CannotRead(error), fake_limits=TellsLimits()))


def test_a_credential_that_ends_meanwhile_is_said() -> None:
    with pytest.raises(NotSignedIn):
        checked(world(TellsLimits(failing={"usages": NotSignedIn("Nobody is.")})))


def test_a_pool_of_a_cluster_that_cannot_be_read_is_not_guessed() -> None:
    cloud = CannotRead(Unreachable("No answer."))
    with pytest.raises(Unreachable):
        checked(FakeWorld(target=AKS, fake_cloud=cloud), node_pool="gpu")


def test_an_existing_pool_needs_only_the_cluster() -> None:
    pool = replace(SYSTEM, name="gpu", vm_size=A100, count=1)
    limits = TellsLimits()
    found = checked(world(limits, pool), node_pool="gpu")

    assert limits.asked == []
    assert set(verdicts(found)) == {
        Check.CLUSTER,
        Check.KUBERNETES_VERSION,
        Check.NODE_POOL,
        Check.WEIGHTS,
        Check.PRICE,
    }
    assert found.blocked == ()


def test_existing_nodes_behind_a_kubeconfig_need_no_azure_at_all() -> None:
    where = FakeWorld(target=Target(kind=TargetKind.KUBECONFIG))
    found = checked(where, nodes=Nodes.EXISTING, vm_size=A100)

    assert set(verdicts(found)) == {Check.NODE_POOL, Check.WEIGHTS, Check.PRICE}
    assert found.blocked == ()


@pytest.mark.parametrize("asked", [{}, {"node_pool": "gpu", "vm_size": A100}])
def test_a_kubeconfig_makes_no_pools(asked: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as caught:
        checked(connect(Target(kind=TargetKind.KUBECONFIG)), **asked)

    assert "--nodes existing" in caught.value.hint


def test_what_karpenter_brings_draws_on_quota_but_never_blocks_by_it() -> None:
    limits = TellsLimits(quotas=usages(0))
    found = checked(world(limits), nodes=Nodes.KARPENTER)

    assert verdicts(found)[Check.FAMILY_QUOTA] is Verdict.WARNING
    assert sorted(each.split()[0] for each in limits.asked) == ["skus", "usages"]
    assert (found.blocked, found.nearest) == ((), None)


@pytest.mark.parametrize("node_class", NodeClass)
def test_karpenter_behind_a_kubeconfig_asks_nobody(node_class: NodeClass) -> None:
    where = FakeWorld(target=Target(kind=TargetKind.KUBECONFIG))
    named: dict[str, Any] = {"eks_cluster": "prod"} if node_class is NodeClass.EC2 else {}
    found = checked(where, nodes=Nodes.KARPENTER, node_class=node_class, **named)

    assert found.blocked == ()
    assert (Check.FAMILY_QUOTA in verdicts(found)) is (node_class is NodeClass.AKS)


@pytest.mark.parametrize(("token", "verdict"), [(True, Verdict.OK), (False, Verdict.BLOCKED)])
def test_gated_weights_ask_the_hub_for_a_token_and_nothing_else(
    token: bool, verdict: Verdict
) -> None:
    where = world(TellsLimits(), make_hub=lambda: FakeHub(token=token))

    assert verdicts(checked(where, "llama-3.1-8b-instruct"))[Check.WEIGHTS] is verdict
