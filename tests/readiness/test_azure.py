"""Every known error of Azure: what it is, what it costs, and what to do."""

import pytest

from kaito_cli.errors import KaitoError
from kaito_cli.model import ProblemKind
from kaito_cli.readiness.azure import classify, failure, problem_of, refuses_managed_gpus
from kaito_cli.sandbox.arm.faults import error_samples

DOING = "create node pool `kchat1`"
EXPECTED = {
    "quota_regional": ("quota", "quota", 4, "--location westus2"),
    "quota_family": ("quota", "quota", 4, "--location eastus"),
    "quota_spot_lowpriority_lro": ("quota", "quota", 4, "--location eastus"),
    "quota_family_lro": ("quota", "quota", 4, "--location eastus"),
    "crp_quota_nested": ("quota", "quota", 4, "--location eastus"),
    "sku_not_available_capacity_lro": ("offer", "not-offered", 4, "az vm list-skus"),
    "vm_size_not_supported": ("offer", "not-offered", 4, "--location eastus"),
    "vm_size_not_allowed_old": ("offer", "not-offered", 4, "--location westus"),
    "allocation_failed_lro": ("capacity", "no-capacity", 5, "--fallback"),
    "zonal_allocation_failed_lro": ("capacity", "no-capacity", 5, "--zone"),
    "overconstrained_zonal_lro": ("capacity", "no-capacity", 5, "--fallback"),
    "overconstrained_lro": ("capacity", "no-capacity", 5, "--fallback"),
    "operation_in_progress": ("conflict", "conflict", 5, "again"),
    "pool_via_cluster_put": ("request", "refused", 5, "-v"),
    "property_change_not_allowed": ("request", "refused", 5, "az aks nodepool delete"),
    "not_registered": ("request", "refused", 5, "az provider register"),
    "authorization_failed": ("auth", "not-allowed", 5, "az role assignment create"),
    "linked_authorization_failed": ("auth", "not-allowed", 5, "Network Contributor"),
    "throttled": ("throttle", "busy", 5, "60 seconds"),
}


def test_every_sample_is_expected() -> None:
    assert set(EXPECTED) == set(error_samples())


@pytest.mark.parametrize("name", EXPECTED)
def test_an_error_of_azure_is_told_in_our_words_with_its_own(name: str) -> None:
    kind, code, exit_code, hint = EXPECTED[name]
    sample = error_samples()[name]

    problem = problem_of(sample.body, sample.http)
    error = failure(problem, DOING, retry_after_seconds=60)

    assert (problem.kind, error.code, error.exit_code) == (kind, code, exit_code)
    assert sample.body.get("error", sample.body)["message"] in error.detail
    assert hint in error.hint
    assert error.message.endswith(".")


@pytest.mark.parametrize(
    ("code", "message", "status", "kind"),
    [
        ("", "", 500, ProblemKind.UNREACHABLE),
        ("InternalServerError", "Boom.", 503, ProblemKind.UNREACHABLE),
        ("", "", 429, ProblemKind.THROTTLE),
        ("", "", 401, ProblemKind.AUTH),
        ("", "", 403, ProblemKind.AUTH),
        ("", "", 409, ProblemKind.CONFLICT),
        ("", "", 412, ProblemKind.CONFLICT),
        ("", "", 404, ProblemKind.REQUEST),
        ("SomethingNew", "Nobody has seen this.", 0, ProblemKind.UNKNOWN),
        ("OperationNotAllowed", "Managed clusters may not.", 409, ProblemKind.REQUEST),
        ("NotAvailableForSubscription", "", 400, ProblemKind.OFFER),
        ("ResourceGroupBeingDeleted", "It is being deleted.", 409, ProblemKind.REQUEST),
        ("BadRequest", "There is no capacity reservation of that id.", 400, ProblemKind.REQUEST),
        ("EtagMismatch", "Another operation is in progress.", 409, ProblemKind.CONFLICT),
        ("AvailabilityZoneNotSupported", "", 400, ProblemKind.OFFER),
        ("VMCacheSizeTooSmall", "", 400, ProblemKind.REQUEST),
        ("PreviewFeatureNotRegistered", "", 400, ProblemKind.REQUEST),
        ("EtagMismatch", "", 412, ProblemKind.CONFLICT),
        ("RequestDisallowedByPolicy", "By policy.", 403, ProblemKind.AUTH),
    ],
)
def test_what_no_sample_shows_is_judged_by_code_then_status(
    code: str, message: str, status: int, kind: ProblemKind
) -> None:
    assert classify(code, message, (), status).kind is kind


def test_the_cause_inside_a_wrapper_is_found() -> None:
    """The form of a scale set's failure, as in jenkins-infra/helpdesk#3584."""
    wrapped = {
        "code": "ResourceOperationFailure",
        "message": "The resource operation completed with terminal provisioning state 'Failed'.",
        "details": [{"code": "OverconstrainedZonalAllocationRequest", "message": "Too strict."}],
    }

    problem = problem_of({"status": "Failed", "error": wrapped}, 200)

    assert (problem.kind, problem.message) == (ProblemKind.CAPACITY, "Too strict.")


@pytest.mark.parametrize(
    "body", [{}, {"error": None}, {"error": "text"}, {"details": "x"}, {"details": [None, 3]}]
)
def test_a_body_of_another_shape_is_unknown_and_no_traceback(body: dict[str, object]) -> None:
    assert isinstance(failure(problem_of(body, 200), DOING), KaitoError)


@pytest.mark.parametrize(
    ("code", "sentence", "status"),
    [
        ("BadRequest", "Managed GPU is not allowed in your subscription.", 400),
        ("BadRequest", "gpuProfile.nvidia.managementMode is not supported for subscription.", 400),
        ("Forbidden", "Feature ManagedGPUExperiencePreview is not registered.", 403),
        ("OperationNotAllowed", "Another thing: managed GPU beside an autoscaler.", 409),
        ("SomethingNew", "Managed GPU failed.", 0),
    ],
)
def test_whatever_azure_calls_it_managed_gpus_are_a_matter_of_the_request(
    code: str, sentence: str, status: int
) -> None:
    assert classify(code, sentence, (), status).kind is ProblemKind.REQUEST


@pytest.mark.parametrize(
    ("sentence", "managed"),
    [
        ("Feature Microsoft.ContainerService/ManagedGPUExperiencePreview is not enabled.", True),
        ("Unknown field properties.gpuProfile.nvidia.managementMode", True),
        ("Managed GPU nodes do not support the cluster autoscaler.", True),
        ("Changing property 'properties.vmSize' is not allowed.", False),
    ],
)
def test_a_refusal_of_managed_gpus_is_told_from_others(sentence: str, managed: bool) -> None:
    assert refuses_managed_gpus(sentence) is managed
