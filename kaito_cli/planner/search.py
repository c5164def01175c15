"""The placement search: every VM size and every legal way to put the model on it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kaito_cli.model import Device, Hardware, Link, Rejection, Runtime, VmSize
from kaito_cli.planner.ask import Ask
from kaito_cli.planner.candidate import Candidate, Shape, admit
from kaito_cli.planner.refusal import refusal
from kaito_cli.sizing.legality import legal_ranks

MOST_NODES = 8
RUNNERS_UP = 5
MOST_SPANNING = 2
STAGES = (1, 2, 4, 8)  # pipeline stages within a node
LINK_RANK = {Link.NVLINK: 0, Link.NONE: 0, Link.PCIE: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``candidates`` hold what was asked, best first and one a VM size; ``rejected`` are the
    sizes that do not, cheapest first; ``misses`` their nearest attempts; ``dear`` are those
    that hold it and cost more than was asked, cheapest first. ``spanning`` cost less than the
    best, but one replica of theirs spans nodes."""

    candidates: tuple[Candidate, ...]
    rejected: tuple[Rejection, ...]
    misses: tuple[Candidate, ...]
    dear: tuple[Candidate, ...]
    spanning: tuple[Candidate, ...] = ()


def search(ask: Ask, hardware: Hardware) -> Found:
    """Rank the placements that hold the asked context and concurrency by price an hour.

    Ties: fewer nodes, NVLink before PCIe, newer. A replica spans nodes only when none fits on
    one; where that would be cheaper, ``spanning`` tells.
    """
    single = search_single_node(ask, hardware)
    best = single.candidates[0] if single.candidates else None
    if ask.request.pipeline_parallel == 1 or (best and best.placement.nodes == 1):
        return single
    several = _search(ask, hardware, nodes=tuple(range(2, MOST_NODES + 1)))
    if best is None:
        found = several if several.candidates else single
        return found if found.dear else replace(found, dear=several.dear)
    return replace(single, spanning=_cheaper(several.candidates, best))


def _cheaper(candidates: tuple[Candidate, ...], best: Candidate) -> tuple[Candidate, ...]:
    most = best.usd_per_hour or 0.0
    return tuple(each for each in candidates[:MOST_SPANNING] if (each.usd_per_hour or most) < most)


def search_single_node(ask: Ask, hardware: Hardware) -> Found:
    """The same for replicas that each live on one node."""
    return _search(ask, hardware, nodes=(1,))


def sizes_of(ask: Ask, hardware: Hardware) -> list[VmSize]:
    """The named size, or every plannable one, cheapest first."""
    named = ask.request.vm_size
    chosen = (
        [each for each in hardware.sizes if each.name == named]
        if named
        else [each for each in hardware.sizes if each.plannable]
    )
    return sorted(chosen, key=lambda each: price(ask, hardware, each) or 0.0)


def price(ask: Ask, hardware: Hardware, size: VmSize) -> float | None:
    return hardware.prices.of(size.name, ask.region)


def _search(ask: Ask, hardware: Hardware, nodes: tuple[int, ...]) -> Found:
    candidates: list[Candidate] = []
    rejected: list[Rejection] = []
    misses: list[Candidate] = []
    dear: list[Candidate] = []
    for size in sizes_of(ask, hardware):
        usd = price(ask, hardware, size)
        if _settled(candidates, usd, nodes):
            break
        device = hardware.devices[size.device]
        reason = refusal(ask, size, device, usd)
        best = None if reason else _best(ask, size, device, usd, nodes)
        if best and best.fits and _affordable(ask, best):
            candidates.append(best)
            continue
        if best:
            (dear if best.fits else misses).append(best)
        rejected.append(
            Rejection(vm_size=size.name, usd_per_hour=usd, reason=reason or _why(ask, best))
        )
    ranked = sorted(candidates, key=rank)
    return Found(
        candidates=tuple(ranked),
        rejected=tuple(rejected),
        misses=tuple(misses),
        dear=tuple(sorted(dear, key=rank)),
    )


def _settled(candidates: list[Candidate], usd: float | None, nodes: tuple[int, ...]) -> bool:
    """Whether dearer sizes can no longer enter the runners-up."""
    if usd is None or len(candidates) <= RUNNERS_UP:
        return False
    dearest = sorted(candidate.usd_per_hour or 0.0 for candidate in candidates)[RUNNERS_UP]
    return usd * nodes[0] > dearest


def _best(
    ask: Ask, size: VmSize, device: Device, usd: float | None, nodes: tuple[int, ...]
) -> Candidate | None:
    """The best placement on this size; the nearest miss when none fits; None: none is legal."""
    fitting: list[Candidate] = []
    nearest: Candidate | None = None
    for count in nodes:
        for shape in shapes(ask, size, count):
            tried = admit(ask, size, device, usd, shape)
            if tried is None:
                continue
            if tried.fits and _unbeatable(tried):
                return tried
            if tried.fits:
                fitting.append(tried)
            elif nearest is None or tried.missing_gib < nearest.missing_gib:
                nearest = tried
        if fitting:
            break
    return min(fitting, key=rank) if fitting else nearest


def _unbeatable(candidate: Candidate) -> bool:
    """Whether no other shape on this size ranks before it: one node, all GPUs, nothing fancy."""
    placement = candidate.placement
    plain = placement.pipeline_parallel == placement.data_parallel == placement.replicas == 1
    return plain and placement.nodes == 1 and placement.tensor_parallel == placement.gpus_per_node


def rank(candidate: Candidate) -> tuple[float, ...]:
    """Sort key: price, nodes, link, age, then the fewest idle GPUs and the plainest shape."""
    placement = candidate.placement
    return (
        candidate.usd_per_hour or 0.0,
        placement.nodes,
        LINK_RANK[placement.link],
        -candidate.device.compute_capability,
        placement.idle_gpus,
        placement.pipeline_parallel,
        placement.data_parallel,
        placement.replicas,
    )


def shapes(ask: Ask, size: VmSize, nodes: int) -> Iterator[Shape]:
    """Legal ways to spread one replica over ``nodes`` nodes of this size.

    Tensor parallel within a node, pipeline stages within a node too, data parallel over what
    is left; across nodes pipeline stages only. The transformers runtime only spreads layers.
    """
    request, gpus = ask.request, size.gpus or 0
    ranks = legal_ranks(ask.model, 1 if ask.runtime is Runtime.TRANSFORMERS else gpus)
    if request.tensor_parallel:
        ranks = tuple(each for each in ranks if each == request.tensor_parallel)
    for tp in reversed(ranks) if nodes == 1 else ranks[-1:]:
        for pp in _stages(ask, gpus // tp, nodes):
            for dp in _copies(ask, gpus * nodes // (tp * pp), nodes):
                yield Shape(tensor_parallel=tp, pipeline_parallel=pp, data_parallel=dp, nodes=nodes)


def _stages(ask: Ask, room: int, nodes: int) -> tuple[int, ...]:
    asked = ask.request.pipeline_parallel
    if nodes > 1:
        return (nodes,) if asked in (None, nodes) else ()
    if asked:
        return (asked,) if asked <= room else ()
    return tuple(each for each in STAGES if each <= room)


def _copies(ask: Ask, room: int, nodes: int) -> tuple[int, ...]:
    asked = ask.request.data_parallel
    if ask.runtime is Runtime.TRANSFORMERS:
        return (1,) if asked in (None, 1) and nodes == 1 else ()
    if asked:
        return (asked,) if asked <= room and nodes == 1 else ()
    return (1, room) if nodes == 1 and room > 1 else (1,)


def _affordable(ask: Ask, candidate: Candidate) -> bool:
    most = ask.request.max_cost_usd_per_hour
    return most is None or candidate.usd_per_hour is None or candidate.usd_per_hour <= most


def _why(ask: Ask, best: Candidate | None) -> str:
    if best is None:
        return f"no legal parallelism ({_illegal(ask)})"
    if best.fits:
        most = ask.request.max_cost_usd_per_hour
        return f"costs ${best.usd_per_hour:.2f} an hour, above --max-cost {most}"
    return best.reason


def _illegal(ask: Ask) -> str:
    request = ask.request
    asked = {
        "TP": request.tensor_parallel,
        "PP": request.pipeline_parallel,
        "DP": request.data_parallel,
    }
    named = " × ".join(f"{name} {value}" for name, value in asked.items() if value)
    return f"{named} asked" if named else "heads or layers do not divide"
