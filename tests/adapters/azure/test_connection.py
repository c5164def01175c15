"""What goes over the wire, and what is told about it: tokens, links, logs."""

import logging
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from kaito_cli.adapters.answers import Bounds
from kaito_cli.adapters.azure.accounts import ArmAzure
from kaito_cli.adapters.azure.aks import AksCloud
from kaito_cli.adapters.azure.connection import LOOPBACK_TOKEN, Connection
from kaito_cli.adapters.azure.limits import ArmLimits
from kaito_cli.adapters.azure.retries import Patience
from kaito_cli.errors import CloudFailed, NotSignedIn, Refused, Unreachable
from kaito_cli.sandbox.arm import ArmState
from kaito_cli.sandbox.arm.state import SUBSCRIPTION
from tests.adapters.azure.conftest import Connect
from tests.adapters.azure.pools_to_make import PLAIN
from tests.adapters.azure.wire import Said, answering
from tests.drip import dripping

SECRET = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2VjcmV0c2VjcmV0"
NOBODY = Said(401, {"error": {"code": "InvalidAuthenticationToken", "message": "No."}})


class Holder:
    """A credential with a token. ``asked`` are the scopes it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get_token(self, *scopes: str, **options: Any) -> Any:
        self.asked += scopes
        return SimpleNamespace(token=SECRET, expires_on=9_999_999_999)


def cloud_at(connection: Connection) -> AksCloud:
    return AksCloud(connection, SUBSCRIPTION, "ml", "prod")


def test_a_server_on_this_machine_gets_a_fixed_token_from_both_clients(connect: Connect) -> None:
    with answering(lambda path: NOBODY) as wire:
        connection = connect(wire.url)
        for ask in (cloud_at(connection).cluster, ArmAzure(connection).subscriptions):
            with pytest.raises(NotSignedIn):
                ask()

    assert wire.tokens == [f"Bearer {LOOPBACK_TOKEN}"] * 2


def test_a_proxy_is_not_asked_for_this_machine(
    connect: Connect, state: ArmState, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert ArmAzure(connect(url)).subscriptions()[0].id == SUBSCRIPTION


@pytest.mark.parametrize("spelled", ["government", "AzureUSGovernment", "nonsense"])
def test_the_sdks_own_reading_of_AZURE_CLOUD_is_kept_out(
    cloud: AksCloud, monkeypatch: pytest.MonkeyPatch, spelled: str
) -> None:
    monkeypatch.setenv("AZURE_CLOUD", spelled)

    assert cloud.cluster().name == "prod"


def test_no_link_carries_the_token_to_another_server(connect: Connect) -> None:
    with answering(lambda path: Said(200, {"value": []})) as other:
        away = Said(200, {"value": [], "nextLink": f"{other.url}/subscriptions?page=2"})
        with answering(lambda path: away) as wire, pytest.raises(Unreachable) as caught:
            ArmAzure(connect(wire.url)).subscriptions()

    assert not other.paths
    assert "another server" in caught.value.message


def test_no_redirect_is_followed(connect: Connect) -> None:
    with answering(lambda path: Said(200, {"value": []})) as other:
        moved = Said(307, {}, {"Location": f"{other.url}/subscriptions"})
        with answering(lambda path: moved) as wire, pytest.raises(CloudFailed):
            ArmAzure(connect(wire.url)).subscriptions()

    assert not other.paths


def test_a_list_whose_pages_lead_in_circles_is_given_up(connect: Connect) -> None:
    with answering(lambda path: Said(200, {})) as wire:
        page = {"value": [{"subscriptionId": "s"}], "nextLink": f"{wire.url}/subscriptions?p=2"}
        wire.answers = lambda path: Said(200, page)

        with pytest.raises(Unreachable, match="does not come to an end"):
            ArmAzure(connect(wire.url)).subscriptions()

    assert len(wire.paths) == 2


@pytest.mark.parametrize("ask", ["subscriptions", "clusters", "pools"])
def test_a_list_with_ever_more_pages_is_given_up(connect: Connect, ask: str) -> None:
    def more(path: str) -> Said:
        return Said(200, {"value": [], "nextLink": f"{wire.url}/next?n={len(wire.paths)}"})

    with answering(more) as wire:
        connection = connect(wire.url, patience=Patience(bounds=Bounds(pages=5)))
        asked: dict[str, Callable[[], object]] = {
            "subscriptions": ArmAzure(connection).subscriptions,
            "clusters": lambda: ArmAzure(connection).clusters("s"),
            "pools": cloud_at(connection).node_pools,
        }
        with pytest.raises(Unreachable, match="does not come to an end") as caught:
            asked[ask]()

    assert len(wire.paths) == 6
    assert "more than 5 pages" in caught.value.detail


@pytest.mark.parametrize("part", ["head", "body"])
@pytest.mark.parametrize("ask", ["cluster", "node_pools", "create"])
def test_an_answer_that_drips_is_given_up(connect: Connect, part: str, ask: str) -> None:
    """Each byte comes well within the read timeout."""
    with dripping(head=part == "head") as url:
        patience = Patience(read_seconds=5, bounds=Bounds(seconds=0.15))
        cloud = cloud_at(connect(url, patience=patience))
        asked: dict[str, Callable[[], object]] = {
            "cluster": cloud.cluster,
            "node_pools": cloud.node_pools,
            "create": lambda: cloud.create_node_pool(PLAIN),
        }
        with pytest.raises(Unreachable, match="does not come to an end") as caught:
            asked[ask]()

    assert "more than 0.15 seconds" in caught.value.detail


@pytest.mark.parametrize("id", ["/subscriptions/{x}", "/a{}b?c#d", "//evil.example/x", "{0.x}"])
def test_braces_and_the_like_in_an_id_of_azures_are_part_of_the_path(
    connect: Connect, id: str
) -> None:
    with answering(lambda path: Said(200, {"value": []})) as wire:
        ArmLimits(connect(wire.url), "s").permissions(id)

    asked = urlsplit(wire.paths[0])
    assert unquote(asked.path).lstrip("/").startswith(id.lstrip("/"))
    assert asked.query == "api-version=2022-04-01"


def test_no_resource_provider_is_registered_behind_the_users_back(
    cloud: AksCloud, state: ArmState
) -> None:
    state.fault("not_registered", method="PUT")

    with pytest.raises(Refused) as caught:
        cloud.create_node_pool(PLAIN)

    assert "az provider register" in caught.value.hint
    assert "Microsoft.ContainerService" in caught.value.hint
    assert [each.method for each in state.requests] == ["PUT"]


def test_logs_of_every_call_show_no_token(
    connect: Connect, url: str, state: ArmState, caplog: pytest.LogCaptureFixture
) -> None:
    connection = connect(url)
    with caplog.at_level(logging.DEBUG):
        cloud_at(connection).create_node_pool(PLAIN)
        kubeconfig = cloud_at(connection).kubeconfig()
        ArmLimits(connection, SUBSCRIPTION).usages("eastus2")

    assert "Request URL" in caplog.text
    assert LOOPBACK_TOKEN not in caplog.text
    assert kubeconfig[:80] not in caplog.text


def test_a_users_token_is_asked_for_the_audience_and_shown_by_no_log(
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
) -> None:
    holder = Holder()
    # port 9 of this machine: TLS comes to nothing there, after the token was asked for
    nowhere = connect("https://127.0.0.1:9", holder, "https://arm.example")
    with caplog.at_level(logging.DEBUG), pytest.raises(Unreachable) as caught:
        cloud_at(nowhere).cluster()

    assert set(holder.asked) == {"https://arm.example/.default"}
    assert "REDACTED" in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in f"{caught.value.message} {caught.value.detail} {caught.value.hint}"


@pytest.mark.parametrize("status", [400, 401, 403, 409, 500])
def test_an_error_that_quotes_a_token_is_told_without_it(connect: Connect, status: int) -> None:
    others = "https://me:hunter2@proxy.example client_secret=hunter2&x=y"
    message = f"The token Bearer {SECRET} is odd; {SECRET} that is. {others}"
    said = Said(status, {"error": {"code": "SomeCode", "message": message}})
    with answering(lambda path: said) as wire, pytest.raises(CloudFailed) as caught:
        cloud_at(connect(wire.url)).node_pools()

    assert "SomeCode" in caught.value.detail
    for secret in ("c2VjcmV0", "eyJ", "hunter2"):
        assert secret not in caught.value.detail


def test_importing_and_building_the_adapter_loads_no_sdk_for_aks() -> None:
    code = (
        "import sys\n"
        "from kaito_cli.adapters.azure import accounts, aks, limits, prices\n"
        "from kaito_cli.adapters.azure.connection import Connection\n"
        "from kaito_cli.adapters.azure.endpoints import arm_endpoint\n"
        "aks.AksCloud(Connection(arm_endpoint(), object()), 's', 'g', 'c')\n"
        "print([m for m in sys.modules if m.startswith(('azure.mgmt', 'azure.identity'))])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
