"""Ports without the outside world: small, and with a life of their own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from kaito_cli.errors import BadInput, Gated, NotFound
from kaito_cli.model import Target
from kaito_cli.ports import Clock, Cloud, Cluster, Hub, Limits, Prices, Snapshot
from tests.fake_cloud import CLUSTER, FakeCloud
from tests.fake_cluster import FakeCluster

__all__ = ["CLUSTER", "FakeClock", "FakeCloud", "FakeCluster", "FakeHub", "FakeWorld"]


class FakeHub:
    """A hub that holds snapshots. ``locked`` ids are gated and no token is there; ``here``
    are in the local cache; folders are snapshots whose id is the path."""

    def __init__(
        self,
        snapshots: Iterable[Snapshot] = (),
        *,
        locked: Iterable[str] = (),
        here: str = "",
        token: bool = False,
    ) -> None:
        self._token = token
        self._snapshots = {snapshot.id: snapshot for snapshot in snapshots}
        self._locked = frozenset(locked)
        self._here = here

    def snapshot(self, id: str, revision: str = "") -> Snapshot:
        if id not in self._snapshots:
            raise NotFound(f"There is no model `{id}`.", hint="`kaito models` lists presets.")
        if id in self._locked:
            raise Gated(f"`{id}` is gated.", hint="Then `export HF_TOKEN=…`.")
        found = self._snapshots[id]
        if revision not in ("", "main", found.revision):
            raise NotFound(f"`{id}` has no revision `{revision}`.", hint=f"Use `{id}` alone.")
        return found

    def cached(self, id: str, revision: str = "") -> Snapshot | None:
        return self._snapshots[id] if id == self._here else None

    def folder(self, path: Path) -> Snapshot:
        if str(path) not in self._snapshots:
            raise BadInput(f"{path}/config.json cannot be read.", hint="Point at the folder.")
        return replace(self._snapshots[str(path)], revision="")

    def has_token(self) -> bool:
        return self._token


class FakeClock:
    """Time that passes only when someone sleeps."""

    def __init__(self, start: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)) -> None:
        self._start = start
        self._passed = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def seconds(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        self._passed += seconds


def _missing() -> NoReturn:
    raise AssertionError("a port was asked for that this test does not have")


@dataclass(kw_only=True)
class FakeWorld:
    """A world of the ports a test gives it; asking for another fails the test.

    ``make_hub`` is called when the hub is first asked for.
    """

    target: Target = field(default_factory=Target)
    make_hub: Callable[[], Hub] | None = None
    fake_cloud: Cloud | None = None
    fake_limits: Limits | None = None
    fake_cluster: Cluster | None = None
    fake_prices: Prices | None = None
    clock: Clock = field(default_factory=FakeClock)
    signed_in: bool = False

    def sign_in(self) -> None:
        self.signed_in = True

    @cached_property
    def hub(self) -> Hub:
        return (self.make_hub or _missing)()

    @property
    def cloud(self) -> Cloud:
        return self.fake_cloud or _missing()

    @property
    def limits(self) -> Limits:
        return self.fake_limits or _missing()

    @property
    def cluster(self) -> Cluster:
        return self.fake_cluster or _missing()

    @property
    def prices(self) -> Prices:
        return self.fake_prices or _missing()
