"""One container on its way: waiting, pulled, running, ended, started again."""

from dataclasses import dataclass
from enum import StrEnum

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.behaviour import SERVES, Behaviour
from kaito_cli.sandbox.kubernetes.store import stamp

# kubelet: back-off of restarts and of pulls, doubled each time (MaxContainerBackOff 300 s)
_FIRST_BACKOFF_SECONDS = 10.0
_LONGEST_BACKOFF_SECONDS = 300.0
RUNTIME_ID = "containerd://"


class Step(StrEnum):
    WAITING = "waiting"
    PULLING = "pulling"
    RUNNING = "running"
    ENDED = "ended"
    BACKING_OFF = "backing off"


@dataclass(slots=True, kw_only=True)
class Ending:
    """How a run ended, in clock seconds."""

    code: int
    reason: str
    message: str
    started: float
    ended: float

    def shown(self, container_id: str) -> Manifest:
        found = {
            "exitCode": self.code,
            "reason": self.reason,
            "startedAt": stamp(self.started),
            "finishedAt": stamp(self.ended),
            "containerID": container_id,
        }
        return found | ({"message": self.message} if self.message else {})


@dataclass(slots=True, kw_only=True)
class ContainerRun:
    """``since``: when the present step began, in clock seconds; ``due``: when it ends, None: not
    by itself."""

    spec: Manifest
    step: Step = Step.WAITING
    reason: str = "ContainerCreating"
    message: str = ""
    since: float = 0.0
    due: float | None = None
    restarts: int = 0
    failed_pulls: int = 0
    behaviour: Behaviour = SERVES
    ready: bool = False
    started: bool = False
    written: int = 0
    ending: Ending | None = None
    last: Ending | None = None

    @property
    def name(self) -> str:
        return str(self.spec["name"])

    @property
    def running(self) -> bool:
        return self.step is Step.RUNNING

    @property
    def succeeded(self) -> bool:
        return self.step is Step.ENDED and self.ending is not None and self.ending.code == 0

    def wait(self, now: float, reason: str, message: str = "") -> None:
        """Wait for a reason that the status tells."""
        self.step, self.reason, self.message, self.since = Step.WAITING, reason, message, now

    def begin(self, now: float, behaviour: Behaviour) -> None:
        self.step, self.since, self.behaviour = Step.RUNNING, now, behaviour
        self.due, self.written, self.ending = None, 0, None
        self.ready = self.started = False

    def end(self, now: float, code: int, reason: str, message: str = "") -> None:
        self.ending = Ending(
            code=code, reason=reason, message=message, started=self.since, ended=now
        )
        self.step, self.since, self.due = Step.ENDED, now, None
        self.ready = self.started = False

    def restart_backoff(self) -> float:
        """Simulated seconds until the next start: none the first time."""
        if self.restarts == 0:
            return 0.0
        doubled = _FIRST_BACKOFF_SECONDS * 2.0 ** (self.restarts - 1)
        return min(doubled, _LONGEST_BACKOFF_SECONDS)

    def pull_backoff(self) -> float:
        doubled = _FIRST_BACKOFF_SECONDS * 2.0 ** max(0, self.failed_pulls - 1)
        return min(doubled, _LONGEST_BACKOFF_SECONDS)

    def shown(self, uid: str) -> Manifest:
        """Its containerStatus."""
        identity = f"{RUNTIME_ID}{uid.replace('-', '')}{self.restarts:08x}{len(self.name):024x}"
        begun = self.step in (Step.RUNNING, Step.ENDED) or self.last is not None
        found: Manifest = {
            "name": self.name,
            "image": self.spec["image"],
            "imageID": f"{self.spec['image'].partition('@')[0]}@sha256:{0:064x}" if begun else "",
            "ready": self.ready,
            "started": self.started,
            "restartCount": self.restarts,
            "state": self._state(identity),
            "lastState": {"terminated": self.last.shown(identity)} if self.last else {},
        }
        return found | ({"containerID": identity} if begun else {})

    def _state(self, identity: str) -> Manifest:
        if self.step is Step.RUNNING:
            return {"running": {"startedAt": stamp(self.since)}}
        if self.step is Step.ENDED and self.ending:
            return {"terminated": self.ending.shown(identity)}
        waiting = {"reason": self.reason} | ({"message": self.message} if self.message else {})
        return {"waiting": waiting}
