"""The cluster: is it up, is its Kubernetes new enough, and has its network room."""

from kaito_cli.model import AksCluster, Check, Finding, Nodes, Plan, Verdict
from kaito_cli.readiness.preflight.facts import Facts, makes_pool, own_nodes, read, unread

UBUNTU_2404 = "Ubuntu2404"
# "This OS SKU is supported in Kubernetes 1.32 to 1.38": azure-aks-docs upgrade-os-version.md,
# July 2025. That AKS refuses it elsewhere was not seen, so it is a warning.
UBUNTU_2404_VERSIONS = ((1, 32), (1, 38))
# unhealthyPodEvictionPolicy of our PodDisruptionBudget is served from 1.27 (kubernetes.io,
# Specifying a Disruption Budget)
OLDEST_FOR_MANIFESTS = (1, 27)
ADDRESSES = "addresses"
AZURE_CNI = "azure"
# pods of a node when maxPods is not set: Azure CNI that gives pods addresses of the nodes' subnet
# (azure-aks-docs concepts-network-ip-address-planning.md, May 2024)
DEFAULT_PODS = 30


def cluster(plan: Plan, facts: Facts) -> Finding | None:
    """Whether the cluster runs and takes changes."""
    if facts.cluster is None:
        return None
    if not read(facts.cluster):
        return unread(Check.CLUSTER, facts.cluster, facts, _cluster_reader())
    found = facts.cluster
    verdict, told, hint = _state(found)
    if verdict is Verdict.OK and _needs_karpenter(plan) and not found.auto_provisioning:
        verdict = Verdict.UNKNOWN
        told = f"{found.name} has no Karpenter run by AKS; one of your own is not looked for."
        hint = f"`az aks update {_name(found)} --node-provisioning-mode Auto` lets AKS run it."
    return Finding(check=Check.CLUSTER, verdict=verdict, message=told, hint=hint)


def _cluster_reader() -> str:
    return "`az role assignment create --role Reader --assignee YOU --scope CLUSTER_ID`"


def _needs_karpenter(plan: Plan) -> bool:
    return plan.request.nodes is Nodes.KARPENTER


def _state(found: AksCluster) -> tuple[Verdict, str, str]:
    state = found.provisioning_state
    if found.stopped:
        return Verdict.BLOCKED, f"{found.name} is stopped.", f"`az aks start {_name(found)}`"
    if state.lower() == "deleting":
        return Verdict.BLOCKED, f"{found.name} is being deleted.", "Name another --cluster."
    if state.lower() == "succeeded":
        return Verdict.OK, f"{found.name} runs in {found.region}.", ""
    if state.lower() in ("failed", "canceled"):
        told = f"The last change of {found.name} ended as {state}; Azure may refuse another."
        return Verdict.WARNING, told, f"`az aks update {_name(found)}` lets Azure set it right."
    told = f"Azure changes {found.name} ({state}); kaito waits until it is done."
    return Verdict.WARNING, told, f"`az aks show {_name(found)} --query provisioningState`"


def _name(found: AksCluster) -> str:
    return f"-g {found.resource_group} -n {found.name}"


def kubernetes_version(plan: Plan, facts: Facts) -> Finding | None:
    """Whether the version serves our manifests and has images of the OS that is asked for."""
    if not read(facts.cluster):
        return None
    told = facts.cluster.kubernetes_version
    version = _minor(told)
    if version is None:
        message = f"`{told}` is no version kaito can read."
        return Finding(check=Check.KUBERNETES_VERSION, verdict=Verdict.UNKNOWN, message=message)
    trouble = _too_old(version) or _without_os(version, plan)
    return Finding(
        check=Check.KUBERNETES_VERSION,
        verdict=Verdict.WARNING if trouble else Verdict.OK,
        message=f"Kubernetes {told}{trouble}.",
        hint=f"`az aks get-upgrades {_name(facts.cluster)} -o table`" if trouble else "",
    )


def _minor(version: str) -> tuple[int, int] | None:
    major, _, rest = version.removeprefix("v").partition(".")
    minor = rest.partition(".")[0]
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else None


def _too_old(version: tuple[int, int]) -> str:
    if version >= OLDEST_FOR_MANIFESTS:
        return ""
    return f" is older than kaito's manifests are written for ({_said(OLDEST_FOR_MANIFESTS)})"


def _without_os(version: tuple[int, int], plan: Plan) -> str:
    first, last = UBUNTU_2404_VERSIONS
    if not makes_pool(plan) or plan.node_pool.os_sku != UBUNTU_2404 or first <= version <= last:
        return ""
    return f"; AKS supports {UBUNTU_2404} nodes in {_said(first)} to {_said(last)}"


def _said(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def subnet(plan: Plan, facts: Facts) -> Finding | None:
    """Whether the nodes' subnet has addresses left for the new nodes, and for their pods where
    these take them from it."""
    if not makes_pool(plan) or not read(facts.cluster):
        return None
    if not plan.node_pool.subnet_id:
        told = "AKS made the cluster's network; its addresses are not looked at."
        return Finding(check=Check.SUBNET, verdict=Verdict.UNKNOWN, message=told)
    if not read(facts.subnet):
        return unread(Check.SUBNET, facts.subnet, facts, _subnet_reader(plan))
    return _room(plan, facts, facts.subnet.addresses, facts.subnet.used)


def _subnet_reader(plan: Plan) -> str:
    scope = plan.node_pool.subnet_id
    return f"`az role assignment create --role Reader --assignee YOU --scope {scope}`"


def _room(plan: Plan, facts: Facts, addresses: int, used: int) -> Finding:
    own = own_nodes(plan, facts)
    nodes = max(0, plan.node_pool.count - own.sure)
    needed = nodes * _addresses_of_node(plan, facts)
    fits = used + needed <= addresses or needed == 0
    verdict = Verdict.OK if fits else Verdict.WARNING if own.perhaps else Verdict.BLOCKED
    return Finding(
        check=Check.SUBNET,
        verdict=verdict,
        message=f"Needs {needed} of the subnet's {addresses} {ADDRESSES}; {used} are in use.",
        unit=ADDRESSES,
        needed=needed,
        used=used,
        limit=addresses,
        hint="" if fits else "https://aka.ms/aks/insufficientsubnetsize says how to make room.",
    )


def _addresses_of_node(plan: Plan, facts: Facts) -> int:
    """One, and one for each pod it may hold where Azure CNI gives these addresses of the same
    subnet. Where the network is not known it is one: the least."""
    assert read(facts.cluster), "a subnet is that of a cluster"
    flat = facts.cluster.network_plugin.lower() == AZURE_CNI and not facts.cluster.overlay
    return 1 + DEFAULT_PODS if flat and not plan.node_pool.pod_subnet_id else 1
