"""Watches of one cluster, shared by all that wait for something in it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

from kaito_cli.errors import ClusterFailed
from kaito_cli.ports import Cluster, Manifest, Mirror


class Mirrors(AbstractContextManager["Mirrors"]):
    """Watches of one cluster, each opened when it is first looked at, and shared by all that
    wait for something in the same namespace. The end of the block closes them."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._open: dict[tuple[str, ...], Mirror] = {}

    def objects(
        self, kind: str, api_version: str = "v1", namespace: str = "", label_selector: str = ""
    ) -> tuple[Manifest, ...]:
        """As the server last told. Raises ClusterFailed."""
        key = (kind, api_version, namespace, label_selector)
        if key not in self._open:
            self._open[key] = self.cluster.watch(
                kind, api_version=api_version, namespace=namespace, label_selector=label_selector
            )
        return self._open[key].objects()

    def seen(self, kind: str, namespace: str = "") -> tuple[Manifest, ...]:
        """The same, nothing where they may not be read: what helps to judge, and no more."""
        try:
            return self.objects(kind, namespace=namespace)
        except ClusterFailed:
            return ()

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop watching; all at once, for the end of one may take a moment."""
        mirrors = list(self._open.values())
        self._open.clear()
        with ThreadPoolExecutor(max_workers=max(1, len(mirrors))) as ends:
            list(ends.map(lambda each: each.close(), mirrors))
