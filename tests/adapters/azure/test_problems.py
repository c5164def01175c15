"""Every error that Azure is known to send comes out as ours, in Azure's own words."""

import pytest

from kaito_cli.adapters.azure.aks import AksCloud
from kaito_cli.adapters.azure.limits import ArmLimits
from kaito_cli.adapters.azure.problems import translated
from kaito_cli.errors import (
    Busy,
    CloudFailed,
    Conflict,
    KaitoError,
    NoCapacity,
    NotAllowed,
    NotFound,
    NotOffered,
    NotSignedIn,
    OutOfQuota,
    Refused,
    Unreachable,
)
from kaito_cli.readiness.azure import failure
from kaito_cli.sandbox.arm import ArmState
from kaito_cli.sandbox.arm.faults import ErrorSample, error_samples
from tests.adapters.azure.conftest import Connect
from tests.adapters.azure.pools_to_make import PLAIN
from tests.adapters.azure.wire import Said, answering

CLASSES: dict[str, tuple[type[KaitoError], int]] = {
    "quota_regional": (OutOfQuota, 4),
    "quota_family": (OutOfQuota, 4),
    "quota_spot_lowpriority_lro": (OutOfQuota, 4),
    "quota_family_lro": (OutOfQuota, 4),
    "sku_not_available_capacity_lro": (NotOffered, 4),
    "allocation_failed_lro": (NoCapacity, 5),
    "zonal_allocation_failed_lro": (NoCapacity, 5),
    "overconstrained_zonal_lro": (NoCapacity, 5),
    "overconstrained_lro": (NoCapacity, 5),
    "vm_size_not_supported": (NotOffered, 4),
    "vm_size_not_allowed_old": (NotOffered, 4),
    "operation_in_progress": (Conflict, 5),
    "pool_via_cluster_put": (Refused, 5),
    "crp_quota_nested": (OutOfQuota, 4),
    "authorization_failed": (NotAllowed, 5),
    "linked_authorization_failed": (NotAllowed, 5),
    "property_change_not_allowed": (Refused, 5),
    "throttled": (Busy, 5),
    "not_registered": (Refused, 5),
}


def raised_by(cloud: AksCloud, state: ArmState, sample: ErrorSample) -> KaitoError:
    """What a user gets: at once, or as the failure that the pool keeps of its operation."""
    state.fault(sample.id, method="PUT")
    if sample.shape != "lro":
        with pytest.raises(KaitoError) as caught:
            cloud.create_node_pool(PLAIN)
        return caught.value
    cloud.create_node_pool(PLAIN)
    live = cloud.node_pool(PLAIN.name)
    assert live
    assert live.error
    return failure(live.error, f"create node pool `{PLAIN.name}`")


@pytest.mark.parametrize("sample", error_samples().values(), ids=lambda each: each.id)
def test_each_known_error_has_its_class_exit_code_and_hint_and_azures_sentence(
    cloud: AksCloud, state: ArmState, sample: ErrorSample
) -> None:
    error = raised_by(cloud, state, sample)

    inner = sample.body.get("error", sample.body)
    assert (type(error), error.exit_code) == CLASSES[sample.id]
    assert inner["message"].strip() in error.detail
    assert inner["code"] in error.detail
    assert error.message.endswith(".")
    assert "`" in error.hint or "--" in error.hint or error.hint.startswith(("Run", "Azure's"))


def test_every_known_error_is_in_the_table_above() -> None:
    assert set(CLASSES) == set(error_samples())


@pytest.mark.parametrize(
    ("said", "expected", "detail"),
    [
        (Said(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"}), Unreachable, "502"),
        (Said(403, b"", {}), NotAllowed, "403"),
        (Said(400, b"[]", {}), Refused, "400"),
        (Said(400, {"error": "a string"}), Refused, "400"),
        (Said(404, b"not json", {}), Refused, "404"),
        (Said(401, b"", {}), NotSignedIn, "401"),
        (Said(401, {"error": {"code": "ExpiredAuthenticationToken", "message": "Old."}}),
         NotSignedIn, "Old."),
        (Said(412, {"code": "OperationNotAllowed", "message": "Stale."}), Conflict, "Stale."),
        (Said(429, b"slow down", {}), Busy, "429"),
        (Said(200, b"<html>Sign in to the airport's network</html>"), Unreachable, ""),
        (Said(200, b"[1]"), Unreachable, ""),
        (Said(200, {"value": [1]}), Unreachable, ""),
        (Said(200, {"value": [{"name": {"value": "cores"}}]}), Unreachable, "currentValue"),
        (Said(200, {}), Unreachable, "value"),
        (Said(204, b"", {}), Unreachable, "No Content"),
    ],
    ids=lambda each: str(each)[:40],
)  # fmt: skip
def test_an_odd_answer_is_an_error_of_ours(
    connect: Connect, said: Said, expected: type[CloudFailed], detail: str
) -> None:
    with answering(lambda path: said) as wire, pytest.raises(expected) as caught:
        ArmLimits(connect(wire.url), "s").usages("eastus2")

    assert detail in caught.value.detail
    assert caught.value.hint


def test_an_answer_that_leaves_out_what_matters_is_an_error_and_no_empty_result(
    connect: Connect,
) -> None:
    with answering(lambda path: Said(200, {"value": [{}]})) as wire:
        cloud = AksCloud(connect(wire.url), "s", "g", "c")
        limits = ArmLimits(connect(wire.url), "s")
        for ask in (
            cloud.cluster,
            cloud.node_pools,
            lambda: cloud.node_pool("p"),
            lambda: limits.skus("eastus2"),
            lambda: limits.permissions("/subscriptions/s"),
            lambda: limits.provider_state("Microsoft.ContainerService"),
            lambda: limits.subnet("/subscriptions/s/…/subnets/x"),
        ):
            with pytest.raises(Unreachable, match="speak as Azure does"):
                ask()


def test_a_body_that_is_cut_off_is_unreachable(connect: Connect) -> None:
    cut = Said(200, b'{"value": [', {"Content-Length": "5000"})
    with answering(lambda path: cut) as wire, pytest.raises(Unreachable):
        ArmLimits(connect(wire.url), "s").usages("eastus2")


def test_a_cluster_that_is_not_there_is_not_found(connect: Connect, url: str) -> None:
    cloud = AksCloud(connect(url), "00000000-0000-0000-0000-000000000001", "ml", "prdo")

    for ask in (cloud.cluster, cloud.node_pools, cloud.kubeconfig):
        with pytest.raises(NotFound) as caught:
            ask()
        assert "`prdo`" in caught.value.message
        assert "az aks list" in caught.value.hint
        assert "was not found" in caught.value.detail
    with pytest.raises(NotFound):
        cloud.create_node_pool(PLAIN)


def test_a_failing_credential_in_the_middle_is_not_signed_in() -> None:
    from azure.core.exceptions import ClientAuthenticationError

    with pytest.raises(NotSignedIn) as caught, translated("read the cluster"):
        raise ClientAuthenticationError("AADSTS700024: Client assertion is not valid.")

    assert "AADSTS700024" in caught.value.detail
    assert "az login" in caught.value.hint


def test_errors_of_ours_pass_as_they_are() -> None:
    with pytest.raises(NotFound, match="mine"), translated("read the cluster"):
        raise NotFound("mine")
