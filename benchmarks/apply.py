"""`make bench`: applying many objects over a slow line, against one by one.

Over the local server with a latency for each request, as to a cluster of another region; the
first apply creates, the second changes nothing.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence

from kaito_cli.adapters.kube.applying import MANAGER
from kaito_cli.adapters.kube.calls import Calls, Sent
from kaito_cli.adapters.kube.cluster import KubeCluster
from kaito_cli.adapters.kube.connection import Connection, from_text
from kaito_cli.adapters.kube.pace import Pace
from kaito_cli.ports import Manifest
from kaito_cli.sandbox.kubernetes.server import serving

OBJECTS = 100
LATENCY_SECONDS = 0.04
WANTED_RATIO = 3.0


def settings(prefix: str) -> list[Manifest]:
    """ConfigMaps of one workspace, as many as a large one would have in all."""
    labels = {"app.kubernetes.io/managed-by": MANAGER}
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"{prefix}-{number}", "namespace": "default", "labels": labels},
            "data": {"number": str(number)},
        }
        for number in range(OBJECTS)
    ]


def one_by_one(connection: Connection, objects: Sequence[Manifest]) -> None:
    """The least that applying takes: a request for each object, and no look at what was."""
    calls = Calls(connection, Pace())
    for each in objects:
        path = f"/api/v1/namespaces/default/configmaps/{each['metadata']['name']}"
        body = json.dumps(each).encode()
        media = "application/apply-patch+yaml"
        query = {"fieldManager": MANAGER}
        calls.asked(Sent(method="PATCH", path=path, query=query, body=body, media=media))


def seconds(work: Callable[[], object]) -> float:
    """How long something takes, by the clock on the wall."""
    started = time.monotonic()
    work()
    return time.monotonic() - started


def main() -> int:
    with serving() as server:
        connection = from_text(json.dumps(server.kubeconfig()))
        cluster = KubeCluster(connection)
        cluster.find("Namespace")  # imports and certificates are paid by both
        server.state.faults.add(times=None, latency_seconds=LATENCY_SECONDS)
        alone, together = settings("a"), settings("b")
        ratios = []
        for name in ("create", "apply again"):
            slow = seconds(lambda: one_by_one(connection, alone))
            fast = seconds(lambda: cluster.apply(together))
            ratios.append(slow / fast)
            print(
                f"{name} {OBJECTS} objects at {LATENCY_SECONDS * 1000:.0f} ms: one by one "
                f"{slow:.2f} s, kaito {fast:.2f} s, {slow / fast:.1f} times as fast "
                f"(wanted {WANTED_RATIO:g})"
            )
    return int(min(ratios) < WANTED_RATIO)


if __name__ == "__main__":
    sys.exit(main())
