"""Nodes: they come with their pool, become ready, get their GPUs, and go."""

from kaito_cli.sandbox.kubernetes.fields.check import copied
from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.life.context import Context, condition, holds
from kaito_cli.sandbox.kubernetes.life.machine import GpuSupply, Pool
from kaito_cli.sandbox.kubernetes.life.scheduler import pods_on

GPU = "nvidia.com/gpu"
_SOURCE = "kubelet"
_NOT_READY = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
_NO_NETWORK = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized"
)
_PRESSURES = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)
_POOL_TASK = "AgentPool"
PREEMPTION = "Preemption"
PREEMPTION_NOTICE_SECONDS = 30.0  # Azure's notice, azure-docs spot-vms.md
_EVENTS_SOURCE = "custom-scheduledevents-consolidated-condition-plugin-monitor"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def names_in(context: Context, pool: str) -> list[str]:
    """The nodes of a pool that have registered."""
    return [
        each["metadata"]["name"]
        for each in context.store.kind("", "nodes")
        if (each["metadata"].get("labels") or {}).get("agentpool") == pool
    ]


def scale(context: Context, pool: Pool, count: int) -> None:
    """Have so many nodes in a pool: new ones come in time, superfluous ones go at once."""
    context.pools[pool.name] = pool
    coming = context.coming.setdefault(pool.name, [])
    there = names_in(context, pool.name)
    for _ in range(count - len(there) - len(coming)):
        coming.append(context.now + context.span(pool.register_seconds))
        context.agenda.add_at(coming[-1], (_POOL_TASK, "", pool.name))
    surplus = len(there) + len(coming) - count
    while surplus > 0 and coming:
        coming.pop()
        surplus -= 1
    for name in there[len(there) - surplus :] if surplus > 0 else ():
        remove(context, name)
    reconcile_pool(context, pool.name)


def reconcile_pool(context: Context, name: str) -> None:
    """Register the nodes whose time has come."""
    coming = context.coming.get(name, [])
    while coming and coming[0] <= context.now:
        coming.pop(0)
        _register(context, context.pools[name])


def remove(context: Context, name: str) -> None:
    """A node goes, and its pods with it."""
    resource = context.resource("", "nodes")
    node = context.store.get(resource, "", name)
    if node is None:
        return
    pods = pods_on(context, node)
    context.store.drop(resource, node)
    context.images = {each for each in context.images if each[0] != name}
    for pod in pods:
        context.agenda.add(("Pod", pod["metadata"]["namespace"], pod["metadata"]["name"]))


def preempt(context: Context, name: str, notice_seconds: float) -> None:
    """A node whose spot machine is taken back goes after the notice."""
    node = context.get("", "nodes", "", name)
    if node is None:
        return
    text = "Node condition VMEventScheduled is now: True, reason: VMEventScheduled, message: "
    text += '"Preempt Scheduled"'
    context.event(node, "VMEventScheduled", text, warning=True, source=_EVENTS_SOURCE)
    context.agenda.add_at(context.now + context.span(notice_seconds), (PREEMPTION, "", name))


def _register(context: Context, pool: Pool) -> None:
    number = context.numbers.get(f"nodes {pool.name}", 0)
    context.numbers[f"nodes {pool.name}"] = number + 1
    name = f"aks-{pool.name}-12345678-vmss{_base36(number)}"
    zone = f"{pool.region}-{pool.zones[number % len(pool.zones)]}" if pool.zones else "0"
    context.born[name] = context.now
    context.create("", "nodes", _node(pool, name, zone, number, context.store.time))


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits.rjust(6, "0")


def _node(pool: Pool, name: str, zone: str, number: int, time: str) -> Manifest:
    capacity = pool.machine.capacity(pool.max_pods)
    return {
        "metadata": {"name": name, "labels": _labels(pool, name, zone)},
        "spec": {
            "providerID": f"azure:///subscriptions/0/virtualMachineScaleSets/{pool.name}/{number}",
            "taints": [_NOT_READY, *_taints(pool)],
        },
        "status": {
            "capacity": capacity,
            "allocatable": pool.machine.allocatable(pool.max_pods),
            "conditions": _conditions([], False, time),
            "addresses": [
                {"type": "InternalIP", "address": f"10.224.0.{number % 250 + 4}"},
                {"type": "Hostname", "address": name},
            ],
            "nodeInfo": {
                "kubeletVersion": "v1.36.0",
                "osImage": "Ubuntu 24.04 LTS",
                "containerRuntimeVersion": "containerd://2.3.3",
                "architecture": "amd64",
                "operatingSystem": "linux",
                "bootID": "",
                "machineID": "",
                "systemUUID": "",
                "kernelVersion": "",
                "kubeProxyVersion": "",
            },
        },
    }


def _labels(pool: Pool, name: str, zone: str) -> dict[str, str]:
    """What AKS puts on every node (azure-aks-docs use-labels.md)."""
    found = {
        "agentpool": pool.name,
        "kubernetes.azure.com/agentpool": pool.name,
        "kubernetes.azure.com/mode": pool.mode.lower(),
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": pool.machine.vm_size,
        "topology.kubernetes.io/region": pool.region,
        "topology.kubernetes.io/zone": zone,
    }
    if pool.machine.gpus:
        found |= {"accelerator": "nvidia", "kubernetes.azure.com/accelerator": "nvidia"}
    if pool.spot:
        found["kubernetes.azure.com/scalesetpriority"] = "spot"
    return {**found, **pool.labels}


def _taints(pool: Pool) -> list[Manifest]:
    spot = ("kubernetes.azure.com/scalesetpriority=spot:NoSchedule",) if pool.spot else ()
    found = []
    for each in dict.fromkeys((*pool.taints, *spot)):
        pair, _, effect = each.rpartition(":")
        key, _, value = pair.partition("=")
        found.append({"key": key, "value": value, "effect": effect})
    return found


def _conditions(old: list[Manifest], ready: bool, time: str) -> list[Manifest]:
    found = old
    for kind, reason, message in _PRESSURES:
        found = condition(found, kind, False, reason, message, time)
    if ready:
        return condition(
            found, "Ready", True, "KubeletReady", "kubelet is posting ready status", time
        )
    return condition(found, "Ready", False, "KubeletNotReady", _NO_NETWORK, time)


def reconcile_node(context: Context, node: Manifest) -> None:
    """Ready after a while, GPUs a while after that."""
    name, labels = node["metadata"]["name"], node["metadata"].get("labels") or {}
    pool = context.pools.get(labels.get("agentpool", ""))
    if pool is None or name not in context.born:
        return
    age = (context.now - context.born[name]) * context.speed
    if age < pool.ready_seconds:
        context.later(pool.ready_seconds - age, node)
        return
    if not holds(node, "Ready"):
        node = _become_ready(context, node)
    _supply_gpus(context, pool, node, age)


def _become_ready(context: Context, node: Manifest) -> Manifest:
    spec = copied(node["spec"])
    spec["taints"] = [each for each in spec["taints"] if each["key"] != _NOT_READY["key"]]
    if not spec["taints"]:
        del spec["taints"]
    node = context.put(node, spec=spec)
    old = node["status"]["conditions"]
    status = {**node["status"], "conditions": _conditions(old, True, context.store.time)}
    text = f"Node {node['metadata']['name']} status is now: NodeReady"
    context.event(node, "NodeReady", text, source=_SOURCE)
    return context.set_status(node, status)


def _supply_gpus(context: Context, pool: Pool, node: Manifest, age: float) -> None:
    """AKS's own plugin comes a while after Ready; a DaemonSet's when its pod is ready."""
    if not pool.machine.gpus or GPU in node["status"]["allocatable"]:
        return
    if pool.gpu_supply is GpuSupply.MANAGED:
        wait = pool.ready_seconds + pool.gpu_seconds - age
        if wait > 0:
            context.later(wait, node)
            return
    elif not any(_is_plugin(pod) for pod in pods_on(context, node)):
        return
    gpus = {GPU: str(pool.machine.gpus)}
    status = {
        **node["status"],
        "capacity": {**node["status"]["capacity"], **gpus},
        "allocatable": {**node["status"]["allocatable"], **gpus},
    }
    context.set_status(node, status)


def _is_plugin(pod: Manifest) -> bool:
    images = [each["image"] for each in pod["spec"]["containers"]]
    return holds(pod, "Ready") and any("device-plugin" in each for each in images)
