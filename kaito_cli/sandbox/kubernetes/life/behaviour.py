"""What containers do: how long they pull, what they write, when they are ready, how they end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One run of a container. Seconds count from its start.

    ``log``: (seconds, line). ``ready_seconds``: from then on it answers its probes, None: never.
    ``exit_seconds``: when it ends by itself, with ``exit_code`` and, where the code does not say
    enough, ``exit_reason`` such as `OOMKilled`. ``unhealthy_seconds``: from then on its probes
    fail again. ``pull_error``: the runtime's words; it never starts. ``stop_seconds``: how long
    it takes to end when it is told to.
    """

    pull_seconds: float = 20
    pull_error: str = ""
    log: tuple[tuple[float, str], ...] = ()
    ready_seconds: float | None = 5
    unhealthy_seconds: float | None = None
    exit_seconds: float | None = None
    exit_code: int = 0
    exit_reason: str = ""
    exit_message: str = ""
    stop_seconds: float = 1

    @property
    def ending(self) -> str:
        """The reason of its end."""
        return self.exit_reason or ("Error" if self.exit_code else "Completed")


SERVES = Behaviour()
FINISHES = Behaviour(ready_seconds=0, exit_seconds=10)
# asked at each start of a container: pod, container, restarts so far
Behave = Callable[[Manifest, Manifest, int], Behaviour | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A behaviour for the containers of pods with these labels; empty: any."""

    behaviour: Behaviour
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace: str = ""
    container: str = ""
    image: str = ""
    restarts_from: int = 0
    restarts_to: int | None = None

    def meets(self, pod: Manifest, container: Manifest, restarts: int) -> bool:
        labels = pod["metadata"].get("labels") or {}
        last = restarts if self.restarts_to is None else self.restarts_to
        return (
            all(labels.get(name) == value for name, value in self.labels.items())
            and self.namespace in ("", pod["metadata"]["namespace"])
            and self.container in ("", container["name"])
            and self.image in container.get("image", "")
            and self.restarts_from <= restarts <= last
        )


@dataclass(slots=True)
class Scripts:
    """Who does what; the cue that was given last comes first. ``otherwise`` is asked after the
    cues and may answer None."""

    cues: list[Cue] = field(default_factory=list)
    otherwise: Behave | None = None

    def cue(
        self,
        behaviour: Behaviour,
        labels: Mapping[str, str] | None = None,
        *,
        namespace: str = "",
        container: str = "",
        image: str = "",
        restarts_from: int = 0,
        restarts_to: int | None = None,
    ) -> Cue:
        """From now on; the cue, to be taken out of ``cues`` again."""
        found = Cue(
            behaviour=behaviour,
            labels=labels or {},
            namespace=namespace,
            container=container,
            image=image,
            restarts_from=restarts_from,
            restarts_to=restarts_to,
        )
        self.cues.insert(0, found)
        return found

    def behaviour(self, pod: Manifest, container: Manifest, restarts: int) -> Behaviour:
        """What a container does this time."""
        for each in self.cues:
            if each.meets(pod, container, restarts):
                return each.behaviour
        found = self.otherwise(pod, container, restarts) if self.otherwise else None
        ends = pod["spec"].get("restartPolicy") != "Always"
        return found or (FINISHES if ends else SERVES)
