"""What the rest of kaito asks of the outside world, in our words. No call here waits."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from kaito_cli.model import (
    AksCluster,
    Applied,
    Autoscale,
    LiveNodePool,
    NodePool,
    Permission,
    PriceList,
    Ref,
    SkuOffer,
    Subnet,
    Subscription,
    Target,
    Usage,
)

Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensors:
    """The weights of a repository's root, added up from tensor headers or an index.

    ``bytes`` holds all of them; ``vision_bytes`` and ``draft_bytes`` (multi-token
    prediction) are parts of it. ``dtype`` is that of the largest 16- or 32-bit part and
    ``parameters`` the elements; empty and 0 where only an index was read.
    """

    bytes: int
    dtype: str = ""
    parameters: int = 0
    vision_bytes: int = 0
    draft_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a model's own files say, without its weights.

    ``config`` is config.json with the quantization of hf_quant_config.json, if that is where
    it stands. ``tensors`` None: there are no safetensors to count.
    """

    id: str
    revision: str = ""  # a commit; empty for a folder
    config: Mapping[str, Any]
    tensors: Tensors | None = None
    license: str = "unknown"
    gated: bool = False
    chat: bool = False  # has a chat template


class Hub(Protocol):
    """Models' own files: repositories of a model hub, and folders on this machine."""

    def snapshot(self, id: str, revision: str = "") -> Snapshot:
        """The repository at a branch, tag or commit; empty: its main branch.

        Raises NotFound, Gated (a token or an accepted licence is missing), Unsupported (no
        config.json or no safetensors), BadInput (a broken file) or HubFailed.
        """
        ...

    def cached(self, id: str, revision: str = "") -> Snapshot | None:
        """The same from the local hub cache, without network; None when it is not there."""
        ...

    def folder(self, path: Path) -> Snapshot:
        """A folder with config.json and, if it has them, safetensors. Raises BadInput."""
        ...

    def has_token(self) -> bool:
        """Whether a token for the hub is on this machine; nobody is asked, it is not shown."""
        ...


class Cloud(Protocol):
    """One AKS cluster and its node pools. No call waits for Azure to finish what it starts.

    Every method raises a CloudFailed (see kaito_cli.errors) with Azure's own sentence as
    detail, or OutOfQuota or NotOffered; Busy and Conflict mean: look again later.
    """

    def cluster(self) -> AksCluster:
        """The cluster with its pools, in one request. Raises NotFound."""
        ...

    def node_pools(self) -> tuple[LiveNodePool, ...]:
        """All pools of the cluster, ours and others'."""
        ...

    def node_pool(self, name: str) -> LiveNodePool | None:
        """One pool with its etag; None when it is not there."""
        ...

    def create_node_pool(self, pool: NodePool) -> None:
        """Ask for a pool. Raises Conflict when one of that name is there."""
        ...

    def scale_node_pool(
        self, live: LiveNodePool, count: int, autoscale: Autoscale | None = None
    ) -> None:
        """Ask for another number of nodes, or other bounds of the autoscaler; whatever else
        was set stays. The same number again makes Azure try again what failed.

        Without ``autoscale``, an autoscaler's own bounds are widened to hold ``count``;
        NO_AUTOSCALING takes the autoscaler away.
        Raises Conflict when the pool is not as ``live``.
        """
        ...

    def delete_node_pool(self, live: LiveNodePool) -> None:
        """Ask for the pool's removal; nothing when it is gone. Raises Conflict when the pool is
        not as ``live``."""
        ...

    def abort_node_pool(self, name: str) -> None:
        """Stop the pool's running operation; nothing when none runs."""
        ...

    def kubeconfig(self) -> str:
        """A user's kubeconfig of the cluster, as YAML; it may hold credentials."""
        ...


class Limits(Protocol):
    """What the subscription may have and what the caller may do. Raises as Cloud does."""

    def skus(self, region: str) -> tuple[SkuOffer, ...]:
        """VM sizes as offered to this subscription in ``region``."""
        ...

    def usages(self, region: str) -> tuple[Usage, ...]:
        """vCPU quotas of ``region``, with what is in use."""
        ...

    def permissions(self, scope: str) -> tuple[Permission, ...]:
        """What the caller may do on the resource with ARM id ``scope``."""
        ...

    def provider_state(self, namespace: str) -> str:
        """registrationState of a resource provider, as in Registered or NotRegistered."""
        ...

    def subnet(self, id: str) -> Subnet:
        """Addresses of the subnet with ARM id ``id``."""
        ...


class Azure(Protocol):
    """What a caller can see before a cluster is chosen. Raises as Cloud does."""

    def subscriptions(self) -> tuple[Subscription, ...]:
        """The subscriptions the caller can see."""
        ...

    def clusters(self, subscription: str, resource_group: str = "") -> tuple[AksCluster, ...]:
        """AKS clusters of a subscription, or of one resource group of it."""
        ...


class Prices(Protocol):
    """Current pay-as-you-go prices."""

    def prices(self, vm_sizes: Collection[str], region: str, *, spot: bool = False) -> PriceList:
        """USD an hour of one Linux VM of each size that has a price. Raises Unreachable."""
        ...


class Mirror(Protocol):
    """What a watch knows of the objects it was asked for, kept fresh in the background."""

    def objects(self) -> tuple[Manifest, ...]:
        """As the server last told; no request is made. Raises ClusterFailed once neither
        watching nor listing works any more."""
        ...

    def close(self) -> None:
        """Stop watching."""
        ...


class Cluster(Protocol):
    """Objects of one Kubernetes cluster, as plain mappings. No call waits for an effect.

    Every method raises ClusterFailed (or a subclass of it) with the API server's own words as
    detail; a refusal names the verb and the resource that is missing.
    """

    def find(
        self,
        kind: str,
        *,
        api_version: str = "v1",
        namespace: str = "",
        label_selector: str = "",
        field_selector: str = "",
    ) -> tuple[Manifest, ...]:
        """All objects of a kind, complete over all pages; ``namespace`` empty: of all.

        Raises ClusterFailed, also when the caller may not list them all.
        """
        ...

    def get(self, ref: Ref) -> Manifest | None:
        """One object; None when it is not there."""
        ...

    def apply(
        self, objects: Sequence[Manifest], *, force: bool = False, dry_run: bool = False
    ) -> tuple[Applied, ...]:
        """Server-side apply as field manager `kaito-cli`, in waves, many at a time.

        One failure lets the others finish. Raises FieldConflict, which names field and other
        manager (``force`` takes the field over), BadManifest for what the server's schema
        refuses, else ClusterFailed.
        """
        ...

    def delete(self, refs: Sequence[Ref]) -> None:
        """Ask for the removal of objects, in reverse order of applying; nothing for those that
        are gone. Dependents go in the background."""
        ...

    def watch(
        self, kind: str, *, api_version: str = "v1", namespace: str = "", label_selector: str = ""
    ) -> Mirror:
        """Follow the objects of a kind: bookmarks, resumed where it broke off, and polling
        where watching is not possible."""
        ...

    def logs(
        self,
        pod: Ref,
        *,
        container: str = "",
        tail: int | None = None,
        follow: bool = False,
        previous: bool = False,
    ) -> Iterator[str]:
        """Lines of a pod's log, without their line ends; ``follow``: until the container ends."""
        ...

    def forward(self, pod: Ref, port: int) -> AbstractContextManager[int]:
        """A port of 127.0.0.1 that leads to ``port`` of the pod until the block ends."""
        ...

    def proxied(self, service: Ref, port: int, path: str) -> bytes:
        """GET a path of a Service through the API server, which strips Authorization: for
        health and metrics only."""
        ...


class Clock(Protocol):
    """Time, so that tests need none."""

    def now(self) -> datetime:
        """The time of day, in UTC."""
        ...

    def seconds(self) -> float:
        """A clock that never goes back."""
        ...

    def sleep(self, seconds: float) -> None: ...


class World(Protocol):
    """All ports of one command; each is built when it is first used."""

    def sign_in(self) -> None:
        """Fetch the tokens for Azure and for its cluster, before the first call: a command that
        will need both later may then find that what it was signed in with has expired."""
        ...

    @property
    def target(self) -> Target: ...
    @property
    def hub(self) -> Hub: ...
    @property
    def cloud(self) -> Cloud: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def cluster(self) -> Cluster: ...
    @property
    def prices(self) -> Prices: ...
    @property
    def clock(self) -> Clock: ...
