"""Is an object of the cluster ready, will it be, or never. No clock, no client, no loop."""

from collections.abc import Callable

from kaito_cli.model import Readiness
from kaito_cli.readiness.around import Around, Live, not_yet, ready
from kaito_cli.readiness.objects import judge_claim, judge_node, judge_service
from kaito_cli.readiness.pods import judge_pod
from kaito_cli.readiness.workloads import (
    judge_daemon_set,
    judge_deployment,
    judge_job,
    judge_stateful_set,
)

JUDGES: dict[str, Callable[[Live, Around], Readiness]] = {
    "DaemonSet": judge_daemon_set,
    "Deployment": judge_deployment,
    "Job": judge_job,
    "Node": judge_node,
    "PersistentVolumeClaim": judge_claim,
    "Pod": judge_pod,
    "Service": judge_service,
    "StatefulSet": judge_stateful_set,
}


def readiness(live: Live | None, around: Around) -> Readiness:
    """The verdict on one object as the API server shows it; None is one that is not there.

    Kinds without a judge are ready as soon as they exist.
    """
    if live is None:
        return not_yet("does not exist yet")
    judge = JUDGES.get(str(live.get("kind")))
    return judge(live, around) if judge else ready("exists")
