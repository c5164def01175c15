"""What is asked of a Kubernetes cluster. No call here waits."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from kaito_cli.model import Applied, Ref

Manifest = dict[str, Any]


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
