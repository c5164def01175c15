"""The Cluster port over Kubernetes' HTTP API, by the official client."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cached_property

from kaito_cli.adapters.kube.applying import Applying
from kaito_cli.adapters.kube.calls import Calls
from kaito_cli.adapters.kube.connection import Connection
from kaito_cli.adapters.kube.deleting import deleted
from kaito_cli.adapters.kube.following import KubeMirror
from kaito_cli.adapters.kube.forwarding import Forward
from kaito_cli.adapters.kube.objects import Objects
from kaito_cli.adapters.kube.pace import Pace
from kaito_cli.adapters.kube.proxy import through
from kaito_cli.adapters.kube.reading import Log
from kaito_cli.model import Applied, Ref
from kaito_cli.ports import Manifest, Mirror

__all__ = ["KubeCluster", "Pace"]

_PACE = Pace()


class KubeCluster:
    """The Cluster port. Objects are plain mappings, as the API server sends them."""

    def __init__(self, connection: Connection, pace: Pace = _PACE) -> None:
        self._calls = Calls(connection, pace)

    def find(
        self,
        kind: str,
        *,
        api_version: str = "v1",
        namespace: str = "",
        label_selector: str = "",
        field_selector: str = "",
    ) -> tuple[Manifest, ...]:
        """See :class:`kaito_cli.ports.Cluster`."""
        query = {"labelSelector": label_selector, "fieldSelector": field_selector}
        found = self._objects.kind(kind, api_version)
        return tuple(self._objects.listed(found, namespace, query)[0])

    def get(self, ref: Ref) -> Manifest | None:
        """See :class:`kaito_cli.ports.Cluster`."""
        return self._objects.get(ref)

    def apply(
        self, objects: Sequence[Manifest], *, force: bool = False, dry_run: bool = False
    ) -> tuple[Applied, ...]:
        """See :class:`kaito_cli.ports.Cluster`."""
        return Applying(objects=self._objects, force=force, dry_run=dry_run).run(objects)

    def delete(self, refs: Sequence[Ref]) -> None:
        """See :class:`kaito_cli.ports.Cluster`."""
        deleted(self._objects, refs)

    def watch(
        self, kind: str, *, api_version: str = "v1", namespace: str = "", label_selector: str = ""
    ) -> Mirror:
        """See :class:`kaito_cli.ports.Cluster`."""
        found = self._objects.kind(kind, api_version)
        return KubeMirror(self._objects, found, namespace, label_selector)

    def logs(
        self,
        pod: Ref,
        *,
        container: str = "",
        tail: int | None = None,
        follow: bool = False,
        previous: bool = False,
    ) -> Iterator[str]:
        """See :class:`kaito_cli.ports.Cluster`."""
        path, call = self._objects.below("get", pod, "log")
        return Log(
            calls=self._calls,
            call=call,
            path=path,
            container=container,
            tail=tail,
            follow=follow,
            previous=previous,
        ).lines()

    def forward(self, pod: Ref, port: int) -> AbstractContextManager[int]:
        """See :class:`kaito_cli.ports.Cluster`."""
        path, call = self._objects.below("get", pod, "portforward")
        return Forward(calls=self._calls, call=call, path=path, port=port).listening()

    def proxied(self, service: Ref, port: int, path: str) -> bytes:
        """See :class:`kaito_cli.ports.Cluster`."""
        return through(self._objects, service, port, path)

    @cached_property
    def _objects(self) -> Objects:
        return Objects(self._calls)
