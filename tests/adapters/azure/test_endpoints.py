"""Addresses of Azure Resource Manager: which are taken, and for whom a token is asked."""

import pytest

from kaito_cli.adapters.azure.endpoints import arm_endpoint, checked
from kaito_cli.errors import BadInput
from kaito_cli.model import AzureCloud


@pytest.mark.parametrize(
    ("cloud", "url", "audience"),
    [
        (AzureCloud.PUBLIC, "https://management.azure.com", "https://management.azure.com"),
        (
            AzureCloud.GOVERNMENT,
            "https://management.usgovcloudapi.net",
            "https://management.core.usgovcloudapi.net",
        ),
        (
            AzureCloud.CHINA,
            "https://management.chinacloudapi.cn",
            "https://management.chinacloudapi.cn",
        ),
    ],
)
def test_each_cloud_has_its_endpoint_and_audience(
    cloud: AzureCloud, url: str, audience: str
) -> None:
    found = arm_endpoint(cloud)

    assert (found.url, found.audience) == (url, audience)


def test_a_host_of_azure_needs_no_audience() -> None:
    found = arm_endpoint(url="https://eastus.management.azure.com/")

    assert found.url == "https://eastus.management.azure.com"
    assert found.audience == "https://management.azure.com"


@pytest.mark.parametrize(
    "url",
    [
        "https://management.example.com",
        "https://management.azure.com.evil.example",
        "https://evilmanagement.azure.com",
        "https://127.0.0.1:8443",
    ],
)
def test_a_host_that_is_not_azures_needs_an_audience(url: str) -> None:
    with pytest.raises(BadInput) as caught:
        arm_endpoint(url=url)

    assert "--arm-audience" in caught.value.hint
    assert arm_endpoint(url=url, audience="https://a.example/").audience == "https://a.example"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://[::1]:8080/"])
def test_http_is_taken_on_this_machine(url: str) -> None:
    assert arm_endpoint(url=url).plain_loopback


@pytest.mark.parametrize(
    "url",
    [
        "http://management.azure.com",
        "http://127.0.0.1.example.com",
        "http://localhost:8080",
        "http://10.0.0.4",
        "ftp://127.0.0.1",
        "management.azure.com",
        "https://",
        "https://host:port",
        "http://[::1",
        "",
        "https://user:secret@management.azure.com",
        "https://management.azure.com?x=1",
    ],
)
def test_what_is_no_address_is_bad_input_with_an_example(url: str) -> None:
    with pytest.raises(BadInput) as caught:
        checked(url, "--arm-endpoint")

    assert "--arm-endpoint http" in caught.value.hint
    assert "secret" not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("--arm-endpoint", "Type `--arm-endpoint https://a.example`."),
        ("KAITO_PRICES_ENDPOINT", "Type `export KAITO_PRICES_ENDPOINT=https://a.example`."),
        ("/home/me/config.yaml", "Type `kaito use --arm-endpoint https://a.example`."),
    ],
)
def test_what_named_a_bad_address_is_named_with_what_mends_it(source: str, hint: str) -> None:
    with pytest.raises(BadInput) as caught:
        checked("a.example", source)

    assert caught.value.message.startswith(f"`{source}` takes")
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("url", "example"),
    [
        ("http://127.0.0.1:99999", "http://127.0.0.1`"),
        ("https://[::1]:x/path", "https://[::1]`"),
        ("https://me:secret@host:0", "https://host`"),
        ("https://:99999", "https://management.azure.com`"),
    ],
)
def test_a_port_that_is_none_is_what_is_wrong(url: str, example: str) -> None:
    with pytest.raises(BadInput, match="has a port that is none") as caught:
        checked(url, "--arm-endpoint")

    assert caught.value.hint.endswith(f"{example}.")


def test_half_an_ipv6_address_is_no_host_to_show() -> None:
    with pytest.raises(BadInput) as caught:
        checked("https://[::1", "--arm-endpoint")

    assert caught.value.hint == "Type `--arm-endpoint https://management.azure.com`."


@pytest.mark.parametrize(
    ("link", "covered"),
    [
        ("https://management.azure.com:443/subscriptions?$skiptoken=1", True),
        ("https://EastUS.management.azure.com/subscriptions", True),
        ("http://management.azure.com/subscriptions", False),
        ("https://management.azure.com:8443/subscriptions", False),
        ("https://management.azure.com@evil.example/subscriptions", False),
        ("https://evil.example/management.azure.com", False),
    ],
)
def test_a_link_is_followed_to_the_same_server_only(link: str, covered: bool) -> None:
    assert arm_endpoint().covers(link) is covered
