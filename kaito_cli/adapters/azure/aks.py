"""The Cloud port: node pools of one AKS cluster, through azure-mgmt-containerservice."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from kaito_cli.adapters.azure.bodies import body_of, scaled
from kaito_cli.adapters.azure.connection import Connection
from kaito_cli.adapters.azure.pools import cluster_of, pool_of
from kaito_cli.adapters.azure.problems import said, translated
from kaito_cli.errors import CloudFailed, Conflict, NotFound
from kaito_cli.model import AksCluster, Autoscale, LiveNodePool, NodePool

if TYPE_CHECKING:
    from azure.mgmt.containerservice.operations import (
        AgentPoolsOperations,
        ManagedClustersOperations,
    )

Raw = Mapping[str, Any]

_log = logging.getLogger(__name__)  # -v shows what is sent; a body holds no secret


class AksCloud:
    """Bodies are plain mappings and nothing is polled: a pool says itself how far it is.

    A PUT may be sent again when its answer was lost. If the first one went through, the
    second is refused by If-None-Match or If-Match and comes out as Conflict: whoever asked
    looks again, and no pool is made twice.
    """

    def __init__(
        self, connection: Connection, subscription: str, resource_group: str, cluster: str
    ) -> None:
        self._connection = connection
        self._subscription = subscription
        self._group = resource_group
        self._cluster = cluster

    def cluster(self) -> AksCluster:
        """See :class:`kaito_cli.ports.Cloud`."""
        with self._existing(f"read the cluster `{self._cluster}`"):
            raw = self._clusters.get(self._group, self._cluster, cls=_answer)
            return cluster_of(cast("Raw", raw))

    def node_pools(self) -> tuple[LiveNodePool, ...]:
        """See :class:`kaito_cli.ports.Cloud`."""
        with self._existing(f"list the node pools of `{self._cluster}`"):
            pages = self._pools.list(self._group, self._cluster).by_page()
            return tuple(
                pool_of(each.as_dict()) for page in self._connection.bounded(pages) for each in page
            )

    def node_pool(self, name: str) -> LiveNodePool | None:
        """See :class:`kaito_cli.ports.Cloud`."""
        with translated(f"read node pool `{name}`"):
            raw = self._raw(name)
            return pool_of(raw) if raw is not None else None

    def create_node_pool(self, pool: NodePool) -> None:
        """See :class:`kaito_cli.ports.Cloud`."""
        from azure.core import MatchConditions

        body = body_of(pool)
        with self._existing(f"create node pool `{pool.name}`"):
            self._put(pool.name, body, match_condition=MatchConditions.IfMissing)

    def scale_node_pool(
        self, live: LiveNodePool, count: int, autoscale: Autoscale | None = None
    ) -> None:
        """See :class:`kaito_cli.ports.Cloud`."""
        scaling = f"scale node pool `{live.name}`"
        with translated(scaling):
            raw = self._raw(live.name)
            if raw is None:
                raise _gone(live.name)
            current = dict(raw["properties"])
        body = scaled(current, count, autoscale)
        with translated(scaling):
            self._put(live.name, body, **_unchanged(live))

    def delete_node_pool(self, live: LiveNodePool) -> None:
        """See :class:`kaito_cli.ports.Cloud`."""
        from azure.core.exceptions import ResourceNotFoundError

        condition = _unchanged(live) if live.etag else {}
        with translated(f"delete node pool `{live.name}`"), suppress(ResourceNotFoundError):
            self._pools.begin_delete(
                self._group, self._cluster, live.name, polling=False, **condition
            )

    def abort_node_pool(self, name: str) -> None:
        """See :class:`kaito_cli.ports.Cloud`."""
        from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

        # 409 is AKS's answer when no operation runs (any more)
        nothing_runs = suppress(ResourceNotFoundError, ResourceExistsError)
        with translated(f"stop the operation on node pool `{name}`"), nothing_runs:
            self._pools.begin_abort_latest_operation(
                self._group, self._cluster, name, polling=False
            )

    def kubeconfig(self) -> str:
        """See :class:`kaito_cli.ports.Cloud`."""
        with self._existing(f"fetch a kubeconfig of `{self._cluster}`"):
            found = self._clusters.list_cluster_user_credentials(
                self._group, self._cluster, format="exec"
            )
            values = [each.value for each in found.kubeconfigs or () if each.value]
            if values:
                return _text(values[0])
        raise CloudFailed(
            f"Azure gives no kubeconfig of `{self._cluster}`.",
            hint="Make one with `az aks get-credentials`, and name it with --kubeconfig.",
        )

    @property
    def _pools(self) -> "AgentPoolsOperations":
        return self._connection.containers(self._subscription).agent_pools

    @property
    def _clusters(self) -> "ManagedClustersOperations":
        return self._connection.containers(self._subscription).managed_clusters

    def _raw(self, name: str) -> Raw | None:
        """The pool as Azure sends it: the SDK's model would leave out what it does not know."""
        from azure.core.exceptions import ResourceNotFoundError

        with suppress(ResourceNotFoundError):
            return cast("Raw", self._pools.get(self._group, self._cluster, name, cls=_answer))
        return None

    def _put(self, name: str, body: dict[str, Any], **condition: Any) -> None:
        _log.info("node pool %s: %s", name, json.dumps(body))
        pools: Any = self._pools  # typed for models; a mapping goes over the wire as it is
        pools.begin_create_or_update(
            self._group, self._cluster, name, body, polling=False, **condition
        )

    @contextmanager
    def _existing(self, doing: str) -> Iterator[None]:
        """As ``translated``, and 404 means that there is no such cluster."""
        from azure.core.exceptions import ResourceNotFoundError

        with translated(doing):
            try:
                yield
            except ResourceNotFoundError as error:
                raise NotFound(
                    f"There is no AKS cluster `{self._cluster}` in the resource group "
                    f"`{self._group}`.",
                    detail=said(error),
                    hint=f"`az aks list --subscription {self._subscription} -o table` lists "
                    "those there are.",
                ) from error


def _answer(pipeline_response: Any, _model: Any, _headers: Any) -> Any:
    """What the SDK calls ``cls``: here the JSON of the answer, instead of its model."""
    return pipeline_response.http_response.json()


def _text(value: Any) -> str:
    """The SDK hands on what is no base64 as it is; a number would be so many zeros."""
    if not isinstance(value, bytes | bytearray):
        raise ValueError("the kubeconfig is no text")
    return value.decode()


def _unchanged(live: LiveNodePool) -> dict[str, Any]:
    """If-Match with the pool's etag; without one at least: that the pool is still there."""
    from azure.core import MatchConditions

    if not live.etag:
        return {"match_condition": MatchConditions.IfPresent}
    return {"etag": live.etag, "match_condition": MatchConditions.IfNotModified}


def _gone(name: str) -> Conflict:
    return Conflict(
        f"Node pool `{name}` is not there any more.",
        hint="`az aks nodepool list -o table` shows what is there; run the same command again.",
    )
