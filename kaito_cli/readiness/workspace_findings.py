"""What is wrong with workspaces, and the command that says more; one workspace's diagnosis."""

from collections.abc import Iterable

from kaito_cli.model import (
    HEALTHY,
    UNKNOWN,
    Check,
    Diagnosis,
    Finding,
    Phase,
    PoolState,
    Status,
    Verdict,
)

_WELL = (Phase.READY, Phase.PROGRESSING, Phase.STOPPED, Phase.DELETING)
_VERDICTS = {
    Phase.FAILED: Verdict.BLOCKED,
    Phase.DEGRADED: Verdict.WARNING,
    Phase.UNKNOWN: Verdict.UNKNOWN,
}


def workspace_findings(statuses: Iterable[Status]) -> tuple[Finding, ...]:
    """Those that cannot become ready, then those in trouble; a healthy one is no finding.

    One whose node pool failed is told by the pool: see pool_findings.
    """
    found = [_finding(each) for each in statuses if each.phase in _VERDICTS and not _by_pool(each)]
    order = list(Verdict)
    return tuple(sorted(found, key=lambda each: -order.index(each.verdict)))


def _by_pool(status: Status) -> bool:
    return any(each.state is PoolState.FAILED for each in status.pools)


def _finding(status: Status) -> Finding:
    said = {
        Phase.FAILED: "cannot become ready",
        Phase.DEGRADED: f"has {status.replicas_ready} of {status.replicas_wanted} replicas ready",
    }
    told = f"{said.get(status.phase, 'is unknown')}: {status.message.rstrip('.')}"
    return Finding(
        check=Check.WORKSPACE,
        verdict=_VERDICTS[status.phase],
        message=f"Workspace {status.name} of {status.namespace} {told}.",
        detail=status.diagnosis.fix if status.diagnosis else "",
        hint=f"kaito doctor {status.name} -n {status.namespace}",
    )


def diagnosis_of(status: Status) -> Diagnosis:
    """Why a workspace is not ready; `healthy` where it is, or is on its way as it should be."""
    if status.diagnosis:
        return status.diagnosis
    evidence = (status.message, *(f"{each.name}: {each.message}" for each in status.pods))
    if status.phase in _WELL:
        return Diagnosis(cause=HEALTHY, message=_words(status), evidence=evidence)
    return Diagnosis(
        cause=UNKNOWN,
        message="Nothing that the cluster says of it is known to kaito.",
        evidence=evidence,
        fix=f"See more of it: `kubectl describe pods -n {status.namespace} "
        f"-l kaito-cli.dev/workspace={status.name}`.",
    )


def _words(status: Status) -> str:
    replicas = f"{status.replicas_ready} of {status.replicas_wanted} replicas ready"
    return {
        Phase.READY: f"It is ready: {replicas}.",
        Phase.STOPPED: f"It is stopped; `kaito start {status.name}` starts it again.",
        Phase.DELETING: "It is being deleted.",
    }.get(status.phase, f"It is on its way, and nothing is wrong so far: {replicas}.")
