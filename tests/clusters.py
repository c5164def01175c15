"""Clusters to test the port on: the fake, the adapter over the local server, and a real one."""

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kaito_cli.adapters.kube.calls import Calls, Sent
from kaito_cli.adapters.kube.cluster import KubeCluster, Pace
from kaito_cli.adapters.kube.connection import Connection, from_files, from_text
from kaito_cli.model import Ref
from kaito_cli.ports import Cluster, Manifest
from kaito_cli.sandbox.kubernetes.server import KubernetesServer, serving
from kaito_cli.sandbox.kubernetes.writes import create
from tests.fake_cluster import FakeCluster

REAL = "KAITO_TEST_KUBECONFIG"
IMAGE = "busybox:1.37"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A cluster with a namespace for the test. ``edit``: somebody else changes an object.
    ``run``: a pod of that name that has written these lines, and goes on running."""

    cluster: Cluster
    namespace: str
    edit: Callable[[Ref, Manifest], None]
    run: Callable[[str, tuple[str, ...]], Ref]


def fake() -> Iterator[Stage]:
    cluster = FakeCluster()

    def run(name: str, lines: tuple[str, ...]) -> Ref:
        cluster.objects.append(pod(name, "default"))
        cluster.write(name, *lines, container="main")
        return Ref(kind="Pod", name=name, namespace="default")

    yield Stage(cluster=cluster, namespace="default", edit=cluster.edit, run=run)


def local() -> Iterator[Stage]:
    with serving() as server:
        connection = connected(server)

        def run(name: str, lines: tuple[str, ...]) -> Ref:
            made = create_pod(server, name)
            server.state.logs.write(made["metadata"]["uid"], "main", *lines)
            return Ref(kind="Pod", name=name, namespace="default")

        yield Stage(
            cluster=KubeCluster(connection, Pace(poll_seconds=0.05)),
            namespace="default",
            edit=lambda ref, change: edit(connection, ref, change),
            run=run,
        )


def real() -> Iterator[Stage]:
    """In a namespace of its own, which is deleted afterwards."""
    connection = from_files(os.environ[REAL])
    cluster = KubeCluster(connection)
    namespace = f"kaito-test-{secrets.token_hex(4)}"
    cluster.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}])

    def run(name: str, lines: tuple[str, ...]) -> Ref:
        script = "; ".join(f"echo '{each}'" for each in lines) + "; sleep 600"
        cluster.apply([pod(name, namespace, "sh", "-c", script)])
        ref = Ref(kind="Pod", name=name, namespace=namespace)
        eventually(lambda: _phase(cluster.get(ref)) == "Running", seconds=120)
        return ref

    try:
        yield Stage(
            cluster=cluster,
            namespace=namespace,
            edit=lambda ref, change: edit(connection, ref, change),
            run=run,
        )
    finally:
        cluster.delete([Ref(kind="Namespace", name=namespace)])


@contextmanager
def local_cluster(pace: Pace | None = None) -> Iterator[tuple[KubernetesServer, KubeCluster]]:
    """The adapter over the local server, and that server."""
    with serving() as server:
        yield server, KubeCluster(connected(server), pace or Pace(poll_seconds=0.05))


def connected(server: KubernetesServer, **user: Any) -> Connection:
    return from_text(json.dumps(server.kubeconfig(user or None)))


def create_pod(server: KubernetesServer, name: str) -> Manifest:
    store = server.state.store
    return create(store, store.resources.of("", "pods"), "default", pod(name, "default"))


def edit(connection: Connection, ref: Ref, change: Manifest) -> None:
    """As `kubectl edit` does."""
    plural = f"{ref.kind.lower()}s"
    root = f"/apis/{ref.api_version}" if "/" in ref.api_version else f"/api/{ref.api_version}"
    Calls(connection, Pace()).asked(
        Sent(
            method="PATCH",
            path=f"{root}/namespaces/{ref.namespace}/{plural}/{ref.name}",
            query={"fieldManager": "kubectl-edit"},
            body=json.dumps(change).encode(),
            media="application/merge-patch+json",
        )
    )


def pod(name: str, namespace: str, *command: str) -> Manifest:
    container: Manifest = {"name": "main", "image": IMAGE}
    if command:
        container["command"] = list(command)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 0},
    }


def gateways() -> Manifest:
    """The definition of a kind whose plural no rule guesses."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "gateways.example.com"},
        "spec": {
            "group": "example.com",
            "names": {"kind": "Gateway", "plural": "gateways", "singular": "gateway"},
            "scope": "Namespaced",
            "versions": [version],
        },
    }


def eventually(test: Callable[[], object], seconds: float = 10) -> None:
    """Wait until it is so."""
    until = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < until, "it did not come to be"
        time.sleep(0.01)


def _phase(found: Manifest | None) -> str:
    return str((found or {}).get("status", {}).get("phase", ""))
