"""Calls to a local Azure by urllib alone, and the bodies they send."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from kaito_cli.sandbox.arm import ArmServer

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
CLUSTER = (
    f"{SUBSCRIPTION}/resourceGroups/ml/providers/Microsoft.ContainerService/managedClusters/prod"
)
POOL = f"{CLUSTER}/agentPools/kchat"
A100 = "Standard_NC24ads_A100_v4"
A100_FAMILY = "StandardNCADSA100v4Family"
TIMEOUT_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> str:
        """The code of the error, in either of its shapes."""
        code: str = self.body.get("error", self.body)["code"]
        return code


def call(
    server: ArmServer,
    method: str,
    path: str,
    body: Any = None,
    *,
    headers: Mapping[str, str] | None = None,
    token: str = "t",
    query: str = "api-version=2026-08-01",
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Reply:
    """One request; an address of the server's own is taken as it is."""
    url = path if path.startswith("http") else f"{server.url}{path}?{quote(query, safe='=&$')}"
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data=data, method=method, headers=dict(headers or {}))
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urlopen(request, timeout=timeout_seconds) as answer:
            return _reply(answer.status, answer.headers, answer.read())
    except HTTPError as error:
        with error:
            return _reply(error.code, error.headers, error.read())


def pool_body(**properties: Any) -> dict[str, Any]:
    """What kaito asks of AKS for a GPU pool, with some of it replaced."""
    whole = {
        "mode": "User",
        "osType": "Linux",
        "osSKU": "Ubuntu2404",
        "type": "VirtualMachineScaleSets",
        "vmSize": A100,
        "count": 1,
        "osDiskType": "Ephemeral",
        "osDiskSizeGB": 256,
        "nodeTaints": ["sku=gpu:NoSchedule"],
        "nodeLabels": {"kaito-cli.dev/workspace": "x"},
        "tags": {"kaito-cli-workspace": "default.x", "kaito-cli-cluster": "prod"},
        "gpuProfile": {"driver": "Install", "nvidia": {"managementMode": "Managed"}},
        "upgradeSettings": {"maxSurge": "0", "maxUnavailable": "1"},
        **properties,
    }
    return {"properties": {key: value for key, value in whole.items() if value is not None}}


def put(server: ArmServer, path: str = POOL, **properties: Any) -> Reply:
    return call(server, "PUT", path, pool_body(**properties))


def state_of(server: ArmServer, path: str = POOL) -> str:
    """The pool's provisioningState, or the status of the answer when there is none."""
    found = call(server, "GET", path)
    return found.body["properties"]["provisioningState"] if found.status == 200 else "gone"


def _reply(status: int, headers: Message, data: bytes) -> Reply:
    body = json.loads(data) if data else None
    return Reply(status=status, headers=dict(headers.items()), body=body)
