"""Moves one container as far as the time allows: pulls, starts, probes, restarts."""

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.container import ContainerRun, Step
from kaito_cli.sandbox.kubernetes.life.context import Context
from kaito_cli.sandbox.kubernetes.life.needs import missing_for_environment
from kaito_cli.sandbox.kubernetes.life.probes import Probes

KUBELET = "kubelet"
_CONFIG_RETRY_SECONDS = 10.0
_NOTICED_SECONDS = 2.0  # ErrImagePull shows until the kubelet's next look, then the back-off
_KILLED = 137  # 128 + SIGKILL


def advance(context: Context, pod: Manifest, run: ContainerRun, policy: str) -> None:
    """All steps that are due; the time of the next one is in ``run.due``. ``policy``: Always,
    OnFailure or Never."""
    while True:
        before = run.step, run.since, run.reason
        _STEPS[run.step](context, pod, run, policy)
        if before == (run.step, run.since, run.reason):
            return


def _tell(
    context: Context, pod: Manifest, run: ContainerRun, reason: str, text: str, bad: bool = False
) -> None:
    kind = "containers" if run.spec in pod["spec"]["containers"] else "initContainers"
    path = f"spec.{kind}{{{run.name}}}"
    context.event(pod, reason, text, warning=bad, source=KUBELET, field_path=path)


def _waiting(context: Context, pod: Manifest, run: ContainerRun, policy: str) -> None:
    node, image = pod["spec"]["nodeName"], run.spec["image"]
    run.due = None
    if (node, image) in context.images:
        _create(context, pod, run)
        return
    behaviour = context.scripts.behaviour(pod, run.spec, run.restarts)
    _tell(context, pod, run, "Pulling", f'Pulling image "{image}"')
    run.step, run.since, run.behaviour = Step.PULLING, context.now, behaviour
    if not run.failed_pulls:
        run.reason, run.message = "ContainerCreating", ""
    run.due = context.now + context.span(behaviour.pull_seconds)


def _pulling(context: Context, pod: Manifest, run: ContainerRun, policy: str) -> None:
    image = run.spec["image"]
    if run.due is not None and context.now < run.due:
        return
    if run.behaviour.pull_error:
        _pull_failed(context, pod, run)
        return
    seconds = f"{run.behaviour.pull_seconds:g}s"
    text = f'Successfully pulled image "{image}" in {seconds} ({seconds} including waiting).'
    _tell(context, pod, run, "Pulled", text)
    context.images.add((pod["spec"]["nodeName"], image))
    _create(context, pod, run)


def _pull_failed(context: Context, pod: Manifest, run: ContainerRun) -> None:
    image = run.spec["image"]
    text = f'Failed to pull image "{image}": {run.behaviour.pull_error}'
    run.failed_pulls += 1
    _tell(context, pod, run, "Failed", text, bad=True)
    _tell(context, pod, run, "Failed", "Error: ErrImagePull", bad=True)
    run.step, run.since = Step.BACKING_OFF, context.now
    run.reason, run.message = "ErrImagePull", run.behaviour.pull_error
    run.due = context.now + context.span(_NOTICED_SECONDS)


def _create(context: Context, pod: Manifest, run: ContainerRun) -> None:
    missing = missing_for_environment(context, pod, run.spec)
    if missing:
        _tell(context, pod, run, "Failed", f"Error: {missing}", bad=True)
        if (run.step, run.reason) != (Step.WAITING, "CreateContainerConfigError"):
            run.wait(context.now, "CreateContainerConfigError", missing)
        run.message = missing
        run.due = context.now + context.span(_CONFIG_RETRY_SECONDS)
        return
    _tell(context, pod, run, "Created", f"Created container: {run.name}")
    _tell(context, pod, run, "Started", f"Started container {run.name}")
    run.begin(context.now, context.scripts.behaviour(pod, run.spec, run.restarts))
    context.state.logs.start(pod["metadata"]["uid"], run.name)


def _running(context: Context, pod: Manifest, run: ContainerRun, policy: str) -> None:
    probes = Probes(run=run, age=(context.now - run.since) * context.speed)
    _write(context, pod, run, probes.age)
    killed = probes.killed()
    if killed:
        _tell(context, pod, run, "Unhealthy", killed.unhealthy, bad=True)
        _tell(context, pod, run, "Killing", killed.killing)
        _end(context, pod, run, _KILLED, "Error", "")
        return
    ends = run.behaviour.exit_seconds
    if ends is not None and probes.age >= ends:
        behaviour = run.behaviour
        _end(context, pod, run, behaviour.exit_code, behaviour.ending, behaviour.exit_message)
        return
    run.started, run.ready = probes.started(), probes.ready()
    waits = probes.waits()
    if waits:
        _tell(context, pod, run, "Unhealthy", waits, bad=True)
    nearest = probes.next_seconds()
    run.due = run.since + context.span(nearest) if nearest is not None else None


def _write(context: Context, pod: Manifest, run: ContainerRun, age: float) -> None:
    """The lines that are due, each at its own time."""
    lines = run.behaviour.log
    while run.written < len(lines) and lines[run.written][0] <= age:
        seconds, text = lines[run.written]
        when = run.since + context.span(seconds)
        context.state.logs.write(pod["metadata"]["uid"], run.name, text, at=when)
        run.written += 1


def _end(
    context: Context, pod: Manifest, run: ContainerRun, code: int, reason: str, message: str
) -> None:
    run.end(context.now, code, reason, message)
    context.state.logs.end(pod["metadata"]["uid"], run.name)


def _ended(context: Context, pod: Manifest, run: ContainerRun, policy: str) -> None:
    if run.ending is None or policy == "Never" or (policy == "OnFailure" and run.succeeded):
        return
    wait = run.restart_backoff()
    run.last, run.restarts = run.ending, run.restarts + 1
    if not wait:
        run.wait(context.now, "ContainerCreating")
        return
    run.step, run.since = Step.BACKING_OFF, context.now
    run.reason = "CrashLoopBackOff"
    where = f"{pod['metadata']['name']}_{pod['metadata']['namespace']}({pod['metadata']['uid']})"
    words = f"back-off {_go(wait)} restarting failed container={run.name} pod={where}"
    run.message, run.due = words, context.now + context.span(wait)
    text = f"Back-off restarting failed container {run.name} in pod {where}"
    _tell(context, pod, run, "BackOff", text, bad=True)


def _go(seconds: float) -> str:
    """A duration as Go prints it."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def _backing_off(context: Context, pod: Manifest, run: ContainerRun, policy: str) -> None:
    if run.due is None or context.now < run.due:
        return
    if run.reason == "ErrImagePull":
        image = run.spec["image"]
        run.reason, run.message = "ImagePullBackOff", f'Back-off pulling image "{image}"'
        _tell(context, pod, run, "BackOff", run.message)
        _tell(context, pod, run, "Failed", "Error: ImagePullBackOff", bad=True)
        run.due = context.now + context.span(run.pull_backoff())
        return
    run.wait(context.now, run.reason, run.message)


_STEPS = {
    Step.WAITING: _waiting,
    Step.PULLING: _pulling,
    Step.RUNNING: _running,
    Step.ENDED: _ended,
    Step.BACKING_OFF: _backing_off,
}
