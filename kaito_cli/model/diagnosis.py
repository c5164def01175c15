"""What went wrong, by what a log, an event or an error says; and what there is to compare with."""

from dataclasses import dataclass, field
from enum import StrEnum

HEALTHY = "healthy"
UNKNOWN = "unknown"


class Rank(StrEnum):
    """How much a matching line says of the cause, most first. ROOT: this is it. GENERAL: this,
    unless something more exact is there. CONSEQUENCE: often follows from something else.
    TRAILER: says only that something failed. BENIGN: a warning to pass over. RUNNING: a sign of
    work. READY: a sign that it is up, so that what stands above is past."""

    ROOT = "root"
    GENERAL = "general"
    CONSEQUENCE = "consequence"
    TRAILER = "trailer"
    BENIGN = "benign"
    RUNNING = "running"
    READY = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One message as somebody met it, and where: `owner/repository#number` or a document."""

    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One way in which a failure shows. Several may have the same ``cause``.

    A line shows it when one of ``match`` finds something in it and none of ``unless`` does; where
    ``near`` is given, one of those finds something close by; and nowhere does one of ``absent``.
    Patterns are regular expressions without regard to case; their named groups are the figures
    that ``fix`` names in braces. ``over`` are causes that go without saying when this one is there.
    ``even_as_warning``: it counts also where its line calls itself a warning and work goes on.
    ``settles``: causes that are past where a line like this follows. ``passes``: it may pass
    without anybody's doing.
    """

    cause: str
    says: str
    match: tuple[str, ...]
    fix: str
    rank: Rank = Rank.ROOT
    unless: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    even_as_warning: bool = False
    settles: tuple[str, ...] = ()
    passes: bool = False
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """``cause`` is a code, `healthy` and `unknown` among them; ``evidence`` are lines of what was
    read; ``fix`` is a command or flag; ``also`` are other causes it shows signs of; ``passes``:
    it may mend itself, so that waiting is not in vain."""

    cause: str
    message: str
    evidence: tuple[str, ...] = ()
    fix: str = ""
    also: tuple[str, ...] = ()
    passes: bool = False
    figures: dict[str, str] = field(default_factory=dict)


class Stage(StrEnum):
    """How far an engine has come."""

    STARTING = "starting"
    DOWNLOADING = "downloading"
    LOADING = "loading"
    COMPILING = "compiling"
    PROFILING = "profiling"
    CAPTURING = "capturing"
    READY = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineProgress:
    """The last stage that a log shows, in its own words. ``fraction`` (0–1) is how much of the
    stage is done; it and ``bytes_per_second`` are None where the log does not say."""

    stage: Stage
    message: str
    fraction: float | None = None
    bytes_per_second: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """One object, judged. ``done``: nothing is left to wait for. Not ``ok``: it will never be
    ready as it is. ``message`` quotes the cluster; ``diagnosis`` says why not."""

    done: bool
    ok: bool
    message: str
    diagnosis: Diagnosis | None = None

    @property
    def cause(self) -> str:
        return self.diagnosis.cause if self.diagnosis else ""
