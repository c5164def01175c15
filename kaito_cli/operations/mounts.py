"""Who mounts which claims: a volume that holds one workspace's weights may serve others too."""

from collections.abc import Iterator

from kaito_cli.model import WORKSPACE_LABEL
from kaito_cli.operations.judging import WORKLOADS, runs_for
from kaito_cli.ports import Cluster, Manifest


def mounted_by_others(name: str, namespace: str, cluster: Cluster) -> set[str]:
    """Names of the claims in a namespace that pods or workloads mount which are not those of the
    workspace; of a workload its template counts, for one that is stopped has no pods."""
    found = set[str]()
    for kind, version in (*WORKLOADS, ("Pod", "v1")):
        for each in cluster.find(kind, api_version=version, namespace=namespace):
            if not _is_of(each, name):
                found.update(_claims(each))
    return found


def _is_of(live: Manifest, workspace: str) -> bool:
    metadata = live["metadata"]
    if (metadata.get("labels") or {}).get(WORKSPACE_LABEL) != workspace:
        return False
    own = runs_for(live, workspace) if live["kind"] == "Pod" else metadata["name"] == workspace
    return bool(own)


def _claims(live: Manifest) -> Iterator[str]:
    spec = live.get("spec") or {}
    pod = spec if live["kind"] == "Pod" else (spec.get("template") or {}).get("spec") or {}
    for volume in pod.get("volumes") or ():
        if claim := volume.get("persistentVolumeClaim"):
            yield claim["claimName"]
