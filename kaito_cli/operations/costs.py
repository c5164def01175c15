"""What a workspace costs an hour."""

from collections.abc import Sequence

from kaito_cli.model import Nodes, Plan, PoolStatus


def hourly_cost(
    pools: Sequence[PoolStatus], plan: Plan | None, replicas: int, *, azure: bool
) -> float | None:
    """USD an hour of its nodes: what Azure's pools cost; where no pool of its own is to be seen,
    what the plan expects for as long as it has replicas. None: not known."""
    if pools:
        prices = [each.usd_per_hour for each in pools]
        known = [each for each in prices if each is not None]
        return round(sum(known), 4) if len(known) == len(prices) else None
    if not replicas:
        return 0.0
    if plan is None:
        return None
    not_there_yet = azure and plan.request.nodes is Nodes.NEW
    return 0.0 if not_there_yet else plan.cost.usd_per_hour
