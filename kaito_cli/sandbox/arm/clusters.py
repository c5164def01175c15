"""Managed clusters: list, get, the user's kubeconfig, and what may be done on them."""

import json
from base64 import b64encode

from kaito_cli.sandbox.arm.access import require
from kaito_cli.sandbox.arm.cluster import Cluster, Pool
from kaito_cli.sandbox.arm.kubeconfig import kubeconfig
from kaito_cli.sandbox.arm.operations import look
from kaito_cli.sandbox.arm.state import Call
from kaito_cli.sandbox.arm.wire import Answer, Body, not_found

CREDENTIAL = "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action"
POOL_TYPE = "Microsoft.ContainerService/managedClusters/agentPools"


def list_clusters(call: Call) -> Answer:
    """Of a subscription, or of one resource group of it."""
    group = call.at.get("group")
    found = [
        each
        for each in call.state.clusters
        if _same(each.subscription, call.at["subscription"])
        and (group is None or _same(each.resource_group, group))
    ]
    return Answer(body={"value": [cluster_view(each) for each in found]})


def get_cluster(call: Call) -> Answer:
    cluster = find_cluster(call)
    for pool in list(cluster.pools.values()):
        look(call.state, cluster, pool)
    return Answer(body=cluster_view(cluster))


def user_credential(call: Call) -> Answer:
    """The kubeconfig; `format=exec` of an Entra cluster calls kubelogin."""
    cluster = find_cluster(call)
    require(call.state, CREDENTIAL, cluster)
    form = call.request.query.get("format", "")
    text = json.dumps(kubeconfig(cluster, call.state.tenant, form))
    value = b64encode(text.encode()).decode()
    return Answer(body={"kubeconfigs": [{"name": "clusterUser", "value": value}]})


def permissions(call: Call) -> Answer:
    find_cluster(call)
    return Answer(body={"value": call.state.permissions})


def find_cluster(call: Call) -> Cluster:
    """The cluster that the path names; 404 when there is none."""
    for each in call.state.clusters:
        named = (each.subscription, each.resource_group, each.name)
        asked = (call.at["subscription"], call.at["group"], call.at["cluster"])
        if all(_same(one, other) for one, other in zip(named, asked, strict=True)):
            return each
    raise not_found(call.request.path)


def cluster_view(cluster: Cluster) -> Body:
    """A managedClusters resource with its agentPoolProfiles."""
    return {
        "id": cluster.id,
        "name": cluster.name,
        "type": "Microsoft.ContainerService/ManagedClusters",
        "location": cluster.region,
        "properties": {
            "provisioningState": "Succeeded",
            "powerState": {"code": "Stopped" if cluster.stopped else "Running"},
            "kubernetesVersion": cluster.kubernetes_version.rpartition(".")[0],
            "currentKubernetesVersion": cluster.kubernetes_version,
            **_addresses(cluster),
            "nodeResourceGroup": f"MC_{cluster.resource_group}_{cluster.name}_{cluster.region}",
            "agentPoolProfiles": [
                {"name": each.name, **_shown(cluster, each)} for each in cluster.pools.values()
            ],
            "networkProfile": _network(cluster),
            "nodeProvisioningProfile": {"mode": "Auto" if cluster.auto_provisioning else "Manual"},
            **({"aadProfile": {"managed": True}} if cluster.entra else {}),
            "disableLocalAccounts": cluster.entra,
        },
    }


def pool_view(cluster: Cluster, pool: Pool) -> Body:
    """An agentPools resource."""
    return {
        "id": f"{cluster.id}/agentPools/{pool.name}",
        "name": pool.name,
        "type": POOL_TYPE,
        "properties": _shown(cluster, pool),
    }


def _shown(cluster: Cluster, pool: Pool) -> Body:
    return {
        **pool.properties,
        "orchestratorVersion": cluster.kubernetes_version,
        "currentOrchestratorVersion": cluster.kubernetes_version,
        "nodeImageVersion": "AKSUbuntu-2404gen2containerd-202611.01.0",
        "eTag": pool.etag,
    }


def _addresses(cluster: Cluster) -> Body:
    if cluster.private:
        return {"privateFQDN": f"{cluster.name}.privatelink.{cluster.region}.azmk8s.io"}
    return {"fqdn": cluster.fqdn}


def _network(cluster: Cluster) -> Body:
    mode = {"networkPluginMode": "overlay"} if cluster.overlay else {}
    return {"networkPlugin": cluster.network_plugin, **mode}


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()
