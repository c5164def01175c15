"""What the engine of a workspace writes."""

from collections.abc import Iterator

from kaito_cli.errors import BadInput, ClusterFailed, NotFound
from kaito_cli.model import WORKSPACE_LABEL, Ref
from kaito_cli.operations.remains import no_workspace, pods_named, workload_named
from kaito_cli.ports import Cluster, Manifest

_DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"


def pods_of(name: str, namespace: str, cluster: Cluster) -> tuple[Manifest, ...]:
    """The pods of a workspace, oldest first; its replicas are numbered in this order, from 0.

    Those on their way out come last. Raises NotFound where there is no such workspace,
    ClusterFailed where it has no pod.
    """
    found = pods_named(name, namespace, cluster)
    if not found:
        raise _without_pods(name, namespace, cluster)
    return tuple(sorted(found, key=_age))


def replica(pods: tuple[Manifest, ...], number: int) -> Ref:
    """One of them. Raises BadInput for a number that there is not."""
    if not 0 <= number < len(pods):
        last = len(pods) - 1
        raise BadInput(
            f"There is no replica {number}: they are numbered {f'0 to {last}' if last else '0'}.",
            hint="`kaito status NAME` shows the pods.",
        )
    metadata = pods[number]["metadata"]
    return Ref(kind="Pod", name=metadata["name"], namespace=metadata.get("namespace", ""))


def lines(
    pods: tuple[Manifest, ...],
    number: int,
    cluster: Cluster,
    *,
    tail: int | None = None,
    follow: bool = False,
    previous: bool = False,
) -> Iterator[str]:
    """The lines of one replica's engine: the last ``tail``, of its ``previous`` run, or on and on
    until it ends. Raises BadInput for a number that there is not, NotFound where there was no
    previous run, ClusterFailed where it has written nothing yet."""
    pod, container = replica(pods, number), _container(pods[number])
    if previous and not _has_run_before(pods[number], container):
        raise _never_before(pods, number)
    return cluster.logs(
        pod,
        container=container,
        tail=tail,
        follow=follow,
        previous=previous,
    )


def _container(pod: Manifest) -> str:
    named = (pod["metadata"].get("annotations") or {}).get(_DEFAULT_CONTAINER)
    containers = (pod.get("spec") or {}).get("containers")
    return str(named or (containers[0]["name"] if containers else ""))


def _has_run_before(pod: Manifest, container: str) -> bool:
    """By what a kubelet itself goes (kubernetes pkg/kubelet/kubelet_pods.go,
    validateContainerLogStatus)."""
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    return any(
        (each.get("lastState") or {}).get("terminated")
        for each in statuses
        if each.get("name") == container
    )


def _never_before(pods: tuple[Manifest, ...], number: int) -> NotFound:
    metadata = pods[number]["metadata"]
    now = f"kaito logs {metadata['labels'][WORKSPACE_LABEL]}"
    now += f" --replica {number}" if number else ""
    return NotFound(
        f"The engine in pod `{metadata['name']}` has had no run before this one.",
        hint=f"`{now}` shows what it writes now.",
    )


def _age(pod: Manifest) -> tuple[bool, str, str]:
    metadata = pod["metadata"]
    leaving = "deletionTimestamp" in metadata
    return leaving, metadata.get("creationTimestamp") or "", metadata["name"]


def _without_pods(name: str, namespace: str, cluster: Cluster) -> NotFound | ClusterFailed:
    live = workload_named(name, namespace, cluster)
    if live is None:
        return no_workspace(name, namespace, cluster)
    if live["spec"].get("replicas") == 0:
        return ClusterFailed(
            f"`{name}` has no pods: it is stopped.", hint=f"`kaito start {name}` starts it."
        )
    return ClusterFailed(
        f"`{name}` has no pods yet.", hint=f"`kaito status {name}` shows what it waits for."
    )
