"""What probes make of a container's behaviour."""

from dataclasses import dataclass

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.container import ContainerRun

_NEVER = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """The two messages of a probe that has failed too often."""

    unhealthy: str
    killing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """``age``: simulated seconds since the container started."""

    run: ContainerRun
    age: float

    def _probe(self, name: str) -> Manifest:
        found: Manifest = self.run.spec.get(f"{name}Probe") or {}
        return found

    @property
    def _answers(self) -> float:
        seconds = self.run.behaviour.ready_seconds
        return _NEVER if seconds is None else seconds

    def started(self) -> bool:
        return not self._probe("startup") or self.age >= self._answers

    def ready(self) -> bool:
        """Without a readiness probe a container is ready as soon as it has started."""
        sick = self.run.behaviour.unhealthy_seconds
        if not self._probe("readiness"):
            return self.started()
        return self._answers <= self.age < (_NEVER if sick is None else sick)

    def _startup_limit(self) -> float:
        return _limit(self._probe("startup")) if self._probe("startup") else _NEVER

    def _liveness_limit(self) -> float:
        """When the liveness probe has failed too often: from the first second that it may
        look, or from the moment the container falls ill."""
        probe, sick = self._probe("liveness"), self.run.behaviour.unhealthy_seconds
        if not probe:
            return _NEVER
        if sick is not None and self._answers < _NEVER:
            return sick + _failing(probe)
        if not self._probe("startup") and self._answers > _limit(probe):
            return _limit(probe)
        return _NEVER

    def killed(self) -> Killed | None:
        """Which probe kills it now."""
        if self._answers > self._startup_limit() <= self.age:
            return self._killed("Startup", "startup")
        if self._liveness_limit() <= self.age:
            return self._killed("Liveness", "liveness")
        return None

    def _killed(self, word: str, name: str) -> Killed:
        return Killed(
            unhealthy=self._refused(word, name),
            killing=f"Container {self.run.name} failed {name} probe, will be restarted",
        )

    def _refused(self, word: str, name: str) -> str:
        check = self._probe(name).get("httpGet")
        if not check:
            return f"{word} probe failed: "
        where = f"http://10.244.0.4:{check.get('port')}{check.get('path', '/')}"
        return f'{word} probe failed: Get "{where}": dial tcp: connect: connection refused'

    def waits(self) -> str:
        """The message of a probe that fails for now; empty: none does."""
        for word, name in (("Startup", "startup"), ("Readiness", "readiness")):
            probe = self._probe(name)
            late = self.age >= (
                probe.get("initialDelaySeconds", 0) + probe.get("periodSeconds", 10)
            )
            if probe and late and not (self.started() if name == "startup" else self.ready()):
                return self._refused(word, name)
        return ""

    def next_seconds(self) -> float | None:
        """The age at which something changes next."""
        behaviour = self.run.behaviour
        lines = behaviour.log[self.run.written : self.run.written + 1]
        moments = [
            *(seconds for seconds, _ in lines),
            self._answers,
            self._startup_limit() if self._answers > self._startup_limit() else _NEVER,
            self._liveness_limit(),
            _NEVER if behaviour.exit_seconds is None else behaviour.exit_seconds,
            _NEVER if behaviour.unhealthy_seconds is None else behaviour.unhealthy_seconds,
        ]
        ahead = [each for each in moments if self.age < each < _NEVER]
        return min(ahead, default=None)


def _failing(probe: Manifest) -> float:
    return float(probe.get("periodSeconds", 10) * probe.get("failureThreshold", 3))


def _limit(probe: Manifest) -> float:
    return float(probe.get("initialDelaySeconds", 0)) + _failing(probe)
