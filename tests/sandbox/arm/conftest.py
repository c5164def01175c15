from collections.abc import Iterator

import pytest

from kaito_cli.sandbox.arm import ArmServer, serving


@pytest.fixture
def arm() -> Iterator[ArmServer]:
    """A local Azure as it starts: one subscription, one cluster with a system pool."""
    with serving() as server:
        yield server
