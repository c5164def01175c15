"""What stop, start and scale change of a workspace: pods, nodes, and the price of an hour."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Resize:
    """Before and after. Nodes are those that are paid for because of the workspace, none where
    the user's own serve; ``usd_per_hour_before`` and ``…_after`` are of all of them, None where
    no price is known, as of ``price_date``. ``remarks`` are what else is to be known before;
    ``patience_seconds``: how long it may take at most.
    """

    workspace: str
    namespace: str
    vm_size: str
    replicas_before: int
    replicas_after: int
    nodes_before: int
    nodes_after: int
    usd_per_hour_before: float | None
    usd_per_hour_after: float | None
    price_date: str = ""
    remarks: tuple[str, ...] = ()
    patience_seconds: float = 1800.0

    @property
    def change_usd_per_hour(self) -> float | None:
        """More (above 0) or less an hour."""
        before, after = self.usd_per_hour_before, self.usd_per_hour_after
        return None if before is None or after is None else round(after - before, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What a deletion takes of one workspace: ``goes`` and ``stays`` in words, and what it then
    costs less an hour, None where no price is known.

    The same once more to be summed up: so many ``objects``, and the names of ``volumes``, of
    ``pools`` in Azure, whose ``nodes`` are those that are paid for, and of ``karpenter``'s pools,
    whose nodes nobody counts; these two are not among the objects.
    """

    workspace: str
    namespace: str
    goes: tuple[str, ...]
    stays: tuple[str, ...]
    nodes: int
    usd_per_hour: float | None
    price_date: str = ""
    objects: int = 0
    volumes: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    karpenter: tuple[str, ...] = ()
