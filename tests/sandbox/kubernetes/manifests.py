"""Manifests that the tests of the local API server apply."""

from typing import Any

Manifest = dict[str, Any]


def deployment(name: str = "web", **spec: Any) -> Manifest:
    """A Deployment of one container `model`; ``spec`` replaces fields of its specification."""
    pod = {"containers": [{"name": "model", "image": "registry.test/engine:1"}]}
    wanted: Manifest = {
        "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": pod},
    }
    meta = {"name": name, "labels": {"app": name}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta,
        "spec": {**wanted, **spec},
    }


def with_container(manifest: Manifest, **fields: Any) -> Manifest:
    """The same with other fields of its first container."""
    spec = manifest["spec"].get("template", manifest)["spec"]
    spec["containers"][0] |= fields
    return manifest


def with_pod(manifest: Manifest, **fields: Any) -> Manifest:
    """The same with other fields of its pods."""
    manifest["spec"].get("template", manifest)["spec"].update(fields)
    return manifest


def pod(name: str = "one", **fields: Any) -> Manifest:
    spec = {"containers": [{"name": "model", "image": "registry.test/engine:1"}]}
    meta = {"name": name, "labels": {"app": name}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {**spec, **fields}}


def config_map(name: str = "settings", **data: str) -> Manifest:
    meta = {"name": name, "labels": {"app": name}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}


def service(name: str = "web", **spec: Any) -> Manifest:
    wanted = {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8000}]}
    meta = {"name": name}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {**wanted, **spec}}
