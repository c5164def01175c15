"""A node pool from wherever Azure has one: the choice first, then what it may fall back on."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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
from kaito_cli.operations.pools import ensure_pool, named, told
from kaito_cli.operations.scaling import clear_pool
from kaito_cli.operations.steps import patiently
from kaito_cli.planner.fallbacks import draws_as_much, driver_only
from kaito_cli.ports import Clock, Cloud
from kaito_cli.readiness.azure import refuses_managed_gpus

MOST_TRIES = 6
MOST_SECONDS = 3600.0
MOST_LOOKS = 6  # for the next pool of another run, which asks for it right after a removal


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lost:
    """One placement that came to nothing; ``stays``: its pool could not be removed."""

    plan: Plan
    error: KaitoError
    stays: bool = False


@dataclass(slots=True, kw_only=True)
class _Trail:
    """What was tried so far: pools seen to fail are not gone back to."""

    started: float
    lost: list[_Lost] = field(default_factory=list)

    @property
    def failed(self) -> set[str]:
        """Pools that Azure had no room for; not those another run was at."""
        own = [each for each in self.lost if not isinstance(each.error, Superseded | BadInput)]
        return {each.plan.node_pool.name for each in own}

    def is_at_its_end(self, now: float) -> bool:
        late = now - self.started > MOST_SECONDS
        return late or len(self.lost) >= MOST_TRIES or self.lost[-1].stays


def hunt(choices: Sequence[Plan], where: Field) -> Generator[Event, None, Plan]:
    """Make the first pool of ``choices`` that Azure has room for; returns its plan.

    A pool without room is removed before the next is asked for; one that an earlier run, or
    another, has begun is gone on with. At most six are tried, within an hour. Raises the last
    refusal, which lists all of them, and whatever else Azure says at once.
    """
    trail = _Trail(started=where.clock.seconds())
    live = yield from _pools(where)
    left = _from_where_it_stands(choices, trail, live, where.cluster)
    while True:
        plan, *rest = left
        lost = yield from _tried(plan, where)
        if lost is None:
            return plan
        trail.lost.append(lost)
        left = yield from _left(lost, rest, choices, trail, where)
        if not left or trail.is_at_its_end(where.clock.seconds()):
            raise _nowhere(trail, where.cluster)
        yield _step(left[0], f"next: {offer_of(left[0])}")


def offer_of(plan: Plan) -> str:
    """What would be made, and what it costs: the words of an event."""
    pool, usd = plan.node_pool, plan.cost.usd_per_hour
    zones = f" in zone {', '.join(pool.zones)}" if pool.zones else ""
    most = "at most " if plan.cost.at_most else ""
    price = f"{most}${usd:.2f} an hour" if usd is not None else "price unknown"
    spot = ", spot" if pool.spot else ""
    return f"{pool.count} × {pool.vm_size}{zones}{spot}, {price} ({plan.cost.price_date})"


def _tried(plan: Plan, where: Field) -> Generator[Event, None, _Lost | None]:
    """None: the pool is ready. What says to look elsewhere is lost, and its pool removed."""
    before = yield from _pools(where)
    yield from where.before(plan)
    try:
        yield from ensure_pool(plan.node_pool, where.cloud, where.clock)
        return None
    except (OutOfQuota, NotOffered, NoCapacity, Refused) as error:
        if isinstance(error, Refused) and not _may_do_with_less(plan, error, where):
            raise
        yield _step(plan, error.told)
        lost = error
    except (Superseded, BadInput) as error:
        return _Lost(plan=plan, error=error)
    try:
        stays = yield from _cleared(plan, where, new=plan.node_pool.name not in before)
        return _Lost(plan=plan, error=lost, stays=stays)
    except Superseded as error:
        return _Lost(plan=plan, error=error)


def _may_do_with_less(plan: Plan, error: KaitoError, where: Field) -> bool:
    managed = driver_only(plan, where.cluster) != plan
    return managed and refuses_managed_gpus(error.detail)


def _left(
    lost: _Lost, rest: list[Plan], choices: Sequence[Plan], trail: _Trail, where: Field
) -> Generator[Event, None, list[Plan]]:
    """What is worth trying after one was lost."""
    if isinstance(lost.error, Refused):
        yield _step(lost.plan, "Azure does not manage GPUs here: with the driver alone, then")
        return [driver_only(each, where.cluster) for each in (lost.plan, *rest)]
    if isinstance(lost.error, Superseded | BadInput):
        return (yield from _taken_over(lost, choices, trail, where))
    return [each for each in rest if _may_have_room(each, lost)]


def _taken_over(
    lost: _Lost, choices: Sequence[Plan], trail: _Trail, where: Field
) -> Generator[Event, None, list[Plan]]:
    """Another run is at one of the choices, or will be in a moment: go on with that. Raises if
    it is none of them."""
    for _ in range(MOST_LOOKS):
        live = yield from _pools(where)
        again = _from_where_it_stands(choices, trail, live, where.cluster)
        if again and again[0].node_pool.name in live:
            yield _step(again[0], "another run is at it: going on with that")
            return again
        if isinstance(lost.error, BadInput):
            break
        yield told(lost.plan.node_pool.name, Progress.WAITING, "another run removed it")
    raise lost.error


def _may_have_room(plan: Plan, lost: _Lost) -> bool:
    """Quota is per family and region, not per zone; an offer may be refused in all zones."""
    if isinstance(lost.error, OutOfQuota):
        return not draws_as_much(plan, lost.plan)
    if isinstance(lost.error, NotOffered) and not lost.error.detail.startswith("SkuNotAvailable"):
        return plan.node_pool.vm_size != lost.plan.node_pool.vm_size
    return True


def _from_where_it_stands(
    choices: Sequence[Plan], trail: _Trail, live: Mapping[str, LiveNodePool], cluster: AksCluster
) -> list[Plan]:
    """The choices from the one on whose way a run is, without those that failed in this one."""
    for index, plan in enumerate(choices):
        for variant in (plan, driver_only(plan, cluster)):
            known = variant.node_pool.name in trail.failed
            if not known and _is_under_way(live.get(variant.node_pool.name), variant):
                return [variant, *choices[index + 1 :]]
    return [each for each in choices if each.node_pool.name not in trail.failed]


def _is_under_way(live: LiveNodePool | None, plan: Plan) -> bool:
    owner = plan.node_pool.tags.get(WORKSPACE_TAG, "")
    return live is not None and belongs_to(live, owner) and live.state is not PoolState.DELETING


def _pools(where: Field) -> Generator[Event, None, dict[str, LiveNodePool]]:
    live = yield from patiently(where.cloud.node_pools, "node pools")
    return {each.name: each for each in live}


def _cleared(plan: Plan, where: Field, *, new: bool) -> Generator[Event, None, bool]:
    """Remove the pool Azure gave up on; True when it stays, for it may hold nodes that work.

    Only a pool that this run made, or that is seen to have no nodes, is known to hold none.
    """
    name = plan.node_pool.name
    live = yield from _pools(where)
    if name not in live:
        return False
    if plan.node_pool.existing or (not new and where.has_nodes(name) is not False):
        return True
    yield from clear_pool(name, where.cloud)
    return False


def _step(plan: Plan, message: str) -> Event:
    return told(plan.node_pool.name, Progress.STEP, message)


def _nowhere(trail: _Trail, cluster: AksCluster) -> KaitoError:
    """The last refusal with all that was tried; what stays behind is said."""
    last = trail.lost[-1]
    error, name, hint, kept = last.error, last.plan.node_pool.name, last.error.hint, ""
    if last.stays:
        kept = f" The failed {named(name)} stays: it may hold nodes that work."
        hint = (
            f"If it does not, `az aks nodepool delete --nodepool-name {name} --cluster-name "
            f"{cluster.name} -g {cluster.resource_group}`, then run the same command again."
        )
    if len(trail.lost) == 1:
        return type(error)(f"{error.message}{kept}", hint=hint, detail=error.detail)
    tried = [f"{offer_of(each.plan)}: {each.error.detail}" for each in trail.lost]
    return type(error)(
        f"Azure has room for none of the {len(tried)} placements that were tried.{kept}",
        hint=hint,
        detail="\n".join(tried),
    )
