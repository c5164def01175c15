"""A pool of a workspace, and operations driven to their end."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from kaito_cli.errors import KaitoError
from kaito_cli.model import (
    WORKSPACE_TAG,
    AzureProblem,
    Event,
    LiveNodePool,
    NodePool,
    ProblemKind,
)
from kaito_cli.operations.drive import drive
from kaito_cli.operations.pools import ensure_pool
from tests.fakes import FakeClock, FakeCloud

OWNER = "default.chat"
TAGS = {WORKSPACE_TAG: OWNER}
POOL = NodePool(name="kchat1", vm_size="Standard_A", count=1, tags=TAGS)
NO_ROOM = AzureProblem(kind=ProblemKind.CAPACITY, code="AllocationFailed", message="No room.")


def live(name: str = "kchat1", state: str = "Succeeded", **changes: object) -> LiveNodePool:
    pool = LiveNodePool(
        name=name, vm_size="Standard_A", count=1, provisioning_state=state, tags=TAGS
    )
    return replace(pool, **changes)  # type: ignore[arg-type]


def run(operation: Iterator[Event], clock: FakeClock | None = None) -> list[Event]:
    return list(drive([operation], clock or FakeClock(), 3600))


def ensure(cloud: FakeCloud, pool: NodePool = POOL) -> list[Event]:
    clock = FakeClock()
    return run(ensure_pool(pool, cloud, clock), clock)


def raising(error: KaitoError, moment: str, times: int) -> Callable[[str], None]:
    left = [error] * times

    def interfere(now: str) -> None:
        if now == moment and left:
            raise left.pop()

    return interfere
