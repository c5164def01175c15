"""A node pool from wherever Azure has one: the choice first, then what it may fall back on."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

from kaito_cli.errors import (
    BadInput,
    KaitoError,
    NoCapacity,
    NotOffered,
    OutOfQuota,
    Refused,
    Superseded,
)
from kaito_cli.model import (
    WORKSPACE_TAG,
    AksCluster,
    Event,
    LiveNodePool,
    Plan,
    PoolState,
    Progress,
    belongs_to,
)
from kaito_cli.operations.pools import ensure_pool, told
from kaito_cli.operations.scaling import delete_pools
from kaito_cli.planner.fallbacks import driver_only
from kaito_cli.ports import Clock, Cloud
from kaito_cli.readiness.azure import refuses_managed_gpus

MOST_TRIES = 6
MOST_SECONDS = 3600.0
_ELSEWHERE = (OutOfQuota, NotOffered, NoCapacity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Where a hunt goes on: the cloud and its cluster, and what else may be known of it.

    ``has_nodes`` says whether nodes of a pool are ready, None where that cannot be seen.
    ``before`` is what to do with a plan before its pool is asked for.
    """

    cloud: Cloud
    cluster: AksCluster
    clock: Clock
    has_nodes: Callable[[str], bool | None] = lambda name: None
    before: Callable[[Plan], Iterator[Event]] = lambda plan: iter(())


def hunt(choices: Sequence[Plan], field: Field) -> Generator[Event, None, Plan]:
    """Make the first pool of ``choices`` that Azure has room for; returns its plan.

    A pool without room is removed before the next is asked for; one that an earlier run
    began is gone on with. At most six are tried, within an hour. Raises the last refusal, which
    lists all of them, and whatever else Azure says at once.
    """
    started, tried = field.clock.seconds(), list[str]()
    left = _from_where_it_stands(choices, field)
    while True:
        plan, *left = left
        before = _pool_names(field)
        yield from field.before(plan)
        try:
            yield from ensure_pool(plan.node_pool, field.cloud, field.clock)
            return plan
        except Refused as error:
            if not refuses_managed_gpus(error.detail) or driver_only(plan, field.cluster) == plan:
                raise
            left = [driver_only(each, field.cluster) for each in (plan, *left)]
            yield _step(plan, "Azure does not manage GPUs here: with the driver alone, then")
        except (Superseded, BadInput):
            left = _from_where_it_stands(choices, field)
            if left[0].node_pool.name == plan.node_pool.name or not _is_there(left[0], field):
                raise
            yield _step(left[0], "another run is at it: going on with that")
        except _ELSEWHERE as error:
            tried.append(f"{offer_of(plan)}: {error.detail or error.message}")
            yield _step(plan, f"{error.message} {error.detail}".strip())
            kept = yield from _cleared(plan, field, new=plan.node_pool.name not in before)
            late = field.clock.seconds() - started > MOST_SECONDS
            if kept or late or not left or len(tried) >= MOST_TRIES:
                raise _nowhere(error, tried, kept) from error
            yield _step(left[0], f"next: {offer_of(left[0])}")


def offer_of(plan: Plan) -> str:
    """What would be made, and what it costs: the words of an event."""
    pool, usd = plan.node_pool, plan.cost.usd_per_hour
    zones = f" in zone {', '.join(pool.zones)}" if pool.zones else ""
    price = f"${usd:.2f} an hour" if usd is not None else "price unknown"
    spot = ", spot" if pool.spot else ""
    return f"{pool.count} × {pool.vm_size}{zones}{spot}, {price} ({plan.cost.price_date})"


def _from_where_it_stands(choices: Sequence[Plan], field: Field) -> list[Plan]:
    """The choices from the one on whose way an earlier run is."""
    live = {each.name: each for each in field.cloud.node_pools()}
    for index, plan in enumerate(choices):
        for variant in (plan, driver_only(plan, field.cluster)):
            if _is_under_way(live.get(variant.node_pool.name), variant):
                return [variant, *choices[index + 1 :]]
    return list(choices)


def _is_under_way(live: LiveNodePool | None, plan: Plan) -> bool:
    owner = plan.node_pool.tags.get(WORKSPACE_TAG, "")
    return live is not None and belongs_to(live, owner) and live.state is not PoolState.DELETING


def _is_there(plan: Plan, field: Field) -> bool:
    return plan.node_pool.name in _pool_names(field)


def _pool_names(field: Field) -> set[str]:
    return {each.name for each in field.cloud.node_pools()}


def _cleared(plan: Plan, field: Field, *, new: bool) -> Generator[Event, None, bool]:
    """Remove the pool Azure gave up on; True when it stays, for it may hold nodes that work.

    Only a pool that this run made, or that is seen to have no nodes, is known to hold none.
    """
    name = plan.node_pool.name
    if name not in _pool_names(field):
        return False
    if not new and field.has_nodes(name) is not False:
        return True
    yield from delete_pools(plan.node_pool.tags[WORKSPACE_TAG], field.cloud, only=name)
    return False


def _step(plan: Plan, message: str) -> Event:
    return told(plan.node_pool.name, Progress.STEP, message)


def _nowhere(error: KaitoError, tried: list[str], kept: bool) -> KaitoError:
    """The last refusal with all that was tried; what stays behind is said."""
    stays = " The failed node pool stays, for it may hold nodes that work." if kept else ""
    if len(tried) == 1:
        return type(error)(f"{error.message}{stays}", hint=error.hint, detail=error.detail)
    return type(error)(
        f"Azure has room for none of the {len(tried)} placements that were tried.{stays}",
        hint=error.hint,
        detail="\n".join(tried),
    )
