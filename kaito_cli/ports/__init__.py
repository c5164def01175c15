"""What the rest of kaito asks of the outside world, in our words. No call here waits."""

from datetime import datetime
from typing import Protocol

from kaito_cli.model import Target
from kaito_cli.ports.azure import Azure, Cloud, Limits, Prices
from kaito_cli.ports.cluster import Cluster, Manifest, Mirror
from kaito_cli.ports.hub import Hub, Snapshot, Tensors

__all__ = [
    "Azure",
    "Clock",
    "Cloud",
    "Cluster",
    "Hub",
    "Limits",
    "Manifest",
    "Mirror",
    "Prices",
    "Snapshot",
    "Tensors",
    "World",
]


class Clock(Protocol):
    """Time, so that tests need none."""

    def now(self) -> datetime:
        """The time of day, in UTC."""
        ...

    def seconds(self) -> float:
        """A clock that never goes back."""
        ...

    def sleep(self, seconds: float) -> None: ...


class World(Protocol):
    """All ports of one command; each is built when it is first used."""

    def sign_in(self) -> None:
        """Fetch the tokens for Azure and for its cluster, before the first call: a command that
        will need both later may then find that what it was signed in with has expired."""
        ...

    @property
    def target(self) -> Target: ...
    @property
    def hub(self) -> Hub: ...
    @property
    def cloud(self) -> Cloud: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def cluster(self) -> Cluster: ...
    @property
    def prices(self) -> Prices: ...
    @property
    def clock(self) -> Clock: ...
