"""The same life by a real clock, hurried."""

import time
from typing import Any

from kubernetes import config
from kubernetes.client import AppsV1Api

from kaito_cli.sandbox.kubernetes.life.simulation import Simulation
from kaito_cli.sandbox.kubernetes.server import serving
from kaito_cli.sandbox.kubernetes.state import ApiState
from tests.sandbox.kubernetes.life.conftest import gpu_pool
from tests.sandbox.kubernetes.manifests import deployment, with_pod


def test_a_minute_passes_in_no_time_at_speed() -> None:
    state = ApiState()
    life = Simulation(state, speed=300)
    life.start()
    try:
        with serving(state) as server:
            client = config.new_client_from_config_dict(server.kubeconfig())
            apps: Any = AppsV1Api(client)
            apps.create_namespaced_deployment(
                "default", with_pod(deployment(), tolerations=[{"operator": "Exists"}])
            )
            life.scale_pool(gpu_pool(), 1)
            ready = None
            until = time.monotonic() + 10
            while ready != 1 and time.monotonic() < until:
                time.sleep(0.02)
                ready = apps.read_namespaced_deployment("web", "default").status.ready_replicas
            client.rest_client.pool_manager.clear()
    finally:
        life.stop()

    assert ready == 1
    assert state.faults.surprises == []
