"""The pod and service proxies: HTTP to what a pod serves, without the caller's Authorization."""

from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse

from kaito_cli.sandbox.kubernetes.fields.shape import Manifest
from kaito_cli.sandbox.kubernetes.problem import Problem, bad_request, unavailable
from kaito_cli.sandbox.kubernetes.selectors import selects
from kaito_cli.sandbox.kubernetes.store import Store
from kaito_cli.sandbox.kubernetes.wire import Answer, Request

Address = tuple[str, int]
# where a pod's port can be reached on this machine; None: nobody listens there
Reach = Callable[[Manifest, int], Address | None]

_TIMEOUT_SECONDS = 60
_CHUNK = 64 * 1024
# RFC 9110 7.6.1, and the length, which is written anew
_HOP_BY_HOP = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
    "host",
]


def target_of(name: str) -> tuple[str, str]:
    """Name and port of `[https:]name[:port]`."""
    parts = name.split(":")
    if len(parts) == 3:
        parts = parts[1:]
    return parts[0], parts[1] if len(parts) > 1 else ""


def pod_address(reach: Reach, pod: Manifest, port: str) -> Address:
    """Where a pod is reached; raises a 503 when it is not."""
    number = int(port) if port.isdigit() else _named_port(pod, port)
    running = (pod.get("status") or {}).get("phase") == "Running"
    address = reach(pod, number) if running else None
    if address is None:
        ip = (pod.get("status") or {}).get("podIP", "")
        raise _refused(f"dial tcp {ip}:{number}: connect: connection refused")
    return address


def _named_port(pod: Manifest, name: str) -> int:
    ports = [port for each in pod["spec"]["containers"] for port in each.get("ports", ())]
    if not name:
        return int(ports[0]["containerPort"]) if ports else 80
    found = (int(each["containerPort"]) for each in ports if each.get("name") == name)
    number = next(found, None)
    if number is None:
        raise bad_request(f"invalid port name {name}")
    return number


def service_address(store: Store, reach: Reach, service: Manifest, port: str) -> Address:
    """Where one of a service's ready pods is reached; raises a 503."""
    meta, spec = service["metadata"], service["spec"]
    chosen = next(
        (
            each
            for each in spec.get("ports", ())
            if port in ("", str(each["port"]), each.get("name", ""))
        ),
        None,
    )
    if chosen is None:
        raise unavailable(f'no service port "{port}" found for service "{meta["name"]}"')
    selector = {"matchLabels": spec.get("selector") or {}}
    for pod in store.kind("", "pods", meta["namespace"]):
        if selects(selector, pod["metadata"].get("labels") or {}) and is_ready(pod):
            return pod_address(reach, pod, str(chosen.get("targetPort", chosen["port"])))
    raise unavailable(f'no endpoints available for service "{meta["name"]}"')


def is_ready(pod: Manifest) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def _refused(why: str) -> Problem:
    return unavailable(f"error trying to reach service: {why}")


def proxied(address: Address, path: str, request: Request) -> Answer:
    """The backend's answer, as it comes; raises a 503 when there is none."""
    connection = HTTPConnection(*address, timeout=_TIMEOUT_SECONDS)
    headers = {name: each for name, each in request.headers.items() if name not in _HOP_BY_HOP}
    target = "/" + path + (f"?{request.raw_query}" if request.raw_query else "")
    try:
        connection.request(request.method, target, request.body or None, headers)
        found = connection.getresponse()
    except (OSError, HTTPException) as error:
        connection.close()
        raise _refused(str(error)) from error
    kept = {
        name: each
        for name, each in found.getheaders()
        if name.lower() not in (*_HOP_BY_HOP, "content-type", "date", "server")
    }
    media = found.getheader("Content-Type", "application/octet-stream")

    return Answer(status=found.status, headers=kept, media=media, stream=_chunks(connection, found))


def _chunks(connection: HTTPConnection, found: HTTPResponse) -> Iterator[bytes]:
    try:
        while data := found.read1(_CHUNK):
            yield data
    finally:
        connection.close()
