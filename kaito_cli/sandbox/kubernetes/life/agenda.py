"""What is to be looked at, now or later: the work queue of all controllers."""

import heapq
from collections import deque
from dataclasses import dataclass, field

Task = tuple[str, str, str]  # kind, namespace, name


@dataclass(slots=True)
class Agenda:
    """Each object is on it once at most; times are those of the store's clock."""

    _now: deque[Task] = field(default_factory=deque)
    _listed: set[Task] = field(default_factory=set)
    _later: list[tuple[float, Task]] = field(default_factory=list)
    _when: dict[Task, float] = field(default_factory=dict)

    def add(self, task: Task) -> None:
        """Look at it at the next occasion."""
        if task not in self._listed:
            self._listed.add(task)
            self._now.append(task)

    def add_at(self, when: float, task: Task) -> None:
        """Look at it then, or earlier when that is planned already."""
        if when < self._when.get(task, float("inf")):
            self._when[task] = when
            heapq.heappush(self._later, (when, task))

    def next(self, now: float) -> Task | None:
        """The next task that is due."""
        while self._later and self._later[0][0] <= now:
            when, task = heapq.heappop(self._later)
            if self._when.get(task) == when:
                del self._when[task]
                self.add(task)
        if not self._now:
            return None
        task = self._now.popleft()
        self._listed.discard(task)
        return task

    def due(self) -> float:
        """When the earliest task is due; infinite: nothing is planned."""
        if self._now:
            return float("-inf")
        while self._later and self._when.get(self._later[0][1]) != self._later[0][0]:
            heapq.heappop(self._later)
        return self._later[0][0] if self._later else float("inf")
