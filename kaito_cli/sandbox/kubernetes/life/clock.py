"""A clock that stands until it is told to go on."""

from dataclasses import dataclass

from kaito_cli.sandbox.kubernetes.life.simulation import Simulation


@dataclass(slots=True)
class StandingClock:
    """The store's clock in tests; begins at 2026-01-01."""

    seconds: float = 1767225600.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, simulation: Simulation, seconds: float) -> None:
        """Let clock seconds pass: everything happens at its time, in no time."""
        end = self.seconds + seconds
        simulation.settle()
        while (due := simulation.next_due()) <= end:
            self.seconds = max(self.seconds, due)
            simulation.settle()
        self.seconds = end
        simulation.settle()
