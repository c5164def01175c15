"""`make bench`: how fast kaito plans. CPU seconds, and ratios within one run."""

import time
from collections.abc import Callable

from kaito_cli.catalog.engines import engines
from kaito_cli.catalog.gpus import hardware
from kaito_cli.catalog.models import preset, presets
from kaito_cli.errors import KaitoError
from kaito_cli.model import Request
from kaito_cli.planner import make_plan

ROUNDS = 5
LIMIT_SECONDS = 1.0


def plan_everything() -> int:
    """Plan every preset over every plannable size; how many fit."""
    found = 0
    for name, model in presets().items():
        try:
            make_plan(Request(model=name), model, hardware(), engines())
            found += 1
        except KaitoError:
            continue
    return found


def plan_one() -> None:
    make_plan(Request(model="falcon-7b"), preset("falcon-7b"), hardware(), engines())


def cpu_seconds(work: Callable[[], object]) -> float:
    """The median of some rounds, in seconds of this process's CPU."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return sorted(taken)[ROUNDS // 2]


def main() -> None:
    start = time.process_time()
    count = len(presets())
    hardware(), engines()
    read = time.process_time() - start
    fitting = plan_everything()
    everything, one = cpu_seconds(plan_everything), cpu_seconds(plan_one)
    print(f"presets {count}, with a placement in eastus2 at the defaults: {fitting}")
    print(f"reading all data, cold     {read:8.3f} s of CPU")
    print(f"planning every preset      {everything:8.3f} s of CPU (limit {LIMIT_SECONDS})")
    print(f"planning falcon-7b         {one:8.4f} s of CPU")
    print(f"every preset / falcon-7b   {everything / one:8.1f}")


if __name__ == "__main__":
    main()
