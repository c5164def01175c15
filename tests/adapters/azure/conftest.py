"""The adapter on a local Azure Resource Manager: the real SDK over real HTTP."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kaito_cli.adapters.azure.aks import AksCloud
from kaito_cli.adapters.azure.connection import Connection
from kaito_cli.adapters.azure.endpoints import arm_endpoint
from kaito_cli.adapters.azure.limits import ArmLimits
from kaito_cli.adapters.azure.retries import Patience
from kaito_cli.sandbox.arm import ArmState, serving
from kaito_cli.sandbox.arm.state import CLUSTER, RESOURCE_GROUP, SUBSCRIPTION

# retries as in design.md, sooner; a server that answers has all the time of a busy machine
QUICK = Patience(retry_within_seconds=1.5)
# and for a server that does not
HASTY = Patience(connect_seconds=0.2, read_seconds=0.2, retry_within_seconds=0.1)

Connect = Callable[..., Connection]


class NeverAsked:
    """The user's credential, which a server on this machine must not see."""

    def get_token(self, *scopes: str, **options: Any) -> Any:
        raise AssertionError(f"the user's credential was asked for {scopes}")


@pytest.fixture
def state() -> ArmState:
    return ArmState()


@pytest.fixture
def url(state: ArmState) -> Iterator[str]:
    with serving(state) as server:
        yield server.url


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Make connections that are closed at the end; ``patience`` is QUICK."""
    made: list[Connection] = []

    def connection(
        url: str, credential: Any = None, audience: str = "", patience: Patience = QUICK
    ) -> Connection:
        endpoint = arm_endpoint(url=url, audience=audience)
        made.append(Connection(endpoint, credential or NeverAsked(), patience))
        return made[-1]

    yield connection
    for each in made:
        each.close()


@pytest.fixture
def cloud(connect: Connect, url: str) -> AksCloud:
    return AksCloud(connect(url), SUBSCRIPTION, RESOURCE_GROUP, CLUSTER)


@pytest.fixture
def hasty(connect: Connect, url: str) -> AksCloud:
    """The same cloud over a connection that soon gives up."""
    return AksCloud(connect(url, patience=HASTY), SUBSCRIPTION, RESOURCE_GROUP, CLUSTER)


@pytest.fixture
def limits(connect: Connect, url: str) -> ArmLimits:
    return ArmLimits(connect(url), SUBSCRIPTION)
