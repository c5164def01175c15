"""Which addresses of Azure Resource Manager may be named."""

import pytest

from kaito_cli.cli.target import TargetOptions
from kaito_cli.errors import BadInput

pytestmark = pytest.mark.usefixtures("bare")


@pytest.mark.parametrize(
    ("endpoint", "told"),
    [
        ("http://management.azure.com", "https"),
        ("http://localhost:8080", "https"),
        ("management.azure.com", "https"),
        ("https://evil.example", "not a host of Azure"),
        ("https://management.azure.com.evil.example", "not a host of Azure"),
        ("https://user:pass@management.azure.com", "no more"),
    ],
)
def test_an_address_that_may_get_no_token_is_refused(endpoint: str, told: str) -> None:
    with pytest.raises(BadInput, match=told) as caught:
        TargetOptions(cluster="prod", arm_endpoint=endpoint).target()

    assert "pass@" not in f"{caught.value.message}{caught.value.hint}"


@pytest.mark.parametrize(
    "endpoint",
    ["http://127.0.0.1:8080", "http://[::1]:8080", "https://eastus.management.azure.com"],
)
def test_an_address_that_may_is_taken(endpoint: str) -> None:
    found = TargetOptions(cluster="prod", arm_endpoint=endpoint).target()

    assert found.arm_endpoint == endpoint
