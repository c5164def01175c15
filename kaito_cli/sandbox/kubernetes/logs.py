"""What containers wrote, and the log subresource that reads it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.problem import bad_request
from kaito_cli.sandbox.kubernetes.store import Store, seconds_of, stamp
from kaito_cli.sandbox.kubernetes.watching import Stop
from kaito_cli.sandbox.kubernetes.wire import Answer, Request

_LOOK_SECONDS = 0.5


@dataclass(slots=True)
class Log:
    """One run of a container: lines with their time, and whether it has ended."""

    lines: list[tuple[float, str]] = field(default_factory=list)
    ended: bool = False


class Logs:
    """All logs, by uid of the pod and container; the last run and the one before it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._runs: dict[tuple[str, str], list[Log]] = {}

    def start(self, uid: str, container: str) -> Log:
        """A run begins; what ran before it is `previous` now."""
        with self._store.lock:
            runs = self._runs.setdefault((uid, container), [])
            runs.append(Log())
            del runs[:-2]
            return runs[-1]

    def write(self, uid: str, container: str, *lines: str, at: float | None = None) -> None:
        """More of the current run; starts one where there is none."""
        with self._store.lock:
            log = self.current(uid, container) or self.start(uid, container)
            when = self._store.now() if at is None else at
            log.lines += [(when, line) for line in lines]
            self._store.lock.notify_all()

    def end(self, uid: str, container: str) -> None:
        with self._store.lock:
            log = self.current(uid, container)
            if log:
                log.ended = True
            self._store.lock.notify_all()

    def current(self, uid: str, container: str) -> Log | None:
        runs = self._runs.get((uid, container))
        return runs[-1] if runs else None

    def previous(self, uid: str, container: str) -> Log | None:
        runs = self._runs.get((uid, container), [])
        return runs[-2] if len(runs) > 1 else None

    def forget(self, uid: str) -> None:
        """The pod is gone."""
        with self._store.lock:
            for key in [key for key in self._runs if key[0] == uid]:
                for log in self._runs.pop(key):
                    log.ended = True
            self._store.lock.notify_all()


def log_of(store: Store, logs: Logs, pod: Manifest, request: Request, stopped: Stop) -> Answer:
    """GET of a pod's log: plain text, as it comes with follow=true."""
    container = _container(pod, request.query.get("container", ""))
    name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
    if request.flag("previous"):
        log = logs.previous(uid, container)
        if log is None:
            raise bad_request(
                f'previous terminated container "{container}" in pod "{name}" not found'
            )
    else:
        log = logs.current(uid, container)
        if log is None:
            raise bad_request(_not_started(pod, container))
    lines = _Lines(store=store, log=log, request=request, stopped=stopped)
    if request.flag("follow") and not log.ended:
        return Answer(stream=lines.followed(), media="text/plain")
    return Answer(body=lines.whole(), media="text/plain")


def _container(pod: Manifest, asked: str) -> str:
    name = pod["metadata"]["name"]
    containers = [each["name"] for each in pod["spec"]["containers"]]
    first = [each["name"] for each in pod["spec"].get("initContainers", ())]
    if asked and asked not in containers + first:
        raise bad_request(f"container {asked} is not valid for pod {name}")
    if asked:
        return asked
    default = (pod["metadata"].get("annotations") or {}).get(
        "kubectl.kubernetes.io/default-container"
    )
    if len(containers) > 1 and not default:
        choices = " ".join(containers)
        raise bad_request(
            f"a container name must be specified for pod {name}, choose one of: [{choices}]"
        )
    return str(default or containers[0])


def _not_started(pod: Manifest, container: str) -> str:
    name, status = pod["metadata"]["name"], pod.get("status") or {}
    states = status.get("containerStatuses") or []
    state: Manifest = next((each["state"] for each in states if each["name"] == container), {})
    reason = (state.get("waiting") or {}).get("reason", "")
    if not reason:
        return f"pod {name} does not have a host assigned"
    if reason in ("ErrImagePull", "ImagePullBackOff"):
        why = "trying and failing to pull image"
        return f'container "{container}" in pod "{name}" is waiting to start: {why}'
    return f'container "{container}" in pod "{name}" is waiting to start: {reason}'


@dataclass(slots=True, kw_only=True)
class _Lines:
    store: Store
    log: Log
    request: Request
    stopped: Stop

    def whole(self) -> bytes:
        text = b"".join(self._text(each) for each in self._chosen(self.log.lines))
        limit = self.request.number("limitBytes")
        return text[:limit] if limit else text

    def followed(self) -> Iterator[bytes]:
        with self.store.lock:
            seen = len(self.log.lines)
            chosen = self._chosen(self.log.lines)
        yield b"".join(map(self._text, chosen))
        while not self.stopped.done:
            with self.store.lock:
                if seen == len(self.log.lines):
                    if self.log.ended:
                        return
                    self.store.lock.wait(_LOOK_SECONDS)
                more, seen = self.log.lines[seen:], len(self.log.lines)
            yield b"".join(map(self._text, more))

    def _chosen(self, lines: list[tuple[float, str]]) -> list[tuple[float, str]]:
        seconds, tail = self.request.number("sinceSeconds"), self.request.number("tailLines")
        since = self.request.query.get("sinceTime", "")
        after = seconds_of(since) if since else float("-inf")
        if seconds is not None:
            after = max(after, self.store.now() - seconds)
        found = [each for each in lines if each[0] >= after]
        return found if tail is None else found[len(found) - min(tail, len(found)) :]

    def _text(self, line: tuple[float, str]) -> bytes:
        when, text = line
        if self.request.flag("timestamps"):
            fraction = f"{when % 1:.9f}"[1:]
            text = f"{stamp(when)[:-1]}{fraction}Z {text}"
        return text.encode() + b"\n"
