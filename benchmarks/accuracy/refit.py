"""An honest look at the constants: fit them on half of the models, judge on the other half."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.accuracy.pools import VERSION, Pool, constants_of, predicted, with_constants
from kaito_cli.catalog.engines import engines
from kaito_cli.model import Engine
from kaito_cli.planner.ask import engine_for

# A start that has seen none of the rows.
START = (20.0, 4.0, 0.2, 4.0, 0.2, 0.4, 1.5)
STEPS = (0.25, 0.1, 0.04, 0.015, 0.005)
ROUNDS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Refit:
    """Median and worst error, in percent, on the models the fit has not seen."""

    fitted_on: int
    judged_on: int
    constants: tuple[float, ...]
    median_percent: float
    worst_percent: float
    documented_median_percent: float
    documented_worst_percent: float


def halves(pools: Sequence[Pool]) -> tuple[list[Pool], list[Pool]]:
    """Whole models, every other one in the order of their names."""
    names = sorted({pool.model for pool in pools})
    first = set(names[::2])
    return [p for p in pools if p.model in first], [p for p in pools if p.model not in first]


def refit(seen: Sequence[Pool], unseen: Sequence[Pool]) -> Refit:
    """Fit on ``seen`` by coordinate descent, judge on ``unseen`` beside the documented ones."""
    engine = engine_for(VERSION, engines())[0]
    constants = _descend(engine, seen)
    own = _errors(with_constants(engine, constants), unseen)
    documented = _errors(with_constants(engine, constants_of(engine)), unseen)
    return Refit(
        fitted_on=len(seen),
        judged_on=len(unseen),
        constants=constants,
        median_percent=median(own),
        worst_percent=max(own),
        documented_median_percent=median(documented),
        documented_worst_percent=max(documented),
    )


def _descend(engine: Engine, seen: Sequence[Pool]) -> tuple[float, ...]:
    best: tuple[float, ...] = START
    loss = _loss(engine, best, seen)
    for step in STEPS:
        for _ in range(ROUNDS):
            before = loss
            best, loss = _sweep(engine, seen, best, loss, step)
            if loss >= before:
                break
    return best


def _sweep(
    engine: Engine, seen: Sequence[Pool], best: tuple[float, ...], loss: float, step: float
) -> tuple[tuple[float, ...], float]:
    for index in range(len(best)):
        for factor in (1 + step, 1 - step):
            tried = (*best[:index], best[index] * factor, *best[index + 1 :])
            found = _loss(engine, tried, seen)
            if found < loss:
                best, loss = tried, found
    return best, loss


def _loss(engine: Engine, constants: tuple[float, ...], pools: Sequence[Pool]) -> float:
    changed = with_constants(engine, constants)
    return sum((predicted(pool, changed) - pool.measured_gib) ** 2 for pool in pools)


def _errors(engine: Engine, pools: Sequence[Pool]) -> list[float]:
    return [pool.error(predicted(pool, engine)) for pool in pools]
