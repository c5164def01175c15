"""What of ours is there in Azure, what it costs, and whether anybody needs it."""

from dataclasses import dataclass
from enum import StrEnum

from kaito_cli.model.azure import AzureProblem, PoolState


class PoolVerdict(StrEnum):
    """Who needs a node pool. Only an ORPHAN is ever removed unasked-for by name; UNKNOWN is
    whatever cannot be proven to be one."""

    IN_USE = "in-use"
    BUSY = "busy"
    FAILED = "failed"
    ORPHAN = "orphan"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStatus:
    """One node pool of ours as Azure and the cluster show it.

    ``workspace`` and ``namespace`` are those of its tag, empty where that names none.
    ``nodes`` are those that are paid for: a stopped pool has none. ``usd_per_hour`` is what
    all of them cost, None where no price is known, as of ``price_date``. ``age_seconds`` is
    None where no tag tells. ``resource_group`` is that of the cluster. ``reason`` is why the
    verdict is what it is.
    """

    workspace: str
    namespace: str
    pool: str
    cluster: str
    region: str
    vm_size: str
    nodes: int
    spot: bool
    state: PoolState
    stopped: bool
    error: AzureProblem | None
    usd_per_hour: float | None
    price_date: str
    age_seconds: int | None
    verdict: PoolVerdict
    reason: str
    resource_group: str = ""
