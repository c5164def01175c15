"""Jobs: pods until enough of them have succeeded or too many have failed."""

from kaito_cli.sandbox.kubernetes.collect import delete
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life import pods
from kaito_cli.sandbox.kubernetes.life.context import Context, condition, holds

SOURCE = "job-controller"


def reconcile_job(context: Context, job: Manifest) -> None:
    """Pods, counts, and the end."""
    if job["metadata"].get("deletionTimestamp"):
        return
    if holds(job, "Complete") or holds(job, "Failed"):
        _expire(context, job)
        return
    there = pods.owned(context, job)
    done = [each for each in there if pods.phase(each) == "Succeeded"]
    failed = [each for each in there if pods.phase(each) == "Failed"]
    if job["spec"].get("suspend"):
        _finish_pods(context, job, pods.active(there))
        _report(context, job, done, failed, "Suspended", "JobSuspended", "Job suspended")
        return
    verdict = _verdict(context, job, done, failed)
    if verdict:
        _finish_pods(context, job, pods.active(there))
        _report(context, job, done, failed, *verdict)
        context.event(
            job, _told(verdict), verdict[2], warning=verdict[0] == "Failed", source=SOURCE
        )
        return
    _keep_running(context, job, there, done)
    _report(context, job, done, failed)


def _told(verdict: tuple[str, str, str]) -> str:
    return "Completed" if verdict[0] == "Complete" else verdict[1]


def _verdict(
    context: Context, job: Manifest, done: list[Manifest], failed: list[Manifest]
) -> tuple[str, str, str] | None:
    """Condition, reason and message of a job that is over."""
    spec = job["spec"]
    if len(done) >= spec.get("completions", 1):
        return "Complete", "CompletionsReached", "Reached expected number of succeeded pods"
    if len(failed) + _restarts(context, job) > spec["backoffLimit"]:
        return "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit"
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is None:
        return None
    left = deadline - context.since((job.get("status") or {}).get("startTime"))
    if left <= 0:
        return "Failed", "DeadlineExceeded", "Job was active longer than specified deadline"
    context.later(left, job)
    return None


def _restarts(context: Context, job: Manifest) -> int:
    """With OnFailure the containers' restarts count as failures."""
    return sum(
        status.get("restartCount", 0)
        for pod in pods.owned(context, job)
        for status in (pod.get("status") or {}).get("containerStatuses", ())
        if pods.phase(pod) in ("Pending", "Running")
    )


def _finish_pods(context: Context, job: Manifest, running: list[Manifest]) -> None:
    for each in running:
        pods.stop(context, job, each, SOURCE)


def _keep_running(
    context: Context, job: Manifest, there: list[Manifest], done: list[Manifest]
) -> None:
    spec = job["spec"]
    running = pods.active(there)
    missing = spec.get("completions", 1) - len(done)
    wanted = min(spec["parallelism"], max(0, missing))
    taken = {_index(each) for each in [*running, *done]}
    for _ in range(wanted - len(running)):
        pod = pods.from_template(job)
        if spec["completionMode"] == "Indexed":
            free = next(index for index in range(spec["completions"]) if index not in taken)
            taken.add(free)
            name = "batch.kubernetes.io/job-completion-index"
            pod["metadata"].setdefault("annotations", {})[name] = str(free)
        pods.start(context, job, pod, SOURCE)


def _index(pod: Manifest) -> int:
    annotations = pod["metadata"].get("annotations") or {}
    return int(annotations.get("batch.kubernetes.io/job-completion-index", "-1"))


def _report(
    context: Context,
    job: Manifest,
    done: list[Manifest],
    failed: list[Manifest],
    kind: str = "",
    reason: str = "",
    message: str = "",
) -> None:
    old = job.get("status") or {}
    there = pods.active(pods.owned(context, job))
    conditions = list(old.get("conditions", []))
    if kind:
        conditions = condition(conditions, kind, True, reason, message, context.store.time)
    counts = {
        "active": 0 if kind in ("Complete", "Failed") else len(there),
        "ready": len(pods.ready(there)),
        "succeeded": len(done),
        "failed": len(failed),
        "terminating": 0,
    }
    status: Manifest = {
        "startTime": old.get("startTime", context.store.time),
        **{name: each for name, each in counts.items() if each or name in ("ready", "terminating")},
    }
    if conditions:
        status["conditions"] = conditions
    if kind == "Complete":
        status["completionTime"] = context.store.time
    context.set_status(job, status)


def _expire(context: Context, job: Manifest) -> None:
    """ttlSecondsAfterFinished."""
    ttl = job["spec"].get("ttlSecondsAfterFinished")
    if ttl is None:
        return
    ended = [each for each in job["status"]["conditions"] if each["status"] == "True"]
    left = ttl - context.since(ended[-1]["lastTransitionTime"])
    if left > 0:
        context.later(left, job)
    else:
        delete(context.store, context.resource("batch", "jobs"), job)
