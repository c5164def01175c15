"""What an operation tells while it works."""

from dataclasses import dataclass
from enum import StrEnum


class Progress(StrEnum):
    """WAITING: look again later. STEP: something was done or decided. DONE: nothing is left.
    FAILED: this one will not be, others go on."""

    WAITING = "waiting"
    STEP = "step"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """``subject`` names the thing, as in `node pool kfalcoa1b2c3`; ``retry_after_seconds`` is
    when it is worth looking again, None: whenever the driver likes, 0: there is more to tell now.
    ``fraction`` (0–1) and ``bytes_per_second`` are how far and how fast a download goes, None
    where that is not known. ``goes_on``: what it waits for comes about without kaito, so whoever
    does not want to wait may leave."""

    subject: str
    progress: Progress
    message: str
    retry_after_seconds: float | None = None
    fraction: float | None = None
    bytes_per_second: float | None = None
    goes_on: bool = False
