"""The service proxy of an API server, for health and metrics."""

from kaito_cli.adapters.kube.calls import Sent
from kaito_cli.adapters.kube.objects import Objects
from kaito_cli.adapters.kube.problems import translated
from kaito_cli.adapters.kube.told import Rejected
from kaito_cli.errors import ClusterFailed
from kaito_cli.model import Ref

_UNAVAILABLE = 503


def through(objects: Objects, service: Ref, port: int, path: str) -> bytes:
    """What a service answers to GET. Asked once: who asks for health asks again anyway.

    Raises ClusterFailed, also when it answers that something is wrong.
    """
    start, call = objects.below("get", service, "proxy", f"{service.name}:{port}")
    sent = Sent(method="GET", path=f"{start}/{path.lstrip('/')}", query={}, accept="*/*")
    with translated(call):
        try:
            return objects.calls.read(sent)
        except Rejected as error:
            if error.told and error.status != _UNAVAILABLE:
                raise  # by the API server itself
            raise _unwell(service, port, path, error) from error


def _unwell(service: Ref, port: int, path: str, error: Rejected) -> ClusterFailed:
    where = f" in namespace `{service.namespace}`" if service.namespace else ""
    return ClusterFailed(
        f"The service `{service.name}`{where} answers `{path}` on port {port} with {error.status}.",
        detail=error.words,
        hint=f"`kubectl get endpointslices -n {service.namespace or 'default'} "
        f"-l kubernetes.io/service-name={service.name}` lists the pods behind it.",
    )
