"""Whether a pod waits for room that its own workspace has taken, and nobody will give back."""

from collections.abc import Sequence

from kaito_cli.model import WORKSPACE_LABEL, Diagnosis
from kaito_cli.readiness.around import Around, Live, holds, name_of
from kaito_cli.readiness.objects import GPU
from kaito_cli.readiness.orphans import named_pools

NODE_POOL_FULL = "node-pool-full"


def full_pool(pod: Live, around: Around) -> Diagnosis | None:
    """What is wrong where the pod is bound to a pool whose every GPU is held by ready pods of
    the same workspace, which do not end; None where anything may still make room."""
    pools, own = sorted(named_pools(pod.get("spec") or {})), _staying(pod, around)
    nodes = [node for each in pools for node in around.pools.get(each, ())]
    known = nodes and all(each in around.pools for each in pools)
    if not known or not all(_is_full(each, own, _gpus(pod)) for each in nodes):
        return None
    metadata, ready = pod["metadata"], [each for each in own if holds(each, "Ready")]
    scale = f"kaito scale {metadata['labels'][WORKSPACE_LABEL]} -n {metadata['namespace']}"
    return Diagnosis(
        cause=NODE_POOL_FULL,
        message=f"Its node pool {' or '.join(pools)} is full of its own pods, and no more nodes "
        "come.",
        fix=f"Bring a node for each pod with `{scale} --replicas {len(own)}`, or keep to those "
        f"that are there with `--replicas {len(ready)}`.",
    )


def _staying(pod: Live, around: Around) -> list[Live]:
    """Pods of its workspace that neither end by themselves nor are on their way out."""
    return [
        each
        for each in around.pods
        if _workspace(each) == _workspace(pod)
        and not each["metadata"].get("deletionTimestamp")
        and (each.get("spec") or {}).get("restartPolicy", "Always") == "Always"
    ]


def _workspace(pod: Live) -> tuple[str, str]:
    metadata = pod["metadata"]
    return metadata.get("namespace", ""), (metadata.get("labels") or {}).get(WORKSPACE_LABEL, "")


def _is_full(node: Live, own: Sequence[Live], wanted: int) -> bool:
    """A node that offers nothing is not full but in trouble."""
    offered = _number(((node.get("status") or {}).get("allocatable") or {}).get(GPU))
    there = [each for each in own if (each.get("spec") or {}).get("nodeName") == name_of(node)]
    taken = sum(_gpus(each) for each in there if holds(each, "Ready"))
    return bool(wanted and offered) and offered - taken < wanted


def _gpus(pod: Live) -> int:
    limits = [
        ((each.get("resources") or {}).get("limits") or {}).get(GPU)
        for each in (pod.get("spec") or {}).get("containers") or ()
    ]
    return sum(map(_number, limits))


def _number(quantity: object) -> int:
    """Of GPUs, which are whole; 0 for none and for another spelling, as of a thousand."""
    return int(str(quantity)) if str(quantity).isdecimal() else 0
