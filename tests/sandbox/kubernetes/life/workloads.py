"""Workloads that the tests of controllers apply."""

from typing import Any

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from tests.sandbox.kubernetes.life.conftest import Town
from tests.sandbox.kubernetes.manifests import deployment, with_container, with_pod

ANY = [{"operator": "Exists"}]
PROBE = {"httpGet": {"path": "/health", "port": 8000}}
ONE_AT_A_TIME = {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}


def serving(image: str = "registry.test/engine:1", **spec: Any) -> Manifest:
    """A Deployment that takes a whole GPU node for each replica."""
    limits = {"limits": {"nvidia.com/gpu": 1}}
    manifest = with_container(
        deployment(**spec), image=image, resources=limits, readinessProbe=PROBE
    )
    return with_pod(manifest, tolerations=ANY)


def images(town: Town) -> list[str]:
    return sorted(each["spec"]["containers"][0]["image"][-1] for each in town.pods())
